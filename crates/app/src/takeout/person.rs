//! Everything of one person, over all organizations that they are in.
//!
//! Owns what is in the file. Of conversations that others shared with them it holds the names: what
//! is said there is its author's to take. Read next: `things`.

use std::collections::BTreeSet;

use ampere_credits::{RunId, SessionId, Timestamp};
use ampere_store::rows::{Author, MessageRow, OpenSession, Page, SessionRow, StepKind};
use serde_json::{Value, json};

use super::STRIDE;
use super::things::{RUN_COLUMNS, Whose, caller_there, parsed};
use super::writer::{Gathered, Sink, json as json_text};
use crate::app::App;
use crate::caller::Caller;
use crate::people::Membership;

/// Messages that are read at once: their texts may be long.
const MESSAGES: u32 = 25;

const ABOUT: &str = "\
Your data.

This file holds what is kept of you, in all organizations that you are in now:

account.json          who you are, your organizations and roles, your logins, what you want to be
                      told
sessions/             your sessions with all messages, a file each
shared-sessions.json  sessions that others shared with you, by name: what is said in them is
                      theirs
runs.csv              every run that you started, with its credits
tasks/                what you asked tools, workflows and browsers to do, and what came out
recordings/           the pictures of your browser sessions that are still kept
files/                your files as you brought them, with a note about each
saved-inputs.json     inputs that you saved for tools
workflows.json        your workflows, in all versions
schedules.json        your schedules
notices.json          what you were told
audit.csv             what you did that stands in the audit log of your organizations

Times are UTC. Credits are decimal numbers. CSV files are UTF-8; a ' before =, +, - or @ keeps a
spreadsheet from taking text for a formula.

No password, and nothing that lets somebody in, is in this file. What happened while the file was
made may be missing in it.
";

/// Columns of the file of own acts.
const AUDIT_COLUMNS: [&str; 6] = ["at", "organization", "act", "target", "detail", "position"];

impl App {
    pub(super) async fn gather_person(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        sink.file("about.txt").await?;
        sink.write(ABOUT).await?;
        let all = self.store.memberships(caller.user).await?;
        self.gather_account(caller, &all, sink).await?;
        let places: Vec<(Caller, &str)> =
            all.iter().map(|place| (caller_there(caller, place), place.1.name.as_str())).collect();
        let places: Vec<Whose<'_>> = places
            .iter()
            .map(|(there, organization)| Whose {
                caller: there,
                organization,
                person: Some(caller.user),
            })
            .collect();
        self.gather_sessions(&places, sink).await?;
        sink.table("runs.csv", &RUN_COLUMNS).await?;
        for whose in &places {
            self.gather_runs(whose, sink).await?;
        }
        for whose in &places {
            self.gather_tasks(whose, sink).await?;
            self.gather_files(whose, sink).await?;
        }
        self.gather_lists(&places, sink).await?;
        sink.table("audit.csv", &AUDIT_COLUMNS).await?;
        for whose in &places {
            self.gather_own_acts(whose, sink).await?;
        }
        Ok(())
    }

    async fn gather_account(
        &self,
        caller: &Caller,
        all: &[Membership],
        sink: &mut Sink,
    ) -> Gathered<()> {
        let email = all.first().map_or("", |(member, _)| member.email.as_str());
        let created_at = self.store.user_by_email(email).await?.map(|user| user.created_at);
        let mut organizations = Vec::new();
        for place @ (member, organization) in all {
            let wishes = self.notice_wishes(&caller_there(caller, place)).await?;
            let wishes: Vec<Value> = wishes
                .iter()
                .map(|wish| {
                    json!({ "kind": wish.kind.word(), "in_app": wish.in_app, "email": wish.email })
                })
                .collect();
            organizations.push(json!({
                "id": member.org, "name": organization.name, "role": member.role.word(),
                "billing_admin": member.billing_admin, "joined_at": member.joined_at,
                "last_active_at": member.last_active_at, "notifications": wishes,
            }));
        }
        let logins = self.store.logins(caller.user, self.now()).await?;
        let logins: Vec<Value> = logins
            .iter()
            .map(|login| {
                json!({
                    "id": login.id, "organization_id": login.org, "browser": login.user_agent,
                    "created_at": login.created_at, "last_seen_at": login.last_seen_at,
                    "expires_at": login.expires_at,
                })
            })
            .collect();
        let account = json!({
            "id": caller.user, "name": caller.name, "email": email, "created_at": created_at,
            "operator": caller.operator, "organizations": organizations, "logins": logins,
        });
        sink.json("account.json", &account).await
    }

