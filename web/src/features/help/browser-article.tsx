/** Help on browser sessions; their bounds come from the server. */
import { useQuery } from '@tanstack/react-query';
import { browserQuery } from '../../api/queries';
import { creditsText } from '../../credits/amount';
import { LinkTo } from '../../ui/LinkTo';
import { Remote } from '../../ui/Remote';
import { spanText } from '../browser/session';
import type { Article } from './articles';
import { Rates } from './LiveNumbers';
import { browserWords as words } from './words';

export const browserArticle: Article = {
  slug: 'browser',
  title: 'Browser sessions',
  summary: 'What the agent does in a browser, what it costs, how you take over, and how it ends.',
  related: ['estimate', 'tools', 'zero'],
  body: ({ agent }) => (
    <>
      <p>
        In a <LinkTo to="/browser">browser session</LinkTo> {agent} works in a real browser on the
        server: it reads pages, clicks, types and scrolls until the task is done, and then gives an
        answer. You see the picture as it is and a log of everything that was done.
      </p>
      <h2>What it costs</h2>
      <p>
        Time, by the second from when the browser is open, and by the rate card what the model reads
        and writes. Starting is not charged, a pause is not charged. Without a task no model is
        asked: you drive, and only the time is charged.
      </p>
      <Rates />
      <h2>Taking control</h2>
      <p>
        Whoever started a session, owners and admins can take control at any time. {agent} waits; your
        clicks and everything you type go to the page, Tab and Esc too. <strong>Ctrl Alt Esc</strong>{' '}
        or Release gives control back, and {agent} looks at the page anew. Everybody else in the
        organization can watch. Only one person is in control at a time.
      </p>
      <h2>How it ends</h2>
      <p>
        When the task is done, when you stop it, or by itself: at the time you allowed, at “Stop at N
        credits”, or when credits run out. What is being done is finished first.
      </p>
      <Bounds />
      <h2>What is kept</h2>
      <p>
        The log, the answer, the receipt and some pictures to walk through. The browser itself is
        thrown away: logins, cookies and downloads end with the session. What you type is not in the
        log.
      </p>
      <h2>Where it cannot go</h2>
      <p>
        Addresses inside your own network are refused unless the operator has allowed them, and
        files that pages offer for download are kept out.
      </p>
    </>
  ),
};

function Bounds() {
  const query = useQuery(browserQuery);
  return (
    <Remote query={query} what={words.bounds}>
      {(status) => (
        <ul>
          <li>{words.rate(creditsText(status.credits_per_minute))}</li>
          <li>{words.longest(status.minutes_default, status.minutes_most)}</li>
          <li>{words.idle(spanText(status.idle_seconds))}</li>
          <li>{words.pause(spanText(status.pause_seconds))}</li>
        </ul>
      )}
    </Remote>
  );
}
