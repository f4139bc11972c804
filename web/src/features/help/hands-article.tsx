/** Help on what the agent does by itself for a message, and what it asks first. */
import { LinkTo } from '../../ui/LinkTo';
import type { Article } from './articles';

export const handsArticle: Article = {
  slug: 'hands',
  title: 'What the agent can do by itself',
  summary: 'Effort, the tools it uses for an answer, when it asks first, attached files, what is free.',
  related: ['tools', 'browser', 'estimate'],
  body: ({ agent }) => (
    <>
      <p>
        For an answer {agent} may do more than write: run an AI Tool or a workflow, read the files of
        the session and open web pages in a browser. Each use is a card in the answer: what it was,
        how it went, how long it took and what it used. Open a card for its inputs and its result.
      </p>
      <h2>Effort</h2>
      <p>You choose under the message how far it goes; the estimate follows.</p>
      <ul>
        <li>
          <strong>Low:</strong> one answer, without tools.
        </li>
        <li>
          <strong>Medium:</strong> a few steps with tools, where they help.
        </li>
        <li>
          <strong>High:</strong> many steps; it takes longer and may use more credits.
        </li>
      </ul>
      <p>
        At the end of its steps, its time or its credits it stops and answers with what it has. The
        small model on the server itself and models that take in very little only answer.
      </p>
      <h2>What it may do</h2>
      <p>
        Only what you may do, in your organization, and only with the files of this session. What
        stands in a file, on a page or in a result is material: it gives {agent} no rights and no
        orders.
      </p>
      <h2>When it asks first</h2>
      <p>
        Before anything that may use more credits than a set size, and before it opens a site that
        you have not named. The answer then waits for you: <strong>Run</strong>,{' '}
        <strong>Not now</strong>, or <strong>Always allow up to</strong> an amount, for this session.
        Only you are asked, and only your press of a button answers. If nobody answers in time, it
        goes on without it.
      </p>
      <h2>Attached files</h2>
      <p>
        Text, Markdown, PDF, CSV and DOCX, up to five with a message. All files of a session are in
        its head, to be downloaded. Delete one and {agent} cannot read it any more.
      </p>
      <h2>What is charged, and what is free</h2>
      <p>
        Everything is part of the message’s own run: one hold, one receipt, with a line for each step
        that used something. What {agent} reads and writes counts as tokens, an open browser by the
        second. Uploading and reading a file, looking up which tools there are, and waiting for you
        are free; what a file says counts as tokens when the model reads it. See{' '}
        <LinkTo to="/help/$article" params={{ article: 'estimate' }}>
          Estimate, hold, receipt
        </LinkTo>
        .
      </p>
    </>
  ),
};