    async fn gather_lists(&self, places: &[Whose<'_>], sink: &mut Sink) -> Gathered<()> {
        sink.file("saved-inputs.json").await?;
        sink.list("").await?;
        for whose in places {
            self.gather_saved_inputs(whose, sink).await?;
        }
        sink.list_end("\n").await?;
        sink.file("workflows.json").await?;
        sink.list("").await?;
        for whose in places {
            self.gather_workflows(whose, sink).await?;
        }
        sink.list_end("\n").await?;
        sink.file("schedules.json").await?;
        sink.list("").await?;
        for whose in places {
            self.gather_schedules(whose, sink).await?;
        }
        sink.list_end("\n").await?;
        sink.file("notices.json").await?;
        sink.list("").await?;
        for whose in places {
            self.gather_notices(whose, sink).await?;
        }
        sink.list_end("\n").await
    }

    /// Own conversations, a file each; those of others by name.
    async fn gather_sessions(&self, places: &[Whose<'_>], sink: &mut Sink) -> Gathered<()> {
        let mut shared = Vec::new();
        for whose in places {
            for session in self.sessions_of(whose, &mut shared).await? {
                self.gather_session(whose, session, sink).await?;
            }
        }
        sink.json("shared-sessions.json", &shared).await
    }

    /// Ids of a person's own conversations. The list moves while it is read, since what is talked
    /// in goes to its head: so it is read first, and once more down to where nothing has moved.
    async fn sessions_of(
        &self,
        whose: &Whose<'_>,
        shared: &mut Vec<Value>,
    ) -> Gathered<Vec<SessionId>> {
        let Caller { org, user, .. } = *whose.caller;
        let (began, mut seen, mut own) = (self.now(), BTreeSet::new(), Vec::new());
        for since in [Timestamp::from_micros(i64::MIN), began] {
            let mut before = None;
            loop {
                let rows = self.store.sessions(org, user, Page { before, limit: STRIDE }).await?;
                for OpenSession { row, .. } in &rows {
                    if !seen.insert(row.id) {
                        continue;
                    }
                    match row.owner == user {
                        true => own.push(row.id),
                        false => shared.push(shared_session(row, whose.organization)),
                    }
                }
                let last = rows.last().filter(|last| last.row.updated_at >= since);
                let Some(last) = last else { break };
                before = Some(self.store.session_cursor(&last.row));
            }
        }
        Ok(own)
    }

    async fn gather_session(
        &self,
        whose: &Whose<'_>,
        id: SessionId,
        sink: &mut Sink,
    ) -> Gathered<()> {
        // Deleted in between, it is not there any more.
        let found = self.store.session(whose.caller.org, id).await?;
        let Some(row) = found else { return Ok(()) };
        let head = json_text(&json!({
            "id": row.id, "organization": whose.organization, "title": row.title,
            "created_at": row.created_at, "updated_at": row.updated_at, "credits": row.credits,
            "summary": row.summary, "allow_up_to": row.allow_up_to,
        }))?;
        sink.file(&format!("sessions/{id}.json")).await?;
        let open = head.strip_suffix('}').unwrap_or(&head);
        sink.list(&format!("{open},\n\"messages\":")).await?;
        let mut after = 0;
        loop {
            let part = self.store.messages_after(whose.caller.org, id, after, MESSAGES).await?;
            for (_, message) in &part {
                let value = self.message(message).await?;
                sink.item(&value).await?;
            }
            let Some((number, _)) = part.last() else { break };
            after = *number;
        }
        sink.list_end("}\n").await
    }

    /// A message with what it cost and what was done for it.
    async fn message(&self, row: &MessageRow) -> Gathered<Value> {
        let answer = row.author == Author::Assistant;
        let run = match row.run.filter(|_| answer) {
            Some(run) => self.store.run(row.org, run).await?,
            None => None,
        };
        let calls = match &run {
            Some(run) => self.calls_of(row, run.id).await?,
            None => Vec::new(),
        };
        Ok(json!({
            "id": row.id, "role": if answer { "assistant" } else { "user" }, "text": row.text,
            "created_at": row.created_at, "run_id": row.run,
            "credits": run.map(|run| run.charged), "attachments": row.attachments,
            "calls": calls,
            "follow_ups": row.follow_ups.as_deref().map(parsed),
        }))
    }

    /// What Joule used for an answer.
    async fn calls_of(&self, row: &MessageRow, run: RunId) -> Gathered<Vec<Value>> {
        let mut steps = self.store.steps(row.org, run).await?;
        steps.retain(|step| matches!(step.kind, StepKind::Call | StepKind::Browse));
        let calls = steps.iter().map(|step| {
            json!({
                "name": step.name, "state": step.state.word(), "note": step.note,
                "result": step.result.as_deref().map(parsed),
            })
        });
        Ok(calls.collect())
    }

    async fn gather_saved_inputs(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        let Caller { org, user, .. } = *whose.caller;
        let mut after = None;
        loop {
            let rows = self.store.saved_inputs_after(org, user, after, STRIDE).await?;
            for row in &rows {
                sink.item(&json!({
                    "id": row.id, "organization": whose.organization, "tool": row.tool,
                    "name": row.name, "inputs": parsed(&row.inputs),
                    "created_at": row.created_at,
                }))
                .await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some((last.tool.clone(), last.id));
        }
    }

    async fn gather_notices(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        let Caller { org, user, .. } = *whose.caller;
        let mut before = None;
        loop {
            let rows = self.store.notices(org, user, Page { before, limit: STRIDE }).await?;
            for row in &rows {
                sink.item(&json!({
                    "id": row.id, "organization": whose.organization, "kind": row.kind,
                    "text": row.text, "created_at": row.created_at, "read_at": row.read_at,
                }))
                .await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            before = Some(last.id.to_string());
        }
    }

    /// What the person did, of the audit log, which is the owner's: only their own acts.
    async fn gather_own_acts(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        let mut after = 0;
        loop {
            let rows = self.store.audit_chain(whose.caller.org, after, STRIDE).await?;
            for row in rows.iter().filter(|row| row.written.actor == whose.caller.user) {
                let written = &row.written;
                sink.row(&[
                    &written.at.to_string(),
                    whose.organization,
                    &written.act,
                    &written.target,
                    &written.detail,
                    &row.position.to_string(),
                ])
                .await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.position;
        }
    }
}

fn shared_session(row: &SessionRow, organization: &str) -> Value {
    json!({
        "id": row.id, "organization": organization, "title": row.title, "owner": row.owner_name,
        "updated_at": row.updated_at,
    })
}
