-- Work beyond conversations: tools, workflows, schedules, background jobs, files, and the queue of
-- runs that wait for credits. Words in braces as in the first migration.

-- Organizations --------------------------------------------------------------------------------

-- What background work is wanted; draw: when its allowance is used up, the pool pays.
ALTER TABLE organizations ADD COLUMN background_titles {i64} NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN background_summaries {i64} NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN background_follow_ups {i64} NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN background_draw {i64} NOT NULL DEFAULT 0;
-- Bytes of all its files together, so that a quota is one look and not a sum.
ALTER TABLE organizations ADD COLUMN files_size {i64} NOT NULL DEFAULT 0;

-- Runs -----------------------------------------------------------------------------------------

ALTER TABLE runs ADD COLUMN subject TEXT;
ALTER TABLE runs ADD COLUMN triggered_by TEXT NOT NULL DEFAULT 'person';
ALTER TABLE runs ADD COLUMN schedule TEXT;
ALTER TABLE runs ADD COLUMN cap {i64};
CREATE INDEX runs_of_kind ON runs (org, kind, id);
CREATE INDEX runs_of_subject ON runs (org, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX runs_of_schedule ON runs (org, schedule, id) WHERE schedule IS NOT NULL;
-- What the last ones like a new one were charged.
CREATE INDEX runs_alike ON runs (org, kind, subject, model, id)
    WHERE subject IS NOT NULL AND state = 'succeeded';

-- Logical name within the run: rows of one path are attempts at the same step.
ALTER TABLE steps ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN part {i64} NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN kind TEXT NOT NULL DEFAULT 'answer';
ALTER TABLE steps ADD COLUMN attempt {i64} NOT NULL DEFAULT 1;
ALTER TABLE steps ADD COLUMN note TEXT;

-- What came out of steps, apart from them: a step is written often, its result once.
CREATE TABLE step_results (
    org TEXT NOT NULL,
    run TEXT NOT NULL,
    number {i64} NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (org, run, number)
) {table};

-- What a run does: the definition as it was when the run started.
CREATE TABLE tasks (
    org TEXT NOT NULL,
    run TEXT NOT NULL,
    definition TEXT NOT NULL,
    inputs TEXT NOT NULL,
    -- SHA-256 of the inputs, to find who had the same.
    inputs_hash {bytes} NOT NULL,
    result TEXT,
    -- The key it was started under: a start that waits for credits books nothing that would
    -- remember it.
    start_key TEXT NOT NULL,
    PRIMARY KEY (org, run)
) {table};
CREATE INDEX tasks_by_start ON tasks (org, start_key);
CREATE INDEX tasks_by_inputs ON tasks (org, inputs_hash, run);

-- Runs that wait for credits, with the hold that each will get. A row is there exactly as long as
-- its run waits: who takes it out (a commit that serves it, or a person) decides what becomes of
-- the run. 'paused' sorts before 'waiting', and that is their order.
CREATE TABLE queue (
    org TEXT NOT NULL,
    run TEXT NOT NULL,
    turn TEXT NOT NULL CHECK (turn IN ('paused', 'waiting')),
    since {i64} NOT NULL,
    hold TEXT NOT NULL,
    amount {i64} NOT NULL,
    hold_seconds {i64} NOT NULL,
    cap {i64},
    PRIMARY KEY (org, run)
) {keyed};
CREATE INDEX queue_in_order ON queue (org, turn, since, run);
-- Asked over all organizations by the sweep.
CREATE INDEX queue_by_age ON queue (since, org, run);

-- Conversations --------------------------------------------------------------------------------

ALTER TABLE sessions ADD COLUMN titled_by_person {i64} NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN summary TEXT;
ALTER TABLE sessions ADD COLUMN summarized {i64} NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN follow_ups TEXT;

-- Background jobs that are still to be done.
CREATE TABLE jobs (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
-- Asked over all organizations by who does them.
CREATE INDEX jobs_by_age ON jobs (created_at, id, org);

-- What people keep -----------------------------------------------------------------------------

CREATE TABLE files (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size {i64} NOT NULL,
    created_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};
CREATE INDEX files_of_owner ON files (org, owner, id);

CREATE TABLE file_bytes (
    org TEXT NOT NULL,
    id TEXT NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (org, id),
    FOREIGN KEY (org, id) REFERENCES files (org, id)
) {table};

CREATE TABLE saved_inputs (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    tool TEXT NOT NULL,
    name TEXT NOT NULL,
    inputs TEXT NOT NULL,
    created_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {table};
CREATE INDEX saved_inputs_of_tool ON saved_inputs (org, user_id, tool, id);

CREATE TABLE workflows (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- The newest; its definition is among the versions.
    version {i64} NOT NULL,
    created_at {i64} NOT NULL,
    updated_at {i64} NOT NULL,
    hidden {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {keyed};

CREATE TABLE workflow_versions (
    org TEXT NOT NULL,
    workflow TEXT NOT NULL,
    version {i64} NOT NULL,
    definition TEXT NOT NULL,
    saved_by TEXT NOT NULL REFERENCES users (id),
    saved_at {i64} NOT NULL,
    PRIMARY KEY (org, workflow, version),
    FOREIGN KEY (org, workflow) REFERENCES workflows (org, id)
) {table};

CREATE TABLE schedules (
    org TEXT NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    inputs TEXT NOT NULL,
    rule TEXT NOT NULL,
    zone TEXT NOT NULL,
    max_runs {i64},
    cap {i64},
    failure_limit {i64} NOT NULL,
    state TEXT NOT NULL,
    note TEXT,
    next_at {i64},
    runs {i64} NOT NULL,
    failures {i64} NOT NULL,
    last_run TEXT,
    needed {i64} NOT NULL,
    created_at {i64} NOT NULL,
    updated_at {i64} NOT NULL,
    PRIMARY KEY (org, id)
) {table};
CREATE INDEX schedules_of_owner ON schedules (org, owner, id);
-- Both are asked over all organizations by who starts their runs.
CREATE INDEX schedules_due ON schedules (next_at, org, id) WHERE state = 'active';
CREATE INDEX schedules_short ON schedules (org, id) WHERE state = 'paused_no_credits';
