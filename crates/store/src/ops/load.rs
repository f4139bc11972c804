//! Loading a pool: its row, what is open in it, and single grants, holds and keys.
//!
//! Reads open state, never history. Never decides.

use ampere_credits::ledger::{
    EndKind, Ended, Entry, Grant, GrantTerms, Hash, Hold, Known, Pool, Slice, canon,
};
use ampere_credits::{Credits, GrantId, HoldId, OrgId, RunId};

use crate::ports::{Kept, StoreError};
use crate::rows::{GrantRow, HoldRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! grant_columns {
    () => {
        "id, class, cause, amount, effective_at, expires_at, unheld, held, spent, to_debt, \
         expired, clawed, frozen_at, claim, claim_met, claim_by_expiry, granted_at, position"
    };
}
pub(super) use grant_columns;

macro_rules! hold_columns {
    () => {
        "id, run, opened_at, deadline, cap, charged_before, taken, slices, overdraft, ended_as, \
         charged, ended_position, ended_at"
    };
}
pub(super) use hold_columns;

statements! {
    /// The pool's row.
    POOL = "SELECT position, head, last_at, issued, spent, expired, clawed, debt, \
            debt_of_claims, overdraft, locked FROM pools WHERE org = $1";
    /// Grants that can still move by themselves; frozen ones and open claims are among them.
    GRANTS_OPEN = concat!(
        "SELECT ", grant_columns!(), " FROM grants WHERE org = $1 AND (unheld > 0 OR held > 0)");
    /// Holds that have not ended.
    HOLDS_OPEN = concat!(
        "SELECT ", hold_columns!(), " FROM holds WHERE org = $1 AND ended_as IS NULL");
    /// One grant.
    GRANT = concat!("SELECT ", grant_columns!(), " FROM grants WHERE org = $1 AND id = $2");
    /// One hold.
    HOLD = concat!("SELECT ", hold_columns!(), " FROM holds WHERE org = $1 AND id = $2");
    /// What was committed under a key.
    KEY = "SELECT k.hash, e.position, e.hash, e.bytes FROM keys k \
           LEFT JOIN entries e ON e.org = k.org AND e.position = k.position \
           WHERE k.org = $1 AND k.key = $2";
    /// What a run was charged by holds that have ended.
    CHARGED = "SELECT CAST(coalesce(sum(charged), 0) AS BIGINT) FROM holds \
               WHERE org = $1 AND run = $2";
}

/// Bytes of a stored slice: a grant's id and an amount.
const SLICE: usize = 24;

/// The pool's row as a pool in which nothing is loaded yet; an empty one before its first entry.
pub(super) async fn pool_row(tx: &mut dyn Tx, org: OrgId) -> Kept<Pool> {
    let Some(mut row) = tx.query(&POOL, values![org]).await?.into_iter().next() else {
        return Ok(Pool::empty(org));
    };
    Ok(Pool {
        position: row.take()?,
        head: row.take()?,
        last: row.take()?,
        issued: row.take()?,
        spent: row.take()?,
        expired: row.take()?,
        clawed: row.take()?,
        debt: row.take()?,
        debt_of_claims: row.take()?,
        overdraft: row.take()?,
        locked: row.take()?,
        ..Pool::empty(org)
    })
}

/// Fills a pool with what is open in it.
pub(super) async fn open_state(tx: &mut dyn Tx, mut pool: Pool) -> Kept<Pool> {
    for row in tx.query(&GRANTS_OPEN, values![pool.org]).await? {
        pool.insert_grant(grant_row(row)?.grant);
    }
    for row in tx.query(&HOLDS_OPEN, values![pool.org]).await? {
        let hold = hold_row(row)?.hold;
        pool.holds.insert(hold.id, hold);
    }
    Ok(pool)
}

/// Loads these grants if they exist, drained ones too.
pub(super) async fn grants(tx: &mut dyn Tx, pool: &mut Pool, ids: Vec<GrantId>) -> Kept<()> {
    let lists = ids.into_iter().map(|id| values![pool.org, id]).collect();
    for row in tx.query_each(&GRANT, lists).await?.into_iter().flatten() {
        pool.insert_grant(grant_row(row)?.grant);
    }
    Ok(())
}

/// Loads these holds if they exist, ended ones too.
pub(super) async fn holds(tx: &mut dyn Tx, pool: &mut Pool, ids: Vec<HoldId>) -> Kept<()> {
    let lists = ids.into_iter().map(|id| values![pool.org, id]).collect();
    for row in tx.query_each(&HOLD, lists).await?.into_iter().flatten() {
        let hold = hold_row(row)?.hold;
        pool.holds.insert(hold.id, hold);
    }
    Ok(())
}

/// Loads what these runs were charged so far.
pub(super) async fn charged(tx: &mut dyn Tx, pool: &mut Pool, runs: Vec<RunId>) -> Kept<()> {
    let lists = runs.iter().map(|run| values![pool.org, *run]).collect();
    for (run, rows) in runs.into_iter().zip(tx.query_each(&CHARGED, lists).await?) {
        let sum = rows.into_iter().next().map_or(Ok(Credits::ZERO), |mut row| row.take())?;
        pool.charged.insert(run, sum);
    }
    Ok(())
}

/// What is known under these keys, those that were never used left out.
pub(super) async fn known(
    tx: &mut dyn Tx,
    org: OrgId,
    keys: Vec<String>,
) -> Kept<Vec<(String, Known)>> {
    let lists = keys.iter().map(|key| values![org, *key]).collect();
    let found = tx.query_each(&KEY, lists).await?;
    let pairs = keys.into_iter().zip(found);
    let used = pairs.filter_map(|(key, rows)| Some((key, rows.into_iter().next()?)));
    used.map(|(key, mut row)| Ok((key, known_row(&mut row)?))).collect()
}

/// A key's hash and its entry.
pub(super) fn known_row(row: &mut Row) -> Kept<Known> {
    let hash = row.take()?;
    let entry = read_entry(row)?;
    let outcome = entry.outcome().map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(Known { hash, outcome })
}

/// An entry: its position, hash and bytes.
pub(super) fn entry_row(mut row: Row) -> Kept<Entry> {
    read_entry(&mut row)
}

/// An entry is its canonical bytes; they must be those of this place and hash.
fn read_entry(row: &mut Row) -> Kept<Entry> {
    let (position, hash): (u64, Hash) = (row.take()?, row.take()?);
    let bytes: Vec<u8> = row.take()?;
    let entry = canon::decode(&bytes);
    let entry = entry.map_err(|error| StoreError::Damaged(format!("{position}: {error}")))?;
    if (entry.position, entry.hash) != (position, hash) {
        return Err(StoreError::Damaged(format!("entry {position} is not what was booked")));
    }
    Ok(entry)
}

/// A grant.
pub(super) fn grant_row(mut row: Row) -> Kept<GrantRow> {
    Ok(GrantRow {
        grant: Grant {
            terms: GrantTerms {
                id: row.take()?,
                class: row.take()?,
                cause: row.take()?,
                amount: row.take()?,
                effective: row.take()?,
                expires: row.take()?,
            },
            unheld: row.take()?,
            held: row.take()?,
            spent: row.take()?,
            to_debt: row.take()?,
            expired: row.take()?,
            clawed: row.take()?,
            frozen_since: row.take()?,
            claim: row.take()?,
            claim_met: row.take()?,
            claim_by_expiry: row.take()?,
        },
        granted_at: row.take()?,
        position: row.take()?,
    })
}

/// A hold.
pub(super) fn hold_row(mut row: Row) -> Kept<HoldRow> {
    let mut hold = Hold {
        id: row.take()?,
        run: row.take()?,
        opened: row.take()?,
        deadline: row.take()?,
        cap: row.take()?,
        charged_before: row.take()?,
        taken: row.take()?,
        slices: read_slices(&row.take::<Vec<u8>>()?)?,
        overdraft: row.take()?,
        ended: None,
    };
    let kind = row.take::<Option<EndKind>>()?;
    let charged = row.take()?;
    let position = row.take::<Option<u64>>()?;
    hold.ended = kind.zip(position).map(|(kind, position)| Ended { kind, charged, position });
    Ok(HoldRow { hold, ended_at: row.take()? })
}

/// The stored form of a hold's slices: what is in them now.
pub(super) fn slices(hold: &Hold) -> Vec<u8> {
    let filled = hold.slices.iter().filter(|slice| slice.amount.is_positive());
    filled
        .flat_map(|slice| {
            let amount = slice.amount.micros().to_be_bytes();
            slice.grant.bits().to_be_bytes().into_iter().chain(amount)
        })
        .collect()
}

fn read_slices(bytes: &[u8]) -> Kept<Vec<Slice>> {
    let (slices, rest) = bytes.as_chunks::<SLICE>();
    if !rest.is_empty() {
        return Err(StoreError::Damaged("slices of a hold that are cut short".to_owned()));
    }
    Ok(slices.iter().map(read_slice).collect())
}

fn read_slice(bytes: &[u8; SLICE]) -> Slice {
    let (grant, amount) = bytes.split_at(SLICE - 8);
    let fold = |bytes: &[u8]| bytes.iter().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
    Slice {
        grant: GrantId::from_bits(fold(grant)),
        amount: Credits::from_micros(i64::try_from(fold(amount)).unwrap_or(i64::MAX)),
    }
}
