/** Help on AI Tools, workflows, schedules and background work. */
import { LinkTo } from '../../ui/LinkTo';
import type { Article } from './articles';

export const workArticles: Article[] = [
  {
    slug: 'tools',
    title: 'AI Tools and workflows',
    summary: 'Forms that do one thing well, and how to put them one after the other.',
    related: ['estimate', 'schedules', 'zero'],
    body: ({ agent }) => (
      <>
        <p>
          An <LinkTo to="/tools">AI Tool</LinkTo> asks for a few inputs, does its steps and gives one
          result: a text, a table or a list that you can copy or download. Steps that read a file or
          a page cost nothing; those that ask the model are paid by what they use.
        </p>
        <h2>Files and pages</h2>
        <p>
          Text, Markdown, PDF, Word (.docx) and CSV files of up to 10 MB. Pages must be reachable by
          everybody on the internet: addresses inside your own network are refused unless the
          operator has allowed them.
        </p>
        <h2>Stop at N credits</h2>
        <p>
          A limit for this one run. It is never passed; the run ends when the next step would pass
          it, and what was done until then is charged.
        </p>
        <h2>Workflows</h2>
        <p>
          A <LinkTo to="/workflows">workflow</LinkTo> is a list of steps: tools, questions to {agent},
          and conditions that decide whether it goes on. The inputs of a step can come from the
          results of earlier ones. It is one run with one receipt. Saving makes a new version; runs
          that have started keep theirs. In the editor one step can be tested with what the last run
          left for it: as it stands there, saved or not. That uses credits like any run of the step;
          looking at a condition is free.
        </p>
        <h2>When credits run out in the middle</h2>
        <p>
          The step that is at work finishes. Then the run pauses, holds nothing, and goes on by itself
          as soon as credits are there; finished steps are neither done nor charged again.
        </p>
      </>
    ),
  },
  {
    slug: 'schedules',
    title: 'Schedules and credits',
    summary: 'When scheduled runs start, what they cost in a month, and why they pause.',
    related: ['tools', 'zero'],
    body: () => (
      <>
        <p>
          A <LinkTo to="/schedules">schedule</LinkTo> starts a tool or a workflow every hour, day,
          week or month, in quarter hours of the time zone that you choose. Day 31 means the last day
          in shorter months.
        </p>
        <h2>When the clocks change</h2>
        <p>
          A start at a time that is left out comes at the first moment after it. A start at an
          hour that comes twice is done once; hourly ones go with the hours that really pass.
        </p>
        <h2>Not enough credits</h2>
        <p>
          Before each start the credits are checked and held. If there are too few, nothing runs and
          nothing is charged: the schedule pauses with the reason, and goes on by itself when credits
          are there. That never counts as a failure. Runs that were missed are not made up.
        </p>
        <h2>Failures</h2>
        <p>
          After several failures in a row (five, unless you set another number) a schedule stops and
          needs attention. One success starts the count again.
        </p>
      </>
    ),
  },
  {
    slug: 'background',
    title: 'Background AI work',
    summary: 'Titles, summaries and suggestions: what they are for and what pays for them.',
    related: ['credits', 'estimate'],
    body: ({ agent }) => (
      <>
        <p>
          After an answer of {agent}, small pieces of AI work make a title for the session, a summary
          of a long one so that {agent} remembers its beginning, and suggestions for what to ask next.
        </p>
        <h2>What pays for it</h2>
        <p>
          An allowance of its own beside the included credits of each period. It is shown on{' '}
          <LinkTo to="/usage">Usage</LinkTo> and is no part of your balance. When it is used up the
          work waits, or draws on the pool, as the organization has chosen there.
        </p>
        <h2>Never in silence</h2>
        <p>
          Every piece is a run with a receipt, in its own row on Usage. Each kind can be switched off.
        </p>
      </>
    ),
  },
];
