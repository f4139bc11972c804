/** For the operator, where the sandbox is on: moves the clock of the whole installation forward. */
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconClockPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { moveSandboxClock } from '../../api/gen';
import { call } from '../../api/problem';
import { useBalance } from '../../credits/balance-store';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words as shared } from '../../ui/words';
import { instantOf, typedOf } from './clock-input';
import { clockWords as words } from './sandbox-words';

export function SandboxClock() {
  const dates = useDates();
  const queries = useQueryClient();
  // The newest balance is as old as the page; the server has the last word.
  const read = useBalance()?.at;
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  const [to, setTo] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const move = useMutation({
    mutationFn: (instant: string) => call(moveSandboxClock({ body: { to: instant } })),
    onSuccess: ({ now }) => {
      announce(words.moved(dates.day(now)));
      setTyped('');
      // Nothing that was read before is of today any more.
      void queries.invalidateQueries();
    },
    onSettled: () => setTo(null),
  });
  const next = () => {
    const instant = instantOf(typed, dates.zone);
    const late = instant !== null && (read === undefined || instant > read);
    setWrong(!late);
    if (late) setTo(instant);
    else field.current?.focus();
  };
  return (
    <Section title={words.title} description={words.lead}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          next();
        }}
      >
        <Stack gap="md">
          {move.error ? <Failure text={words.failed} error={move.error} /> : null}
          <Alert color="yellow" icon={<IconClockPlay aria-hidden />}>
            {words.warning}
          </Alert>
          <Now now={move.data?.now ?? read} />
          <TextInput
            ref={field}
            type="datetime-local"
            label={words.to}
            description={words.hint(dates.zone)}
            min={read ? typedOf(read, dates.zone) : undefined}
            value={typed}
            error={wrong ? words.wrong : undefined}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Group>
            <Button type="submit" variant="default">
              {words.move}
            </Button>
          </Group>
        </Stack>
      </form>
      {to === null ? null : (
        <Confirm
          to={to}
          busy={move.isPending}
          yes={() => move.mutate(to)}
          no={() => setTo(null)}
        />
      )}
    </Section>
  );
}

function Now({ now }: { now: string | undefined }) {
  const dates = useDates();
  if (now === undefined) return null;
  return (
    <Text size="sm">{words.now(`${dates.day(now)}, ${dates.time(now)}`, dates.zone)}</Text>
  );
}

interface ConfirmProps {
  to: string;
  busy: boolean;
  yes: () => void;
  no: () => void;
}

function Confirm({ to, busy, yes, no }: ConfirmProps) {
  const dates = useDates();
  return (
    <Dialog title={words.confirmTitle} close={no}>
      <Stack gap="md">
        <Text size="sm">{words.warning}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={no} data-autofocus>
            {shared.cancel}
          </Button>
          <Button color="red" loading={busy} onClick={yes}>
            {words.yes(`${dates.day(to)}, ${dates.time(to)}`)}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
