//! Tasks that wait for credits or paused for lack of them: taken up, resumed, ended.
//!
//! A commit that frees credits serves them in the law's order; this takes up what it served.
//! Never takes a hold itself.

use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::Ordering;

use ampere_credits::ledger::{Balance, Draw, Outcome as Booked, Served};
use ampere_credits::{Credits, OrgId, RunId, Timestamp};
use ampere_store::rows::{Reason, RunChange, RunKind, RunRow, RunState};

use super::definition::Definition;
use super::order::Occasion;
use super::work::TaskWork;
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::lane::TakeUp;
use crate::meter::Opened;
use crate::settle::Settle;
use crate::work::{Bill, Plan, WhenShort};

/// Waiting ends after this many days.
const LONGEST_WAIT_DAYS: i64 = 7;

/// A place in the queue for credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Runs before it.
    pub ahead: u32,
    /// The hold that it needs.
    pub needed: Credits,
}

impl TakeUp for Weak<App> {
    fn take_up(&self, org: OrgId, served: Vec<Served>) {
        let Some(app) = self.upgrade() else { return };
        tokio::spawn(async move {
            for each in served {
                app.take_up_one(org, each).await;
            }
        });
    }

    fn booked(&self, org: OrgId, balance: &Balance) {
        if let Some(app) = self.upgrade() {
            app.recharging.booked(org, balance);
            app.watching.changed(org);
        }
    }
}

impl App {
    async fn take_up_one(self: &Arc<Self>, org: OrgId, served: Served) {
        if self.ending.load(Ordering::SeqCst) {
            // The next start finds it with its hold.
            return;
        }
        let Ok(Some(run)) = self.store.run(org, served.run).await else {
            tracing::error!(run = %served.run, "a run that was served cannot be read");
            return;
        };
        match served.answer {
            Ok(booked) => {
                if let Err(error) = self.go_on(run.clone(), &served, booked).await {
                    tracing::warn!(run = %run.id, %error, "a run that waited cannot go on");
                    self.give_up(run, &served, &error).await;
                }
            }
            // The store has ended it with its reason.
            Err(_) => self.tell(&run),
        }
    }

    async fn go_on(
        self: &Arc<Self>,
        run: RunRow,
        served: &Served,
        booked: Booked,
    ) -> crate::Done<()> {
        let org = run.org;
        let starter = self.acting(org, run.started_by).await?.ok_or(AppError::ForbiddenRole)?;
        starter.may(Act::StartWork)?;
        let task = self.store.task(org, run.id).await?.ok_or(AppError::Internal)?;
        let read = |text: &str| serde_json::from_str(text).map_err(|_| AppError::Internal);
        let definition: Definition =
            serde_json::from_str(&task.definition).map_err(|_| AppError::Internal)?;
        let inputs = read(&task.inputs)?;
        let zone = self.store.organization(org).await?.ok_or(AppError::Internal)?.zone;
        let card = self.rates.version(run.quote.rate_card_version).ok_or(AppError::Internal)?.card;
        let plan = plan_of(&run);
        self.store.adopt(org, run.id, &self.server).await?;
        let work = TaskWork {
            plan,
            definition: Arc::new(definition),
            inputs,
            occasion: Occasion::Person,
            zone: zone.clone(),
            org,
            start_key: task.start_key,
            outcome: None,
        };
        let opened = Opened {
            hold: served.hold,
            held: booked.added,
            deadline: served.deadline,
            at: booked.at,
            card,
            draw: Draw::Pool,
            pausable: true,
            settled: self.store.steps(org, run.id).await?,
        };
        self.launch(zone, Box::new(work), run, opened)
    }

