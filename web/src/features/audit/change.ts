/** What an entry changed, in one line. */
import { formatCredits, formatMoney } from '../../credits/amount';
import { changeWords as words } from './words';

type Look = { [member: string]: unknown } | null;

/** `role: member → viewer`; a member that stayed as it was is left out. */
export function changeText(before: Look, after: Look): string {
  return membersOf(before, after)
    .map((member) => ({ member, was: text(before, member), is: text(after, member) }))
    .filter(({ was, is }) => was !== is)
    .map(({ member, was, is }) => `${words.members[member] ?? plain(member)}: ${line(was, is)}`)
    .join(', ');
}

/** Those that have words of their own first, in the order of these. */
function membersOf(before: Look, after: Look): string[] {
  const all = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const known = Object.keys(words.members).filter((member) => all.has(member));
  const others = [...all].filter((member) => !(member in words.members)).toSorted();
  // Written beside the amount that it belongs to.
  return [...known, ...others].filter((member) => member !== 'currency');
}

function line(was: string, is: string): string {
  if (was === '') return is;
  return `${was} → ${is === '' ? '–' : is}`;
}

function text(look: Look, member: string): string {
  const value = look?.[member];
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (member.endsWith('_cents') && typeof look?.currency === 'string') {
    return formatMoney({ amount: Number(value), currency: look.currency });
  }
  if (words.credits.includes(member)) return formatCredits(String(value));
  const said = String(value);
  return words.free.includes(member) ? said : plain(words.values[said] ?? said);
}

function plain(word: string): string {
  return word.replaceAll('_', ' ');
}
