/** A session as the person before the screen meets it: who drives, and what they may do now. */
import type { BrowserSession, Run, RunStep } from '../../api/gen';

export type Mode = 'starting' | 'agent' | 'nobody' | 'paused' | 'mine' | 'theirs' | 'finished';

export function modeOf({ state, controlled_by: by, task }: BrowserSession, user: string): Mode {
  if (state === 'running') return task === null ? 'nobody' : 'agent';
  if (state === 'controlled') return by?.id === user ? 'mine' : 'theirs';
  return state;
}

export interface May {
  take: boolean;
  release: boolean;
  pause: boolean;
  goOn: boolean;
}

/** Nobody takes the browser from another person's hands, not even while they have paused it. */
export function mayNow(session: BrowserSession, user: string): May {
  const mode = modeOf(session, user);
  const theirs = session.controlled_by !== null && session.controlled_by.id !== user;
  const free = session.may_control && !theirs;
  return {
    take: free && (mode === 'agent' || mode === 'nobody'),
    release: mode === 'mine',
    pause: free && (mode === 'agent' || mode === 'nobody' || mode === 'mine'),
    goOn: free && mode === 'paused',
  };
}

/** What was done on pages; what the model thought and the counting of time are no acts. */
export function actsOf({ steps }: Run): RunStep[] {
  return steps.filter(({ kind }) => kind === 'browse' || kind === 'call');
}

/** The size of the page in a session's browser, in CSS pixels. */
export const PAGE = { width: 1024, height: 640 };

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

function along(from: number, size: number, length: number): number {
  return Math.min(length - 1, Math.max(0, Math.round((from / Math.max(size, 1)) * length)));
}

/** The place on the page under a place on its picture, however large it is shown. */
export function onPage(box: Box, at: { clientX: number; clientY: number }): { x: number; y: number } {
  return {
    x: along(at.clientX - box.left, box.width, PAGE.width),
    y: along(at.clientY - box.top, box.height, PAGE.height),
  };
}

/** An address as people type it, mostly without its scheme; null: none that a browser opens. */
export function addressOf(typed: string): string | null {
  const text = typed.trim();
  if (text === '' || /\s/.test(text)) return null;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, hostname } = new URL(whole);
  return (protocol === 'https:' || protocol === 'http:') && hostname !== '' ? whole : null;
}

const two = (number: number) => String(number).padStart(2, '0');

/** `0:42`, `12:05`, `1:02:05`. */
export function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** `3 minutes`, `1 minute`, `45 seconds`. */
export function spanText(seconds: number): string {
  const [count, word] = seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
