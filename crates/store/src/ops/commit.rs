//! One commit of a pool's lane: load, look up, read the clock, decide, append; all or nothing.
//!
//! The law's "Lane". Deciding itself is `ampere_credits::ledger::execute_batch`. Never answers
//! anybody: the engine does, after the COMMIT.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ampere_credits::ledger::decide::{grant_of, hold_of, run_of};
use ampere_credits::ledger::{
    Account, Answer, Balance, Batch, Entry, Fact, Known, Pool, Request, canon, execute_batch,
};
use ampere_credits::{Clock, GrantId, HoldId, OrgId, RunId, Timestamp};

use crate::engine::KnownPools;
use crate::ops::load;
use crate::ops::writes::{self, Booking};
use crate::ports::{Kept, StoreError};
use crate::rows::{Committed, LaneRequest, RowWrite};
use crate::tx::{Tx, statements};
use crate::values::values;

statements! {
    /// One entry.
    ADD_ENTRY = "INSERT INTO entries (org, position, booked_at, kind, run, bytes, hash) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// A key with what it did.
    ADD_KEY = "INSERT INTO keys (org, key, hash, position) VALUES ($1, $2, $3, $4)";
    /// A new grant, as it is at the end of the commit.
    ADD_GRANT = "INSERT INTO grants (org, id, class, cause, amount, effective_at, expires_at, \
                 unheld, held, spent, to_debt, expired, clawed, granted_at, position) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    /// Where a grant's credits are now.
    SET_GRANT = "UPDATE grants SET unheld = $1, held = $2, spent = $3, to_debt = $4, \
                 expired = $5, clawed = $6 WHERE org = $7 AND id = $8";
    /// A hold as it is at the end of the commit.
    PUT_HOLD = "INSERT INTO holds (org, id, run, opened_at, deadline, cap, charged_before, \
                taken, slices, overdraft, ended_as, charged, ended_position, ended_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
                ON CONFLICT (org, id) DO UPDATE SET deadline = excluded.deadline, \
                taken = excluded.taken, slices = excluded.slices, \
                overdraft = excluded.overdraft, ended_as = excluded.ended_as, \
                charged = excluded.charged, ended_position = excluded.ended_position, \
                ended_at = excluded.ended_at";
    /// The pool's row.
    PUT_POOL = "INSERT INTO pools (org, position, head, last_at, issued, spent, expired, \
                clawed, debt, overdraft) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                ON CONFLICT (org) DO UPDATE SET position = excluded.position, \
                head = excluded.head, last_at = excluded.last_at, issued = excluded.issued, \
                spent = excluded.spent, expired = excluded.expired, clawed = excluded.clawed, \
                debt = excluded.debt, overdraft = excluded.overdraft";
}

/// All of [`crate::ports::PoolStore::commit`] but the COMMIT.
pub(super) async fn commit(
    tx: &mut dyn Tx,
    org: OrgId,
    lane: Vec<LaneRequest>,
    pools: &KnownPools,
    clock: &dyn Clock,
) -> Kept<Committed> {
    let (requests, rows): (Vec<Request>, Vec<Vec<RowWrite>>) =
        lane.into_iter().map(|each| (each.request, each.writes)).unzip();
    let row = load::pool_row(tx, org).await?;
    let mut pool = match pools.take(org) {
        Some(pool) if pool.position == row.position && pool.head == row.head => pool,
        _ => load::open_state(tx, row).await?,
    };
    let keys: BTreeSet<&String> = requests.iter().map(|request| &request.key).collect();
    let known = load::known(tx, org, keys.into_iter().cloned().collect()).await?;
    let known: HashMap<String, Known> = known.into_iter().collect();
    load_named(tx, &mut pool, &requests, &known).await?;
    load_charged(tx, &mut pool, &requests, &rows).await?;

    let now = clock.now();
    let batch = execute_batch(&mut pool, &requests, &known, now)?;
    if !batch.entries.is_empty() {
        write_books(tx, &pool, &batch.entries).await?;
        write_keys(tx, org, requests, &batch.answers).await?;
    }
    write_rows(tx, &pool, rows, &batch).await?;
    let balance =
        Balance::of(&pool, now).map_err(|error| StoreError::Damaged(error.to_string()))?;
    pool.compact();
    pools.put(pool);
    Ok(Committed { answers: batch.answers, balance, booked: batch.entries.len() })
}

/// Ended holds and drained grants are not in the pool; a command that names one gets its proper
/// refusal only if it is.
async fn load_named(
    tx: &mut dyn Tx,
    pool: &mut Pool,
    requests: &[Request],
    known: &HashMap<String, Known>,
) -> Kept<()> {
    let fresh =
        || requests.iter().filter(|each| !known.contains_key(&each.key)).map(|each| &each.command);
    let holds: BTreeSet<HoldId> =
        fresh().filter_map(hold_of).filter(|id| !pool.holds.contains_key(id)).collect();
    load::holds(tx, pool, holds.into_iter().collect()).await?;
    let grants: BTreeSet<GrantId> =
        fresh().filter_map(grant_of).filter(|id| pool.grant(*id).is_none()).collect();
    load::grants(tx, pool, grants.into_iter().collect()).await
}

/// Caps count what a run was charged before, and a run's row says it.
async fn load_charged(
    tx: &mut dyn Tx,
    pool: &mut Pool,
    requests: &[Request],
    rows: &[Vec<RowWrite>],
) -> Kept<()> {
    let asked = requests.iter().filter_map(|request| run_of(&request.command));
    let written = rows.iter().flatten().filter_map(writes::run_of);
    let runs: BTreeSet<RunId> = asked.chain(written).collect();
    load::charged(tx, pool, runs.into_iter().collect()).await
}

