/** Under a finished answer: copy, retry, and what it has used. */
import { Button, Group, Popover, Text } from '@mantine/core';
import { IconReceipt2, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { RunSummary } from '../../api/gen';
import { creditsText, formatCredits, isZero } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { CopyText } from '../../ui/CopyText';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import classes from './Messages.module.css';
import { answerWords as words } from './words';

interface Props {
  run: RunSummary;
  text: string;
  sessionCredits: string;
  /** None: this person does not write in the session. */
  retry: (() => void) | null;
  retryClosed: boolean;
}

export function AnswerFoot({ run, text, sessionCredits, retry, retryClosed }: Props) {
  return (
    <Group gap={4} className={classes.foot}>
      {text === '' ? null : <CopyText text={text} label={words.copy} />}
      {retry === null ? null : <Retry run={run} retry={retry} closed={retryClosed} />}
      <Credits run={run} sessionCredits={sessionCredits} />
    </Group>
  );
}

function Retry({ run, retry, closed }: { run: RunSummary; retry: () => void; closed: boolean }) {
  const [opened, setOpened] = useState(false);
  const free = run.state === 'failed' && isZero(run.credits);
  const button = (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      disabled={closed}
      leftSection={<IconRefresh size={15} aria-hidden />}
      onClick={() => (free ? retry() : setOpened(!opened))}
    >
      {free ? words.retryFree : words.retry}
    </Button>
  );
  return (
    <Popover opened={opened} onChange={setOpened} width={260} shadow="md" trapFocus withRoles>
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown p="md" aria-label={words.retryTitle}>
        <Text size="sm" fw={600}>
          {words.retryTitle}
        </Text>
        <Text size="sm" c="dimmed" mt={4} mb="sm">
          {words.retryText}
        </Text>
        <Button
          size="sm"
          onClick={() => {
            setOpened(false);
            retry();
          }}
        >
          {words.retryYes}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function Credits({ run, sessionCredits }: { run: RunSummary; sessionCredits: string }) {
  const balance = useBalance();
  const nothing = isZero(run.credits);
  const shown = nothing ? words.nothing : creditsText(run.credits);
  return (
    <Popover width={280} shadow="md" trapFocus withRoles>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconReceipt2 size={15} aria-hidden />}
          data-testid="answer-credits"
          aria-label={words.details(run.credits)}
        >
          {run.estimated ? `${shown} (${words.estimated})` : shown}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="md">
        <Facts
          facts={[
            { name: words.thisMessage, value: creditsText(run.credits) },
            { name: words.thisSession, value: creditsText(sessionCredits) },
            { name: words.available, value: formatCredits(balance?.display.available) },
          ]}
        />
        <ButtonTo
          to="/runs/$runId/receipt"
          params={{ runId: run.id }}
          variant="light"
          size="sm"
          mt="sm"
          fullWidth
        >
          {words.receipt}
        </ButtonTo>
      </Popover.Dropdown>
    </Popover>
  );
}
