//! The receipt of a run: what was measured, what it cost, which grants paid.
//!
//! Made from rows (run, steps, usage lines, holds) and the journal's entries of the run; a running
//! run shows what is there so far. [`recompute`] makes its sums from the journal alone, and
//! [`Receipt::difference`] compares: the two must agree to the micro-credit. Only reads.
//! Read next: [`crate::verify`].

mod past;

use std::collections::BTreeMap;

use ampere_credits::ledger::{Account, Cause, Class, Entry, Fact, GrantTerms};
use ampere_credits::{Credits, GrantId, HoldId, OrgId, Overflow, RunId, Timestamp};
use ampere_store::rows::{GrantRow, HoldRow, Page, RunRow, StepRow, UsageLineRow};

use crate::app::App;
use crate::chat::access::{make_private, make_steps_private};
use crate::tasks::Definition;
use crate::{AppError, Caller, Done};
use past::Past;

/// Entries that are read at once on the way back to a past balance.
const STRIDE: u32 = 200;

/// What a run did cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The run.
    pub run: RunRow,
    /// All credits that were ever put into its holds, overdraft included: used + given back, and
    /// what is still held while it runs.
    pub held: Credits,
    /// Charged.
    pub used: Credits,
    /// Given back.
    pub given_back: Credits,
    /// Of what was used, what no grant covered then.
    pub overdraft: Credits,
    /// The measured quantities; they add up to `used` once the run has ended.
    pub lines: Vec<ReceiptLine>,
    /// Who paid, in the order of use, overdraft last; adds up to `used`.
    pub paid_from: Vec<PaidFrom>,
    /// Available credits right after the run's last entry.
    pub balance_after: Credits,
    /// Position of the run's last entry.
    pub position: u64,
    /// Its holds, oldest first.
    pub holds: Vec<ReceiptHold>,
    /// Positions of its entries, oldest first.
    pub entries: Vec<u64>,
}

/// One measured quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// Name of the step.
    pub step: String,
    /// Number of the workflow's step that it belongs to; 0: none.
    pub part: u32,
    /// Name of that step.
    pub part_name: Option<String>,
    /// What was measured and rated.
    pub usage: UsageLineRow,
}

/// One payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidFrom {
    /// The grant; none: overdraft.
    pub grant: Option<GrantTerms>,
    /// For people.
    pub label: &'static str,
    /// How much.
    pub credits: Credits,
}

/// One hold of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptHold {
    /// Its id.
    pub id: HoldId,
    /// All that was put into it.
    pub held: Credits,
    /// Charged at its end; 0 while it is open.
    pub charged: Credits,
    /// Given back at its end; 0 while it is open.
    pub given_back: Credits,
    /// When it was taken.
    pub opened_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The sums of a run, from the journal and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// As in [`Receipt`].
    pub held: Credits,
    /// As in [`Receipt`].
    pub used: Credits,
    /// As in [`Receipt`].
    pub given_back: Credits,
    /// As in [`Receipt`].
    pub overdraft: Credits,
    /// Grant → paid.
    pub paid: BTreeMap<GrantId, Credits>,
    /// Positions of its entries.
    pub entries: Vec<u64>,
}

/// Folds what a journal says about one run. Entries of other runs are passed over, so the whole
/// journal may be given.
///
/// # Errors
/// When a sum is out of range.
pub fn recompute<'a>(
    run: RunId,
    journal: impl IntoIterator<Item = &'a Entry>,
) -> Result<Recomputed, Overflow> {
    let mut sums = Recomputed::default();
    let mut holds: Vec<HoldId> = Vec::new();
    for entry in journal {
        let mine = match entry.fact {
            Fact::Held { hold, run: of, .. } if of == run => {
                holds.push(hold);
                true
            }
            Fact::Extended { hold, .. } => holds.contains(&hold),
            Fact::Ended { run: of, .. } => of == run,
            _ => false,
        };
        if mine {
            sums.add(entry)?;
        }
    }
    Ok(sums)
}

impl Recomputed {
    fn add(&mut self, entry: &Entry) -> Result<(), Overflow> {
        let outcome = entry.outcome()?;
        self.held = self.held.plus(outcome.added)?;
        self.used = self.used.plus(outcome.charged)?;
        self.given_back = self.given_back.plus(outcome.returned)?;
        for each in entry.moves.iter().filter(|each| each.to == Account::Spent) {
            let payer = match each.from {
                Account::Held(_, grant) => self.paid.entry(grant).or_default(),
                _ => &mut self.overdraft,
            };
            *payer = payer.plus(each.amount)?;
        }
        self.entries.push(entry.position);
        Ok(())
    }
}

