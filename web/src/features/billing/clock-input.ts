/** A day and time as they are typed, in the organization's zone, and the instant that they mean. */

/** `2026-12-14T09:30` in `zone` as an instant; null where it is no day and time. */
export function instantOf(typed: string, zone: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/.exec(typed);
  if (!match) return null;
  const wall = Date.parse(`${typed}:00Z`);
  if (Number.isNaN(wall)) return null;
  // The zone's distance is first taken at the same hour in UTC, then where that leads.
  const near = wall - distance(wall, zone);
  return new Date(wall - distance(near, zone)).toISOString();
}

/** An instant as it would be typed in `zone`. */
export function typedOf(instant: string, zone: string): string {
  const at = Date.parse(instant);
  return new Date(at + distance(at, zone)).toISOString().slice(0, 16);
}

// How far the zone's clocks are ahead of UTC at an instant, in whole minutes as milliseconds.
function distance(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const minute = 60_000;
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
  );
  return wall - Math.floor(at / minute) * minute;
}
