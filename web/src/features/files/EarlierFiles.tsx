/** The files that were uploaded earlier and fit here: choose one, or delete one. */
import { ActionIcon, Button, Popover, Text } from '@mantine/core';
import { IconHistory, IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteFile, type File as StoredFile } from '../../api/gen';
import { call } from '../../api/problem';
import { filePages } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { LoadMore } from '../../ui/LoadMore';
import { useMe } from '../../ui/me';
import { Failure, Remote } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import classes from './Files.module.css';
import { sizeText, words } from './words';

interface Props {
  accept: readonly string[];
  chosen: string;
  choose: (id: string) => void;
}

export function EarlierFiles({ accept, chosen, choose }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      width={300}
      shadow="md"
      trapFocus
      withRoles
    >
      <Popover.Target>
        <Button
          variant="subtle"
          leftSection={<IconHistory size={16} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {words.earlier}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm" aria-label={words.earlierTitle}>
        <Files
          accept={accept}
          chosen={chosen}
          choose={(id) => {
            choose(id);
            setOpened(false);
          }}
          removed={(id) => {
            if (id === chosen) choose('');
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function Files({ accept, choose, removed }: Props & { removed: (id: string) => void }) {
  const query = useInfiniteQuery(filePages);
  return (
    <Remote query={query} what={words.what}>
      {({ pages }) => {
        const fitting = pages
          .flatMap(({ data }) => data)
          .filter(({ media_type: type }) => accept.length === 0 || accept.includes(type));
        const last = pages.at(-1);
        return (
          <>
            {fitting.length === 0 ? (
              <Text size="sm">{words.none}</Text>
            ) : (
              <ul className={classes.list}>
                {fitting.map((file) => (
                  <Row key={file.id} file={file} choose={choose} removed={removed} />
                ))}
              </ul>
            )}
            <LoadMore query={query} />
            {last ? (
              <Text size="xs" c="dimmed" mt={6}>
                {words.used(sizeText(last.used_bytes), sizeText(last.quota_bytes))}
              </Text>
            ) : null}
          </>
        );
      }}
    </Remote>
  );
}

interface RowProps {
  file: StoredFile;
  choose: (id: string) => void;
  removed: (id: string) => void;
}

function Row({ file, choose, removed }: RowProps) {
  const queries = useQueryClient();
  const dates = useDates();
  const { user } = useMe();
  const all = useRight('see_all');
  const remove = useMutation({
    mutationFn: () => call(deleteFile({ path: { id: file.id } })),
    onSuccess: () => {
      removed(file.id);
      announce(words.deleted(file.name));
      queries.removeQueries({ queryKey: ['file', file.id] });
      return queries.invalidateQueries({ queryKey: ['files'] });
    },
  });
  return (
    <li className={classes.row}>
      <button
        type="button"
        className={classes.choose}
        data-autofocus
        aria-label={words.use(file.name)}
        onClick={() => choose(file.id)}
      >
        <span className={classes.name}>{file.name}</span>
        <Text span size="xs" c="dimmed">
          {sizeText(file.size)} · {dates.moment(file.created_at)}
          {file.owner_id === user.id ? '' : ` · ${file.owner}`}
        </Text>
      </button>
      {file.owner_id === user.id || all ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label={words.deleteNamed(file.name)}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <IconTrash size={17} aria-hidden />
        </ActionIcon>
      ) : null}
      {remove.error ? <Failure text={words.deleteFailed} error={remove.error} /> : null}
    </li>
  );
}
