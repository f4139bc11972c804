/** On the log-in page: what was deleted just now, and the way out for who belongs nowhere. */
import { Alert, Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteAccount } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { afresh } from '../../ui/afresh';
import { RemoveDialog } from '../../ui/RemoveDialog';
import type { Deleted } from './deleted';
import { accountWords, organizationWords } from './words';

export function Goodbye({ deleted }: { deleted: Deleted }) {
  const account = deleted === 'account';
  const title = account ? accountWords.done : organizationWords.done;
  return (
    <Alert color="blue" variant="light" title={title}>
      <Text size="sm">{account ? accountWords.sorry : organizationWords.keptAccount}</Text>
    </Alert>
  );
}

/** Whom the server knows, but in no organization: 410 to the right address and password. */
export const belongsNowhere = (error: Error | null): boolean =>
  error instanceof ApiProblem && error.status === 410;

/** With the address and password that were just typed. */
export function DeleteFromOutside({ email, password }: { email: string; password: string }) {
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deleteAccount({ body: { email, password } })),
    onSuccess: () => afresh('/login?deleted=account'),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">{accountWords.after}</Text>
      <Button color="red" variant="light" size="compact-sm" onClick={() => setAsking(true)}>
        {accountWords.start}
      </Button>
      {asking ? (
        <RemoveDialog
          title={accountWords.dialog}
          text={`${accountWords.gone.join('. ')}.`}
          yes={accountWords.yes}
          failed={accountWords.failed}
          remove={remove}
          close={() => setAsking(false)}
        />
      ) : null}
    </Stack>
  );
}
