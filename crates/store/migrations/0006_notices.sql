-- Notices: what people are told, what they want to be told, and which lines were crossed.

CREATE TABLE notices (
    org TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT NOT NULL,
    -- What the one action of it is called.
    action TEXT NOT NULL,
    created_at {i64} NOT NULL,
    read_at {i64},
    PRIMARY KEY (org, user_id, id)
) {table};
CREATE INDEX notices_unread ON notices (org, user_id, id) WHERE read_at IS NULL;
-- Asked over all organizations, to forget old ones.
CREATE INDEX notices_by_age ON notices (created_at);

-- On which side of a line something stands: who was told is not told again before it was back.
CREATE TABLE notice_marks (
    org TEXT NOT NULL REFERENCES organizations (id),
    subject TEXT NOT NULL,
    level TEXT NOT NULL,
    at {i64} NOT NULL,
    PRIMARY KEY (org, subject)
) {keyed};

-- What a person wants of a kind, where it differs from what everybody gets.
CREATE TABLE notice_wishes (
    org TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    in_app {i64} NOT NULL,
    email {i64} NOT NULL,
    PRIMARY KEY (org, user_id, kind)
) {keyed};
