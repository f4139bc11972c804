/** The filters over the list of runs; each change is a change of the address. */
import { Button, NativeSelect } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { membersQuery, toolsQuery } from '../../api/queries';
import { ControlGroup } from '../../ui/ControlGroup';
import { Bounds } from './Bounds';
import { kinds, readRunsSearch, type RunsSearch, triggers } from './filter';
import { allRunStates, runStates } from './states';
import { words } from './words';

interface Option {
  value: string;
  label: string;
}

export function RunFilters({ search }: { search: RunsSearch }) {
  const navigate = useNavigate({ from: '/runs' });
  const set = (change: Record<string, string>) =>
    void navigate({ search: readRunsSearch({ ...search, ...change }) });
  const { filters } = words;
  return (
    <ControlGroup label={filters.label} columns>
      <NativeSelect
        aria-label={filters.kind}
        data={[
          { value: '', label: filters.allKinds },
          ...kinds.map((value) => ({ value, label: words.kinds[value] })),
        ]}
        value={search.kind ?? ''}
        // Another kind has other subjects.
        onChange={({ currentTarget }) => set({ kind: currentTarget.value, subject: '' })}
      />
      <Subject search={search} set={(subject) => set({ subject })} />
      <NativeSelect
        aria-label={filters.state}
        data={[
          { value: '', label: filters.allStates },
          ...allRunStates.map((value) => ({ value, label: runStates[value].word })),
        ]}
        value={search.state ?? ''}
        onChange={({ currentTarget }) => set({ state: currentTarget.value })}
      />
      <NativeSelect
        aria-label={filters.trigger}
        data={[
          { value: '', label: filters.allTriggers },
          ...triggers.map((value) => ({ value, label: words.triggers[value] })),
        ]}
        value={search.trigger ?? ''}
        onChange={({ currentTarget }) => set({ trigger: currentTarget.value })}
      />
      <Member member={search.member} set={(member) => set({ member })} />
      <Bounds search={search} set={set} />
      <NativeSelect
        aria-label={filters.order}
        data={[
          { value: '', label: filters.newest },
          { value: 'credits', label: filters.dearest },
        ]}
        value={search.sort ?? ''}
        onChange={({ currentTarget }) => set({ sort: currentTarget.value })}
      />
      {search.schedule === undefined ? null : (
        <Button
          variant="light"
          rightSection={<IconX size={15} aria-hidden />}
          aria-label={`${filters.schedule}. ${filters.drop}`}
          onClick={() => set({ schedule: '' })}
        >
          {filters.schedule}
        </Button>
      )}
    </ControlGroup>
  );
}

interface MemberProps {
  member: string | undefined;
  set: (member: string) => void;
}

function Member({ member, set }: MemberProps) {
  const members = useQuery(membersQuery).data?.data ?? [];
  const { filters } = words;
  // Who has left is not in the list; what they ran is.
  const unknown = member !== undefined && members.every(({ user_id: id }) => id !== member);
  return (
    <NativeSelect
      aria-label={filters.member}
      data={[
        { value: '', label: filters.allMembers },
        ...members.map(({ user_id: value, name }) => ({ value, label: name })),
        ...(unknown ? [{ value: member, label: filters.thisMember }] : []),
      ]}
      value={member ?? ''}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
  );
}

interface SubjectProps {
  search: RunsSearch;
  set: (subject: string) => void;
}

// Tools and background work can be named from here; a workflow comes chosen by a link.
function Subject({ search: { kind, subject }, set }: SubjectProps) {
  const tools = useQuery({ ...toolsQuery, enabled: kind === 'tool' }).data?.data ?? [];
  const options: Option[] =
    kind === 'tool'
      ? tools.map(({ id, name }) => ({ value: id, label: name }))
      : kind === 'background'
        ? Object.entries(words.backgroundKinds).map(([value, label]) => ({ value, label }))
        : [];
  const unknown = subject !== undefined && options.every(({ value }) => value !== subject);
  if (options.length === 0 && !unknown) return null;
  return (
    <NativeSelect
      aria-label={words.filters.subject}
      data={[
        { value: '', label: words.filters.allSubjects },
        ...options,
        ...(unknown ? [{ value: subject, label: words.filters.thisSubject }] : []),
      ]}
      value={subject ?? ''}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
  );
}
