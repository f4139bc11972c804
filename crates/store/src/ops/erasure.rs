//! Deleting a person, in every organization at once: what they wrote and what names them goes, and
//! the books keep their id. What becomes of every column is told in
//! `docs/decisions/0010-privacy.md`, which a test compares with the schema. Deleting an
//! organization is [`super::closing`].

use ampere_credits::{FileId, OrgId, SessionId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::schedules::{give_all, pause_of};
use crate::ops::{audit, chat, closing, files, shares};
use crate::ports::{ErasureStore, Kept};
use crate::rows::{AuditWrite, Closed, Erased, OrganizationClosing, PersonErasure, Role};
use crate::tx::{Statement, Tx, statements};
use crate::values::{Row, Stored, Value, values};

/// What stands in place of a name.
const NOBODY: &str = "Deleted person";
/// What stands in place of a run's title.
pub(super) const TITLE: &str = "Deleted";
/// What stands in place of a text that somebody wrote in another person's conversation.
const TEXT: &str = "Deleted with the account of who wrote it.";
/// What stands in place of a letter's subject that names somebody.
const SUBJECT: &str = "A message";
/// Rows that are looked through at a time.
const AT_ONCE: u32 = 500;

/// The runs of a person in an organization ($1, $2).
macro_rules! own_runs {
    () => {
        "(SELECT r.id FROM runs r WHERE r.org = $1 AND r.started_by = $2)"
    };
}

statements! {
    /// Who is still here.
    ERASE_WHOM = "SELECT email, name, operator FROM users WHERE id = $1 AND erased_at IS NULL";
    /// Whether they own an organization.
    ERASE_OWNS = "SELECT 1 FROM members WHERE user_id = $1 AND role = $2 LIMIT 1";
    /// Whether somebody else has an account.
    ERASE_OTHERS = "SELECT 1 FROM users WHERE id <> $1 AND erased_at IS NULL LIMIT 1";
    /// Whether somebody else runs the installation.
    ERASE_OPERATORS = "SELECT 1 FROM users WHERE id <> $1 AND operator = 1 \
                       AND erased_at IS NULL LIMIT 1";
    /// Where there is anything of them, also where they do not belong any more.
    ERASE_WHERE = "SELECT o.id FROM organizations o WHERE \
        EXISTS (SELECT 1 FROM members m WHERE m.org = o.id AND m.user_id = $1) \
        OR EXISTS (SELECT 1 FROM runs r WHERE r.org = o.id AND r.started_by = $1) \
        OR EXISTS (SELECT 1 FROM sessions s WHERE s.org = o.id AND s.owner = $1 \
            AND s.deleted_at IS NULL) \
        OR EXISTS (SELECT 1 FROM files f WHERE f.org = o.id AND f.owner = $1) \
        OR EXISTS (SELECT 1 FROM saved_inputs i WHERE i.org = o.id AND i.user_id = $1) \
        OR EXISTS (SELECT 1 FROM schedules s WHERE s.org = o.id AND s.owner = $1) \
        OR EXISTS (SELECT 1 FROM workflows w WHERE w.org = o.id AND w.owner = $1) \
        OR EXISTS (SELECT 1 FROM notices n WHERE n.org = o.id AND n.user_id = $1) \
        OR EXISTS (SELECT 1 FROM notice_wishes w WHERE w.org = o.id AND w.user_id = $1) \
        OR EXISTS (SELECT 1 FROM pleas p WHERE p.org = o.id AND p.user_id = $1) \
        ORDER BY o.id";
    /// A run of theirs that has not ended.
    ERASE_OPEN = "SELECT 1 FROM runs WHERE org = $1 AND started_by = $2 \
                  AND state NOT IN ('succeeded', 'failed', 'cancelled') LIMIT 1";
    /// Their conversations.
    ERASE_SESSIONS = "SELECT id FROM sessions WHERE org = $1 AND owner = $2 \
                      AND deleted_at IS NULL";
    /// Where their answers stand in conversations of others.
    ERASE_SAID = "SELECT m.session, m.number FROM runs r \
                  JOIN messages m ON m.org = r.org AND m.id = r.answer \
                  WHERE r.org = $1 AND r.started_by = $2 AND r.answer IS NOT NULL";
    /// An answer, and the question right before it.
    ERASE_TEXTS = "UPDATE messages SET body = $1, follow_ups = NULL, attachments = '' \
                   WHERE org = $2 AND session = $3 \
                   AND (number = $4 OR (number = $5 AND author = 'user'))";
    /// What came out of their runs …
    ERASE_STEP_RESULTS = concat!(
        "DELETE FROM step_results WHERE org = $1 AND run IN ", own_runs!());
    /// … what they were asked …
    ERASE_TASKS = concat!("DELETE FROM tasks WHERE org = $1 AND run IN ", own_runs!());
    /// … their pictures …
    ERASE_STILLS = concat!("DELETE FROM stills WHERE org = $1 AND run IN ", own_runs!());
    /// … and the words of what they did.
    ERASE_STEPS = concat!(
        "UPDATE steps SET name = kind, note = NULL WHERE org = $1 AND run IN ", own_runs!());
    /// Titles say what was asked.
    ERASE_TITLES = "UPDATE runs SET title = $1 WHERE org = $2 AND started_by = $3";
    /// Their files.
    ERASE_FILES = "SELECT id FROM files WHERE org = $1 AND owner = $2";
    /// Forms that they keep.
    ERASE_INPUTS = "DELETE FROM saved_inputs WHERE org = $1 AND user_id = $2";
    /// What they were told.
    ERASE_NOTICES = "DELETE FROM notices WHERE org = $1 AND user_id = $2";
    /// What others were told.
    ERASE_TOLD = "SELECT user_id, id, body FROM notices WHERE org = $1 \
                  AND (user_id, id) > ($2, $3) ORDER BY user_id, id LIMIT $4";
    /// One of these names them.
    ERASE_NOTICE = "DELETE FROM notices WHERE org = $1 AND user_id = $2 AND id = $3";
    /// What they wanted to be told.
    ERASE_WISHES = "DELETE FROM notice_wishes WHERE org = $1 AND user_id = $2";
    /// When they asked for credits.
    ERASE_PLEAS = "DELETE FROM pleas WHERE org = $1 AND user_id = $2";
    /// What was still to be made for their conversations.
    ERASE_JOBS = "DELETE FROM jobs WHERE org = $1 AND user_id = $2";
    /// Notes at their schedules may name them.
    ERASE_NOTES = "UPDATE schedules SET note = NULL WHERE org = $1 AND owner = $2";
    /// Who owns an organization.
    ERASE_HEIR = "SELECT user_id FROM members WHERE org = $1 AND role = $2";
    /// Workflows are the team's.
    ERASE_WORKFLOWS = "UPDATE workflows SET owner = $1 WHERE org = $2 AND owner = $3";
    /// Replies that are remembered for them, between two scopes.
    ERASE_REPLIES = "DELETE FROM replies WHERE scope > $1 AND scope < $2";
    /// What the payment provider told of somebody's payments.
    ERASE_HOOKS = "SELECT provider, event, body FROM hooks WHERE about = $1";
    /// What it told names them.
    ERASE_HOOK = "UPDATE hooks SET headers = '', body = $1 WHERE provider = $2 AND event = $3";
    /// Who pays for an organization.
    ERASE_PAYERS = "SELECT customer FROM customers WHERE org = $1";
    /// What they paid.
    ERASE_PAYMENTS = "SELECT id FROM payments WHERE org = $1";
    /// They belong to it no more.
    ERASE_MEMBER = "DELETE FROM members WHERE org = $1 AND user_id = $2";
    /// Nobody is logged in as them.
    ERASE_LOGINS = "DELETE FROM logins WHERE user_id = $1";
    /// Nor gets in by a link.
    ERASE_RESETS = "DELETE FROM password_resets WHERE user_id = $1";
    /// Letters to them.
    ERASE_MAILS = "DELETE FROM mails WHERE recipient = $1";
    /// Letters to others after one.
    ERASE_SUBJECTS = "SELECT id, subject FROM mails WHERE id > $1 ORDER BY id LIMIT $2";
    /// One of these names them.
    ERASE_SUBJECT = "UPDATE mails SET subject = $1 WHERE id = $2";
    /// Invitations to their address: one that nobody accepted would be for anybody now.
    ERASE_INVITED = "UPDATE invitations SET email = NULL, revoked_at = CASE \
                     WHEN accepted_by IS NULL THEN coalesce(revoked_at, $1) \
                     ELSE revoked_at END WHERE email = $2";
    /// The row keeps the id.
    ERASE_PERSON = "UPDATE users SET email = $1, name = $2, password_hash = '', operator = 0, \
                    first_account = NULL, disabled_at = coalesce(disabled_at, $3), \
                    erased_at = $3 WHERE id = $4";
    /// Since when an organization is gone.
    CLOSED_AT = "SELECT closed_at FROM organizations WHERE id = $1";
    /// Those that are gone.
    CLOSED = "SELECT id FROM organizations WHERE closed_at IS NOT NULL ORDER BY id";
}

/// What names a person.
struct Named {
    email: String,
    name: String,
}

impl Named {
    /// Whether a text names them: whole words, in any case.
    fn in_text(&self, text: &str) -> bool {
        holds(text, &self.name) || holds(text, &self.email)
    }
}

/// Whether a text holds these words, not as a part of longer ones.
fn holds(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase(), words.to_lowercase());
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !words.is_empty()
        && text.match_indices(&words).any(|(at, found)| {
            let (before, after) = (text.get(..at), text.get(at + found.len()..));
            let before = before.and_then(|text| text.chars().next_back());
            !inside(before) && !inside(after.and_then(|text| text.chars().next()))
        })
}

