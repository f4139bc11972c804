//! Deleting an organization: everything with content and everybody's place in it goes, and its
//! books stay, by ids. What becomes of every column is told in `docs/decisions/0010-privacy.md`.

use ampere_credits::{OrgId, UserId};

use crate::ops::audit;
use crate::ops::erasure::{TITLE, all, blank_hook, entry, hooks_of};
use crate::ports::Kept;
use crate::rows::{Closed, OrganizationClosing};
use crate::tx::{Statement, Tx, statements};
use crate::values::values;

/// What stands in place of an organization's name.
const NOWHERE: &str = "Deleted organization";

statements! {
    /// Whether it is there.
    CLOSE_WHICH = "SELECT 1 FROM organizations WHERE id = $1 AND closed_at IS NULL";
    /// A run of it that has not ended.
    CLOSE_OPEN = "SELECT 1 FROM runs WHERE org = $1 \
                  AND state NOT IN ('succeeded', 'failed', 'cancelled') LIMIT 1";
    /// Its people.
    CLOSE_PEOPLE = "SELECT user_id FROM members WHERE org = $1";
    /// Conversations, with everything that hangs on them.
    CLOSE_SHARES = "DELETE FROM shares WHERE org = $1";
    CLOSE_SESSION_FILES = "DELETE FROM session_files WHERE org = $1";
    CLOSE_MESSAGES = "DELETE FROM messages WHERE org = $1";
    CLOSE_SESSIONS = "DELETE FROM sessions WHERE org = $1";
    /// What runs were asked, did and gave; that they were, and what they cost, stays.
    CLOSE_STEP_RESULTS = "DELETE FROM step_results WHERE org = $1";
    CLOSE_TASKS = "DELETE FROM tasks WHERE org = $1";
    CLOSE_STILLS = "DELETE FROM stills WHERE org = $1";
    CLOSE_STEPS = "UPDATE steps SET name = kind, note = NULL WHERE org = $1";
    CLOSE_TITLES = "UPDATE runs SET title = $1 WHERE org = $2";
    /// What was still to be done.
    CLOSE_JOBS = "DELETE FROM jobs WHERE org = $1";
    CLOSE_SCHEDULES = "DELETE FROM schedules WHERE org = $1";
    /// What people keep.
    CLOSE_FILE_BYTES = "DELETE FROM file_bytes WHERE org = $1";
    CLOSE_FILES = "DELETE FROM files WHERE org = $1";
    CLOSE_INPUTS = "DELETE FROM saved_inputs WHERE org = $1";
    CLOSE_VERSIONS = "DELETE FROM workflow_versions WHERE org = $1";
    CLOSE_WORKFLOWS = "DELETE FROM workflows WHERE org = $1";
    /// What people were told, and about what.
    CLOSE_NOTICES = "DELETE FROM notices WHERE org = $1";
    CLOSE_WISHES = "DELETE FROM notice_wishes WHERE org = $1";
    CLOSE_MARKS = "DELETE FROM notice_marks WHERE org = $1";
    CLOSE_PLEAS = "DELETE FROM pleas WHERE org = $1";
    /// Letters that invite into it, then the invitations.
    CLOSE_LETTERS = "DELETE FROM mails WHERE id IN (SELECT i.mail FROM invitations i \
                     WHERE i.org = $1 AND i.mail IS NOT NULL)";
    CLOSE_INVITATIONS = "DELETE FROM invitations WHERE org = $1";
    /// Changes of plan as they were shown.
    CLOSE_PREVIEWS = "DELETE FROM previews WHERE org = $1";
    /// Nothing is bought by itself any more.
    CLOSE_RECHARGE = "UPDATE recharges SET enabled = 0 WHERE org = $1";
    /// Replies that are remembered, between two scopes.
    CLOSE_REPLIES = "DELETE FROM replies WHERE scope > $1 AND scope < $2";
    /// Whoever is logged in there.
    CLOSE_LOGINS = "DELETE FROM logins WHERE org = $1 AND user_id IN \
                    (SELECT m.user_id FROM members m WHERE m.org = $1)";
    CLOSE_MEMBERS = "DELETE FROM members WHERE org = $1";
    /// The row keeps the id, and the zone that its days were counted in.
    CLOSE_ORGANIZATION = "UPDATE organizations SET name = $1, files_size = 0, \
                          background_titles = 0, background_summaries = 0, \
                          background_follow_ups = 0, background_draw = 0, closed_at = $2 \
                          WHERE id = $3";
}

/// What goes, in an order that leaves nothing pointing at what is gone.
const GOES: [&Statement; 25] = [
    &CLOSE_SHARES,
    &CLOSE_SESSION_FILES,
    &CLOSE_MESSAGES,
    &CLOSE_JOBS,
    &CLOSE_SESSIONS,
    &CLOSE_STEP_RESULTS,
    &CLOSE_TASKS,
    &CLOSE_STILLS,
    &CLOSE_STEPS,
    &CLOSE_SCHEDULES,
    &CLOSE_FILE_BYTES,
    &CLOSE_FILES,
    &CLOSE_INPUTS,
    &CLOSE_VERSIONS,
    &CLOSE_WORKFLOWS,
    &CLOSE_NOTICES,
    &CLOSE_WISHES,
    &CLOSE_MARKS,
    &CLOSE_PLEAS,
    &CLOSE_LETTERS,
    &CLOSE_INVITATIONS,
    &CLOSE_PREVIEWS,
    &CLOSE_RECHARGE,
    &CLOSE_LOGINS,
    &CLOSE_MEMBERS,
];

/// Closes it, unless a run has not ended: its hold would stay open for ever.
pub(super) async fn close(tx: &mut dyn Tx, closing: OrganizationClosing) -> Kept<Closed> {
    let OrganizationClosing { org, by, at, act } = closing;
    if tx.query(&CLOSE_WHICH, values![org]).await?.is_empty() {
        return Ok(Closed::NotThere);
    }
    if !tx.query(&CLOSE_OPEN, values![org]).await?.is_empty() {
        return Ok(Closed::RunOpen);
    }
    let people: Vec<UserId> = all(tx, &CLOSE_PEOPLE, values![org]).await?;
    blank_hooks(tx, org).await?;
    for statement in GOES {
        tx.execute(statement, values![org]).await?;
    }
    tx.execute(&CLOSE_TITLES, values![TITLE.to_owned(), org]).await?;
    // A scope goes on with a blank; the next character ends the span.
    tx.execute(&CLOSE_REPLIES, values![format!("{org} "), format!("{org}!")]).await?;
    tx.execute(&CLOSE_ORGANIZATION, values![NOWHERE.to_owned(), at, org]).await?;
    audit::append(tx, entry(org, by, (&act, &org.to_string()), at)).await?;
    Ok(Closed::Gone(people))
}

async fn blank_hooks(tx: &mut dyn Tx, org: OrgId) -> Kept<()> {
    for (provider, event, _) in hooks_of(tx, org).await? {
        blank_hook(tx, provider, event).await?;
    }
    Ok(())
}
