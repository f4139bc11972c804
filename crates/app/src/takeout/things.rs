//! What both exports hold alike: runs, tasks with their pictures, files, workflows, schedules.
//!
//! Everything is asked for as its caller may see it in the product, by the same rules; whose
//! things they are says a [`Whose`].

use ampere_credits::UserId;
use ampere_store::rows::{Page, RunFilter, RunKind, RunRow, ScheduleRow, StillRow, WorkflowRow};
use serde_json::{Value, json};

use super::STRIDE;
use super::writer::{Gathered, Sink, safe_name};
use crate::app::App;
use crate::caller::Caller;
use crate::people::Membership;

/// Whose things are taken, of one organization.
pub(super) struct Whose<'a> {
    /// Who asks, in that organization.
    pub caller: &'a Caller,
    /// The organization's name.
    pub organization: &'a str,
    /// One person's, or everybody's.
    pub person: Option<UserId>,
}

/// The caller in another of their organizations.
pub(super) fn caller_there(caller: &Caller, place: &Membership) -> Caller {
    let (member, organization) = place;
    let (role, billing_admin) = (member.role, member.billing_admin);
    let (org, zone) = (member.org, organization.zone.clone());
    Caller { org, role, billing_admin, zone, ..caller.clone() }
}

/// Columns of the runs' file.
pub(super) const RUN_COLUMNS: [&str; 17] = [
    "created_at",
    "organization",
    "kind",
    "subject",
    "title",
    "started_by",
    "started_by_id",
    "trigger",
    "schedule_id",
    "model",
    "state",
    "reason",
    "started_at",
    "ended_at",
    "credits",
    "session_id",
    "run_id",
];

/// Kept JSON as it is; text that is none stays text.
pub(super) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// The text of what may not be there.
pub(super) fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn filter(whose: &Whose<'_>, kind: Option<RunKind>) -> RunFilter {
    RunFilter { member: whose.person, kind, ..RunFilter::default() }
}

impl App {
    /// One page of runs, as the caller sees them.
    async fn runs_page(
        &self,
        whose: &Whose<'_>,
        kind: Option<RunKind>,
        before: Option<String>,
    ) -> Gathered<Vec<RunRow>> {
        let page = Page { before, limit: STRIDE };
        Ok(self.list_runs(whose.caller, filter(whose, kind), page).await?)
    }

    /// Lines of the runs' file.
    pub(super) async fn gather_runs(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        let mut before = None;
        loop {
            let runs = self.runs_page(whose, None, before).await?;
            for run in &runs {
                sink.row(&run_cells(run, whose.organization).each_ref().map(String::as_str))
                    .await?;
            }
            let Some(last) = runs.last() else { return Ok(()) };
            before = Some(last.id.to_string());
        }
    }

    /// A file for each run of a tool, a workflow or a browser: what was asked, what came out, and
    /// the pictures.
    pub(super) async fn gather_tasks(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        for kind in [RunKind::Tool, RunKind::Workflow, RunKind::Browser] {
            let mut before = None;
            loop {
                let runs = self.runs_page(whose, Some(kind), before).await?;
                for run in &runs {
                    self.gather_task(whose, run, sink).await?;
                }
                let Some(last) = runs.last() else { break };
                before = Some(last.id.to_string());
            }
        }
        Ok(())
    }

    async fn gather_task(&self, whose: &Whose<'_>, run: &RunRow, sink: &mut Sink) -> Gathered<()> {
        let (definition, content) = self.task_of(whose.caller, run).await?;
        let stills = match run.kind {
            RunKind::Browser => self.store.stills(run.org, run.id).await?,
            _ => Vec::new(),
        };
        let path = |still: &StillRow| format!("recordings/{}/{:04}.jpg", run.id, still.number);
        let seen = |still: &StillRow| {
            json!({
                "number": still.number, "taken_at": still.taken_at, "address": still.url,
                "title": still.title, "done_before": still.action, "file": path(still),
            })
        };
        let (inputs, outcome) = content.map(|content| (content.inputs, content.outcome)).unzip();
        let result = outcome.flatten().map(|outcome| outcome.value);
        let task = json!({
            "run_id": run.id, "organization": whose.organization, "kind": run.kind.word(),
            "title": run.title, "created_at": run.created_at, "state": run.state.word(),
            "credits": run.charged, "definition": definition, "inputs": inputs,
            "result": result, "recording": stills.iter().map(seen).collect::<Vec<_>>(),
        });
        sink.json(&format!("tasks/{}.json", run.id), &task).await?;
        for still in &stills {
            // One that was forgotten in between is not there any more.
            if let Some(jpeg) = self.store.still_bytes(run.org, run.id, still.number).await? {
                sink.bytes(&path(still), jpeg).await?;
            }
        }
        Ok(())
    }

