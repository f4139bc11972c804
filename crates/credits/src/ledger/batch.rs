//! One commit of a pool's lane: requests decided in order on the loaded pool.
//!
//! The caller (the store's transaction) has locked the pool, loaded what the requests name,
//! looked up their keys and read the clock. Only committed outcomes are remembered: a refusal
//! changes nothing and its key may succeed later. The queue comes last (the law's "At zero, and
//! the queue"): whoever waits is served from what the commit left.

use std::collections::BTreeMap;

use crate::id::RunId;
use crate::ledger::account::Account;
use crate::ledger::command::{Command, Draw, Rejected};
use crate::ledger::decide::decide;
use crate::ledger::entry::{Draft, Entry, Hash, Outcome};
use crate::ledger::follow::{follow_up, pay_debt};
use crate::ledger::pool::{Corrupt, Pool};
use crate::ledger::queue::{Queueing, SERVED_AT_ONCE, Served, Waiting};
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
    /// How it stands to the runs that wait for credits.
    pub queueing: Queueing,
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
    /// It waits in the queue; nothing was booked for it and nothing is remembered under its key.
    /// It may have been served by the same commit.
    Waits,
}

/// What a commit has to write, and what to answer after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// New entries, in order.
    pub entries: Vec<Entry>,
    /// One per request, in order.
    pub answers: Vec<Answer>,
    /// Who left the queue, in order; [`Served::remembered`] is to be remembered of each.
    pub served: Vec<Served>,
    /// Who joined the queue and still waits.
    pub joined: Vec<Waiting>,
    /// So many were served that another commit has to go on with the queue.
    pub more: bool,
}

/// Decides all requests in order, each in the law's order inside a commit: command, claims, expiry,
/// debt;
/// then serves the queue. Without requests it books what time alone has made due. Replays book
/// nothing at all (I21), and neither do refusals, except that debt which can be paid by now is
/// paid before deciding.
///
/// `queue` is sorted by [`Waiting::place`]: all of it, or more than the first
/// [`SERVED_AT_ONCE`]. The pool must know what its runs were charged, and those that may join it
/// ([`Queueing::run`]).
pub fn execute_batch(
    pool: &mut Pool,
    requests: &[Request],
    known: &Keys,
    queue: &[Waiting],
    clock: Timestamp,
) -> Result<Batch, Corrupt> {
    let now = clock.max(pool.last);
    let behind_micros = pool.last.micros().saturating_sub(clock.micros());
    let may_spend = behind_micros <= CLOCK_TOLERANCE_MICROS;
    let mut commit = Commit { pool, queue, now, batch: Batch::default() };
    let mut fresh: BTreeMap<&str, Known> = BTreeMap::new();
    for request in requests {
        let before = fresh.get(request.key.as_str()).or_else(|| known.get(&request.key));
        let answer = match before {
            Some(before) if before.hash == request.hash => Answer::Replayed(before.outcome),
            Some(_) => Answer::Refused(Rejected::KeyReused),
            None if may_spend => commit.request(request)?,
            None => Answer::Refused(Rejected::ClockBehind { behind_micros }),
        };
        if let Answer::Done(outcome) = answer {
            fresh.insert(&request.key, Known { hash: request.hash, outcome });
        }
        commit.batch.answers.push(answer);
    }
    if requests.is_empty() {
        commit.follow()?;
    }
    if may_spend {
        commit.serve()?;
    }
    Ok(commit.batch)
}

/// A commit that is being put together.
struct Commit<'a> {
    pool: &'a mut Pool,
    queue: &'a [Waiting],
    now: Timestamp,
    batch: Batch,
}

