/** Inputs somebody keeps for a tool under a name: save, fill in, delete. */
import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteSavedInputs, type SavedInputs as Saved, saveInputs } from '../../api/gen';
import { call } from '../../api/problem';
import { savedInputsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { useServerForm } from '../../ui/form';
import { Failure, Remote } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import classes from './Tools.module.css';
import type { ToolForm } from './useToolForm';
import { pageWords, savedWords as words } from './words';

interface Props {
  tool: string;
  form: ToolForm;
}

export function SavedInputs({ tool, form }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={280}
      shadow="md"
      trapFocus
      withRoles
    >
      <Popover.Target>
        <Button
          size="compact-md"
          variant="subtle"
          rightSection={<IconChevronDown size={15} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {pageWords.saved}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm" aria-label={pageWords.saved}>
        <SavedList
          tool={tool}
          use={(saved) => {
            form.fill(saved.inputs);
            announce(words.used(saved.name));
            setOpened(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function SavedList({ tool, use }: { tool: string; use: (saved: Saved) => void }) {
  const queries = useQueryClient();
  const query = useQuery(savedInputsQuery(tool));
  const remove = useMutation({
    mutationFn: ({ id }: Saved) => call(deleteSavedInputs({ path: { id } })),
    onSuccess: (_, { name }) => {
      announce(words.removed(name));
      return queries.invalidateQueries({ queryKey: ['saved-inputs', tool] });
    },
  });
  return (
    <Remote query={query} what={words.what}>
      {({ data }) => (
        <>
          {remove.error ? <Failure text={words.failed} error={remove.error} /> : null}
          {data.length === 0 ? <Text size="sm">{words.none}</Text> : null}
          <ul className={classes.saved}>
            {data.map((saved) => (
              <li key={saved.id}>
                <Button
                  variant="subtle"
                  color="gray"
                  justify="flex-start"
                  flex={1}
                  miw={0}
                  aria-label={words.use(saved.name)}
                  onClick={() => use(saved)}
                >
                  {saved.name}
                </Button>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={34}
                  aria-label={words.remove(saved.name)}
                  onClick={() => remove.mutate(saved)}
                >
                  <IconTrash size={17} aria-hidden />
                </ActionIcon>
              </li>
            ))}
          </ul>
        </>
      )}
    </Remote>
  );
}

export function SaveDialog({ tool, form, close }: Props & { close: () => void }) {
  const queries = useQueryClient();
  const save = useServerForm({ name: '' }, async ({ name }) => {
    const body = { name: name.trim(), inputs: form.inputs };
    const saved = await call(saveInputs({ path: { id: tool }, body }));
    await queries.invalidateQueries({ queryKey: ['saved-inputs', tool] });
    announce(words.done(saved.name));
    close();
  });
  return (
    <Dialog title={words.title} close={close}>
      <form noValidate onSubmit={save.onSubmit}>
        <Stack gap="md">
          {save.failure ? <Failure text={words.failed} error={save.failure} /> : null}
          <Text size="sm" c="dimmed">
            {words.lead}
          </Text>
          <TextInput
            label={words.name}
            maxLength={80}
            data-autofocus
            {...save.form.getInputProps('name')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button
              type="submit"
              loading={save.busy}
              disabled={save.form.values.name.trim() === ''}
            >
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
