/** The way out: what goes, what stays, and the password of who wants it. */
import { Button, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { deleteAccount } from '../../api/gen';
import { call } from '../../api/problem';
import { afresh } from '../../ui/afresh';
import { Dialog } from '../../ui/Dialog';
import { useServerForm } from '../../ui/form';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { LastWord } from './LastWord';
import { Points } from './Points';
import { accountWords as words } from './words';

export function DeleteAccount() {
  const { organizations } = useMe();
  const [opened, setOpened] = useState(false);
  const owned = organizations.find(({ role }) => role === 'owner');
  return (
    <Section title={words.title} description={words.lead}>
      {owned ? (
        <Stack gap="xs">
          <Text size="sm">{words.owner(owned.name)}</Text>
          <LinkTo to="/team" size="sm">
            {words.handOver}
          </LinkTo>
        </Stack>
      ) : (
        <Button color="red" variant="light" onClick={() => setOpened(true)}>
          {words.start}
        </Button>
      )}
      {opened ? <DeleteDialog close={() => setOpened(false)} /> : null}
    </Section>
  );
}

type Schedules = 'pause' | 'reassign';

function DeleteDialog({ close }: { close: () => void }) {
  const { user } = useMe();
  const [schedules, setSchedules] = useState<Schedules>('pause');
  const { form, onSubmit, busy, failure } = useServerForm(
    { email: '', password: '' },
    async (values) => {
      await call(deleteAccount({ body: values, query: { schedules } }));
      afresh('/login?deleted=account');
    },
  );
  const { email, password } = form.getValues();
  return (
    <Dialog title={words.dialog} close={close} size="lg">
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={words.failed} error={failure} /> : null}
          <Points title={words.goes} points={words.gone} />
          <Points title={words.stays} points={words.kept} />
          <Text size="sm">{words.running}</Text>
          <Radio.Group
            label={words.schedules}
            value={schedules}
            onChange={(value) => setSchedules(value === 'reassign' ? 'reassign' : 'pause')}
          >
            <Stack gap="xs" mt={6}>
              <Radio value="pause" label={words.pause} description={words.pauseNote} />
              <Radio value="reassign" label={words.reassign} description={words.reassignNote} />
            </Stack>
          </Radio.Group>
          <LastWord
            name={{ label: words.email(user.email), ...form.getInputProps('email') }}
            password={{ label: words.password, ...form.getInputProps('password') }}
            yes={words.yes}
            ready={email.trim() !== '' && password !== ''}
            busy={busy}
            close={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
