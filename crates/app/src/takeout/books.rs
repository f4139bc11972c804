//! An organization's books: grants, holds, usage, payments, and the journal that explains them.
//!
//! Each list is read page by page in the order of its key. The journal comes after what follows
//! from it, so that every row before has its entry in it.

use ampere_credits::ledger::{Cause, Class, EndKind, Entry, Fact, Grant, Move, canon};
use ampere_store::rows::{HoldRow, PaymentRow, UsageLineRow};
use serde_json::{Value, json};

use super::things::text;
use super::writer::{Gathered, Sink, json as json_text};
use crate::app::App;
use crate::billing::invoices::invoice;
use crate::caller::Caller;
use crate::credits::lists::account_name;

/// Rows that are read at once: they are short.
const STRIDE: u32 = 500;

const GRANT_COLUMNS: [&str; 15] = [
    "id",
    "class",
    "cause",
    "amount",
    "effective_at",
    "expires_at",
    "unheld",
    "held",
    "spent",
    "paid_to_outstanding",
    "expired",
    "taken_back",
    "claimed",
    "granted_at",
    "position",
];
const HOLD_COLUMNS: [&str; 11] = [
    "id",
    "run_id",
    "opened_at",
    "deadline",
    "cap",
    "taken",
    "overdraft",
    "charged",
    "ended_as",
    "ended_at",
    "ended_position",
];
const LINE_COLUMNS: [&str; 12] = [
    "settled_at",
    "day",
    "run_id",
    "number",
    "step",
    "kind",
    "user_id",
    "model",
    "measure",
    "quantity",
    "credits",
    "estimated",
];
const PAYMENT_COLUMNS: [&str; 12] = [
    "id",
    "created_at",
    "kind",
    "status",
    "amount_cents",
    "currency",
    "paid_at",
    "refunded_cents",
    "dispute",
    "reason",
    "reference",
    "receipt_url",
];
const INVOICE_COLUMNS: [&str; 7] =
    ["id", "at", "what", "status", "amount_cents", "currency", "receipt_url"];

/// As a row of cells.
fn cells(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

impl App {
    pub(super) async fn gather_books(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        self.gather_grants(caller, sink).await?;
        self.gather_holds(caller, sink).await?;
        self.gather_usage_lines(caller, sink).await?;
        sink.table("payments.csv", &PAYMENT_COLUMNS).await?;
        self.gather_payments(caller, payment_cells, sink).await?;
        sink.table("invoices.csv", &INVOICE_COLUMNS).await?;
        self.gather_payments(caller, invoice_cells, sink).await?;
        self.gather_journal(caller, sink).await
    }

    async fn gather_grants(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        sink.table("grants.csv", &GRANT_COLUMNS).await?;
        let mut after = None;
        loop {
            let rows = self.store.grants_after(caller.org, after, STRIDE).await?;
            for row in &rows {
                let mut texts = grant_cells(&row.grant);
                texts.extend([row.granted_at.to_string(), row.position.to_string()]);
                sink.row(&cells(&texts)).await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.grant.terms.id);
        }
    }

    async fn gather_holds(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        sink.table("holds.csv", &HOLD_COLUMNS).await?;
        let mut after = None;
        loop {
            let rows = self.store.holds_after(caller.org, after, STRIDE).await?;
            for row in &rows {
                sink.row(&cells(&hold_cells(row))).await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.hold.id);
        }
    }

    async fn gather_usage_lines(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        sink.table("usage_lines.csv", &LINE_COLUMNS).await?;
        let mut after = None;
        loop {
            let rows = self.store.usage_lines_after(caller.org, after, STRIDE).await?;
            for row in &rows {
                sink.row(&cells(&line_cells(row))).await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some((last.run, last.number));
        }
    }

    async fn gather_payments(
        &self,
        caller: &Caller,
        told: fn(&PaymentRow) -> Vec<String>,
        sink: &mut Sink,
    ) -> Gathered<()> {
        let mut after = None;
        loop {
            let rows = self.store.payments_after(caller.org, after, STRIDE).await?;
            for row in &rows {
                sink.row(&cells(&told(row))).await?;
            }
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id.clone());
        }
    }

    async fn gather_journal(&self, caller: &Caller, sink: &mut Sink) -> Gathered<()> {
        sink.file("journal.jsonl").await?;
        let mut after = 0;
        loop {
            let entries = self.store.journal(caller.org, after, STRIDE).await?;
            for entry in &entries {
                sink.write(&json_text(&journal_line(entry))?).await?;
                sink.write("\n").await?;
            }
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.position;
        }
    }
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Included => "included",
        Class::Purchased => "purchased",
        Class::Background => "background",
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Trial => "trial",
        Cause::Plan => "plan",
        Cause::TopUp => "top_up",
        Cause::AutoRecharge => "auto_recharge",
        Cause::Adjustment => "adjustment",
        Cause::Background => "background",
    }
}