    /// Gives the hold back and ends a run that cannot be taken up.
    async fn give_up(self: &Arc<Self>, run: RunRow, served: &Served, error: &AppError) {
        let reason = match error {
            AppError::ForbiddenRole => Reason::NotAllowed,
            _ => Reason::InternalError,
        };
        let Ok(published) = self.rates.current() else { return };
        let settle = Settle {
            hold: served.hold,
            zone: "UTC".to_owned(),
            card: published.card,
            steps: Vec::new(),
            fresh: 0,
            charge: Credits::ZERO,
            state: RunState::Failed,
            reason,
            text: None,
            rows: Vec::new(),
            waits: None,
            feed: None,
            run,
        };
        self.settle(settle).await;
    }

    /// Where a run stands in the queue for credits; none if it does not wait.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn place_of(&self, org: OrgId, run: RunId) -> crate::Done<Option<Place>> {
        let queue = self.store.queue(org).await?;
        let at = queue.iter().position(|row| row.waiting.run == run);
        Ok(at.and_then(|at| {
            let needed = queue.get(at)?.waiting.amount;
            Some(Place { ahead: u32::try_from(at).unwrap_or(u32::MAX), needed })
        }))
    }

    /// Resumes a run that paused or waits for credits, if they are there now: in its turn.
    ///
    /// # Errors
    /// [`AppError::InsufficientCredits`] while they are short, [`AppError::Conflict`] for a run
    /// that does not wait.
    pub async fn resume_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunRow> {
        let found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        caller.may_direct(found.started_by)?;
        if self.place_of(caller.org, run).await?.is_none() {
            return Err(AppError::Conflict("this run does not wait for credits"));
        }
        self.lanes.sweep(caller.org).await?;
        match self.place_of(caller.org, run).await? {
            Some(place) => Err(self.shortage(caller, place.needed, place.ahead).await),
            None => self.store.run(caller.org, run).await?.ok_or(AppError::NotFound),
        }
    }

    /// Ends a run that waits or paused; false if it does neither (any more).
    pub(crate) async fn end_waiting(
        &self,
        run: &RunRow,
        state: RunState,
        reason: Reason,
    ) -> crate::Done<bool> {
        let now = self.now();
        let zone = self.store.organization(run.org).await?.map(|row| row.zone);
        let zone = ampere_credits::Zone::named(zone.as_deref().unwrap_or("UTC"));
        let day = now.day_in(&zone.unwrap_or_else(|_| ampere_credits::Zone::utc()));
        let change = RunChange {
            run: run.id,
            state,
            reason: Some(reason),
            estimated: run.estimated,
            started_at: None,
            ended_at: Some(now),
            day: Some(day),
        };
        let left = self.store.leave_queue(run.org, run.id, change).await?;
        if left {
            self.tell(run);
        }
        Ok(left)
    }

    /// Serves who waits wherever time alone may have freed credits, and ends what has waited too
    /// long.
    pub(crate) async fn sweep_waiting(&self, now: Timestamp) -> crate::Done<()> {
        let before = now.plus_days(-LONGEST_WAIT_DAYS);
        for (org, run) in self.store.overdue_waiting(before).await? {
            if let Some(run) = self.store.run(org, run).await? {
                self.end_waiting(&run, RunState::Cancelled, Reason::WaitedTooLong).await?;
            }
        }
        for org in self.store.waiting_orgs().await? {
            self.lanes.sweep(org).await?;
        }
        Ok(())
    }
}

/// The plan of a run that was started before, as far as it still counts.
fn plan_of(run: &RunRow) -> Plan {
    Plan {
        kind: run.kind,
        title: run.title.clone(),
        subject: run.subject.clone(),
        trigger: run.trigger,
        schedule: run.schedule,
        place: None,
        model: run.model.clone(),
        bill: Bill::Calls { calls: Vec::new(), least: Vec::new() },
        cap: run.cap,
        draw: Draw::Pool,
        when_short: WhenShort::Wait,
    }
}

/// Whether a run can pause and be taken up again.
pub(crate) fn pausable(kind: RunKind) -> bool {
    matches!(kind, RunKind::Tool | RunKind::Workflow)
}
