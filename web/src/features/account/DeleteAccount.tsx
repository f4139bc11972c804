/** The way out: what goes, what stays, and the password of who wants it. */
import { Button, Group, PasswordInput, Radio, Stack, Text, TextInput } from '@mantine/core';
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
import { words as shared } from '../../ui/words';
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
          <TextInput
            label={words.email(user.email)}
            autoComplete="off"
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={words.password}
            autoComplete="current-password"
            {...form.getInputProps('password')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {shared.cancel}
            </Button>
            <Button
              type="submit"
              color="red"
              loading={busy}
              disabled={email.trim() === '' || password === ''}
            >
              {words.yes}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
