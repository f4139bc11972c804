/** What a receipt says: its head, its lines by part, and all of it as plain text. */
import type { Receipt, ReceiptLine, Run } from '../../api/gen';
import { creditsText, formatCredits, isZero } from '../../credits/amount';
import type { Dates } from '../../ui/dates';
import { countSteps } from './parts';
import { ourReasons, receiptWords as words, words as runs } from './words';

export function receiptHead(receipt: Receipt): string {
  if (!isZero(receipt.used)) return words.head(receipt.used, receipt.given_back);
  return isZero(receipt.held) ? words.nothingHeld : words.nothing(receipt.held);
}

/** What was paid for of a run that did not get to its end, and what was not. */
export function partialText(run: Run): string | null {
  const { done, all } = countSteps(run);
  if (all < 2) return null;
  const paid = words.partial(run.credits, done, all);
  const failed = run.steps.find(({ state }) => state === 'failed');
  if (!failed) return paid;
  const which = words.failedStep(failed.name, ourReasons.has(run.reason ?? ''));
  return isZero(failed.credits) ? `${paid} ${which} ${words.noCharge}` : `${paid} ${which}`;
}

export interface PartLines {
  part: number;
  /** Null: the run has no parts. */
  name: string | null;
  lines: ReceiptLine[];
}

/** By the minute for what is open, by the thousand for what is read and written. */
export function rateText({ credits_per_minute: minute, credits_per_thousand: thousand }: ReceiptLine): string {
  return minute === null ? words.perThousand(thousand) : words.perMinute(minute);
}

/** The model that was asked; none where time was measured. */
export function modelOf({ model, measure }: ReceiptLine): string {
  return measure === 'seconds' ? '' : model;
}

/** The lines in their order, those of one part of a workflow together; of other runs all. */
export function linesByPart(lines: readonly ReceiptLine[]): PartLines[] {
  const parts: PartLines[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    const same = line.part_name === null ? last?.name === null : last?.part === line.part;
    if (last && same) last.lines.push(line);
    else parts.push({ part: line.part, name: line.part_name, lines: [line] });
  }
  return parts;
}

export function receiptText(receipt: Receipt, dates: Dates): string {
  const { run, quote } = receipt;
  const lines = receipt.lines.map(
    (line) =>
      `  ${[line.part_name, line.step, modelOf(line)].filter(Boolean).join(' · ')}: ${formatCredits(String(line.quantity))} ${
        words.measures[line.measure] ?? line.measure
      } at ${rateText(line)} = ${creditsText(line.credits)}`,
  );
  const paid = receipt.paid_from.map(({ label, credits }) => `  ${label}: ${creditsText(credits)}`);
  return [
    receiptHead(receipt),
    `${run.title || runs.untitled}, ${dates.moment(run.ended_at ?? run.created_at)} (${dates.zone})`,
    `${words.estimate}: ${runs.range(quote.low, quote.high)}`,
    `${words.held}: ${creditsText(receipt.held)}`,
    `${words.lines}:`,
    ...lines,
    `${words.paidFrom}:`,
    ...paid,
    `${words.balanceAfter}: ${creditsText(receipt.balance_after)}`,
    `${words.rateCard}: ${words.version(receipt.rate_card_version)}`,
    `${words.runId}: ${run.id}`,
    `${words.entries}: ${receipt.entries.join(', ')}`,
  ].join('\n');
}
