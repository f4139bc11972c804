//! What people see of a session: how it stands, live pictures, stills. Reading is free.
//!
//! Everybody of the organization may watch a browser session; a browser within a conversation
//! only whoever may open the conversation ([`crate::chat::access`]), and within a task whoever
//! may open the task.

use std::sync::Arc;

use ampere_adapters::browser::Frame;
use ampere_credits::{Credits, RunId, Timestamp};
pub use ampere_store::rows::StillRow;
use ampere_store::rows::{RunKind, RunRow, StepKind};
use tokio::sync::watch;

use super::live::{Person, Phase, Refusal};
use super::screen::Screen;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::tasks::Definition;

/// How a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserView {
    /// Its state.
    pub state: Phase,
    /// The page's address; empty: none is open.
    pub url: String,
    /// The page's title.
    pub title: String,
    /// Who is in control, also while it is paused.
    pub controlled_by: Option<Person>,
    /// Seconds used.
    pub seconds: u64,
    /// Used so far by the whole run, or charged once that has ended.
    pub credits: Credits,
    /// When the pause ends it.
    pub paused_until: Option<Timestamp>,
    /// When its time is over, unless it is paused meanwhile.
    pub ends_at: Option<Timestamp>,
    /// Whether the caller may take control, pause and stop it.
    pub may_control: bool,
    /// What the agent is to do.
    pub task: Option<String>,
    /// Where it began.
    pub start_url: Option<String>,
}

/// A run whose browser a caller may watch.
pub(super) struct Watched {
    pub(super) run: RunRow,
    /// They may put their hands on it too.
    pub(super) may_control: bool,
}

impl App {
    /// A run whose browser the caller may watch.
    pub(super) async fn watched(&self, caller: &Caller, run: RunId) -> crate::Done<Watched> {
        let run = self.own_run(caller, run).await?;
        let may_control = self.run_access(caller, &run).await?.acts;
        Ok(Watched { run, may_control })
    }

    /// How a run's browser stands.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for a run without a browser.
    pub async fn browser_view(&self, caller: &Caller, run: RunId) -> crate::Done<BrowserView> {
        let watched = self.watched(caller, run).await?;
        if let Some(screen) = self.browsing.of(run) {
            return Ok(self.live_view(&watched, &screen));
        }
        let row = watched.run;
        let steps = self.store.steps(caller.org, run).await?;
        let timed = steps.iter().filter(|step| step.kind == StepKind::Time);
        if row.kind != RunKind::Browser && timed.clone().next().is_none() {
            return Err(AppError::NotFound);
        }
        let task = self.store.task(caller.org, run).await?;
        let pinned = task.and_then(|task| serde_json::from_str(&task.definition).ok());
        let (task, start_url) = match pinned {
            Some(Definition::Browser { task, url, .. }) => {
                (Some(task).filter(|task| !task.is_empty()), url)
            }
            _ => (None, None),
        };
        let last = self.store.stills(caller.org, run).await?.pop();
        let (url, title) = last.map_or_else(Default::default, |still| (still.url, still.title));
        Ok(BrowserView {
            state: if row.state.ended() { Phase::Finished } else { Phase::Starting },
            url,
            title,
            controlled_by: None,
            seconds: timed.map(|step| step.seconds).sum(),
            credits: row.charged,
            paused_until: None,
            ends_at: None,
            may_control: false,
            task,
            start_url,
        })
    }

    pub(super) fn live_view(&self, watched: &Watched, screen: &Screen) -> BrowserView {
        let Watched { run: row, may_control } = watched;
        let (live, now, place) = (screen.live(), self.now(), screen.place());
        let standing = self.feeds.of(row.id).map(|feed| feed.standing());
        let over = live.over().is_some();
        BrowserView {
            state: live.phase(),
            url: place.url,
            title: place.title,
            controlled_by: live.person().cloned().filter(|_| !over),
            seconds: standing.map_or(0, |standing| standing.seconds),
            credits: standing.map_or(row.charged, |standing| standing.used),
            paused_until: live.paused_until(),
            ends_at: live.ends_at(now).filter(|_| !over),
            may_control: *may_control && !over,
            task: screen.about.task.clone(),
            start_url: screen.about.url.clone(),
        }
    }

    /// A live session that the caller may watch.
    pub(super) async fn live_screen(
        &self,
        caller: &Caller,
        run: RunId,
    ) -> crate::Done<(Watched, Arc<Screen>)> {
        let watched = self.watched(caller, run).await?;
        let row = &watched.run;
        match self.browsing.of(run) {
            Some(screen) => Ok((watched, screen)),
            None if row.kind == RunKind::Browser && !row.state.ended() => {
                Err(refused(Refusal::Starting))
            }
            None => Err(refused(Refusal::Over)),
        }
    }

    /// Live pictures, the newest only; they end with the session. Waits for its browser.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Conflict`] when it is over.
    pub async fn browser_frames(
        &self,
        caller: &Caller,
        run: RunId,
    ) -> crate::Done<watch::Receiver<Frame>> {
        let (_, screen) = self.live_screen(caller, run).await?;
        screen.until(|live| live.phase() != Phase::Starting).await;
        let there = screen.session().filter(|_| screen.live().over().is_none());
        there.map(|session| session.frames()).ok_or_else(|| refused(Refusal::Over))
    }

    /// The stills of a run, in their order.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn stills(&self, caller: &Caller, run: RunId) -> crate::Done<Vec<StillRow>> {
        self.watched(caller, run).await?;
        Ok(self.store.stills(caller.org, run).await?)
    }

    /// The picture of a still, as JPEG.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn still_bytes(
        &self,
        caller: &Caller,
        run: RunId,
        number: u32,
    ) -> crate::Done<Vec<u8>> {
        self.watched(caller, run).await?;
        self.store.still_bytes(caller.org, run, number).await?.ok_or(AppError::NotFound)
    }
}

pub(super) fn refused(refusal: Refusal) -> AppError {
    AppError::Conflict(refusal.sentence())
}
