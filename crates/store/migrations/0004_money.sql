-- Money: plans, subscriptions, payments; locked pools, frozen grants, claims; auto-recharge.

-- The pool -------------------------------------------------------------------------------------

-- 1: what is left starts no new run.
ALTER TABLE pools ADD COLUMN locked {i64} NOT NULL DEFAULT 0;
-- Of the debt, what claims left; the rest came from overdraft.
ALTER TABLE pools ADD COLUMN debt_of_claims {i64} NOT NULL DEFAULT 0;

-- Since when a grant's payment is disputed: what is unheld of it stays, its clock stands still.
ALTER TABLE grants ADD COLUMN frozen_at {i64};
-- What is to be given back of it in all; of that what has been; of that what had expired.
ALTER TABLE grants ADD COLUMN claim {i64} NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN claim_met {i64} NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN claim_by_expiry {i64} NOT NULL DEFAULT 0;
-- The sweep passes over grants whose clock stands still.
DROP INDEX grants_due;
CREATE INDEX grants_due ON grants (expires_at, org) WHERE unheld > 0 AND frozen_at IS NULL;

-- Money in -------------------------------------------------------------------------------------

-- What the payment provider told, as it came: kept before anything is done with it.
CREATE TABLE hooks (
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Whose truth may have changed; null: it does not concern us.
    about TEXT,
    headers TEXT NOT NULL,
    body {bytes} NOT NULL,
    state TEXT NOT NULL,
    tries {i64} NOT NULL,
    error TEXT,
    received_at {i64} NOT NULL,
    -- Not looked at before this.
    next_at {i64} NOT NULL,
    done_at {i64},
    PRIMARY KEY (provider, event)
) {table};
CREATE INDEX hooks_waiting ON hooks (next_at) WHERE state = 'waiting';

-- A mirror of the provider's payments, for lists.
CREATE TABLE payments (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    customer TEXT NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT,
    subscription TEXT,
    amount_cents {i64} NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    url TEXT,
    paid_at {i64},
    refunded_cents {i64} NOT NULL,
    -- How its dispute stands; null: there is none.
    dispute TEXT,
    receipt_url TEXT,
    created_at {i64} NOT NULL,
    -- What the provider was asked at this instant; an older answer changes nothing.
    seen_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
-- Asked over all organizations: who may have something to tell.
CREATE INDEX payments_by_age ON payments (created_at, org);

-- What payments and plans do to a pool beside granting: few among many entries.
CREATE INDEX entries_of_money ON entries (org, position)
    WHERE kind IN ('locked', 'unlocked', 'frozen', 'thawed', 'claimed');

-- Which grant a line of a payment became: written by the commit that grants it, once for ever.
CREATE TABLE payment_grants (
    org TEXT NOT NULL REFERENCES organizations (id),
    payment TEXT NOT NULL,
    line TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    credits {i64} NOT NULL,
    PRIMARY KEY (org, payment, line)
) {keyed};
CREATE UNIQUE INDEX payment_grants_once ON payment_grants (org, grant_id);

-- credits, or a plan's first period.
ALTER TABLE checkouts ADD COLUMN kind TEXT NOT NULL DEFAULT 'credits';
-- The saved card, or the provider's page.
ALTER TABLE checkouts ADD COLUMN pay_with TEXT NOT NULL DEFAULT 'checkout';
-- Asked over all organizations: what may still be paid.
CREATE INDEX checkouts_unpaid ON checkouts (created_at, org)
    WHERE state IN ('open', 'declined', 'confirmation_needed');

-- Auto-recharge --------------------------------------------------------------------------------

-- What an organization wants of it; no row: it never wanted anything.
CREATE TABLE recharges (
    org TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    enabled {i64} NOT NULL,
    threshold {i64} NOT NULL,
    amount {i64} NOT NULL,
    monthly_limit {i64} NOT NULL,
    broken_card TEXT,
    since {i64} NOT NULL,
    changed_by TEXT NOT NULL
) {keyed};
-- Asked over all organizations.
CREATE INDEX recharges_on ON recharges (enabled, org) WHERE enabled = 1;

CREATE TABLE attempts (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- The UTC calendar month of created_at.
    month TEXT NOT NULL,
    credits {i64} NOT NULL,
    lifetime_months {i64} NOT NULL,
    amount_cents {i64} NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    card TEXT NOT NULL,
    url TEXT,
    payment TEXT,
    grant_id TEXT,
    created_at {i64} NOT NULL,
    updated_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
CREATE INDEX attempts_of_month ON attempts (org, month);
-- One in flight for each organization, whatever begins another.
CREATE UNIQUE INDEX attempts_in_flight ON attempts (org)
    WHERE state IN ('sent', 'needs_confirmation');

-- Plans and subscriptions ----------------------------------------------------------------------

-- What was ever offered. A version never changes: whoever is on it keeps it.
CREATE TABLE plan_versions (
    plan TEXT NOT NULL,
    version {i64} NOT NULL,
    published_at {i64} NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan, version)
) {keyed};

-- Who pays for an organization, and with which card.
CREATE TABLE customers (
    org TEXT NOT NULL REFERENCES organizations (id),
    provider TEXT NOT NULL,
    customer TEXT NOT NULL,
    card TEXT,
    card_brand TEXT,
    card_last4 TEXT,
    card_exp_month {i64},
    card_exp_year {i64},
    checked_at {i64} NOT NULL,
    PRIMARY KEY (org, provider)
) {keyed};
-- Asked by what the provider tells, which knows the customer alone.
CREATE UNIQUE INDEX customers_by_id ON customers (provider, customer);

-- As the provider says they are.
CREATE TABLE subscriptions (
    org TEXT NOT NULL REFERENCES organizations (id),
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    plan TEXT NOT NULL,
    version {i64} NOT NULL,
    cadence TEXT NOT NULL,
    status TEXT NOT NULL,
    -- It was paid at least once.
    begun {i64} NOT NULL,
    period_start {i64} NOT NULL,
    period_end {i64} NOT NULL,
    ends_at_period_end {i64} NOT NULL,
    -- What it will be on from the period's end.
    next_plan TEXT,
    next_version {i64},
    next_cadence TEXT,
    open_payment TEXT,
    -- Where the bank wants the person.
    confirm_url TEXT,
    past_due_since {i64},
    ended_at {i64},
    created_at {i64} NOT NULL,
    PRIMARY KEY (org, provider, reference)
) {keyed};

-- Which grant the credits of a period are: one for each (invariant I17).
CREATE TABLE plan_periods (
    org TEXT NOT NULL REFERENCES organizations (id),
    subscription TEXT NOT NULL,
    period_start {i64} NOT NULL,
    cadence TEXT NOT NULL,
    period_end {i64} NOT NULL,
    plan TEXT NOT NULL,
    version {i64} NOT NULL,
    grant_id TEXT NOT NULL,
    PRIMARY KEY (org, subscription, period_start, cadence)
) {keyed};

-- What a change would do, as it was shown.
CREATE TABLE previews (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at {i64} NOT NULL,
    expires_at {i64} NOT NULL,
    used_at {i64},
    PRIMARY KEY (org, id)
) {keyed};
