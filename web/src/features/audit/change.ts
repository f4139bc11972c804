/** What an entry changed, in one line. */
type Look = { [member: string]: unknown } | null;

/** `role: member → viewer`; a member that stayed as it was is left out. */
export function changeText(before: Look, after: Look): string {
  const members = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].toSorted();
  return members
    .map((member) => ({ member, was: plain(before?.[member]), is: plain(after?.[member]) }))
    .filter(({ was, is }) => was !== is)
    .map(({ member, was, is }) => `${member.replaceAll('_', ' ')}: ${line(was, is)}`)
    .join(', ');
}

function line(was: string, is: string): string {
  if (was === '') return is;
  return `${was} → ${is === '' ? '–' : is}`;
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value).replaceAll('_', ' ');
}
