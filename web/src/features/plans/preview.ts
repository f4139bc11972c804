/** The lines of a preview as they are written, and which of them differ from what was shown before. */
import type { ChangePreview, LockedCredits } from '../../api/gen';
import { creditsShort, formatMoney, isZero } from '../../credits/amount';
import type { Dates } from '../../ui/dates';
import { previewWords as words } from './words';

export interface Line {
  /** Names the line; the same in the next preview. */
  name: string;
  text: string;
  /** How it was written before, where it was written otherwise. */
  before: string | null;
  strong: boolean;
  /** Nothing but an amount of money. */
  money: boolean;
}

interface Written {
  name: string;
  text: string;
  strong?: boolean;
  money?: boolean;
}

/** Every line; with `old`, each that differs carries what stood there. */
export function linesOf(next: ChangePreview, old: ChangePreview | null, dates: Dates): Line[] {
  const now = written(next, dates);
  if (old === null) {
    return now.map((line) => shown(line, null));
  }
  const then = written(old, dates);
  const lines = now.map((line) => {
    const before = then.find(({ name }) => name === line.name)?.text ?? words.none;
    return shown(line, before === line.text ? null : before);
  });
  // What stood there and is gone is told as well.
  const gone = then.filter(({ name }) => !now.some((line) => line.name === name));
  const lost = gone.map(({ name, text }) => shown({ name, text: words.none }, text));
  return [...lines, ...lost];
}

function shown({ name, text, strong, money }: Written, before: string | null): Line {
  return { name, text, strong: strong ?? false, money: money ?? false, before };
}

function written(preview: ChangePreview, dates: Dates): Written[] {
  const { due_today: due, next, credits, preserved, saving } = preview;
  const lines: Written[] = due.lines.map(({ text, amount }) => ({
    name: text,
    text: formatMoney(amount),
    money: true,
  }));
  lines.push({ name: words.dueToday, text: formatMoney(due.total), strong: true, money: true });
  if (next) {
    const text = words.nextValue(formatMoney(next.amount), dates.day(next.at));
    lines.push({ name: words.next, text });
  }
  lines.push({ name: words.creditsNow, text: creditsShort(credits.now) });
  const more = isZero(credits.added) ? '' : ` (${words.added(credits.added)})`;
  lines.push({ name: words.creditsAfter, text: `${creditsShort(credits.after)}${more}` });
  const locked = (nameOf: (day: string | null) => string) => (part: LockedCredits) => {
    const name = nameOf(part.expires_at ? dates.day(part.expires_at) : null);
    const text = creditsShort(part.credits);
    // Bought on one day they expire on one day, at other hours.
    const same = lines.find((line) => line.name === name);
    if (same) same.text = `${same.text} + ${text}`;
    else lines.push({ name, text });
  };
  credits.unlocked.forEach(locked(words.unlocked));
  credits.expired.forEach(locked(words.lapsed));
  if (preserved) {
    const text = words.preservedValue(creditsShort(preserved.credits), dates.day(preserved.expires_at));
    lines.push({ name: words.preserved, text });
  }
  const later = words.atRenewal(dates.day(preview.effective_at));
  lines.push({ name: words.effective, text: preview.when === 'now' ? words.now : later });
  if (saving) lines.push({ name: words.saving, text: formatMoney(saving), money: true });
  if (due.total.amount > 0) {
    const text = preview.pays_with === 'saved_card' ? words.savedCard : words.checkout;
    lines.push({ name: words.paysWith, text });
  }
  return lines;
}

/** What the button says that confirms: what happens, and for how much. */
export function confirmText(preview: ChangePreview, dates: Dates): string {
  const { due_today: due, scenario, when, pays_with: pays, effective_at: at } = preview;
  const { confirm } = words;
  if (when === 'at_period_end') return confirm.later(dates.day(at));
  if (due.total.amount <= 0) return confirm.free;
  const amount = formatMoney(due.total);
  if (pays === 'checkout') return confirm.checkout(amount);
  if (scenario === 'start' || scenario === 'restart') return confirm[scenario](amount);
  return confirm.change(amount);
}
