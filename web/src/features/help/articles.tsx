/** The help articles. Every number in them comes from the server, so none can drift. */
import { LinkTo } from '../../ui/LinkTo';
import { Packs, PoolNow, Rates } from './LiveNumbers';
import { billingArticles } from './billing-articles';
import { browserArticle } from './browser-article';
import { dataArticle } from './data-article';
import { handsArticle } from './hands-article';
import { workArticles } from './work-articles';

export interface Article {
  slug: string;
  title: string;
  summary: string;
  body: (names: { agent: string; product: string }) => React.ReactNode;
  related: string[];
}

export const articles: Article[] = [
  {
    slug: 'credits',
    title: 'Credits in short',
    summary: 'What a credit is, what uses credits and what never does, and which are used first.',
    related: ['zero', 'estimate'],
    body: ({ agent }) => (
      <>
        <p>
          The whole organization draws on one shared pool of credits. Nobody has a balance of their
          own: a new teammate changes who may draw, never how much there is.
        </p>
        <h2>What uses credits</h2>
        <p>
          Each message to {agent} is a run. It is paid by what it really used: the tokens that went
          into the model and the tokens that came out.
        </p>
        <Rates />
        <h2>What never uses credits</h2>
        <p>
          Looking at anything: sessions, results, receipts, usage, billing, settings and this help.
          A run that fails on our side before it has written anything costs nothing.
        </p>
        <h2>Which credits are used first</h2>
        <p>
          Included credits first, purchased credits next; within each, those that expire soonest.
          Included credits end with their period and do not roll over.
        </p>
        <h2>Your pool now</h2>
        <PoolNow />
        <p>
          Included and purchased together are the total. What running work holds is part of the
          total and cannot be spent twice; the rest is available.
        </p>
      </>
    ),
  },
  {
    slug: 'zero',
    title: 'What happens at zero',
    summary: 'New AI work pauses, everything else stays open, and how it starts again.',
    related: ['credits', 'estimate'],
    body: ({ agent }) => (
      <>
        <p>
          When there are not enough credits for the hold of a new run, that run does not start. The
          place where you tried says what was needed, what there was, and who can add credits.
        </p>
        <h2>What keeps working</h2>
        <p>
          Everything that only reads: sessions, answers, receipts, usage, billing, team and
          settings. You can write a message to {agent} and the draft is kept.
        </p>
        <h2>Work that has already started</h2>
        <p>
          A run that is at work may finish what it is doing. What it uses beyond zero, within a
          fixed limit, is paid from the next credits that arrive.
        </p>
        <h2>How it starts again</h2>
        <p>
          As soon as somebody with billing access buys credits. They are spendable at once; nobody
          has to reload a page.
        </p>
        <Packs />
        <PoolNow />
      </>
    ),
  },
  {
    slug: 'estimate',
    title: 'Estimate, hold, receipt',
    summary: 'The price before, what is set aside while work runs, and every line afterwards.',
    related: ['credits', 'zero'],
    body: ({ agent }) => (
      <>
        <h2>Estimate</h2>
        <p>
          Before you send, a range says what such a message usually uses. It is learned from earlier
          runs of your organization; where there are none yet, it comes from the rate card.
        </p>
        <h2>Hold</h2>
        <p>
          When the run starts, credits for it are held: set aside in the pool, so that two runs can
          never spend the same credits. A long answer holds more before it goes on. What is held is
          shown beside what is available.
        </p>
        <h2>Receipt</h2>
        <p>
          When the run ends, it is charged by what it used and the rest of the hold is given back.
          The receipt has every line: how many tokens, at which rate, paid from which grant. It
          stays when the session is deleted.
        </p>
        <h2>Stopping and failing</h2>
        <p>
          Stop an answer of {agent} and you pay for what was written until then. If the model fails
          before the first word, nothing is charged. If it is cut off, you pay for what arrived, and
          the receipt says that it was estimated.
        </p>
        <Rates />
      </>
    ),
  },
  {
    slug: 'providers',
    title: 'Connect a provider',
    summary: 'From the small model on this computer to a large one.',
    related: ['credits', 'estimate'],
    body: ({ agent, product }) => (
      <>
        <p>
          Fresh out of the box, {agent} answers with a small model that runs on the same computer as{' '}
          {product}. It is real, free of any account, and made for trying out: it is slow, knows
          little and answers one message at a time.
        </p>
        <h2>What you need</h2>
        <p>
          A server that speaks the OpenAI API (OpenAI itself, or Ollama, vLLM or LiteLLM in your own
          house) or Anthropic's Messages API, with its address, a model id and, mostly, a key.
        </p>
        <h2>How</h2>
        <ol>
          <li>
            The operator of this installation opens <LinkTo to="/models">Models</LinkTo>.
          </li>
          <li>
            They choose what the provider speaks and enter the base URL, the key and the model id, and what 1,000 tokens shall cost in
            credits.
          </li>
          <li>
            <strong>Test</strong> sends one short question and shows the answer.
          </li>
          <li>
            <strong>Save</strong>: new messages go to that model. Runs that have started keep the
            rates they were quoted.
          </li>
        </ol>
        <p>The key is stored encrypted and never shown again.</p>
        <Rates />
      </>
    ),
  },
  handsArticle,
  ...workArticles,
  browserArticle,
  ...billingArticles,
  dataArticle,
];

export function findArticle(slug: string): Article | undefined {
  return articles.find((article) => article.slug === slug);
}
