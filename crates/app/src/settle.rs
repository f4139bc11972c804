//! SETTLE: the one commit that ends a run's hold, with its usage lines and its end.
//!
//! Owns: what that commit holds, and trying until the database takes it. Never decides what was
//! used; that is what the meter saw, or what was recorded of a dead process's run.

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::ledger::{Answer, Command, Hash, Queueing, Request, Waiting};
use ampere_credits::rating::{Line, RateCard, lines};
use ampere_credits::{Credits, Day, HoldId, Timestamp, Zone};
use ampere_store::ports::StoreError;
use ampere_store::rows::{
    LaneRequest, Reason, RowWrite, RunChange, RunRow, RunState, StepRow, UsageLineRow,
};

use crate::app::App;
use crate::error::AppError;
use crate::feed::Feed;
use crate::meter::{usage_of, usage_of_all};

/// Everything that ends a run's hold.
pub(crate) struct Settle {
    pub(crate) run: RunRow,
    pub(crate) hold: HoldId,
    pub(crate) zone: String,
    pub(crate) card: Arc<RateCard>,
    /// All steps of the run; those before `fresh` were settled by earlier holds.
    pub(crate) steps: Vec<StepRow>,
    pub(crate) fresh: usize,
    pub(crate) charge: Credits,
    pub(crate) state: RunState,
    pub(crate) reason: Reason,
    pub(crate) text: Option<String>,
    /// Rows of the work itself.
    pub(crate) rows: Vec<RowWrite>,
    /// The run pauses: its place in the queue for credits.
    pub(crate) waits: Option<Waiting>,
    /// What it showed, if it worked in this process.
    pub(crate) feed: Option<Arc<Feed>>,
}

impl Settle {
    fn request(&self, app: &App) -> crate::Done<LaneRequest> {
        let now = app.now();
        let zone = Zone::named(&self.zone).unwrap_or_else(|_| Zone::utc());
        let day = now.day_in(&zone);
        let fresh = self.steps.get(self.fresh..).unwrap_or_default();
        let guessed = fresh.iter().any(used_estimate);
        let estimated = self.charge.is_positive() && guessed;
        let command = if self.charge.is_positive() {
            Command::Settle { hold: self.hold, charge: self.charge, estimated }
        } else {
            Command::Release { hold: self.hold }
        };
        let over = self.state.ended();
        let mut writes = vec![RowWrite::RunChange(RunChange {
            run: self.run.id,
            state: self.state,
            reason: Some(self.reason),
            estimated: estimated || self.run.estimated,
            started_at: self.steps.first().map(|step| step.started_at),
            ended_at: over.then_some(now),
            day: over.then_some(day),
        })];
        writes.extend(fresh.iter().cloned().map(RowWrite::Step));
        writes.extend(self.usage_lines(now, day)?.into_iter().map(RowWrite::UsageLine));
        writes.extend(self.rows.iter().cloned());
        if let (Some(session), Some(message), Some(text)) =
            (self.run.session, self.run.answer, self.text.clone())
        {
            writes.push(RowWrite::MessageText { session, message, text });
        }
        let queueing = self.waits.clone().map_or(Queueing::Overtakes, Queueing::Afterwards);
        let key = format!("end:{}", self.hold);
        let request = Request { key, hash: Hash::default(), command, queueing };
        Ok(LaneRequest { request, writes, waiting: Vec::new() })
    }

    /// The rated lines of this hold; they add up to its charge. Where less is charged than was
    /// used (our cost), the last lines carry less. Lines are numbered through the whole run: two
    /// for each step before.
    fn usage_lines(&self, at: Timestamp, day: Day) -> crate::Done<Vec<UsageLineRow>> {
        let usage = usage_of_all(&self.steps);
        let rated: Vec<Line> = lines(&self.card, &usage).map_err(|_| AppError::Internal)?;
        let owners = self.steps.iter().flat_map(|step| usage_of(step).map(move |_| step));
        let earlier = usage_of_all(self.steps.get(..self.fresh).unwrap_or_default()).len();
        let mut rest = self.charge;
        let mut rows = Vec::new();
        for (index, (line, step)) in rated.into_iter().zip(owners).enumerate().skip(earlier) {
            let credits = line.credits.min(rest);
            rest = rest.minus(credits)?;
            if line.usage.quantity == 0 || self.charge.is_zero() {
                continue;
            }
            rows.push(UsageLineRow {
                run: self.run.id,
                number: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1),
                step: step.number,
                kind: self.run.kind,
                user: self.run.started_by,
                model: line.usage.model,
                measure: line.usage.measure,
                quantity: line.usage.quantity,
                micros_per_million: line.micros_per_million,
                credits,
                estimated: step.estimated,
                at,
                day,
            });
        }
        Ok(rows)
    }
}

fn used_estimate(step: &StepRow) -> bool {
    step.estimated && usage_of(step).any(|usage| usage.quantity > 0)
}

impl App {
    /// Ends a run's hold by what was used. Tries until the database takes it: a hold that is not
    /// ended would be credits lost.
    pub(crate) async fn settle(self: &Arc<Self>, settle: Settle) {
        let mut wait = Duration::from_millis(50);
        loop {
            let request = match settle.request(self) {
                Ok(request) => request,
                Err(error) => {
                    tracing::error!(run = %settle.run.id, %error, "a settle cannot be made");
                    return;
                }
            };
            match self.lanes.submit(settle.run.org, request).await {
                Ok(answered) => {
                    if let Answer::Refused(rejected) = answered.answer {
                        tracing::error!(run = %settle.run.id, %rejected, "a settle was refused");
                    }
                    break;
                }
                Err(error @ (StoreError::Damaged(_) | StoreError::Version(_))) => {
                    tracing::error!(run = %settle.run.id, %error, "a settle is impossible");
                    return;
                }
                Err(_) => {
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(5));
                }
            }
        }
        if let Some(feed) = &settle.feed {
            self.feeds.close(settle.run.id, feed, settle.state, settle.reason);
        }
        self.tell(&settle.run);
        if settle.state.ended() {
            self.run_ended(&settle.run).await;
        }
        self.background.changed(settle.run.org);
    }
}
