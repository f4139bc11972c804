/** The steps of a run in their order: state, duration, credits, and what each gave, folded. */
import { Text } from '@mantine/core';
import {
  IconCheck,
  IconCircleDashed,
  IconHandStop,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconX,
} from '@tabler/icons-react';
import type { RunStep } from '../../api/gen';
import { creditsText, isZero } from '../../credits/amount';
import { durationText } from '../../ui/dates';
import { CopyText } from '../../ui/CopyText';
import classes from './Steps.module.css';
import type { Part, ShownStep, StepIcon } from './parts';
import { valueText } from './result';
import { stepWords as words } from './words';

const icons: Record<StepIcon, typeof IconCheck> = {
  done: IconCheck,
  failed: IconX,
  running: IconPlayerPlay,
  stopped: IconHandStop,
  waiting: IconCircleDashed,
  skipped: IconPlayerSkipForward,
};

export function Steps({ parts, ended }: { parts: readonly Part[]; ended: boolean }) {
  const named = parts.some(({ name }) => name !== null);
  if (!named) {
    return parts.map((part) => <StepList key={part.key} steps={part.steps} ended={ended} />);
  }
  return (
    <ol className={classes.parts}>
      {parts.map(({ key, name, steps }) => (
        <li key={key}>
          <h3 className={classes.part}>{name ?? words.rest}</h3>
          <StepList steps={steps} ended={ended} />
        </li>
      ))}
    </ol>
  );
}

function StepList({ steps, ended }: { steps: readonly ShownStep[]; ended: boolean }) {
  return (
    <ol className={classes.list}>
      {steps.map((step) => (
        <Row key={step.key} shown={step} ended={ended} />
      ))}
    </ol>
  );
}

function Row({ shown, ended }: { shown: ShownStep; ended: boolean }) {
  const { name, look, icon, step } = shown;
  const Icon = icons[icon];
  return (
    <li className={classes.step} data-testid="step" data-state={icon}>
      <span className={classes.icon} data-tone={look.tone}>
        <Icon size={16} aria-hidden />
      </span>
      <div className={classes.body}>
        <div className={classes.head}>
          <span className={classes.name}>{name}</span>
          <Text span size="sm" c="dimmed" className={classes.facts}>
            {[look.word, ...(step ? facts(step, ended) : [])].join(' · ')}
          </Text>
        </div>
        {step && step.attempt > 1 ? (
          <Text size="sm">{words.again(step.attempt)}</Text>
        ) : null}
        {step?.note ? <Text size="sm">{step.note}</Text> : null}
        {step ? <Result step={step} /> : null}
      </div>
    </li>
  );
}

function facts(step: RunStep, ended: boolean): string[] {
  const { started_at: from, ended_at: to, credits } = step;
  const found = from && to ? [durationText(from, to)] : [];
  // Credits are known when the run has ended; until then a zero would be a guess.
  if (!isZero(credits)) found.push(creditsText(credits));
  else if (ended) found.push(words.free);
  return found;
}

const LONGEST = 4_000;

function Result({ step }: { step: RunStep }) {
  if (step.result === null || step.result === undefined) return null;
  const text = valueText(step.result);
  return (
    <details className={classes.result}>
      <summary>{words.result}</summary>
      {/* A long result scrolls inside itself, by keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>{text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}</pre>
      {text.length > LONGEST ? (
        <Text size="xs" c="dimmed">
          {words.shortened}
        </Text>
      ) : null}
      <CopyText text={text} />
    </details>
  );
}
