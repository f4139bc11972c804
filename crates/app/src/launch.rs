//! From a durable hold to its end: a run in a task of its own, settled whatever comes of it.
//!
//! Owns: what becomes of a run that succeeded, failed, was stopped, ran out of credits or whose
//! server ends. Never decides what was used: the meter saw that. Read next: [`crate::settle`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use ampere_credits::HoldId;
use ampere_credits::ledger::{Turn, Waiting};
use ampere_credits::rating::RateCard;
use ampere_store::rows::{Reason, RunRow, RunState};
use futures_util::FutureExt;

use crate::app::App;
use crate::feed::{Feed, StopCause};
use crate::meter::{DEADLINE_SECONDS, Meter, Opened, Stop};
use crate::settle::Settle;
use crate::work::Work;

impl App {
    /// Runs a work whose hold is durable, in a task of its own.
    pub(crate) fn launch(
        self: &Arc<Self>,
        zone: String,
        work: Box<dyn Work>,
        run: RunRow,
        opened: Opened,
    ) -> crate::Done<()> {
        let feed = self.feeds.open(run.id, opened.held);
        self.tell(&run);
        let (hold, card) = (opened.hold, Arc::clone(&opened.card));
        let meter = Meter::new(Arc::clone(self), run, opened, Arc::clone(&feed))?;
        let app = Arc::clone(self);
        tokio::spawn(
            async move { app.work_and_settle(work, meter, (hold, zone, card, feed)).await },
        );
        Ok(())
    }

    async fn work_and_settle(
        self: Arc<Self>,
        mut work: Box<dyn Work>,
        mut meter: Meter,
        (hold, zone, card, feed): (HoldId, String, Arc<RateCard>, Arc<Feed>),
    ) {
        let run = meter.run().clone();
        let result = AssertUnwindSafe(work.run(&mut meter)).catch_unwind().await;
        let result = result.unwrap_or_else(|_| {
            tracing::error!(run = %run.id, "a run panicked");
            Err(Stop(Reason::InternalError))
        });
        // Whatever came of it: its end is settled with what was counted until now.
        if let Err(stop) = meter.close_browser().await {
            tracing::warn!(run = %run.id, reason = stop.0.word(), "a browser's end was not kept");
        }
        let cause = meter.stop_cause();
        if work.pausable() && cause == Some(StopCause::ShutDown) {
            // The next start takes it up where it is: its hold stays open until then.
            self.feeds.close(run.id, &feed, RunState::Queued, Reason::ServerRestarted);
            return;
        }
        // What cannot be rated is our fault: nothing is charged, and the log says so.
        let charge = meter.cover_reported().await.unwrap_or_default();
        let (state, reason) = end_of(&*work, result, cause);
        let waits = (state == RunState::PausedNoCredits).then(|| Waiting {
            turn: Turn::Paused,
            since: run.created_at,
            run: run.id,
            hold: HoldId::mint(self.now(), &*self.entropy),
            amount: meter.needs(),
            hold_seconds: DEADLINE_SECONDS,
            cap: run.cap,
        });
        let rows = if state.ended() { work.last_rows(&run, state) } else { Vec::new() };
        let text = run.answer.is_some().then(|| feed.text());
        let (steps, fresh) = meter.into_steps();
        let feed = Some(feed);
        let settle = Settle {
            run,
            hold,
            zone,
            card,
            steps,
            fresh,
            charge,
            state,
            reason,
            text,
            rows,
            waits,
            feed,
        };
        self.settle(settle).await;
    }
}

fn end_of(
    work: &dyn Work,
    result: Result<Reason, Stop>,
    cause: Option<StopCause>,
) -> (RunState, Reason) {
    match (result, cause) {
        (Ok(reason), _) => (RunState::Succeeded, reason),
        (Err(Stop(Reason::Stopped)), Some(StopCause::ShutDown)) => {
            (RunState::Failed, Reason::ServerRestarted)
        }
        (Err(Stop(Reason::Stopped)), _) => (RunState::Cancelled, Reason::Stopped),
        (Err(Stop(Reason::NoCredits | Reason::StoppedAtCredits)), _) if work.pausable() => {
            (RunState::PausedNoCredits, Reason::NoCredits)
        }
        (Err(Stop(reason)), _) => (RunState::Failed, reason),
    }
}