fn ended_as(kind: EndKind) -> &'static str {
    match kind {
        EndKind::Settled => "settled",
        EndKind::Released => "released",
        EndKind::Lapsed => "lapsed",
    }
}

fn grant_cells(grant: &Grant) -> Vec<String> {
    let terms = grant.terms;
    vec![
        terms.id.to_string(),
        class(terms.class).to_owned(),
        cause(terms.cause).to_owned(),
        terms.amount.to_string(),
        terms.effective.to_string(),
        text(terms.expires),
        grant.unheld.to_string(),
        grant.held.to_string(),
        grant.spent.to_string(),
        grant.to_debt.to_string(),
        grant.expired.to_string(),
        grant.clawed.to_string(),
        grant.claim.to_string(),
    ]
}

fn hold_cells(row: &HoldRow) -> Vec<String> {
    let hold = &row.hold;
    vec![
        hold.id.to_string(),
        hold.run.to_string(),
        hold.opened.to_string(),
        hold.deadline.to_string(),
        text(hold.cap),
        hold.taken.to_string(),
        hold.overdraft.to_string(),
        text(hold.ended.map(|ended| ended.charged)),
        text(hold.ended.map(|ended| ended_as(ended.kind))),
        text(row.ended_at),
        text(hold.ended.map(|ended| ended.position)),
    ]
}

fn line_cells(line: &UsageLineRow) -> Vec<String> {
    vec![
        line.at.to_string(),
        line.day.to_string(),
        line.run.to_string(),
        line.number.to_string(),
        line.step.to_string(),
        line.kind.word().to_owned(),
        line.user.to_string(),
        line.model.clone(),
        line.measure.word().to_owned(),
        line.quantity.to_string(),
        line.credits.to_string(),
        line.estimated.to_string(),
    ]
}

fn payment_cells(row: &PaymentRow) -> Vec<String> {
    vec![
        row.id.clone(),
        row.created_at.to_string(),
        row.kind.word().to_owned(),
        row.status.word().to_owned(),
        row.amount_cents.to_string(),
        row.currency.clone(),
        text(row.paid_at),
        row.refunded_cents.to_string(),
        text(row.dispute.map(|dispute| dispute.word())),
        text(row.reason.as_ref()),
        text(row.reference.as_ref()),
        text(row.receipt_url.as_ref()),
    ]
}

fn invoice_cells(row: &PaymentRow) -> Vec<String> {
    let invoice = invoice(row);
    vec![
        invoice.id,
        invoice.at.to_string(),
        invoice.text,
        invoice.status.to_owned(),
        invoice.amount.amount.to_string(),
        invoice.amount.currency,
        text(invoice.url),
    ]
}

/// An entry as everybody can check it: what it says, the bytes that are hashed, and their hash.
fn journal_line(entry: &Entry) -> Value {
    let bytes = canon::encode(entry);
    let canonical: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let moved = |each: &Move| {
        let (from, to) = (account_name(each.from), account_name(each.to));
        json!({ "from": from, "to": to, "amount": each.amount })
    };
    let (hold, run) = match entry.fact {
        Fact::Held { hold, run, .. } | Fact::Ended { hold, run, .. } => (Some(hold), Some(run)),
        Fact::Extended { hold, .. } => (Some(hold), None),
        _ => (None, None),
    };
    let terms = match entry.fact {
        Fact::Granted(terms) => Some(json!({
            "class": class(terms.class), "cause": cause(terms.cause), "amount": terms.amount,
            "effective_at": terms.effective, "expires_at": terms.expires,
        })),
        _ => None,
    };
    json!({
        "position": entry.position, "at": entry.at, "kind": entry.fact.kind(),
        "grant_id": entry.fact.grant(), "hold_id": hold, "run_id": run, "terms": terms,
        "moves": entry.moves.iter().map(moved).collect::<Vec<_>>(),
        "previous": entry.previous.to_string(), "hash": entry.hash.to_string(),
        "canonical": canonical,
    })
}
