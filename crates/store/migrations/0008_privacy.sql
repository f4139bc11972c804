-- Sharing and going: who may open whose conversation, and who is here no more. Words in braces as
-- in the first migration.

-- Whom a conversation is shared with, beside the one whose it is.
CREATE TABLE shares (
    org TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    session TEXT NOT NULL,
    -- 'view': read it; 'edit': also write in it; 'owner': also share and delete it.
    access TEXT NOT NULL CHECK (access IN ('view', 'edit', 'owner')),
    shared_by TEXT NOT NULL REFERENCES users (id),
    shared_at {i64} NOT NULL,
    -- The conversation's latest activity, as in its own row: by it lists are found in their order.
    active_at {i64} NOT NULL,
    PRIMARY KEY (org, user_id, session),
    FOREIGN KEY (org, session) REFERENCES sessions (org, id)
) {keyed};
CREATE INDEX shares_of_session ON shares (org, session, user_id);
CREATE INDEX shares_by_activity ON shares (org, user_id, active_at, session);

-- Which files belong to a conversation: sent with a message of it, or made by a run of it. Whoever
-- may open the conversation may open them.
CREATE TABLE session_files (
    org TEXT NOT NULL,
    file TEXT NOT NULL,
    session TEXT NOT NULL,
    PRIMARY KEY (org, file, session)
) {keyed};
CREATE INDEX session_files_of_session ON session_files (org, session, file);
-- Of messages from before: their lists of at most five ids of 31 characters, parted by spaces.
INSERT INTO session_files (org, file, session)
    SELECT DISTINCT m.org, substr(m.attachments, p.place, 31), m.session FROM messages m
    JOIN (SELECT 1 AS place UNION ALL SELECT 33 UNION ALL SELECT 65 UNION ALL SELECT 97
        UNION ALL SELECT 129) p ON p.place < length(m.attachments);

-- A person whose account was deleted: the row keeps the id, so that the books still add up, and
-- nothing else about them.
ALTER TABLE users ADD COLUMN erased_at {i64};

-- An organization that was deleted: its books stay, by ids, and nothing else of it.
ALTER TABLE organizations ADD COLUMN closed_at {i64};

-- Who goes is found where only their address or their payments are known.
CREATE INDEX invitations_by_email ON invitations (email) WHERE email IS NOT NULL;
CREATE INDEX mails_by_recipient ON mails (recipient);
CREATE INDEX hooks_by_about ON hooks (about) WHERE about IS NOT NULL;