impl Commit<'_> {
    fn request(&mut self, request: &Request) -> Result<Answer, Corrupt> {
        let answer = match self.execute(&request.command, &request.queueing)? {
            Ok(outcome) => Answer::Done(outcome),
            Err(rejected) => Answer::Refused(rejected),
        };
        let short = |rejected: &Rejected| {
            matches!(
                rejected,
                Rejected::InsufficientCredits { .. }
                    | Rejected::WaitsBehind { .. }
                    | Rejected::PoolLocked
            )
        };
        Ok(match (&request.queueing, answer) {
            (Queueing::Afterwards(waiting), Answer::Done(outcome)) => {
                self.join(waiting);
                Answer::Done(outcome)
            }
            (Queueing::IfShort(waiting), Answer::Refused(rejected))
                if short(&rejected) && draws_on_pool(&request.command) =>
            {
                self.join(waiting);
                Answer::Waits
            }
            (_, answer) => answer,
        })
    }

    /// Books a command and what follows from it, or says what refuses it.
    fn execute(
        &mut self,
        command: &Command,
        queueing: &Queueing,
    ) -> Result<Result<Outcome, Rejected>, Corrupt> {
        let before = self.pool.position;
        // Debt that a grant can pay since it became effective is paid first: the pool that a
        // reader was shown (debt gone, the rest available) is the one that the command is judged
        // by.
        if let Some(draft) = pay_debt(self.pool, self.now).map_err(|_| out_of_range(self.pool))? {
            self.book(draft)?;
        }
        let decided = decide(self.pool, command, self.now);
        let answer = match self.in_turn(command, queueing, decided) {
            Ok(draft) => Ok(self.book(draft)?),
            Err(rejected) => Err(rejected),
        };
        if self.pool.position != before {
            self.follow()?;
        }
        Ok(answer)
    }

    /// A hold that may not overtake is refused while anybody waits for the credits of the pool,
    /// whether there are enough for it or not.
    fn in_turn(
        &self,
        command: &Command,
        queueing: &Queueing,
        decided: Result<Draft, Rejected>,
    ) -> Result<Draft, Rejected> {
        let waiting = self.queue.len().saturating_add(self.batch.joined.len());
        let queueable = matches!(queueing, Queueing::InTurn | Queueing::IfShort(_));
        if waiting == 0 || !queueable {
            return decided;
        }
        let would_take = match (&decided, command) {
            (Ok(draft), Command::Hold { .. }) => takes_of_pool(self.pool, draft),
            (
                Err(Rejected::InsufficientCredits { .. } | Rejected::OutOfRange),
                Command::Hold { draw, .. },
            ) => *draw != Draw::Background,
            _ => false,
        };
        if !would_take {
            return decided;
        }
        Err(Rejected::WaitsBehind { waiting: u32::try_from(waiting).unwrap_or(u32::MAX) })
    }

    fn waits(&self, run: RunId) -> bool {
        self.queue.iter().chain(&self.batch.joined).any(|waiting| waiting.run == run)
    }

    fn join(&mut self, waiting: &Waiting) {
        if !self.waits(waiting.run) {
            self.batch.joined.push(waiting.clone());
        }
    }

    /// Serves the queue, strictly in its order, as far as the credits and one commit go.
    fn serve(&mut self) -> Result<(), Corrupt> {
        if self.queue.is_empty() && self.batch.joined.is_empty() {
            return Ok(());
        }
        let joined = std::mem::take(&mut self.batch.joined);
        let mut line: Vec<&Waiting> = self.queue.iter().chain(&joined).collect();
        line.sort_by_key(|waiting| waiting.place());
        for waiting in line {
            if self.batch.served.len() == SERVED_AT_ONCE {
                self.batch.more = true;
                break;
            }
            if !self.pool.charged.contains_key(&waiting.run) {
                let position = self.pool.position;
                return Err(Corrupt { position, what: "a waiting run that is not loaded" });
            }
            let command = waiting.command(self.now);
            let answer = self.execute(&command, &Queueing::Overtakes)?;
            if matches!(answer, Err(Rejected::InsufficientCredits { .. } | Rejected::PoolLocked)) {
                break;
            }
            let deadline = self.now.plus_seconds(waiting.hold_seconds);
            let (run, hold) = (waiting.run, waiting.hold);
            self.batch.served.push(Served { run, hold, answer, deadline });
        }
        let served = &self.batch.served;
        let still = |waiting: &Waiting| served.iter().all(|each| each.run != waiting.run);
        self.batch.joined = joined.into_iter().filter(still).collect();
        Ok(())
    }

    fn book(&mut self, draft: Draft) -> Result<Outcome, Corrupt> {
        let entry = self.pool.append(draft, self.now)?;
        let outcome = entry.outcome().map_err(|_| out_of_range(self.pool))?;
        self.batch.entries.push(entry);
        Ok(outcome)
    }

    fn follow(&mut self) -> Result<(), Corrupt> {
        while let Some(draft) =
            follow_up(self.pool, self.now).map_err(|_| out_of_range(self.pool))?
        {
            self.book(draft)?;
        }
        Ok(())
    }
}

fn draws_on_pool(command: &Command) -> bool {
    matches!(command, Command::Hold { draw: Draw::Pool, .. })
}

/// Whether a hold's draft takes anything but background credits.
fn takes_of_pool(pool: &Pool, draft: &Draft) -> bool {
    draft.moves.iter().any(|each| match each.from {
        Account::Left(grant) => pool.grant(grant).is_some_and(|grant| grant.terms.of_pool()),
        _ => false,
    })
}

fn out_of_range(pool: &Pool) -> Corrupt {
    Corrupt { position: pool.position, what: "a sum is out of range" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Credits;
    use crate::id::{HoldId, OrgId};
    use crate::ledger::queue::Turn;

    #[test]
    fn a_waiting_run_whose_charges_are_not_known_is_not_served_as_if_it_had_none() {
        let run = RunId::from_bits(1);
        let waiting = Waiting {
            turn: Turn::Paused,
            since: Timestamp::default(),
            run,
            hold: HoldId::from_bits(2),
            amount: Credits::whole(1),
            hold_seconds: 60,
            cap: Some(Credits::whole(1)),
        };
        let mut pool = Pool::empty(OrgId::from_bits(1));
        let serve = |pool: &mut Pool| {
            let queue = std::slice::from_ref(&waiting);
            execute_batch(pool, &[], &Keys::new(), queue, Timestamp::default())
        };
        assert!(serve(&mut pool).is_err());
        pool.charged.insert(run, Credits::from_micros(1));
        let left = serve(&mut pool).map(|batch| batch.served);
        let reached =
            Rejected::CapReached { cap: Credits::whole(1), used: Credits::from_micros(1) };
        let answer = left.map(|served| served.into_iter().map(|each| each.answer).collect());
        assert_eq!(answer, Ok(vec![Err(reached)]));
    }
}