fn first<T: Stored>(mut row: Row) -> Kept<T> {
    row.take()
}

/// The first column of all rows.
pub(super) async fn all<T: Stored>(
    tx: &mut dyn Tx,
    statement: &'static Statement,
    list: Vec<Value>,
) -> Kept<Vec<T>> {
    tx.query(statement, list).await?.into_iter().map(first).collect()
}

async fn is(tx: &mut dyn Tx, statement: &'static Statement, list: Vec<Value>) -> Kept<bool> {
    Ok(!tx.query(statement, list).await?.is_empty())
}

async fn erase(tx: &mut dyn Tx, erasure: PersonErasure) -> Kept<Erased> {
    let user = erasure.user;
    let found = tx.query(&ERASE_WHOM, values![user]).await?.into_iter().next();
    let Some(mut row) = found else { return Ok(Erased::Gone(Vec::new())) };
    let named = Named { email: row.take()?, name: row.take()? };
    let operator: bool = row.take()?;
    if is(tx, &ERASE_OWNS, values![user, Role::Owner]).await? {
        return Ok(Erased::OwnsOrganization);
    }
    let needed = operator
        && is(tx, &ERASE_OTHERS, values![user]).await?
        && !is(tx, &ERASE_OPERATORS, values![user]).await?;
    if needed {
        return Ok(Erased::LastOperator);
    }
    let places: Vec<OrgId> = all(tx, &ERASE_WHERE, values![user]).await?;
    let mut open = Vec::new();
    for org in &places {
        if is(tx, &ERASE_OPEN, values![*org, user]).await? {
            open.push(*org);
        }
    }
    if !open.is_empty() {
        return Ok(Erased::RunOpen(open));
    }
    for org in &places {
        erase_in(tx, *org, &erasure, &named).await?;
    }
    tx.execute(&ERASE_LOGINS, values![user]).await?;
    tx.execute(&ERASE_RESETS, values![user]).await?;
    erase_letters(tx, &named, erasure.at).await?;
    let address = format!("{user}@deleted.invalid");
    tx.execute(&ERASE_PERSON, values![address, NOBODY.to_owned(), erasure.at, user]).await?;
    Ok(Erased::Gone(places))
}

