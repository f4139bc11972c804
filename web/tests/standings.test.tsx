/**
 * Who sees which controls where: every kind of person, with and without a plan, on every screen.
 * The table says of each control whose it is; there is no other, and none is missing. What a
 * screen asks for by itself is asked for only by those who get an answer.
 */
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { renderAt, serve } from './app';
import { answersFor, type Kind, kinds, type Plan } from './standings-town';
import rights from './rights.json';

interface Standing {
  kind: Kind;
  plan: Plan;
}

/** Whether a control is there for somebody. */
type Whose = (standing: Standing) => boolean;

const everybody: Whose = () => true;
const who =
  (right: string): Whose =>
  ({ kind }) =>
    (rights[kind].rights as readonly string[]).includes(right);
const both =
  (...all: Whose[]): Whose =>
  (standing) =>
    all.every((one) => one(standing));
const not =
  (one: Whose): Whose =>
  (standing) =>
    !one(standing);
const during =
  (plan: Plan): Whose =>
  (standing) =>
    standing.plan === plan;

const workers = who('start_work');
const overseers = who('see_all');
const payers = who('billing');
const owner = who('own');
const locked = during('locked');
const open = not(locked);
const planned = during('on a plan');

type Controls = [names: string[], whose: Whose][];

// Wherever it is shown, the banner of a locked pool offers the one thing that helps.
const banner: Controls = [
  [['Restart plan'], both(locked, payers)],
  [['Ask them'], both(locked, not(payers))],
];
const composer: Controls = [
  [['Message to Joule', 'Attach files', 'Effort: Medium'], workers],
];
const tabs: Controls = [[['Steps', 'Results', 'Receipt'], everybody]];
const estimate: Controls = [
  [['Run', 'How this is estimated'], both(workers, open)],
  [['Start when credits are there'], both(workers, locked)],
  [['Schedule…'], workers],
];
const starters = [
  'Explain something',
  'Draft an email',
  'Summarize a text',
  'Compare two options',
  'Plan a week',
  'Improve wording',
  'Browser sessionJoule works on web pages while you watch.',
  'Write a message',
];
const card =
  'Summarize a documentThe main points of a text, as short as you want.Usually 8–20 creditsResearchCan be scheduledNot used yet';
const categories = ['All', 'Marketing', 'Research', 'Operations'];
const week = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const scheduleForm = ['Delete', 'Resume', 'Length', 'How often', 'At', ...week, 'Save changes'];

function workflowOf(editors: Whose): Controls {
  return [
    ...banner,
    ...tabs,
    ...estimate,
    [['All workflows', 'Earlier runs of this workflow', 'Versions'], everybody],
    [['Upload a file', 'Choose an earlier file'], workers],
    [['Edit', 'Delete'], editors],
  ];
}

function scheduleOf(editors: Whose): Controls {
  return [
    ...banner,
    [['Summarize a document', 'Its runs', 'All schedules'], everybody],
    [scheduleForm, editors],
    [['Run now'], both(editors, open)],
    [['Start when credits are there'], both(editors, locked)],
  ];
}

function runOf(directors: Whose, readers: Whose): Controls {
  return [...banner, ...tabs, [['Resume', 'Stop'], directors], [['Show the inputs'], readers]];
}

