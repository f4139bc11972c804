/** Whose the organization is, and the way to hand it over. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Member, transferOrganization } from '../../api/gen';
import { call } from '../../api/problem';
import { meQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { useServerForm } from '../../ui/form';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words as shared } from '../../ui/words';
import { transferWords as words, words as team } from './words';

export function Ownership({ members }: { members: Member[] }) {
  const [opened, setOpened] = useState(false);
  const heirs = members.filter(({ can }) => can.transfer);
  return (
    <Section title={words.title} description={words.lead}>
      {heirs.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.nobody}
        </Text>
      ) : (
        <Button variant="default" onClick={() => setOpened(true)}>
          {words.start}
        </Button>
      )}
      {opened ? <TransferDialog heirs={heirs} close={() => setOpened(false)} /> : null}
    </Section>
  );
}

interface Props {
  heirs: Member[];
  close: () => void;
}

function TransferDialog({ heirs, close }: Props) {
  const { organization } = useMe();
  const queries = useQueryClient();
  const { form, onSubmit, busy, failure } = useServerForm(
    { user_id: '', organization_name: '' },
    async (values) => {
      await call(transferOrganization({ body: values }));
      const heir = heirs.find(({ user_id: id }) => id === values.user_id);
      announce(words.done(heir?.name ?? ''));
      close();
      // What this person may do has changed. That comes first, so that nothing more is asked for
      // that only an owner may read; then, when the screens know it, all the rest.
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      setTimeout(() => void queries.invalidateQueries(), 0);
    },
  );
  const { user_id: chosen, organization_name: typed } = form.getValues();
  const data = heirs.map(({ user_id: value, name }) => ({ value, label: name }));
  return (
    <Dialog title={words.dialog(organization.name)} close={close}>
      <form onSubmit={onSubmit}>
        <Stack gap="md">
          {failure ? <Failure text={team.failed} error={failure} /> : null}
          <Text size="sm">{words.text}</Text>
          <NativeSelect
            label={words.whom}
            data={[{ value: '', label: words.choose }, ...data]}
            data-autofocus
            {...form.getInputProps('user_id')}
          />
          <TextInput
            label={words.name(organization.name)}
            autoComplete="off"
            {...form.getInputProps('organization_name')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button
              type="submit"
              color="red"
              loading={busy}
              disabled={chosen === '' || typed.trim() === ''}
            >
              {words.yes}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