/// Everything of them in one organization.
async fn erase_in(tx: &mut dyn Tx, org: OrgId, erasure: &PersonErasure, named: &Named) -> Kept<()> {
    let (user, at) = (erasure.user, erasure.at);
    for session in all::<SessionId>(tx, &ERASE_SESSIONS, values![org, user]).await? {
        chat::delete(tx, org, session, at).await?;
    }
    shares::end_shares_of(tx, org, user).await?;
    erase_said(tx, org, user).await?;
    erase_runs(tx, org, user).await?;
    for file in all::<FileId>(tx, &ERASE_FILES, values![org, user]).await? {
        files::delete(tx, org, file).await?;
    }
    let own = [&ERASE_INPUTS, &ERASE_NOTICES, &ERASE_WISHES, &ERASE_PLEAS, &ERASE_JOBS];
    for statement in own {
        tx.execute(statement, values![org, user]).await?;
    }
    erase_told(tx, org, named).await?;
    hand_over(tx, org, erasure).await?;
    let scope = format!("{org} {user}");
    // A scope goes on with a blank; the next character ends the span.
    tx.execute(&ERASE_REPLIES, values![format!("{scope} "), format!("{scope}!")]).await?;
    for (provider, event, body) in hooks_of(tx, org).await? {
        if named.in_text(&String::from_utf8_lossy(&body)) {
            blank_hook(tx, provider, event).await?;
        }
    }
    if tx.execute(&ERASE_MEMBER, values![org, user]).await? > 0 {
        audit::append(tx, entry(org, user, (&erasure.act, &user.to_string()), at)).await?;
    }
    Ok(())
}

