/** Dates and times in the organization's zone, written by the browser's own formatter. */
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries';

export interface Dates {
  zone: string;
  /** `22 Nov, 10:42` */
  moment(at: string): string;
  /** `22 Nov 2026` */
  day(at: string): string;
  /** `10:42` */
  time(at: string | number): string;
  /** `10:42:07` */
  clock(at: string): string;
  /** `Sun 22 Nov` for a calendar day such as `2026-11-22`, which has no zone. */
  weekday(day: string): string;
}

const locale = 'en-GB';

export function makeDates(zone: string): Dates {
  const format = (options: Intl.DateTimeFormatOptions, timeZone = zone) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const day = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const moment = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const weekday = format({ weekday: 'short', day: 'numeric', month: 'short' }, 'UTC');
  return {
    zone,
    moment: (at) => moment.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    clock: (at) => clock.format(new Date(at)),
    weekday: (date) => weekday.format(new Date(`${date}T00:00:00Z`)),
  };
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

const known = new Map<string, Dates>();

export function useDates(): Dates {
  const zone = useQuery({ ...meQuery, enabled: false }).data?.organization.zone ?? browserZone();
  let dates = known.get(zone);
  if (!dates) {
    dates = makeDates(zone);
    known.set(zone, dates);
  }
  return dates;
}

/** `2 min 5 s`, `4 s`, `under 1 s`. */
export function durationText(from: string, to: string): string {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
