//! Everything of an organization, for its owner.
//!
//! Owns what is in the file. What other people said in their conversations is not: of those it
//! holds the credits only, as the product shows them to the owner. Read next: `books`, `things`.

use ampere_store::rows::{InvitationRow, MemberRow, OrganizationRow, Page, SubscriptionRow};
use serde_json::{Value, json};

use super::STRIDE;
use super::things::{RUN_COLUMNS, Whose};
use super::writer::{Gathered, Sink};
use crate::app::App;
use crate::audit;
use crate::caller::Caller;
use crate::people::InvitationState;

const ABOUT: &str = "\
The data of your organization.

organization.json  its profile, members, invitations, plan, and settings
journal.jsonl      every movement of credits, one entry a line, oldest first
grants.csv         credits that came
holds.csv          credits set aside for runs, and what was charged
runs.csv           every run with its credits
usage_lines.csv    every measured quantity of a run, and its credits
payments.csv       payments as the payment provider told them
invoices.csv       the same as the list of invoices shows it
audit.csv          who changed what
workflows.json     workflows, in all versions
schedules.json     schedules
tasks/             what tools, workflows and browsers were asked to do, and what came out
recordings/        the pictures of browser sessions that are still kept
files/             files, as you see them in the product, with a note about each

What people say in their sessions is theirs. It is not in this file: of sessions it holds the runs
and their credits only. Everybody can download their own data on their settings page.

The journal can be checked without us. Each line of journal.jsonl has the canonical bytes of its
entry in hexadecimal digits (canonical) and their SHA-256 (hash); the bytes hold the hash of the
entry before (previous). Each move takes an amount from one account and gives it to another; the
sum of what the accounts left:<grant> got, less what they gave, is what is not held.

Times are UTC. Credits are decimal numbers, money is in cents. CSV files are UTF-8; a ' before =,
+, - or @ keeps a spreadsheet from taking text for a formula.

No password, and nothing that lets somebody in, is in this file. What happened while the file was
made may be missing in it; the journal is written last of the books.
";

const AUDIT_COLUMNS: [&str; 10] = [
    "position",
    "at",
    "actor",
    "actor_name",
    "act",
    "target",
    "target_name",
    "detail",
    "previous",
    "hash",
];

impl App {
    pub(super) async fn gather_organization(
        &self,
        caller: &Caller,
        sink: &mut Sink,
    ) -> Gathered<()> {
        let organization = self.organization(caller).await?;
        let whose = Whose { caller, organization: &organization.name, person: None };
        sink.file("about.txt").await?;
        sink.write(ABOUT).await?;
        let profile = self.profile(caller, &organization).await?;
        sink.json("organization.json", &profile).await?;
        self.gather_books(caller, sink).await?;
        sink.table("runs.csv", &RUN_COLUMNS).await?;
        self.gather_runs(&whose, sink).await?;
        sink.table("audit.csv", &AUDIT_COLUMNS).await?;
        self.gather_audit(caller, sink).await?;
        sink.file("workflows.json").await?;
        sink.list("").await?;
        self.gather_workflows(&whose, sink).await?;
        sink.list_end("\n").await?;
        sink.file("schedules.json").await?;
        sink.list("").await?;
        self.gather_schedules(&whose, sink).await?;
        sink.list_end("\n").await?;
        self.gather_tasks(&whose, sink).await?;
        self.gather_files(&whose, sink).await
    }

    async fn profile(&self, caller: &Caller, organization: &OrganizationRow) -> Gathered<Value> {
        let members = self.store.members(caller.org).await?;
        let invitations = self.store.invitations(caller.org).await?;
        let subscriptions = self.store.subscriptions(caller.org).await?;
        let recharge = self.store.recharge(caller.org).await?;
        let now = self.now();
        let invited = |row: &InvitationRow| invitation(row, InvitationState::of(row, now));
        Ok(json!({
            "id": organization.id, "name": organization.name, "zone": organization.zone,
            "created_at": organization.created_at,
            "members": members.iter().map(member).collect::<Vec<_>>(),
            "invitations": invitations.iter().map(invited).collect::<Vec<_>>(),
            "subscriptions": subscriptions.iter().map(subscription).collect::<Vec<_>>(),
            "auto_recharge": recharge.as_ref().map(audit::recharge),
            "background": audit::background(organization.background),
        }))
    }

    async fn gather_audit(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        let mut before = None;
        loop {
            let page = Page { before, limit: STRIDE };
            let rows = self.store.audit_log(caller.org, page).await?;
            for (row, names) in &rows {
                let written = &row.written;
                sink.row(&[
                    &row.position.to_string(),
                    &written.at.to_string(),
                    &written.actor.to_string(),
                    names.actor.as_deref().unwrap_or_default(),
                    &written.act,
                    &written.target,
                    names.target.as_deref().unwrap_or_default(),
                    &written.detail,
                    &digits(&row.previous),
                    &digits(&row.hash),
                ])
                .await?;
            }
            let Some((last, _)) = rows.last() else { return Ok(()) };
            before = Some(last.position.to_string());
        }
    }
}

/// As hexadecimal digits.
fn digits(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn member(row: &MemberRow) -> Value {
    json!({
        "user_id": row.user, "name": row.name, "email": row.email, "role": row.role.word(),
        "billing_admin": row.billing_admin, "joined_at": row.joined_at,
    })
}

fn invitation(row: &InvitationRow, state: InvitationState) -> Value {
    let state = match state {
        InvitationState::Pending => "pending",
        InvitationState::Accepted => "accepted",
        InvitationState::Revoked => "revoked",
        InvitationState::Expired => "expired",
    };
    json!({
        "id": row.id, "email": row.email, "role": row.role.word(), "state": state,
        "invited_by": row.invited_by, "created_at": row.created_at, "expires_at": row.expires_at,
    })
}

fn subscription(row: &SubscriptionRow) -> Value {
    let next = row.next.as_ref().map(|next| audit::plan(&next.plan, next.cadence));
    json!({
        "reference": row.reference, "plan": audit::plan(&row.on.plan, row.on.cadence),
        "version": row.on.version, "status": row.status.word(), "created_at": row.created_at,
        "period_start": row.period_start, "period_end": row.period_end,
        "ends_at_period_end": row.ends_at_period_end, "next": next, "ended_at": row.ended_at,
    })
}
