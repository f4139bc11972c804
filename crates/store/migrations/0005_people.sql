-- People: roles are words of members.role as before; here is what comes with them. Words in braces
-- as in the first migration.
--
-- Beside those named in the first migration, mails and password_resets belong to the whole
-- installation: they are for a person, whatever organization they are of.

-- Members --------------------------------------------------------------------------------------

-- When they last did anything there.
ALTER TABLE members ADD COLUMN last_active_at {i64};

-- Mail -----------------------------------------------------------------------------------------

-- What is to be sent, and what became of it. The text is sealed and goes as soon as it is sent:
-- it may hold links that let somebody in.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    tries {i64} NOT NULL,
    created_at {i64} NOT NULL,
    -- When it is tried next, while it is pending.
    due_at {i64},
    -- Of the last try that failed, for the operator.
    error TEXT
) {table};
CREATE INDEX mails_due ON mails (due_at, id) WHERE state = 'pending';
CREATE INDEX mails_by_age ON mails (created_at);

-- Invitations ----------------------------------------------------------------------------------

-- Whom it is for; null: whoever has the link.
ALTER TABLE invitations ADD COLUMN email TEXT;
-- When its link was made, last.
ALTER TABLE invitations ADD COLUMN linked_at {i64} NOT NULL DEFAULT 0;
-- The mail that carries its link.
ALTER TABLE invitations ADD COLUMN mail TEXT;

-- Passwords ------------------------------------------------------------------------------------

-- Links by which a person sets a new password; each works once.
CREATE TABLE password_resets (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    expires_at {i64} NOT NULL
) {keyed};
CREATE INDEX password_resets_of_user ON password_resets (user_id);
CREATE INDEX password_resets_by_age ON password_resets (expires_at);

-- Asking ---------------------------------------------------------------------------------------

-- When a person last asked those who can add credits.
CREATE TABLE pleas (
    org TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    asked_at {i64} NOT NULL,
    PRIMARY KEY (org, user_id)
) {keyed};
