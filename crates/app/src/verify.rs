//! Proof of the books: every pool's journal is audited, and what people are shown is compared
//! with it; and every organization's audit log is walked along its chain.
//!
//! Reads a live database by pages and changes nothing. The ledger, the runs, the usage lines and
//! the sums of Usage must be equal to the micro-credit (the law's I29). Behind `ampere verify`.

mod money;

use std::collections::BTreeMap;

use ampere_credits::ledger::audit::{Audit, Bounds, Report, StoredPool, Totals};
use ampere_credits::ledger::{Account, Entry, Fact, Pool};
use ampere_credits::{Credits, OrgId, RunId, Timestamp};
use ampere_store::chain;
use ampere_store::ports::{Kept, Store, StoreError};
use ampere_store::rows::{Page, RunFilter};

use crate::Done;
use crate::app::App;
use crate::credits::used;
use crate::recover::SWEEP_EVERY;

use money::MoneyRows;

/// Entries that are read at once.
const STRIDE: u32 = 1_000;
/// Runs that are read at once.
const RUNS: u32 = 200;
/// A pool that changes while it is read is read again, at most so often.
const TRIES: u32 = 20;

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct VerifyReport {
    /// Pools that were looked at.
    pub organizations: u64,
    /// Entries that were folded.
    pub entries: u64,
    /// Runs that were compared.
    pub runs: u64,
    /// Entries of audit logs that hold together.
    pub audit_entries: u64,
    /// The audits of all journals together; none when there is no organization.
    pub audit: Option<Report>,
    /// Where the ledger, runs, Usage (I29) and payments (I17, I18, I19) differ, and the first break
    /// of each audit log.
    pub differences: Vec<String>,
}

impl VerifyReport {
    /// Nothing was found.
    pub fn clean(&self) -> bool {
        self.differences.is_empty() && self.audit.as_ref().is_none_or(Report::clean)
    }
}

impl App {
    /// Verifies all pools of this installation.
    ///
    /// # Errors
    /// When the database cannot be read, or a pool never stands still for long enough.
    pub async fn verify(&self) -> Done<VerifyReport> {
        let limit = self.highest_overdraft();
        Ok(verify(&*self.store, limit, self.now()).await?)
    }
}

/// Verifies all pools of a database. `overdraft_limit` is the highest that was ever in force.
///
/// # Errors
/// When the database cannot be read, or a pool never stands still for long enough.
pub async fn verify(
    store: &dyn Store,
    overdraft_limit: Credits,
    now: Timestamp,
) -> Kept<VerifyReport> {
    let sweep_seconds = i64::try_from(SWEEP_EVERY.as_secs()).unwrap_or(i64::MAX);
    let bounds = Bounds { overdraft_limit, sweep_seconds, now };
    let mut report = VerifyReport::default();
    for organization in store.organizations().await? {
        verify_pool(store, organization.id, bounds, &mut report).await?;
        let (walked, fault) = chain::walked(store, organization.id).await?;
        report.audit_entries += walked;
        let told = |fault| format!("{}: the audit log is broken: {fault}", organization.id);
        report.differences.extend(fault.map(told));
    }
    Ok(report)
}

async fn verify_pool(
    store: &dyn Store,
    org: OrgId,
    bounds: Bounds,
    report: &mut VerifyReport,
) -> Kept<()> {
    let still = still(store, org, bounds).await?;
    let mut audit = Audit::new(org);
    let mut charged: BTreeMap<RunId, Credits> = BTreeMap::new();
    let mut after = 0;
    while after < still.pool.position {
        let entries = store.journal(org, after, STRIDE).await?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        for entry in entries.iter().filter(|entry| entry.position <= still.pool.position) {
            audit.entry(entry);
            count(entry, &mut charged)?;
            report.entries += 1;
        }
    }
    report.organizations += 1;
    report.runs += compare(org, &still, &charged, &mut report.differences)?;
    report.differences.extend(still.money.differences(org, &still.stored));
    let found = audit.finish(&still.stored);
    match &mut report.audit {
        Some(all) => all.merge(found),
        none => *none = Some(found),
    }
    Ok(())
}

