/** Go to anything: the screens and the newest sessions, found by their names, by keyboard alone. */
// A field that filters a list while the focus stays in it has no tag of its own.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Text, TextInput } from '@mantine/core';
import { IconMessage } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import type { Session } from '../../api/gen';
import { sessionPages } from '../../api/queries';
import { Dialog } from '../../ui/Dialog';
import { useMe } from '../../ui/me';
import { type Place, placesFor } from './places';
import classes from './Shortcuts.module.css';
import { words } from './words';

const SESSIONS = 30;
const SHOWN = 8;

interface Goal {
  key: string;
  label: string;
  kind: string;
  icon: Place['icon'];
  go: () => void;
}

export default function PlacesDialog({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const list = useId();
  const goals = useGoals(text);
  const at = Math.min(place, goals.length - 1);
  const idOf = (index: number) => `${list}-${index}`;
  useEffect(() => {
    document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, at]);
  const goTo = (goal: Goal | undefined) => {
    if (!goal) return;
    close();
    goal.go();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setPlace((at + step + goals.length) % Math.max(goals.length, 1));
    else if (event.key === 'Enter') goTo(goals[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog close={close} title={words.places}>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={words.placesLabel}
        aria-autocomplete="list"
        aria-expanded={goals.length > 0}
        aria-controls={list}
        aria-activedescendant={at < 0 ? undefined : idOf(at)}
        autoComplete="off"
        placeholder={words.placesLabel}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Goals id={list} goals={goals} at={at} idOf={idOf} pick={goTo} />
      {goals.length === 0 ? (
        <Text size="sm" c="dimmed" mt="md" component="output" display="block">
          {words.noPlace}
        </Text>
      ) : null}
    </Dialog>
  );
}

function useGoals(text: string): Goal[] {
  const { rights } = useMe();
  const { navigate } = useRouter();
  const pages = useInfiniteQuery(sessionPages(SESSIONS)).data?.pages ?? [];
  const wanted = text.trim().toLocaleLowerCase();
  const fits = ({ label }: Goal) => label.toLocaleLowerCase().includes(wanted);
  const screens = placesFor(rights).map(({ to, label, icon }) => ({
    key: to,
    label,
    kind: words.placeKind,
    icon,
    go: () => void navigate({ to }),
  }));
  const sessions = pages.flatMap(({ data }) => data).map(({ id, title }: Session) => ({
    key: id,
    label: title || words.untitledSession,
    kind: words.sessionKind,
    icon: IconMessage,
    go: () => void navigate({ to: '/sessions/$sessionId', params: { sessionId: id } }),
  }));
  return [...screens.filter(fits), ...sessions.filter(fits).slice(0, SHOWN)];
}

interface GoalsProps {
  id: string;
  goals: Goal[];
  at: number;
  idOf: (index: number) => string;
  pick: (goal: Goal) => void;
}

// The focus stays in the field, which tells the list's active line by its id.
function Goals({ id, goals, at, idOf, pick }: GoalsProps) {
  return (
    <div role="listbox" id={id} aria-label={words.places} className={classes.goals} hidden={goals.length === 0}>
      {goals.map((goal, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={goal.key}
          role="option"
          id={idOf(index)}
          aria-selected={index === at}
          className={classes.goal}
          onClick={() => pick(goal)}
        >
          <goal.icon size={18} stroke={1.7} aria-hidden />
          <span className={classes.name}>{goal.label}</span>
          <span className={classes.kind}>{goal.kind}</span>
        </div>
      ))}
    </div>
  );
}
