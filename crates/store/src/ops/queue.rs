//! The queue of runs that wait for credits, as a commit takes it in and writes it back.
//!
//! Never decides whose turn it is: `ampere_credits` does. Where to read on: [`super::commit`].

use ampere_credits::ledger::{Rejected, SERVED_AT_ONCE, Served, Waiting};
use ampere_credits::{OrgId, RunId, Timestamp};

use crate::ops::writes::{Booking, RunUpdate, set_run};
use crate::ports::Kept;
use crate::rows::{Reason, RunState};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! waiting_columns {
    () => {
        "q.turn, q.since, q.run, q.hold, q.amount, q.hold_seconds, q.cap"
    };
}
pub(super) use waiting_columns;

statements! {
    /// Who is first. Asked in every commit: as a rule it is one look at an index in which there
    /// is nothing. What this process remembers could not be trusted instead, because a run joins
    /// without an entry (the pool's head tells nothing of it), by another process too, and a
    /// person takes it out without a commit.
    FIRST_WAITING = concat!(
        "SELECT ", waiting_columns!(), " FROM queue q WHERE q.org = $1 \
         ORDER BY q.turn, q.since, q.run LIMIT $2");
    /// One that waits.
    WAITING_RUN = concat!(
        "SELECT ", waiting_columns!(), " FROM queue q WHERE q.org = $1 AND q.run = $2");
    /// One that waits from now on.
    JOIN_QUEUE = "INSERT INTO queue (org, run, turn, since, hold, amount, hold_seconds, cap) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// It waits no more.
    LEAVE_QUEUE = "DELETE FROM queue WHERE org = $1 AND run = $2";
}

/// A waiting run among other columns.
pub(super) fn read_waiting(row: &mut Row) -> Kept<Waiting> {
    Ok(Waiting {
        turn: row.take()?,
        since: row.take()?,
        run: row.take()?,
        hold: row.take()?,
        amount: row.take()?,
        hold_seconds: row.take()?,
        cap: row.take()?,
    })
}

/// The queue as far as one commit can serve it, and one more; of `asking`, runs that may join,
/// also those that wait behind that.
pub(super) async fn load(tx: &mut dyn Tx, org: OrgId, asking: Vec<RunId>) -> Kept<Vec<Waiting>> {
    let enough = SERVED_AT_ONCE.saturating_add(1);
    let limit = u64::try_from(enough).unwrap_or(u64::MAX);
    let rows = tx.query(&FIRST_WAITING, values![org, limit]).await?;
    let mut queue =
        rows.into_iter().map(|mut row| read_waiting(&mut row)).collect::<Kept<Vec<_>>>()?;
    if queue.len() < enough {
        return Ok(queue);
    }
    let lists = asking.into_iter().map(|run| values![org, run]).collect();
    for mut row in tx.query_each(&WAITING_RUN, lists).await?.into_iter().flatten() {
        let waiting = read_waiting(&mut row)?;
        if queue.iter().all(|each| each.run != waiting.run) {
            queue.push(waiting);
        }
    }
    queue.sort_by_key(Waiting::place);
    Ok(queue)
}

/// Those who joined and still wait.
pub(super) async fn join(tx: &mut dyn Tx, org: OrgId, joined: &[Waiting]) -> Kept<()> {
    let lists = joined.iter().map(|waiting| {
        let Waiting { turn, since, run, hold, amount, hold_seconds, cap } = *waiting;
        values![org, run, turn, since, hold, amount, hold_seconds, cap]
    });
    tx.execute_each(&JOIN_QUEUE, lists.collect()).await
}

/// Takes one out; false if it does not wait.
pub(super) async fn leave(tx: &mut dyn Tx, org: OrgId, run: RunId) -> Kept<bool> {
    Ok(tx.execute(&LEAVE_QUEUE, values![org, run]).await? > 0)
}

/// Those who left: with a hold they are queued for their work, refused they have failed.
pub(super) async fn serve(tx: &mut dyn Tx, booking: &Booking<'_>, served: &[Served]) -> Kept<()> {
    let org = booking.pool.org;
    for each in served {
        leave(tx, org, each.run).await?;
        let Some((state, reason, ended_at)) = after(each, booking.at) else { continue };
        let position = each.answer.as_ref().ok().map(|outcome| outcome.position);
        let booking = Booking { position, ..*booking };
        let update = RunUpdate { state, reason, ended_at, ..RunUpdate::queued(each.run) };
        set_run(tx, org, update, Some(booking.numbers_of(each.run)?)).await?;
    }
    Ok(())
}

/// What becomes of a run that left; none: it goes on as it is, for it has a hold already.
fn after(served: &Served, now: Timestamp) -> Option<(RunState, Option<Reason>, Option<Timestamp>)> {
    match served.answer {
        Ok(_) => Some((RunState::Queued, None, None)),
        Err(Rejected::RunHasOpenHold { .. }) => None,
        Err(Rejected::CapReached { .. }) => {
            Some((RunState::Failed, Some(Reason::StoppedAtCap), Some(now)))
        }
        Err(_) => Some((RunState::Failed, Some(Reason::InternalError), Some(now))),
    }
}