impl Receipt {
    /// The first sum in which the receipt and the journal, or the receipt's own parts, disagree.
    pub fn difference(&self, journal: &Recomputed) -> Option<&'static str> {
        let lines = Credits::sum(self.lines.iter().map(|line| line.usage.credits));
        let payers = Credits::sum(self.paid_from.iter().map(|payer| payer.credits));
        let paid = |payer: &PaidFrom| {
            let of = payer.grant.and_then(|terms| journal.paid.get(&terms.id).copied());
            payer.grant.is_none() || of == Some(payer.credits)
        };
        let ended = self.run.state.ended();
        let ends = self.used.plus(self.given_back);
        [
            (self.held != journal.held, "held"),
            (self.used != journal.used, "used"),
            (self.given_back != journal.given_back, "given back"),
            (self.overdraft != journal.overdraft, "overdraft"),
            (self.entries != journal.entries, "entries"),
            (self.run.charged != self.used, "the run's charge"),
            (payers != Ok(self.used), "the sum of the payers"),
            (!self.paid_from.iter().all(paid), "a payer"),
            (ended && lines != Ok(self.used), "the sum of the lines"),
            (ended && ends != Ok(self.held), "held = used + given back"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }
}

impl App {
    /// The receipt of a run of the caller's organization; of other people's conversations it
    /// tells the cost only.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn receipt(&self, caller: &Caller, run: RunId) -> Done<Receipt> {
        let org = caller.org;
        let mut row = self.store.run(org, run).await?.ok_or(AppError::NotFound)?;
        let private = row.session.is_some() && !self.run_access(caller, &row).await?.reads;
        let entries = self.store.entries_of(org, run).await?;
        let holds = self.store.holds_of(org, run).await?;
        let lines = self.store.usage_lines(org, run).await?;
        let mut steps = self.store.steps(org, run).await?;
        if private {
            make_private(&mut row);
            make_steps_private(&mut steps);
        }
        let grants = self.store.grants(org).await?;
        let position = entries.last().map_or(row.position, |entry| entry.position);
        let balance_after = self.available_at(org, position, &grants).await?;
        let (definition, _) = self.task_of(caller, &row).await?;
        let parts = Parts { row, entries, holds, lines, steps, grants, definition };
        Ok(receipt(parts, balance_after)?)
    }

    /// Available credits right after an entry: the present ones, with everything undone that was
    /// booked since.
    async fn available_at(&self, org: OrgId, position: u64, grants: &[GrantRow]) -> Done<Credits> {
        let pool = self.store.pool(org).await?;
        let mut past = Past::of(&pool, grants);
        let mut before = pool.position.saturating_add(1);
        loop {
            let page = Page { before: Some(before.to_string()), limit: STRIDE };
            let entries = self.store.entries(org, page).await?;
            for entry in &entries {
                if entry.position <= position {
                    return Ok(past.available(entry.at)?);
                }
                past.undo(entry)?;
            }
            match entries.last() {
                Some(last) => before = last.position,
                None => return Ok(past.available(pool.last)?),
            }
        }
    }
}

/// What a receipt is made of.
struct Parts {
    row: RunRow,
    entries: Vec<Entry>,
    holds: Vec<HoldRow>,
    lines: Vec<UsageLineRow>,
    steps: Vec<StepRow>,
    grants: Vec<GrantRow>,
    definition: Option<Definition>,
}

fn receipt(parts: Parts, balance_after: Credits) -> Result<Receipt, Overflow> {
    let holds = parts.holds.iter().map(hold).collect::<Result<Vec<_>, Overflow>>()?;
    let journal = recompute(parts.row.id, &parts.entries)?;
    let line = |usage: UsageLineRow| {
        let found = parts.steps.iter().find(|step| step.number == usage.step);
        let step = found.map(|step| step.name.clone()).unwrap_or_default();
        let part = found.map_or(0, |step| step.part);
        let part_name = parts.definition.as_ref().and_then(|all| all.part_name(part));
        ReceiptLine { step, part, part_name: part_name.map(str::to_owned), usage }
    };
    let lines = parts.lines.into_iter();
    Ok(Receipt {
        held: Credits::sum(holds.iter().map(|hold| hold.held))?,
        used: Credits::sum(holds.iter().map(|hold| hold.charged))?,
        given_back: Credits::sum(holds.iter().map(|hold| hold.given_back))?,
        overdraft: journal.overdraft,
        lines: lines.map(line).collect(),
        paid_from: payers(&journal, &parts.grants),
        balance_after,
        position: parts.entries.last().map_or(parts.row.position, |entry| entry.position),
        holds,
        entries: journal.entries,
        run: parts.row,
    })
}

fn hold(row: &HoldRow) -> Result<ReceiptHold, Overflow> {
    let hold = &row.hold;
    let charged = hold.ended.map_or(Credits::ZERO, |ended| ended.charged);
    let given_back = match hold.ended {
        Some(ended) => hold.taken.minus(ended.charged)?,
        None => Credits::ZERO,
    };
    Ok(ReceiptHold {
        id: hold.id,
        held: hold.taken,
        charged,
        given_back,
        opened_at: hold.opened,
        ended_at: row.ended_at,
    })
}

fn payers(journal: &Recomputed, grants: &[GrantRow]) -> Vec<PaidFrom> {
    let mut payers: Vec<(GrantTerms, Credits)> = grants
        .iter()
        .filter_map(|row| {
            let credits = journal.paid.get(&row.grant.terms.id)?;
            Some((row.grant.terms, *credits))
        })
        .collect();
    payers.sort_by(|a, b| a.0.order(&b.0));
    let mut paid_from: Vec<PaidFrom> = payers
        .into_iter()
        .map(|(terms, credits)| PaidFrom { grant: Some(terms), label: label(&terms), credits })
        .collect();
    if journal.overdraft.is_positive() {
        let credits = journal.overdraft;
        paid_from.push(PaidFrom { grant: None, label: "Overdraft", credits });
    }
    paid_from
}

fn label(terms: &GrantTerms) -> &'static str {
    match (terms.class, terms.cause) {
        (Class::Included, Cause::Trial) => "Included credits (trial)",
        (Class::Included, Cause::Plan) => "Included credits (plan)",
        (Class::Included, Cause::Adjustment) => "Included credits (adjustment)",
        (Class::Included, _) => "Included credits",
        (Class::Purchased, Cause::Adjustment) => "Purchased credits (adjustment)",
        (Class::Purchased, _) => "Purchased credits",
        (Class::Background, _) => "Background allowance",
    }
}