/// What the journal says that a run was charged.
fn count(entry: &Entry, charged: &mut BTreeMap<RunId, Credits>) -> Kept<()> {
    let sum = match entry.fact {
        Fact::Held { run, .. } | Fact::Ended { run, .. } => charged.entry(run).or_default(),
        _ => return Ok(()),
    };
    for each in entry.moves.iter().filter(|each| each.to == Account::Spent) {
        *sum = sum.plus(each.amount).map_err(|_| out_of_range())?;
    }
    Ok(())
}

/// Everything that is stored of a pool, read while it did not change.
struct Still {
    pool: Pool,
    stored: StoredPool,
    /// Run → what its usage lines add up to.
    lines: BTreeMap<RunId, Credits>,
    /// Run → what its row says.
    runs: BTreeMap<RunId, Credits>,
    /// What payments became.
    money: MoneyRows,
    /// What Usage says: by kind, model, person and day.
    usage: [Credits; 4],
}

async fn still(store: &dyn Store, org: OrgId, bounds: Bounds) -> Kept<Still> {
    for _ in 0..TRIES {
        let pool = store.pool(org).await?;
        let grants = store.grants(org).await?.into_iter().map(|row| row.grant).collect();
        let holds = store.holds(org).await?.into_iter().map(|row| row.hold).collect();
        let keys = store.keys(org).await?;
        let lines = store.rated(org).await?;
        let runs = runs(store, org).await?;
        let usage = usage(store, org).await?;
        let money = MoneyRows::of(store, org).await?;
        if store.pool(org).await?.position == pool.position {
            let stored = StoredPool { pool: Totals::from(&pool), grants, holds, keys, bounds };
            return Ok(Still { pool, stored, lines, runs, money, usage });
        }
    }
    Err(StoreError::Unavailable(format!("{org} is too busy to be verified; try again")))
}

async fn runs(store: &dyn Store, org: OrgId) -> Kept<BTreeMap<RunId, Credits>> {
    let mut all = BTreeMap::new();
    let mut before = None;
    loop {
        let page = Page { before, limit: RUNS };
        let rows = store.runs(org, RunFilter::default(), page).await?;
        before = rows.last().map(|row| row.id.to_string());
        all.extend(rows.into_iter().map(|row| (row.id, row.charged)));
        if before.is_none() {
            return Ok(all);
        }
    }
}

async fn usage(store: &dyn Store, org: OrgId) -> Kept<[Credits; 4]> {
    let ever = Timestamp::from_micros(i64::MAX);
    let sums = store.usage(org, Timestamp::default(), ever).await?;
    let all = || -> Result<[Credits; 4], ampere_credits::Overflow> {
        Ok([
            used(&sums)?,
            Credits::sum(sums.models.iter().map(|model| model.1))?,
            Credits::sum(sums.people.iter().map(|person| person.2))?,
            Credits::sum(sums.days.iter().map(|day| day.1))?,
        ])
    };
    all().map_err(|_| out_of_range())
}

/// I29; answers how many runs were compared.
fn compare(
    org: OrgId,
    still: &Still,
    charged: &BTreeMap<RunId, Credits>,
    differences: &mut Vec<String>,
) -> Kept<u64> {
    let mut every: Vec<RunId> = charged.keys().copied().collect();
    every.extend(still.lines.keys());
    every.extend(still.runs.keys());
    every.sort_unstable();
    every.dedup();
    for run in &every {
        let ledger = charged.get(run).copied().unwrap_or_default();
        let lines = still.lines.get(run).copied().unwrap_or_default();
        let row = still.runs.get(run).copied();
        if row != Some(ledger) || lines != ledger {
            let row = row.map_or_else(|| "no row".to_owned(), |row| row.to_string());
            differences.push(format!(
                "{org} {run}: the ledger charged {ledger}, its usage lines say {lines}, \
                 the run says {row}"
            ));
        }
    }
    let ledger = still.pool.spent;
    for (name, sum) in ["kind", "model", "person", "day"].into_iter().zip(still.usage) {
        if sum != ledger {
            differences.push(format!("{org}: the ledger spent {ledger}, Usage by {name} {sum}"));
        }
    }
    u64::try_from(every.len()).map_err(|_| out_of_range())
}

fn out_of_range() -> StoreError {
    StoreError::Damaged("a sum is out of range".to_owned())
}
