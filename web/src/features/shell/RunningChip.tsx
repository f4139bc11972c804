/** What is at work right now, and the button that stops it. */
import { Button, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cancelRun, type RunSummary } from '../../api/gen';
import { call } from '../../api/problem';
import { recentRunsQuery } from '../../api/queries';
import { formatCredits, isZero } from '../../credits/amount';
import { LinkTo } from '../../ui/LinkTo';
import { useDirects } from '../../ui/rights';
import { isLive, runStates } from '../runs/states';
import classes from './Header.module.css';
import { words } from './words';

export function RunningChip() {
  const [opened, setOpened] = useState(false);
  // Background work is nobody's to watch or stop; Usage and Runs tell it.
  const recent = useQuery(recentRunsQuery).data?.data ?? [];
  const runs = recent.filter(({ kind, state }) => kind !== 'background' && isLive(state));
  if (runs.length === 0) return null;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} shadow="md" trapFocus withRoles>
      <Popover.Target>
        <UnstyledButton
          className={classes.pill}
          aria-label={words.runningLabel(runs.length)}
          data-testid="running-chip"
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.live} aria-hidden="true" />
          {runs.length}
          {/* With the blank, what is read aloud holds what is to be seen. */}
          <span className={classes.wide}> running</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="md">
        <Text fw={600} mb="sm">
          {words.runningTitle}
        </Text>
        <Stack gap="sm">
          {runs.map((run) => (
            <LiveRun key={run.id} run={run} close={() => setOpened(false)} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function LiveRun({ run, close }: { run: RunSummary; close: () => void }) {
  const title = run.title || words.untitled;
  const stop = useMutation({ mutationFn: () => call(cancelRun({ path: { id: run.id } })) });
  const pressed = stop.isPending || stop.isSuccess;
  const may = useDirects(run.started_by_id);
  return (
    <div className={classes.item}>
      <div className={classes.itemText}>
        <LinkTo to="/runs/$runId" params={{ runId: run.id }} size="sm" fw={550} lineClamp={1} onClick={close}>
          {title}
        </LinkTo>
        <Text size="xs" c="dimmed">
          {runStates[run.state].word}
          {isZero(run.held) ? '' : ` · ${words.heldUpTo(formatCredits(run.held))}`}
        </Text>
        {stop.error ? (
          <Text size="xs" c="red">
            {words.stopFailed}
          </Text>
        ) : null}
      </div>
      {may ? (
        <Button
          flex="none"
          size="compact-sm"
          variant="default"
          aria-label={pressed ? words.stoppingOf(title) : words.stopOf(title)}
          // It keeps the focus until its line is gone.
          data-disabled={pressed || undefined}
          aria-disabled={pressed || undefined}
          onClick={() => (pressed ? undefined : stop.mutate())}
        >
          {pressed ? words.stopping : words.stop}
        </Button>
      ) : null}
    </div>
  );
}
