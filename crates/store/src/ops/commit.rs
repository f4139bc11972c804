//! One commit of a pool's lane: load, look up, read the clock, decide, append; all or nothing.
//! Who waits for credits is loaded with it, and who was served is written with it.
//!
//! The law's "Lane". Deciding itself is `ampere_credits::ledger::execute_batch`. Never answers
//! anybody: the engine does, after the COMMIT.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ampere_credits::ledger::decide::{grant_of, hold_of, run_of};
use ampere_credits::ledger::{
    Account, Answer, Balance, Batch, Entry, Fact, Known, Pool, Queueing, Request, Served, Waiting,
    canon, execute_batch,
};
use ampere_credits::{Clock, GrantId, HoldId, OrgId, RunId, Timestamp};

use crate::engine::KnownPools;
use crate::ops::writes::{self, Booking};
use crate::ops::{load, queue};
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
                 unheld, held, spent, to_debt, expired, clawed, frozen_at, claim, claim_met, \
                 claim_by_expiry, granted_at, position) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
                 $17, $18, $19)";
    /// Where a grant's credits are now, and what a dispute or a claim made of it.
    SET_GRANT = "UPDATE grants SET unheld = $1, held = $2, spent = $3, to_debt = $4, \
                 expired = $5, clawed = $6, frozen_at = $7, claim = $8, claim_met = $9, \
                 claim_by_expiry = $10, expires_at = $11 WHERE org = $12 AND id = $13";
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
                clawed, debt, debt_of_claims, overdraft, locked) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                ON CONFLICT (org) DO UPDATE SET position = excluded.position, \
                head = excluded.head, last_at = excluded.last_at, issued = excluded.issued, \
                spent = excluded.spent, expired = excluded.expired, clawed = excluded.clawed, \
                debt = excluded.debt, debt_of_claims = excluded.debt_of_claims, \
                overdraft = excluded.overdraft, locked = excluded.locked";
}

/// The rows of one request, for one answer and the other.
struct Rows {
    done: Vec<RowWrite>,
    waiting: Vec<RowWrite>,
}

/// All of [`crate::ports::PoolStore::commit`] but the COMMIT.
pub(super) async fn commit(
    tx: &mut dyn Tx,
    org: OrgId,
    lane: Vec<LaneRequest>,
    pools: &KnownPools,
    clock: &dyn Clock,
) -> Kept<Committed> {
    let (requests, rows): (Vec<Request>, Vec<Rows>) = lane
        .into_iter()
        .map(|LaneRequest { request, writes, waiting }| (request, Rows { done: writes, waiting }))
        .unzip();
    let row = load::pool_row(tx, org).await?;
    let mut pool = match pools.take(org) {
        Some(pool) if pool.position == row.position && pool.head == row.head => pool,
        _ => load::open_state(tx, row).await?,
    };
    let keys: BTreeSet<&String> = requests.iter().map(|request| &request.key).collect();
    let known = load::known(tx, org, keys.into_iter().cloned().collect()).await?;
    let known: HashMap<String, Known> = known.into_iter().collect();
    let asking = requests.iter().filter_map(|request| request.queueing.run()).collect();
    let queue = queue::load(tx, org, asking).await?;
    load_named(tx, &mut pool, (&requests, &queue), &known).await?;
    load_charged(tx, &mut pool, (&requests, &queue), &rows).await?;

    let now = clock.now();
    let batch = execute_batch(&mut pool, &requests, &known, &queue, now)?;
    if !batch.entries.is_empty() {
        write_books(tx, &pool, &batch.entries).await?;
        write_keys(tx, org, &requests, &batch).await?;
    }
    let rows = rows_to_write(&requests, rows, &queue, &batch);
    write_rows(tx, &pool, (rows, &batch), now).await?;
    let balance =
        Balance::of(&pool, now).map_err(|error| StoreError::Damaged(error.to_string()))?;
    pool.compact();
    pools.put(pool);
    let Batch { entries, answers, served, more, .. } = batch;
    Ok(Committed { answers, balance, booked: entries.len(), served, more })
}

/// Ended holds and drained grants are not in the pool; a command that names one gets its proper
/// refusal only if it is.
async fn load_named(
    tx: &mut dyn Tx,
    pool: &mut Pool,
    (requests, queue): (&[Request], &[Waiting]),
    known: &HashMap<String, Known>,
) -> Kept<()> {
    let fresh =
        || requests.iter().filter(|each| !known.contains_key(&each.key)).map(|each| &each.command);
    let joining = requests.iter().filter_map(|request| match &request.queueing {
        Queueing::IfShort(waiting) | Queueing::Afterwards(waiting) => Some(waiting),
        Queueing::Overtakes | Queueing::InTurn => None,
    });
    let to_come = queue.iter().chain(joining).map(|waiting| waiting.hold);
    let named = fresh().filter_map(hold_of).chain(to_come);
    let holds: BTreeSet<HoldId> = named.filter(|id| !pool.holds.contains_key(id)).collect();
    load::holds(tx, pool, holds.into_iter().collect()).await?;
    let grants: BTreeSet<GrantId> =
        fresh().filter_map(grant_of).filter(|id| pool.grant(*id).is_none()).collect();
    load::grants(tx, pool, grants.into_iter().collect()).await
}