const screens: Record<string, Controls> = {
  '/': [
    ...banner,
    ...composer,
    [['How to connect a provider', 'All sessions'], everybody],
    [['own run', 'other run', 'own schedule', 'other schedule'], everybody],
    [['Resume “own run”', 'Resume “own schedule”'], workers],
    [['Resume “other run”', 'Resume “other schedule”'], overseers],
    [starters, workers],
  ],
  '/sessions/ses_1': [
    ...banner,
    ...composer,
    [['Share', 'Rename or delete this session', 'Copy'], everybody],
    [['0 credits for this answer. Show details'], everybody],
    [['Retry'], both(workers, open)],
  ],
  '/tools': [
    ...banner,
    [['Sort by', card, ...categories], everybody],
    [['Start a browser session'], workers],
  ],
  '/tools/summarize-document': [
    ...banner,
    ...tabs,
    ...estimate,
    [['All tools', 'Earlier runs of this tool'], everybody],
    [['Saved inputs', 'Save inputs', 'Length'], workers],
  ],
  '/workflows': [
    ...banner,
    [['own workflow', 'other workflow'], everybody],
    [['New workflow'], workers],
  ],
  '/workflows/wf_own': workflowOf(workers),
  '/workflows/wf_other': workflowOf(overseers),
  '/schedules': [
    ...banner,
    [['own schedule', 'other schedule'], everybody],
    [['New schedule'], workers],
  ],
  '/schedules/sch_own': scheduleOf(workers),
  '/schedules/sch_other': scheduleOf(overseers),
  '/runs': [
    ...banner,
    [['What', 'State', 'Started by', 'Person', 'Order', 'own run', 'other run', '0'], everybody],
    [['Export CSV'], payers],
  ],
  '/runs/run_own': runOf(workers, workers),
  '/runs/run_other': runOf(overseers, overseers),
  '/usage': [
    ...banner,
    [['0 runs'], everybody],
    [['Buy credits'], both(payers, open)],
    [['Send a message'], workers],
    [['Session titles', 'Suggested follow-ups', 'Session summaries'], who('profile')],
  ],
  '/billing': [
    ...banner,
    [['Read more in Help'], everybody],
    [['Ask them'], not(payers)],
    [['Choose plan'], both(payers, during('without a plan'))],
    [['Change plan', 'Switch to annual', 'Cancel plan'], both(payers, planned)],
    [['Update card', 'Manage payment details'], both(payers, not(during('without a plan')))],
    [['Buy credits'], both(payers, open)],
    [['Change auto-recharge'], both(payers, planned)],
    [['Type of activity'], payers],
    [['Add a billing admin', 'Add'], who('grant_billing')],
  ],
  '/plans': [
    ...banner,
    [['Ask them'], not(payers)],
    [['Change to Starter', 'Upgrade to Scale'], payers],
    [['Back to Billing'], everybody],
  ],
  '/team': [
    ...banner,
    [['Invite somebody', 'Role of Lee Wong', 'Remove Lee Wong'], who('manage_team')],
    [['Lee Wong is billing admin'], who('grant_billing')],
    [['Transfer ownership'], owner],
    [['Leave this organization'], not(owner)],
  ],
  '/notifications': [...banner, [['What you are told of'], everybody]],
  '/settings/audit-log': [...banner, [['Settings'], everybody], [['Download CSV'], owner]],
  '/settings': [
    ...banner,
    [['Download or delete your data'], everybody],
    [['Time zone'], who('profile')],
    [['See the audit log', 'Download everything, or delete the organization'], owner],
  ],
  '/settings/data': [
    ...banner,
    [['Back to settings', 'Download my data'], everybody],
    [['Download everything', 'Delete organization', 'Hand it over on the Team page'], owner],
    [['Delete my account'], not(owner)],
  ],
};

// Texts, numbers and choices are parts of a form: who has its buttons has them.
const CONTROLS = 'a[href], button, select, textarea, [role=switch]';

function nameOf(control: Element): string {
  const label = control.id === '' ? null : document.querySelector(`label[for="${control.id}"]`);
  const text = label ?? (control.tagName === 'SELECT' ? null : control);
  const name = control.getAttribute('aria-label') ?? text?.textContent ?? '';
  // A switch has its hint in its label.
  const hint = document.getElementById(control.getAttribute('aria-describedby') ?? '-');
  return name.replace(hint?.textContent ?? '', '').trim();
}

/** One a line, each once. */
const listed = (names: string[]) => [...new Set(names)].toSorted().join('\n');

function shown(): string {
  const all = [...document.querySelectorAll(`main :is(${CONTROLS})`)];
  const live = all.filter((control) => !control.matches(':disabled, [data-disabled]'));
  return listed(live.map(nameOf));
}

function expected(controls: Controls, standing: Standing): string {
  const own = controls.filter(([, whose]) => whose(standing));
  return listed(own.flatMap(([names]) => names));
}

async function settled(address: string) {
  const { queries, unmount } = renderAt(address);
  await screen.findByRole('heading', { level: 1 });
  await waitFor(() => expect(queries.isFetching()).toBe(0));
  return unmount;
}

// How the plan stands changes nothing of what roles may do: three kinds of people show that.
const standings: Standing[] = [
  ...kinds.map((kind): Standing => ({ kind, plan: 'on a plan' })),
  ...(['without a plan', 'locked'] as const).flatMap((plan) =>
    (['owner', 'member', 'viewer'] as const).map((kind): Standing => ({ kind, plan })),
  ),
];

/** Where the plan makes a difference. */
const moneyed = ['/', '/sessions/ses_1', '/tools/summarize-document', '/workflows/wf_own'];
const paying = ['/schedules/sch_own', '/runs/run_own', '/usage', '/billing', '/plans'];
const plain: Plan = 'on a plan';

describe.each(standings)('$kind, $plan', (standing) => {
  const those = Object.entries(screens).filter(
    ([address]) => standing.plan === plain || [...moneyed, ...paying].includes(address),
  );
  test.each(those)('%s', async (address, controls) => {
    const refused: string[] = [];
    serve(answersFor(standing.kind, standing.plan, (what) => refused.push(what)));
    const leave = await settled(address);
    await waitFor(() => expect(shown()).toBe(expected(controls, standing)));
    expect(refused).toEqual([]);
    leave();
  });
});
