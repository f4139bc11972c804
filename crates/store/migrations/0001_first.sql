-- The first schema, for every engine. {i64} is a 64-bit integer, {bytes} are bytes; {keyed} marks
-- a table of short rows kept in the order of its key, {table} one of long rows.
--
-- Every table's key begins with the organization, so that all of one organization can live
-- together. The exceptions belong to the whole installation and are read before anybody's
-- organization is known: users, logins, settings, rate_cards, replies (and migrations).
-- Instants are microseconds since 1970 UTC; amounts are micro-credits; flags are 0 or 1.

-- The installation -----------------------------------------------------------------------------

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    operator {i64} NOT NULL,
    created_at {i64} NOT NULL,
    disabled_at {i64},
    -- 1 for the account that set the installation up, else null: there cannot be two.
    first_account {i64} UNIQUE
) {keyed};

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) {table};

CREATE TABLE rate_cards (
    version {i64} NOT NULL PRIMARY KEY,
    published_at {i64} NOT NULL,
    json TEXT NOT NULL
) {table};

-- Replies of requests that spend, by caller and idempotency key; without a status: still running.
CREATE TABLE replies (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    hash {bytes} NOT NULL,
    taken_at {i64} NOT NULL,
    status {i64},
    body TEXT,
    PRIMARY KEY (scope, key)
) {table};
CREATE INDEX replies_by_age ON replies (taken_at);

-- People of an organization --------------------------------------------------------------------

CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at {i64} NOT NULL
) {keyed};

CREATE TABLE members (
    org TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    billing_admin {i64} NOT NULL,
    joined_at {i64} NOT NULL,
    PRIMARY KEY (org, user_id)
) {keyed};
CREATE INDEX members_by_user ON members (user_id, joined_at);

CREATE TABLE logins (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    org TEXT NOT NULL REFERENCES organizations (id),
    token_hash {bytes} NOT NULL UNIQUE,
    created_at {i64} NOT NULL,
    last_seen_at {i64} NOT NULL,
    expires_at {i64} NOT NULL,
    user_agent TEXT NOT NULL
) {keyed};
CREATE INDEX logins_by_user ON logins (user_id, id);

CREATE TABLE invitations (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    token_hash {bytes} NOT NULL UNIQUE,
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL REFERENCES users (id),
    created_at {i64} NOT NULL,
    expires_at {i64} NOT NULL,
    accepted_by TEXT REFERENCES users (id),
    revoked_at {i64},
    PRIMARY KEY (org, id)
) {keyed};

-- The pool -------------------------------------------------------------------------------------

-- The last entry and the sums over all entries.
CREATE TABLE pools (
    org TEXT NOT NULL PRIMARY KEY,
    position {i64} NOT NULL,
    head {bytes} NOT NULL,
    last_at {i64} NOT NULL,
    issued {i64} NOT NULL,
    spent {i64} NOT NULL,
    expired {i64} NOT NULL,
    clawed {i64} NOT NULL,
    debt {i64} NOT NULL CHECK (debt >= 0),
    overdraft {i64} NOT NULL CHECK (overdraft >= 0)
) {keyed};