/// An entry of the audit log: ids only.
pub(super) fn entry(
    org: OrgId,
    actor: UserId,
    (act, target): (&str, &str),
    at: Timestamp,
) -> AuditWrite {
    let detail = r#"{"after":null,"before":null}"#.to_owned();
    AuditWrite { org, at, actor, act: act.to_owned(), target: target.to_owned(), detail }
}

/// What they said in conversations of others, with the answers to it.
async fn erase_said(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Kept<()> {
    for mut row in tx.query(&ERASE_SAID, values![org, user]).await? {
        let (session, answer): (SessionId, u64) = (row.take()?, row.take()?);
        let question = answer.saturating_sub(1);
        let list = values![TEXT.to_owned(), org, session, answer, question];
        tx.execute(&ERASE_TEXTS, list).await?;
    }
    Ok(())
}

async fn erase_runs(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Kept<()> {
    for statement in [&ERASE_STEP_RESULTS, &ERASE_TASKS, &ERASE_STILLS, &ERASE_STEPS] {
        tx.execute(statement, values![org, user]).await?;
    }
    tx.execute(&ERASE_TITLES, values![TITLE.to_owned(), org, user]).await.map(drop)
}

/// What others were told that names them.
async fn erase_told(tx: &mut dyn Tx, org: OrgId, named: &Named) -> Kept<()> {
    let mut last = (String::new(), String::new());
    loop {
        let list = values![org, last.0, last.1, AT_ONCE];
        let rows = tx.query(&ERASE_TOLD, list).await?;
        let full = rows.len() >= AT_ONCE as usize;
        for mut row in rows {
            last = (row.take()?, row.take()?);
            if named.in_text(&row.take::<String>()?) {
                tx.execute(&ERASE_NOTICE, values![org, last.0, last.1]).await?;
            }
        }
        if !full {
            return Ok(());
        }
    }
}

/// Schedules and workflows are the team's: workflows become the owner's, schedules pause or do so
/// too.
async fn hand_over(tx: &mut dyn Tx, org: OrgId, erasure: &PersonErasure) -> Kept<()> {
    let PersonErasure { user, at, .. } = *erasure;
    let heir = all::<UserId>(tx, &ERASE_HEIR, values![org, Role::Owner]).await?;
    let heir = heir.into_iter().next();
    tx.execute(&ERASE_NOTES, values![org, user]).await?;
    if let Some(heir) = heir {
        tx.execute(&ERASE_WORKFLOWS, values![heir, org, user]).await?;
    }
    match heir.filter(|_| erasure.hand_on) {
        Some(heir) => give_all(tx, org, (user, heir), at).await,
        None => pause_of(tx, (org, user), erasure.note.clone(), at).await,
    }
}

/// A webhook as it is kept: provider, event, body.
type Hook = (String, String, Vec<u8>);

/// What the payment provider told of an organization. Whom it is about is written as the app
/// writes it when it keeps one.
pub(super) async fn hooks_of(tx: &mut dyn Tx, org: OrgId) -> Kept<Vec<Hook>> {
    let payers: Vec<String> = all(tx, &ERASE_PAYERS, values![org]).await?;
    let payments: Vec<String> = all(tx, &ERASE_PAYMENTS, values![org]).await?;
    let abouts = payers.into_iter().map(|id| format!("customer {id}"));
    let abouts = abouts.chain(payments.into_iter().map(|id| format!("payment {id}")));
    let mut hooks = Vec::new();
    for about in abouts.chain([format!("organization {org}")]) {
        for mut row in tx.query(&ERASE_HOOKS, values![about]).await? {
            hooks.push((row.take()?, row.take()?, row.take()?));
        }
    }
    Ok(hooks)
}

/// That it came stays, so that it is not taken for a new one; what it said does not.
pub(super) async fn blank_hook(tx: &mut dyn Tx, provider: String, event: String) -> Kept<()> {
    let mut list = vec![Value::Bytes(Vec::new())];
    list.extend(values![provider, event]);
    tx.execute(&ERASE_HOOK, list).await.map(drop)
}

/// Letters and invitations, whatever organization they are of.
async fn erase_letters(tx: &mut dyn Tx, named: &Named, at: Timestamp) -> Kept<()> {
    tx.execute(&ERASE_MAILS, values![named.email.clone()]).await?;
    tx.execute(&ERASE_INVITED, values![at, named.email.clone()]).await?;
    let mut last = String::new();
    loop {
        let rows = tx.query(&ERASE_SUBJECTS, values![last, AT_ONCE]).await?;
        let full = rows.len() >= AT_ONCE as usize;
        for mut row in rows {
            last = row.take()?;
            if named.in_text(&row.take::<String>()?) {
                tx.execute(&ERASE_SUBJECT, values![SUBJECT.to_owned(), last]).await?;
            }
        }
        if !full {
            return Ok(());
        }
    }
}

#[async_trait]
impl<E: Engine> ErasureStore for Database<E> {
    async fn erase_person(&self, erasure: PersonErasure) -> Kept<Erased> {
        self.engine.write(move |tx| Box::pin(async move { erase(tx, erasure).await })).await
    }

    async fn close_organization(&self, it: OrganizationClosing) -> Kept<Closed> {
        self.engine.write(move |tx| Box::pin(async move { closing::close(tx, it).await })).await
    }

    async fn closed_at(&self, org: OrgId) -> Kept<Option<Timestamp>> {
        Ok(self.row(&CLOSED_AT, values![org], first).await?.flatten())
    }

    async fn closed_organizations(&self) -> Kept<Vec<OrgId>> {
        self.rows(&CLOSED, values![], first).await
    }

    async fn scrub(&self) -> Kept<bool> {
        self.engine.scrub().await
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_name_is_found_as_whole_words_in_any_case() {
        assert!(holds("Mia Berg has joined.", "Mia Berg"));
        assert!(holds("(mia berg)", "Mia Berg"));
        assert!(holds("Al asks you for more credits.", "Al"));
        assert!(!holds("Also said", "Al") && !holds("total", "Al") && !holds("x", ""));
        assert!(holds("also Al", "Al"), "not only the first place");
        assert!(holds("Über Jörg.", "jörg"));
    }
}
