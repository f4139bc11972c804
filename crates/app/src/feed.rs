//! Feeds: what a run that works now shows, for everybody who watches it, and its stop button.
//!
//! A watcher's place is the number of bytes of the answer it has, so that it can go on from
//! there after a reload, a lost connection or a restarted server. A slow watcher is sent more at
//! once later, never queued for: memory is the answer itself. Never the truth of what was
//! charged; that is the journal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::{Credits, RunId};
use ampere_store::rows::{Reason, RunState};
use tokio::sync::watch;

/// How a run stands, apart from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: RunState,
    /// Why it ended.
    pub reason: Option<Reason>,
    /// Calls before this one at the model.
    pub ahead: Option<u32>,
    /// Credits in its open hold, overdraft not counted.
    pub held: Credits,
    /// Used so far, told about once a second while a browser is open.
    pub used: Credits,
    /// Seconds of the browser so far.
    pub seconds: u64,
    /// The step in work, or the last one; 0 before the first.
    pub step: u32,
    /// Changes whenever a step begins or ends: read the run again then.
    pub revision: u32,
}

/// Why a run is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCause {
    /// A person pressed Stop.
    Person,
    /// The server shuts down.
    ShutDown,
    /// A person took the browser from the agent while it thought: the thought ends, not the run.
    Interrupted,
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedEvent {
    /// How the run stands now.
    Standing(Standing),
    /// More of the answer; `offset` is its length in bytes with this piece.
    Delta {
        /// To append.
        text: String,
        /// The watcher's place after it.
        offset: usize,
    },
}

#[derive(Debug)]
struct Shown {
    text: String,
    standing: Standing,
    over: bool,
}

/// One run's feed.
#[derive(Debug)]
pub struct Feed {
    shown: Mutex<Shown>,
    changed: watch::Sender<u64>,
    stop: watch::Sender<Option<StopCause>>,
}

impl Feed {
    fn new(held: Credits) -> Self {
        let state = RunState::Queued;
        let (used, seconds) = (Credits::ZERO, 0);
        let (reason, ahead, step, revision) = (None, None, 0, 0);
        let standing = Standing { state, reason, ahead, held, used, seconds, step, revision };
        Feed {
            shown: Mutex::new(Shown { text: String::new(), standing, over: false }),
            changed: watch::Sender::new(0),
            stop: watch::Sender::new(None),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        change(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Appends to the answer.
    pub(crate) fn push(&self, text: &str) {
        self.change(|shown| shown.text.push_str(text));
    }

    /// Changes how the run stands.
    pub(crate) fn stand(&self, change: impl FnOnce(&mut Standing)) {
        self.change(|shown| change(&mut shown.standing));
    }

    /// How the run stands.
    pub fn standing(&self) -> Standing {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).standing
    }

    /// The answer so far.
    pub fn text(&self) -> String {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Asks the run to stop; the first cause stands.
    pub(crate) fn stop(&self, cause: StopCause) {
        self.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            if first {
                *stop = Some(cause);
            }
            first
        });
    }

    pub(crate) fn stops(&self) -> watch::Receiver<Option<StopCause>> {
        self.stop.subscribe()
    }

    /// Watches from a place in the answer (0: from its start).
    pub fn watch(self: &Arc<Self>, offset: usize) -> Watcher {
        let changed = self.changed.subscribe();
        Watcher { feed: Arc::clone(self), changed, offset, told: None }
    }
}

/// One who watches a run.
pub struct Watcher {
    feed: Arc<Feed>,
    changed: watch::Receiver<u64>,
    offset: usize,
    told: Option<Standing>,
}

impl Watcher {
    /// What is new, or none once the run's end is committed and everything was told.
    pub async fn next(&mut self) -> Option<FeedEvent> {
        loop {
            self.changed.borrow_and_update();
            if let Some(event) = self.news() {
                return Some(event);
            }
            if self.over() || self.changed.changed().await.is_err() {
                return None;
            }
        }
    }

    fn over(&self) -> bool {
        self.feed.shown.lock().unwrap_or_else(PoisonError::into_inner).over
    }

    fn news(&mut self) -> Option<FeedEvent> {
        let shown = self.feed.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if self.told != Some(shown.standing) && !shown.standing.state.ended() {
            self.told = Some(shown.standing);
            return Some(FeedEvent::Standing(shown.standing));
        }
        let text = shown.text.get(self.offset..).filter(|text| !text.is_empty())?.to_owned();
        self.offset = shown.text.len();
        Some(FeedEvent::Delta { text, offset: self.offset })
    }
}

/// The runs that work in this server process.
#[derive(Debug, Default)]
pub struct Feeds {
    live: Mutex<HashMap<RunId, Arc<Feed>>>,
    working: watch::Sender<usize>,
}

impl Feeds {
    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Arc<Feed>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins.
    pub(crate) fn open(&self, run: RunId, held: Credits) -> Arc<Feed> {
        let feed = Arc::new(Feed::new(held));
        let mut live = self.live();
        live.insert(run, Arc::clone(&feed));
        self.working.send_replace(live.len());
        feed
    }

    /// A run's end or pause is committed: watchers are told and read the rest from what is kept.
    /// A run that goes on again by that very commit has another feed, which stays.
    pub(crate) fn close(&self, run: RunId, feed: &Arc<Feed>, state: RunState, reason: Reason) {
        self.forget(run, feed);
        feed.change(|shown| {
            shown.standing.state = state;
            shown.standing.reason = Some(reason);
            shown.standing.held = Credits::ZERO;
            shown.over = true;
        });
    }

    /// The feed of a run, while it works here.
    pub fn of(&self, run: RunId) -> Option<Arc<Feed>> {
        self.live().get(&run).cloned()
    }

    fn forget(&self, run: RunId, feed: &Arc<Feed>) {
        let mut live = self.live();
        if live.get(&run).is_some_and(|kept| Arc::ptr_eq(kept, feed)) {
            live.remove(&run);
        }
        self.working.send_replace(live.len());
    }

    /// Changes whenever a run begins or ends to work here.
    pub(crate) fn working(&self) -> watch::Receiver<usize> {
        self.working.subscribe()
    }

    /// Waits until no run works here.
    pub(crate) async fn quiet(&self) {
        // The sender lives in `self`: the wait can only end by the last run's end.
        let _ = self.working.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Asks every run to stop and waits until the end of each is committed.
    pub(crate) async fn stop_all(&self, cause: StopCause) {
        self.live().values().for_each(|feed| feed.stop(cause));
        self.quiet().await;
    }
}
