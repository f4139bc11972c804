/** Help on plans, auto-recharge, the end of a plan, and who may do what. */
import { LinkTo } from '../../ui/LinkTo';
import type { Article } from './articles';
import { PlanPrices } from './LiveNumbers';

export const billingArticles: Article[] = [
  {
    slug: 'plans',
    title: 'Plans and payments',
    summary: 'What a plan includes, monthly or annual, and what a change costs.',
    related: ['locked', 'recharge', 'credits'],
    body: () => (
      <>
        <p>
          A plan brings included credits with each period and sets how many people, schedules and
          runs at the same time there may be. Credits can also be bought without one.
        </p>
        <PlanPrices />
        <h2>Monthly or annual</h2>
        <p>
          A month’s credits come when it is paid and end with it. A year’s come all at once, twelve
          months’ worth, and end with the year. A plan that began on the 31st renews on the last day
          of shorter months and on the 31st again where there is one.
        </p>
        <h2>Changing it</h2>
        <ul>
          <li>
            <strong>To a larger plan:</strong> now. You pay the difference for the rest of the period
            and get as large a part of its additional credits.
          </li>
          <li>
            <strong>From monthly to annual:</strong> now, and a new period begins. The credits you
            have stay until their own end; no money is given back for the rest of the month.
          </li>
          <li>
            <strong>To a smaller plan, or from annual to monthly:</strong> at the end of the period.
            Until then you can undo it.
          </li>
        </ul>
        <p>
          Before you confirm, <LinkTo to="/plans">Plans</LinkTo> shows what is due today, what is due
          at the next renewal, and the credits before and after. That is what happens, or nothing
          happens and the new numbers are shown.
        </p>
        <h2>When a payment fails</h2>
        <p>
          You are told at once, and work goes on for some days: <LinkTo to="/billing">Billing</LinkTo>{' '}
          says until when. Update the card by then and nothing else changes. If your bank wants you
          to confirm a payment, nothing is added until you do.
        </p>
      </>
    ),
  },
  {
    slug: 'recharge',
    title: 'Auto-recharge',
    summary: 'Buying credits by itself when few are left, and what bounds it.',
    related: ['plans', 'zero', 'credits'],
    body: () => (
      <>
        <p>
          Off until somebody with billing access turns it on in{' '}
          <LinkTo to="/billing">Billing</LinkTo>; no purchase ever turns it on. It needs an active
          plan and a saved card.
        </p>
        <h2>When it buys</h2>
        <p>
          When available and held credits together fall below the threshold, or when a run could not
          start for lack of credits. One purchase at a time, of the amount that you chose.
        </p>
        <h2>The limit</h2>
        <p>
          The most credits it may buy in a calendar month, counted in UTC. It is required and is
          never passed: a purchase that would pass it waits for the next month.
        </p>
        <h2>If the card is declined</h2>
        <p>
          You are told the first time. It tries again after an hour at the earliest and turns itself
          off after three declines, or when the bank wants you to confirm. It can be turned on again
          with another card, or by saying that this one works again.
        </p>
      </>
    ),
  },
  {
    slug: 'locked',
    title: 'Cancelling, and locked credits',
    summary: 'How a plan ends, what stays, and how locked credits are used again.',
    related: ['plans', 'zero'],
    body: () => (
      <>
        <p>
          <LinkTo to="/billing">Billing</LinkTo>, Cancel plan: the plan goes on until the end of what
          is paid, and until then you can resume it at no charge. Everything you made stays open
          afterwards.
        </p>
        <h2>What is locked then</h2>
        <p>
          Included credits end with the period. Purchased credits stay yours and are locked: they
          cannot be used, and they expire on the day they would have. Work that has started is
          finished first.
        </p>
        <h2>How they are used again</h2>
        <p>
          Restart a plan: what has not expired is unlocked in the same moment. An organization that
          never had a plan has nothing locked.
        </p>
      </>
    ),
  },
  {
    slug: 'roles',
    title: 'Roles and billing admins',
    summary: 'Who may start work, invite people, see prices and pay.',
    related: ['credits', 'plans'],
    body: () => (
      <>
        <ul>
          <li>
            <strong>Viewers</strong> read what is shared in the organization and start nothing.
          </li>
          <li>
            <strong>Members</strong> start AI work and schedules, and stop and edit their own.
          </li>
          <li>
            <strong>Admins</strong> do that for everybody’s, invite people, give roles and remove
            people.
          </li>
          <li>
            <strong>The owner</strong> does everything, names billing admins, and can hand the
            organization over. There is always one.
          </li>
        </ul>
        <h2>Sessions are private</h2>
        <p>
          A session is its author’s, for owners too: everybody else sees what it used. Share lets
          chosen people read it, write in it or share it on, until it is taken away. What somebody
          sends there is charged to the same pool, and sharing itself uses nothing.
        </p>
        <h2>Billing admins</h2>
        <p>
          A mark beside any role: whoever has it sees prices, payments and who used how much, buys
          credits and changes the plan. The owner always can. Everybody else sees the balance, and
          “Ask them” tells those who can do something, once a day.
        </p>
        <h2>Joining and leaving</h2>
        <p>
          Inviting or removing somebody on <LinkTo to="/team">Team</LinkTo> moves no credit: the pool
          is the organization’s. Whoever removes somebody chooses whether that person’s schedules
          pause or go on as their own.
        </p>
      </>
    ),
  },
];
