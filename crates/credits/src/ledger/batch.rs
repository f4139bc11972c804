//! One commit of a pool's lane: requests decided in order on the loaded pool.
//!
//! The caller (the store's transaction) has locked the pool, loaded what the requests name,
//! looked up their keys and read the clock. Only committed outcomes are remembered: a refusal
//! changes nothing and its key may succeed later.

use std::collections::BTreeMap;

use crate::ledger::command::{Command, Rejected};
use crate::ledger::decide::decide;
use crate::ledger::entry::{Draft, Entry, Hash, Outcome};
use crate::ledger::follow::{follow_up, pay_debt};
use crate::ledger::pool::{Corrupt, Pool};
use crate::time::Timestamp;

/// A clock further behind the journal than this does not spend (I25).
pub const CLOCK_TOLERANCE_MICROS: i64 = 2_000_000;

/// A command with the key under which its outcome is remembered for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Unique per thing to be done, e.g. `settle:run_…:1`.
    pub key: String,
    /// Hash of what was asked; the same key with another hash is refused.
    pub hash: Hash,
    /// What to do.
    pub command: Command,
}

/// What is remembered under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Hash of what was asked then.
    pub hash: Hash,
    /// What it did.
    pub outcome: Outcome,
}

/// Remembered keys: only looked up, never walked through, so that their order cannot matter.
#[expect(clippy::disallowed_types, reason = "only looked up by key; its order is never seen")]
pub type Keys = std::collections::HashMap<String, Known>;

/// The answer to one request; given to nobody before the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Booked by this commit.
    Done(Outcome),
    /// Booked by an earlier request with the same key and hash; nothing was booked now.
    Replayed(Outcome),
    /// Refused; nothing changed.
    Refused(Rejected),
}

/// What a commit has to write, and what to answer after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// New entries, in order.
    pub entries: Vec<Entry>,
    /// One per request, in order.
    pub answers: Vec<Answer>,
}

/// Decides all requests in order, each in the law's order inside a commit: command, expiry, debt.
/// Without requests it books what time alone has made due. Replays book nothing at all (I21), and
/// neither do refusals, except that debt which can be paid by now is paid before deciding.
pub fn execute_batch(
    pool: &mut Pool,
    requests: &[Request],
    known: &Keys,
    clock: Timestamp,
) -> Result<Batch, Corrupt> {
    let mut batch = Batch::default();
    let now = clock.max(pool.last);
    let behind_micros = pool.last.micros().saturating_sub(clock.micros());
    let mut fresh: BTreeMap<&str, Known> = BTreeMap::new();
    for request in requests {
        let before = fresh.get(request.key.as_str()).or_else(|| known.get(&request.key));
        if let Some(before) = before {
            batch.answers.push(if before.hash == request.hash {
                Answer::Replayed(before.outcome)
            } else {
                Answer::Refused(Rejected::KeyReused)
            });
            continue;
        }
        if behind_micros > CLOCK_TOLERANCE_MICROS {
            batch.answers.push(Answer::Refused(Rejected::ClockBehind { behind_micros }));
            continue;
        }
        let answer = execute(pool, &request.command, now, &mut batch.entries)?;
        if let Answer::Done(outcome) = answer {
            fresh.insert(&request.key, Known { hash: request.hash, outcome });
        }
        batch.answers.push(answer);
    }
    if requests.is_empty() {
        follow(pool, now, &mut batch.entries)?;
    }
    Ok(batch)
}

fn execute(
    pool: &mut Pool,
    command: &Command,
    now: Timestamp,
    entries: &mut Vec<Entry>,
) -> Result<Answer, Corrupt> {
    let before = pool.position;
    // Debt that a grant can pay since it became effective is paid first: the pool that a reader
    // was shown (debt gone, the rest available) is the one that the command is judged by.
    if let Some(draft) = pay_debt(pool, now).map_err(|_| out_of_range(pool))? {
        book(pool, draft, now, entries)?;
    }
    let answer = match decide(pool, command, now) {
        Ok(draft) => Answer::Done(book(pool, draft, now, entries)?),
        Err(rejected) => Answer::Refused(rejected),
    };
    if pool.position != before {
        follow(pool, now, entries)?;
    }
    Ok(answer)
}

fn book(
    pool: &mut Pool,
    draft: Draft,
    now: Timestamp,
    entries: &mut Vec<Entry>,
) -> Result<Outcome, Corrupt> {
    let entry = pool.append(draft, now)?;
    let outcome = entry.outcome().map_err(|_| out_of_range(pool))?;
    entries.push(entry);
    Ok(outcome)
}

fn follow(pool: &mut Pool, now: Timestamp, entries: &mut Vec<Entry>) -> Result<(), Corrupt> {
    while let Some(draft) = follow_up(pool, now).map_err(|_| out_of_range(pool))? {
        book(pool, draft, now, entries)?;
    }
    Ok(())
}

fn out_of_range(pool: &Pool) -> Corrupt {
    Corrupt { position: pool.position, what: "a sum is out of range" }
}
