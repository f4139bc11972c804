/** Taking one's data out, and going: what is in the files, what goes and what stays. */
import { LinkTo } from '../../ui/LinkTo';
import type { Article } from './articles';

export const dataArticle: Article = {
  slug: 'your-data',
  title: 'Your data',
  summary: 'Take it out, delete your account or the organization, and what stays then.',
  related: ['credits', 'estimate'],
  body: ({ agent, product }) => (
    <>
      <p>
        All of it is on <LinkTo to="/settings/data">Your data</LinkTo>, under Settings. Nothing there
        uses credits.
      </p>
      <h2>Download my data</h2>
      <p>
        One ZIP file with everything that is yours in {product}: your profile, your sessions with{' '}
        {agent}, your runs with their credits, what you asked for and what came out, your files,
        workflows, schedules and notices. Sessions that others shared with you are in it by name only.
        One download at a time; whoever closes the page ends it.
      </p>
      <h2>Download everything</h2>
      <p>
        For the owner: the organization’s people, its journal of credits, usage, payments, audit log,
        workflows, schedules, tasks and files. Each entry of the journal has the bytes and the hash
        that prove it, so that everybody can check the balance without us. What other people said in
        their sessions is not in it.
      </p>
      <h2>Delete your account</h2>
      <p>
        Your sessions, files, saved inputs and notices go, and your name and address with them. Credits
        stay where they are: they are the organization’s. What your runs cost stays in its books,
        without your name. An owner hands the organization over or deletes it first.
      </p>
      <h2>Delete the organization</h2>
      <p>
        For the owner. The plan ends at once and no money is given back, runs are stopped, and credits
        that are left are lost. People keep their accounts. The books stay, by numbers only.
      </p>
    </>
  ),
};
