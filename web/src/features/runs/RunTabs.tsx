/** A run in three tabs: what it does, what it has made, and what it cost. */
import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Run } from '../../api/gen';
import { receiptQuery } from '../../api/queries';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { ReceiptParts } from './ReceiptParts';
import { Results } from './Results';
import { isEnded } from './states';
import { Steps } from './Steps';
import { partsOf, plannedSteps } from './parts';
import { receiptWords, stepWords, tabWords as words, words as runs } from './words';

export const runTabs = ['steps', 'results', 'receipt'] as const;
export type RunTab = (typeof runTabs)[number];

/** What is looked at first: results where there are some, otherwise the steps. */
export function firstTab(run: Run | null): RunTab {
  return run !== null && run.result !== null ? 'results' : 'steps';
}

interface Props {
  /** Null: nothing has run yet. */
  run: Run | null;
  /** Names of the steps that a run will have. */
  planned: readonly string[];
  tab: RunTab;
  setTab: (tab: RunTab) => void;
}

export function RunTabs({ run, planned, tab, setTab }: Props) {
  // The answer to a message is in its session, not here.
  const shown = runTabs.filter((one) => one !== 'results' || run === null || hasResults(run));
  const current = shown.includes(tab) ? tab : 'steps';
  return (
    <Tabs
      value={current}
      onChange={(next) => setTab(runTabs.find((one) => one === next) ?? 'steps')}
      keepMounted={false}
    >
      <Tabs.List aria-label={words.label} mb="md">
        {shown.map((one) => (
          <Tabs.Tab key={one} value={one} mih={40}>
            {words[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="steps">
        <StepsPanel run={run} planned={planned} />
      </Tabs.Panel>
      <Tabs.Panel value="results">
        <Section title={words.results}>
          <Results run={run} />
        </Section>
      </Tabs.Panel>
      <Tabs.Panel value="receipt">
        <ReceiptPanel run={run} />
      </Tabs.Panel>
    </Tabs>
  );
}

function hasResults({ kind }: Run): boolean {
  return kind === 'tool' || kind === 'workflow' || kind === 'browser';
}

function StepsPanel({ run, planned }: Pick<Props, 'run' | 'planned'>) {
  const parts = run === null ? plannedSteps(planned) : partsOf(run);
  const empty = parts.every(({ steps }) => steps.length === 0);
  return (
    <Section title={run === null ? words.planned : words.steps}>
      {empty ? (
        <Empty text={stepWords.none} />
      ) : (
        <Steps parts={parts} ended={run !== null && isEnded(run.state)} />
      )}
    </Section>
  );
}

function ReceiptPanel({ run }: Pick<Props, 'run'>) {
  if (run === null || !isEnded(run.state)) {
    return (
      <Section title={words.receipt}>
        <Empty text={run === null ? words.receiptBefore : runs.receiptLater} />
      </Section>
    );
  }
  return <EndedReceipt id={run.id} />;
}

function EndedReceipt({ id }: { id: string }) {
  const query = useQuery(receiptQuery(id));
  return (
    <Stack gap={16}>
      <Remote query={query} what={receiptWords.what} skeleton={<SkeletonLines count={8} />}>
        {(receipt) => <ReceiptParts receipt={receipt} />}
      </Remote>
    </Stack>
  );
}
