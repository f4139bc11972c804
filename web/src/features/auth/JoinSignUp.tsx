/** Joining with a new account. */
import { Button, Stack } from '@mantine/core';
import { signUp } from '../../api/gen';
import { call } from '../../api/problem';
import { useServerForm } from '../../ui/form';
import { Failure } from '../../ui/Remote';
import { useEnter } from './enter';
import { AccountFields } from './fields';
import { words } from './words';

interface Props {
  token: string;
  /** Whom the invitation is for; null: whoever has the link. */
  email: string | null;
}

export function JoinSignUp({ token, email }: Props) {
  const enter = useEnter();
  const { form, onSubmit, busy, failure } = useServerForm(
    { name: '', email: email ?? '', password: '' },
    async (values) => enter(await call(signUp({ body: { ...values, invitation: token } }))),
  );
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="md">
        {failure ? <Failure text={words.failed} error={failure} /> : null}
        <AccountFields form={form} locked={email !== null} />
        <Button type="submit" size="md" loading={busy} fullWidth mt={4}>
          {words.join.submit}
        </Button>
      </Stack>
    </form>
  );
}
