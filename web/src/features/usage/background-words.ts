import { creditsText, formatCredits } from '../../credits/amount';

export const backgroundWords = {
  title: 'Background AI work',
  lead: 'Session titles, suggested follow-ups and summaries of long sessions. Each is a run with a receipt, on an allowance of its own beside the credits above.',
  left: (left: string) => `${creditsText(left)} left`,
  usedOf: (used: string, allowance: string) =>
    `${formatCredits(used)} of ${creditsText(allowance)} used`,
  until: (day: string) => `until ${day}`,
  noAllowance: 'There is no allowance at present.',
  waitsNow:
    'When the allowance is used up, background work waits for the next one and is given up after a week. Nothing is taken from the pool.',
  drawsNow: 'When the allowance is used up, background work goes on with credits of the pool.',
  runs: 'Runs this period',
  count: (runs: number) => (runs === 1 ? '1 run' : `${runs} runs`),
  fromPool: 'Taken from the pool',
  waiting: 'Waiting to be done',
  pieces: {
    titles: {
      label: 'Session titles',
      hint: 'A short title after the first answer. Titles that a person gave stay.',
    },
    follow_ups: {
      label: 'Suggested follow-ups',
      hint: 'Up to three questions under the newest answer.',
    },
    summaries: {
      label: 'Session summaries',
      hint: 'Long sessions are summed up, so that their beginning is not forgotten.',
    },
  },
  whenUsedUp: 'When the allowance is used up',
  wait: 'Wait for the next one',
  draw: 'Go on with credits of the pool',
  choosers: (names: string) => `${names} can change this.`,
  saved: 'Saved.',
  failed: 'It was not saved.',
};