/// What the entries touched: new or changed, and when a hold ended.
#[derive(Default)]
struct Touched {
    granted: BTreeMap<GrantId, (Timestamp, u64)>,
    grants: BTreeSet<GrantId>,
    holds: BTreeMap<HoldId, Option<Timestamp>>,
}

impl Touched {
    fn by(entries: &[Entry]) -> Self {
        let mut touched = Touched::default();
        for entry in entries {
            match entry.fact {
                Fact::Granted(terms) => {
                    touched.granted.insert(terms.id, (entry.at, entry.position));
                }
                Fact::Held { hold, .. } | Fact::Extended { hold, .. } => {
                    touched.holds.insert(hold, None);
                }
                Fact::Ended { hold, .. } => {
                    touched.holds.insert(hold, Some(entry.at));
                }
                Fact::TakenBack { .. } | Fact::Expired | Fact::DebtPaid => {}
            }
            for account in entry.moves.iter().flat_map(|each| [each.from, each.to]) {
                if let Account::Left(grant) | Account::Held(_, grant) = account {
                    touched.grants.insert(grant);
                }
            }
        }
        touched
    }
}

/// The entries, and every stored balance that follows from them.
async fn write_books(tx: &mut dyn Tx, pool: &Pool, entries: &[Entry]) -> Kept<()> {
    let lists = entries.iter().map(|entry| {
        let (kind, run) = (entry.fact.kind().to_owned(), run_of_entry(pool, entry));
        let bytes = canon::encode(entry);
        values![pool.org, entry.position, entry.at, kind, run, bytes, entry.hash]
    });
    tx.execute_each(&ADD_ENTRY, lists.collect()).await?;
    let touched = Touched::by(entries);
    write_grants(tx, pool, &touched).await?;
    write_holds(tx, pool, &touched).await?;
    let row = values![
        pool.org,
        pool.position,
        pool.head,
        pool.last,
        pool.issued,
        pool.spent,
        pool.expired,
        pool.clawed,
        pool.debt,
        pool.overdraft,
    ];
    tx.execute(&PUT_POOL, row).await?;
    Ok(())
}

async fn write_grants(tx: &mut dyn Tx, pool: &Pool, touched: &Touched) -> Kept<()> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for grant in &pool.grants {
        let (terms, id) = (grant.terms, grant.terms.id);
        if let Some((at, position)) = touched.granted.get(&id) {
            let expires = terms.expires;
            let mut list = values![pool.org, id, terms.class, terms.cause, terms.amount];
            list.extend(values![terms.effective, expires, grant.unheld, grant.held, grant.spent]);
            list.extend(values![grant.to_debt, grant.expired, grant.clawed, *at, *position]);
            new.push(list);
        } else if touched.grants.contains(&id) {
            let mut list = values![grant.unheld, grant.held, grant.spent, grant.to_debt];
            list.extend(values![grant.expired, grant.clawed, pool.org, id]);
            changed.push(list);
        }
    }
    tx.execute_each(&ADD_GRANT, new).await?;
    tx.execute_each(&SET_GRANT, changed).await
}

async fn write_holds(tx: &mut dyn Tx, pool: &Pool, touched: &Touched) -> Kept<()> {
    let lists = touched.holds.iter().filter_map(|(id, ended_at)| {
        let hold = pool.holds.get(id)?;
        let mut list = values![pool.org, *id, hold.run, hold.opened, hold.deadline, hold.cap];
        list.extend(values![hold.charged_before, hold.taken, load::slices(hold), hold.overdraft]);
        let ended = hold.ended;
        list.extend(values![
            ended.map(|end| end.kind),
            ended.map(|end| end.charged).unwrap_or_default(),
            ended.map(|end| end.position),
            *ended_at,
        ]);
        Some(list)
    });
    tx.execute_each(&PUT_HOLD, lists.collect()).await
}

/// The run whose hold an entry is about.
fn run_of_entry(pool: &Pool, entry: &Entry) -> Option<RunId> {
    match entry.fact {
        Fact::Held { run, .. } | Fact::Ended { run, .. } => Some(run),
        Fact::Extended { hold, .. } => pool.holds.get(&hold).map(|hold| hold.run),
        Fact::Granted(_) | Fact::TakenBack { .. } | Fact::Expired | Fact::DebtPaid => None,
    }
}

/// Only what was done is remembered.
async fn write_keys(
    tx: &mut dyn Tx,
    org: OrgId,
    requests: Vec<Request>,
    answers: &[Answer],
) -> Kept<()> {
    let done = requests.into_iter().zip(answers).filter_map(|(request, answer)| match answer {
        Answer::Done(outcome) => Some(values![org, request.key, request.hash, outcome.position]),
        Answer::Replayed(_) | Answer::Refused(_) => None,
    });
    tx.execute_each(&ADD_KEY, done.collect()).await
}

async fn write_rows(
    tx: &mut dyn Tx,
    pool: &Pool,
    rows: Vec<Vec<RowWrite>>,
    batch: &Batch,
) -> Kept<()> {
    for (rows, answer) in rows.into_iter().zip(&batch.answers) {
        let Answer::Done(outcome) = answer else { continue };
        let booking = Booking { pool, position: outcome.position, at: outcome.at };
        for row in rows {
            writes::write(tx, &booking, row).await?;
        }
    }
    Ok(())
}
