/** The end of an organization, for its owner: what ends, what is lost, its name and a password. */
import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { deleteOrganization } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { creditsText } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { afresh } from '../../ui/afresh';
import { Dialog } from '../../ui/Dialog';
import { useServerForm } from '../../ui/form';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { LastWord } from './LastWord';
import { Points } from './Points';
import { organizationWords as words } from './words';

export function DeleteOrganization() {
  const [opened, setOpened] = useState(false);
  return (
    <Section title={words.title} description={words.lead}>
      <Button color="red" variant="light" onClick={() => setOpened(true)}>
        {words.start}
      </Button>
      {opened ? <DeleteDialog close={() => setOpened(false)} /> : null}
    </Section>
  );
}

/** What is left to lose, as the badge shows it. */
function useLost(): string {
  const balance = useBalance();
  return balance === null ? words.lostUnknown : words.lost(creditsText(balance.total));
}

function DeleteDialog({ close }: { close: () => void }) {
  const { organization } = useMe();
  const lost = useLost();
  const { form, onSubmit, busy, failure } = useServerForm(
    { organization_name: '', password: '' },
    async (values) => {
      await call(deleteOrganization({ body: values }));
      afresh('/login?deleted=organization');
    },
  );
  const { organization_name: name, password } = form.getValues();
  return (
    <Dialog title={words.dialog(organization.name)} close={close} size="lg">
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Refused error={failure} /> : null}
          <Points title={words.ends} points={[...words.ended, lost]} />
          <Points title={words.stays} points={words.kept} />
          <LastWord
            name={{
              label: words.name(organization.name),
              ...form.getInputProps('organization_name'),
            }}
            password={{ label: words.password, ...form.getInputProps('password') }}
            yes={words.yes}
            ready={name.trim() !== '' && password !== ''}
            busy={busy}
            close={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

function Refused({ error }: { error: Error }) {
  const halfway = error instanceof ApiProblem && error.code === 'payment_unavailable';
  return (
    <>
      <Failure text={words.failed} error={error} />
      {halfway ? <Text size="sm">{words.again}</Text> : null}
    </>
  );
}