    /// A person's files, or all that the caller sees, byte by byte, and a list of them.
    pub(super) async fn gather_files(&self, whose: &Whose<'_>, sink: &mut Sink) -> Gathered<()> {
        let mut before = None;
        loop {
            let page = Page { before, limit: STRIDE };
            let caller = whose.caller;
            let files = match whose.person {
                Some(person) => self.store.files(caller.org, Some(person), page).await?,
                None => self.list_files(caller, page).await?.files,
            };
            for file in &files {
                // Deleted in between, it is not there any more.
                let Some(bytes) = self.store.file_bytes(file.org, file.id).await? else { continue };
                let name = format!("{}-{}", file.id, safe_name(&file.name));
                let about = json!({
                    "id": file.id, "organization": whose.organization, "name": file.name,
                    "media_type": file.media_type, "size": bytes.len(), "owner_id": file.owner,
                    "owner": file.owner_name, "created_at": file.created_at,
                });
                sink.bytes(&format!("files/{name}"), bytes).await?;
                sink.json(&format!("files/{}.about.json", file.id), &about).await?;
            }
            let Some(last) = files.last() else { return Ok(()) };
            before = Some(last.id.to_string());
        }
    }

    /// Workflows with all their versions, as things of the list that is open.
    pub(super) async fn gather_workflows(
        &self,
        whose: &Whose<'_>,
        sink: &mut Sink,
    ) -> Gathered<()> {
        let mut after = None;
        loop {
            let rows = self.store.workflows_after(whose.caller.org, after, STRIDE).await?;
            for row in &rows {
                if whose.person.is_none_or(|person| person == row.owner) {
                    for version in 1..=row.version {
                        self.gather_version(whose, (row, version), sink).await?;
                    }
                }
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
        }
    }

    async fn gather_version(
        &self,
        whose: &Whose<'_>,
        (row, version): (&WorkflowRow, u32),
        sink: &mut Sink,
    ) -> Gathered<()> {
        let found = self.store.workflow_version(row.org, row.id, version).await?;
        let Some(found) = found else { return Ok(()) };
        let value = json!({
            "id": row.id, "organization": whose.organization, "name": row.name,
            "owner_id": row.owner, "owner": row.owner_name, "created_at": row.created_at,
            "version": found.version, "newest": version == row.version,
            "saved_at": found.saved_at, "saved_by": found.saved_by_name,
            "definition": parsed(&found.definition),
        });
        sink.item(&value).await
    }

    /// Schedules, as things of the list that is open.
    pub(super) async fn gather_schedules(
        &self,
        whose: &Whose<'_>,
        sink: &mut Sink,
    ) -> Gathered<()> {
        // As many as the plan allows: few.
        let rows = self.store.schedules(whose.caller.org).await?;
        for row in &rows {
            if whose.person.is_none_or(|person| person == row.owner) {
                sink.item(&schedule(row, whose.organization)).await?;
            }
        }
        Ok(())
    }
}

fn run_cells(run: &RunRow, organization: &str) -> [String; 17] {
    [
        run.created_at.to_string(),
        organization.to_owned(),
        run.kind.word().to_owned(),
        text(run.subject.as_ref()),
        run.title.clone(),
        run.started_by_name.clone(),
        run.started_by.to_string(),
        run.trigger.word().to_owned(),
        text(run.schedule),
        run.model.clone(),
        run.state.word().to_owned(),
        text(run.reason.map(|reason| reason.word())),
        text(run.started_at),
        text(run.ended_at),
        run.charged.to_string(),
        text(run.session),
        run.id.to_string(),
    ]
}

fn schedule(row: &ScheduleRow, organization: &str) -> Value {
    json!({
        "id": row.id, "organization": organization, "name": row.name, "owner_id": row.owner,
        "owner": row.owner_name, "kind": row.kind.word(), "subject": row.subject,
        "inputs": parsed(&row.inputs), "rule": parsed(&row.rule), "zone": row.zone,
        "state": row.state.word(), "note": row.note, "next_at": row.next_at, "runs": row.runs,
        "max_runs": row.max_runs, "cap": row.cap, "created_at": row.created_at,
    })
}