/// Caps count what a run was charged before, and a run's row says it. Who waits may be served.
async fn load_charged(
    tx: &mut dyn Tx,
    pool: &mut Pool,
    (requests, queue): (&[Request], &[Waiting]),
    rows: &[Rows],
) -> Kept<()> {
    let asked = requests.iter().filter_map(|request| run_of(&request.command));
    let joining = requests.iter().filter_map(|request| request.queueing.run());
    let written = rows.iter().flat_map(|rows| rows.done.iter().chain(&rows.waiting));
    let waiting = queue.iter().map(|waiting| waiting.run);
    let runs: BTreeSet<RunId> =
        asked.chain(joining).chain(waiting).chain(written.filter_map(writes::run_of)).collect();
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
                _ => touched.grants.extend(entry.fact.grant()),
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
        pool.debt_of_claims,
        pool.overdraft,
        pool.locked,
    ];
    tx.execute(&PUT_POOL, row).await?;
    Ok(())
}

async fn write_grants(tx: &mut dyn Tx, pool: &Pool, touched: &Touched) -> Kept<()> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for grant in &pool.grants {
        let (terms, id) = (grant.terms, grant.terms.id);
        if let Some((at, position)) = touched.granted.get(&id) {
            let mut list = values![pool.org, id, terms.class, terms.cause, terms.amount];
            list.extend(values![terms.effective, terms.expires, grant.unheld, grant.held]);
            list.extend(values![grant.spent, grant.to_debt, grant.expired, grant.clawed]);
            list.extend(values![grant.frozen_since, grant.claim, grant.claim_met]);
            list.extend(values![grant.claim_by_expiry, *at, *position]);
            new.push(list);
        } else if touched.grants.contains(&id) {
            let mut list = values![grant.unheld, grant.held, grant.spent, grant.to_debt];
            list.extend(values![grant.expired, grant.clawed, grant.frozen_since, grant.claim]);
            list.extend(values![grant.claim_met, grant.claim_by_expiry, terms.expires]);
            list.extend(values![pool.org, id]);
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
        _ => None,
    }
}

/// Only what was done is remembered; holds of the queue too, so that every command's entry is.
async fn write_keys(tx: &mut dyn Tx, org: OrgId, requests: &[Request], batch: &Batch) -> Kept<()> {
    let done = requests.iter().zip(&batch.answers).filter_map(|(request, answer)| match answer {
        Answer::Done(outcome) => Some(values![org, request.key, request.hash, outcome.position]),
        Answer::Replayed(_) | Answer::Refused(_) | Answer::Waits => None,
    });
    let remembered = batch.served.iter().filter_map(Served::remembered);
    let served =
        remembered.map(|(key, known)| values![org, key, known.hash, known.outcome.position]);
    tx.execute_each(&ADD_KEY, done.chain(served).collect()).await
}

/// Of each request the rows that its answer lets be written, with the position of its entry. A
/// run that waits already, and asks again, was written when it joined.
fn rows_to_write(
    requests: &[Request],
    rows: Vec<Rows>,
    queue: &[Waiting],
    batch: &Batch,
) -> Vec<(Option<u64>, RowWrite)> {
    let mut waiting: BTreeSet<RunId> = queue.iter().map(|each| each.run).collect();
    let mut list = Vec::new();
    for ((request, rows), answer) in requests.iter().zip(rows).zip(&batch.answers) {
        let joins = request.queueing.run().is_some_and(|run| !waiting.contains(&run));
        let (position, rows) = match answer {
            Answer::Done(outcome) => (Some(outcome.position), rows.done),
            Answer::Waits if joins => (None, rows.waiting),
            Answer::Waits | Answer::Replayed(_) | Answer::Refused(_) => continue,
        };
        if *answer == Answer::Waits {
            waiting.extend(request.queueing.run());
        }
        list.extend(rows.into_iter().map(|row| (position, row)));
    }
    list
}

/// Rows of requests, then of the queue: who joined and was served at once is queued at the end.
async fn write_rows(
    tx: &mut dyn Tx,
    pool: &Pool,
    (rows, batch): (Vec<(Option<u64>, RowWrite)>, &Batch),
    clock: Timestamp,
) -> Kept<()> {
    // An instant of this commit that is not before any of its entries.
    let at = clock.max(pool.last);
    for (position, row) in rows {
        writes::write(tx, &Booking { pool, position, at }, row).await?;
    }
    queue::join(tx, pool.org, &batch.joined).await?;
    queue::serve(tx, &Booking { pool, position: None, at }, &batch.served).await
}
