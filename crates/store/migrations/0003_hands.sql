-- Browser sessions and Joule's hands: seconds of use, attachments, what may go unasked, stills.

ALTER TABLE steps ADD COLUMN seconds {i64} NOT NULL DEFAULT 0;

-- Ids of files, parted by spaces.
ALTER TABLE messages ADD COLUMN attachments TEXT NOT NULL DEFAULT '';

-- Calls of Joule that may cost at most this start without asking, in micro-credits.
ALTER TABLE sessions ADD COLUMN allow_up_to {i64};

-- Pictures kept of browser sessions.
CREATE TABLE stills (
    org TEXT NOT NULL REFERENCES organizations (id),
    run TEXT NOT NULL,
    number {i64} NOT NULL,
    taken_at {i64} NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    action TEXT NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (org, run, number)
) {table};
CREATE INDEX stills_by_age ON stills (taken_at);

-- Ways to list runs: those of one person, and the dearest first.
CREATE INDEX runs_of_member ON runs (org, started_by, id);
CREATE INDEX runs_by_credits ON runs (org, charged, id);
