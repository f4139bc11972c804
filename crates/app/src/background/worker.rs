//! The worker: does one job after the other, and leaves people the way.
//!
//! Owns: which job is next, which are not worth doing any more, when a job that could not be paid
//! is tried again. Never books anything for a job that cannot start.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ampere_adapters::ai::schema_at_most;
use ampere_credits::RunId;
use ampere_credits::ledger::{Draw, Hash};
use ampere_store::rows::{JobRow, OrganizationRow};

use super::asking::Material;
use super::due::wanted;
use super::piece::Piece;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::spend::Intent;

/// Every job is looked at again after this.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// People's runs come first, but no job waits longer than this for a quiet moment.
const PATIENCE: Duration = Duration::from_secs(60);
/// Jobs that are looked at, oldest first.
const LOOKED_AT: u32 = 10_000;
/// A job that nothing paid for is given up after this many days.
const LONGEST_WAIT_DAYS: i64 = 7;
/// Runs that a job gets when servers end in the middle of them.
const TRIES: u32 = 3;

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    /// Its run has ended.
    Done,
    /// It is not worth doing any more.
    Dropped,
    /// Credits are short, or no model is ready: it waits with all others of its organization.
    Stuck,
}

impl App {
    /// Does background work for as long as the server runs.
    pub async fn keep_background(self: Arc<Self>) {
        loop {
            if let Err(error) = self.tick_background().await {
                tracing::error!(%error, "background work could not be looked at");
            }
            let again = tokio::time::sleep(LOOK_EVERY);
            tokio::pin!(again);
            loop {
                tokio::select! {
                    () = &mut again => break,
                    () = self.background.told.notified() => {}
                }
                if let Err(error) = self.work_off().await {
                    tracing::error!(%error, "background work could not be done");
                }
            }
        }
    }

    /// Tries every job that waits, and answers how many were done.
    ///
    /// # Errors
    /// When the database does not answer; what waits stays.
    pub async fn tick_background(self: &Arc<Self>) -> crate::Done<u32> {
        self.background.stuck().clear();
        self.work_off().await
    }

    /// Does jobs until none can go on.
    async fn work_off(self: &Arc<Self>) -> crate::Done<u32> {
        let mut done: u32 = 0;
        loop {
            if self.next_job().await?.is_none() {
                return Ok(done);
            }
            // A quiet moment: people come first. Some work all day long, though, and jobs are
            // short: late or not, one goes on.
            let _ = tokio::time::timeout(PATIENCE, self.feeds.quiet()).await;
            let Some(job) = self.next_job().await? else { return Ok(done) };
            match self.do_job(&job).await? {
                Became::Done => done = done.saturating_add(1),
                Became::Dropped => self.store.drop_job(job.org, job.id).await?,
                Became::Stuck => {
                    self.background.stuck().insert(job.org);
                }
            }
        }
    }

    /// The oldest job that may go on; older ones of its kind and conversation are dropped, and so
    /// are those that waited for too long.
    async fn next_job(&self) -> crate::Done<Option<JobRow>> {
        if self.ending.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let now = self.now();
        let jobs = self.store.jobs(LOOKED_AT).await?;
        for (at, job) in jobs.iter().enumerate() {
            let same = |other: &JobRow| {
                (other.org, other.session, other.kind) == (job.org, job.session, job.kind)
            };
            let late = job.created_at.plus_days(LONGEST_WAIT_DAYS) <= now;
            if late || jobs.iter().skip(at + 1).any(same) {
                self.store.drop_job(job.org, job.id).await?;
            } else if !self.background.stuck().contains(&job.org) {
                return Ok(Some(job.clone()));
            }
        }
        Ok(None)
    }

    async fn do_job(self: &Arc<Self>, job: &JobRow) -> crate::Done<Became> {
        let Some(organization) = self.store.organization(job.org).await? else {
            return Ok(Became::Dropped);
        };
        let Some(caller) = self.acting(job.org, job.user).await? else {
            return Ok(Became::Dropped);
        };
        let session = self.store.session(job.org, job.session).await?;
        let session = session.filter(|row| row.owner == job.user);
        let Some(session) = session.filter(|_| wanted(organization.background, job.kind)) else {
            return Ok(Became::Dropped);
        };
        let Some(card) = self.models.card(None).filter(|card| card.ready) else {
            return Ok(Became::Stuck);
        };
        let messages = self.store.messages(job.org, job.session).await?;
        let bound =
            |messages: &[_]| self.models.input_bound(&card.id, messages).unwrap_or(u32::MAX);
        let (agent, card) = (&self.agent_name, &card);
        let material =
            Material { agent, card, session: &session, messages: &messages, bound: &bound };
        let Some(asked) = material.asked(job) else { return Ok(Became::Dropped) };
        let schema = asked.schema.as_ref().map_or(0, schema_at_most);
        let model = (card.id.clone(), bound(&asked.messages).saturating_add(schema));
        let draw = draw_of(&organization);
        let piece = || Piece::new(job.clone(), asked.clone(), model.clone(), draw);
        self.run_piece(&caller, job, piece).await
    }

    /// Starts the job's run and waits for its end. The key names the job and how many servers
    /// ended in the middle of it: two servers that take up the same job make one run.
    async fn run_piece(
        self: &Arc<Self>,
        caller: &Caller,
        job: &JobRow,
        piece: impl Fn() -> Piece,
    ) -> crate::Done<Became> {
        for number in 0..TRIES {
            if self.ending.load(Ordering::SeqCst) {
                return Ok(Became::Stuck);
            }
            let key = format!("{}:{number}", job.id);
            let intent = Intent { key, hash: Hash::default() };
            match self.spend(caller, Box::new(piece()), intent).await {
                Ok(started) if !started.replayed => {
                    self.until_over(started.run.id).await;
                    return Ok(Became::Done);
                }
                // Another server does it, or one that ended did not come to its end.
                Ok(started) if !started.run.state.ended() => return Ok(Became::Stuck),
                Ok(_) => {}
                Err(
                    AppError::InsufficientCredits(_)
                    | AppError::CreditsLocked(_)
                    | AppError::ProviderUnavailable(_),
                ) => return Ok(Became::Stuck),
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "background work could not start");
                    return Ok(Became::Stuck);
                }
            }
        }
        Ok(Became::Dropped)
    }

    /// Waits until a run of this process has ended.
    async fn until_over(&self, run: RunId) {
        if let Some(feed) = self.feeds.of(run) {
            let mut watcher = feed.watch(0);
            while watcher.next().await.is_some() {}
        }
    }
}

fn draw_of(organization: &OrganizationRow) -> Draw {
    match organization.background.draw {
        true => Draw::BackgroundThenPool,
        false => Draw::Background,
    }
}