-- The journal. The canonical bytes are the entry; the other columns only find it.
CREATE TABLE entries (
    org TEXT NOT NULL,
    position {i64} NOT NULL,
    booked_at {i64} NOT NULL,
    kind TEXT NOT NULL,
    run TEXT,
    bytes {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (org, position)
) {keyed};
CREATE INDEX entries_of_run ON entries (org, run, position) WHERE run IS NOT NULL;

-- What was committed under a key: the outcome is read from the entry. For ever.
CREATE TABLE keys (
    org TEXT NOT NULL,
    key TEXT NOT NULL,
    hash {bytes} NOT NULL,
    position {i64} NOT NULL,
    PRIMARY KEY (org, key)
) {keyed};

CREATE TABLE grants (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    class TEXT NOT NULL,
    cause TEXT NOT NULL,
    amount {i64} NOT NULL,
    effective_at {i64} NOT NULL,
    expires_at {i64},
    unheld {i64} NOT NULL CHECK (unheld >= 0),
    held {i64} NOT NULL CHECK (held >= 0),
    spent {i64} NOT NULL CHECK (spent >= 0),
    to_debt {i64} NOT NULL CHECK (to_debt >= 0),
    expired {i64} NOT NULL CHECK (expired >= 0),
    clawed {i64} NOT NULL CHECK (clawed >= 0),
    granted_at {i64} NOT NULL,
    position {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
-- Opening a pool reads what is open, not its history.
CREATE INDEX grants_open ON grants (org, id) WHERE unheld > 0 OR held > 0;
-- Asked over all organizations by the sweep.
CREATE INDEX grants_due ON grants (expires_at, org) WHERE unheld > 0;

CREATE TABLE holds (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    run TEXT NOT NULL,
    opened_at {i64} NOT NULL,
    deadline {i64} NOT NULL,
    cap {i64},
    charged_before {i64} NOT NULL,
    taken {i64} NOT NULL,
    -- Of each grant: 16 bytes of its id, 8 of the amount, big-endian, in the order of use. Empty
    -- once the hold has ended: the entries tell then.
    slices {bytes} NOT NULL,
    overdraft {i64} NOT NULL CHECK (overdraft >= 0),
    ended_as TEXT,
    charged {i64} NOT NULL CHECK (charged >= 0),
    ended_position {i64},
    ended_at {i64},
    PRIMARY KEY (org, id)
) {keyed};
CREATE INDEX holds_of_run ON holds (org, run, id);
CREATE INDEX holds_open ON holds (org, id) WHERE ended_as IS NULL;
-- Asked over all organizations by the sweep.
CREATE INDEX holds_due ON holds (deadline, org, id) WHERE ended_as IS NULL;

-- AI work --------------------------------------------------------------------------------------

CREATE TABLE runs (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    session TEXT,
    answer TEXT,
    started_by TEXT NOT NULL,
    model TEXT NOT NULL,
    quote_low {i64} NOT NULL,
    quote_typical {i64} NOT NULL,
    quote_high {i64} NOT NULL,
    quote_hold {i64} NOT NULL,
    quote_from_history {i64} NOT NULL,
    rate_card_version {i64} NOT NULL,
    charged {i64} NOT NULL,
    held {i64} NOT NULL,
    estimated {i64} NOT NULL,
    created_at {i64} NOT NULL,
    started_at {i64},
    ended_at {i64},
    day TEXT,
    position {i64} NOT NULL,
    server TEXT NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
CREATE INDEX runs_of_session ON runs (org, session, id) WHERE session IS NOT NULL;
CREATE INDEX runs_unended ON runs (org, id)
    WHERE state NOT IN ('succeeded', 'failed', 'cancelled');
CREATE INDEX runs_by_model ON runs (org, kind, model, id) WHERE state = 'succeeded';

CREATE TABLE steps (
    org TEXT NOT NULL,
    run TEXT NOT NULL,
    number {i64} NOT NULL,
    name TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at {i64} NOT NULL,
    ended_at {i64},
    input_tokens {i64} NOT NULL,
    output_tokens {i64} NOT NULL,
    estimated {i64} NOT NULL,
    PRIMARY KEY (org, run, number)
) {keyed};

CREATE TABLE usage_lines (
    org TEXT NOT NULL,
    run TEXT NOT NULL,
    number {i64} NOT NULL,
    step {i64} NOT NULL,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL,
    model TEXT NOT NULL,
    measure TEXT NOT NULL,
    quantity {i64} NOT NULL,
    micros_per_million {i64} NOT NULL,
    credits {i64} NOT NULL,
    estimated {i64} NOT NULL,
    settled_at {i64} NOT NULL,
    -- The local day in the organization's zone then: a change of zone applies forward.
    day TEXT NOT NULL,
    PRIMARY KEY (org, run, number)
) {keyed};
CREATE INDEX usage_lines_by_time ON usage_lines (org, settled_at);

CREATE TABLE sessions (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    title TEXT NOT NULL,
    created_at {i64} NOT NULL,
    updated_at {i64} NOT NULL,
    deleted_at {i64},
    PRIMARY KEY (org, id)
) {keyed};
CREATE INDEX sessions_by_activity ON sessions (org, owner, updated_at, id)
    WHERE deleted_at IS NULL;

-- Numbered in the order of writing: two messages of one instant keep their order.
CREATE TABLE messages (
    org TEXT NOT NULL,
    session TEXT NOT NULL,
    number {i64} NOT NULL,
    id TEXT NOT NULL,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    run TEXT,
    created_at {i64} NOT NULL,
    PRIMARY KEY (org, session, number),
    UNIQUE (org, id),
    FOREIGN KEY (org, session) REFERENCES sessions (org, id)
) {table};

-- Money ----------------------------------------------------------------------------------------

CREATE TABLE checkouts (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    pack TEXT NOT NULL,
    credits {i64} NOT NULL,
    lifetime_months {i64} NOT NULL,
    amount_cents {i64} NOT NULL,
    currency TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    payment TEXT,
    grant_id TEXT,
    position {i64},
    created_at {i64} NOT NULL,
    updated_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
-- Asked by events of the payment provider, which know the id alone.
CREATE UNIQUE INDEX checkouts_by_id ON checkouts (id);
