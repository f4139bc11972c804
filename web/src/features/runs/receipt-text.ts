/** A receipt as plain text, for a ticket or a note. */
import type { Receipt } from '../../api/gen';
import { creditsText, formatCredits, isZero } from '../../credits/amount';
import type { Dates } from '../../ui/dates';
import { receiptWords as words, words as runs } from './words';

export function receiptHead(receipt: Receipt): string {
  if (!isZero(receipt.used)) return words.head(receipt.used, receipt.given_back);
  return isZero(receipt.held) ? words.nothingHeld : words.nothing(receipt.held);
}

export function receiptText(receipt: Receipt, dates: Dates): string {
  const { run, quote } = receipt;
  const lines = receipt.lines.map(
    (line) =>
      `  ${line.step} · ${line.model}: ${formatCredits(String(line.quantity))} ${
        words.measures[line.measure] ?? line.measure
      } at ${words.perThousand(line.credits_per_thousand)} = ${creditsText(line.credits)}`,
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
