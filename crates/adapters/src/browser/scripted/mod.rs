//! A browser over a small site in memory, for tests; only with the feature `scripted`.
//!
//! Owns: the site, a log of every act, a hook before each, and faults. It keeps the contract of the
//! real one (one test body runs over both), at once and without a process. Never linked into a
//! release build.
//!
//! A test never sleeps: it holds an act with a [`Gate`] and waits for it, or waits on the log with
//! [`ScriptedBrowser::until`]. [`Action::Wait`] takes no time here.
//!
//! Read next: `site` (pages), `session` (what acts do).

mod picture;
mod session;
mod site;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{Action, Browser, BrowserError, BrowserSession, BrowserState, OpenOptions};
use crate::ai::scripted::Gate;

pub use site::{Effect, Page};

use session::{Scripted, Shared};

/// What happens instead of an act.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The browser ends, as in a crash.
    Gone,
    /// No answer until the session ends.
    Hang,
    /// It waits at the gate, and is done once the test opens it.
    Hold(Gate),
    /// This error; the session can go on.
    Fail(BrowserError),
}

/// An act that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Which of the sessions opened so far, from 1.
    pub session: u64,
    pub action: Action,
}

type Hook = Arc<dyn Fn(u64, &Action) + Send + Sync>;

struct Inner {
    state: BrowserState,
    parallel: usize,
    site: HashMap<String, Page>,
    hook: Option<Hook>,
    faults: HashMap<u64, Fault>,
    refused: Vec<BrowserError>,
    sessions: Vec<Weak<Shared>>,
    opened: u64,
}

/// A browser that plays. Clones are the same one.
#[derive(Clone)]
pub struct ScriptedBrowser {
    inner: Arc<Mutex<Inner>>,
    log: Arc<watch::Sender<Vec<Acted>>>,
}

impl Default for ScriptedBrowser {
    fn default() -> Self {
        ScriptedBrowser::new()
    }
}

impl ScriptedBrowser {
    /// A ready browser with no pages; four may be open at once.
    pub fn new() -> Self {
        let inner = Inner {
            state: BrowserState::Ready,
            parallel: 4,
            site: HashMap::new(),
            hook: None,
            faults: HashMap::new(),
            refused: Vec::new(),
            sessions: Vec::new(),
            opened: 0,
        };
        let log = Arc::new(watch::Sender::new(Vec::new()));
        ScriptedBrowser { inner: Arc::new(Mutex::new(inner)), log }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a page at `url` (for queries too, unless the url with its query has one of its own).
    pub fn page(&self, url: &str, page: Page) -> &Self {
        self.inner().site.insert(url.to_owned(), page);
        self
    }

    /// How many may be open at once.
    pub fn parallel(&self, parallel: usize) -> &Self {
        self.inner().parallel = parallel;
        self
    }

    /// What [`Browser::state`] says, and [`Browser::open`] keeps to.
    pub fn set_state(&self, state: BrowserState) -> &Self {
        self.inner().state = state;
        self
    }

    /// Called before each act with its number, from 1 over all sessions: the place to move a clock.
    pub fn before_each(&self, hook: impl Fn(u64, &Action) + Send + Sync + 'static) -> &Self {
        self.inner().hook = Some(Arc::new(hook));
        self
    }

    /// What happens at the n-th act, from 1 over all sessions.
    pub fn fault(&self, act: u64, fault: Fault) -> &Self {
        self.inner().faults.insert(act, fault);
        self
    }

    /// The next opening fails like this.
    pub fn refuse_open(&self, error: BrowserError) -> &Self {
        self.inner().refused.push(error);
        self
    }

    /// Ends every open session, as a crash does.
    pub fn crash(&self) {
        for session in self.open_sessions() {
            session.end();
        }
    }

    /// How many sessions are open.
    pub fn open_now(&self) -> usize {
        self.open_sessions().len()
    }

    /// How many were opened so far.
    pub fn opened(&self) -> u64 {
        self.inner().opened
    }

    /// Every act so far, in order.
    pub fn acts(&self) -> Vec<Acted> {
        self.log.borrow().clone()
    }

    /// Waits until so many acts were asked for, and gives them.
    pub async fn until(&self, acts: usize) -> Vec<Acted> {
        let mut log = self.log.subscribe();
        // The sender lives in `self`: the wait can only end by the acts being there.
        log.wait_for(|log| log.len() >= acts).await.map(|log| log.clone()).unwrap_or_default()
    }

    fn open_sessions(&self) -> Vec<Arc<Shared>> {
        let mut inner = self.inner();
        inner.sessions.retain(|session| session.upgrade().is_some_and(|one| one.is_open()));
        inner.sessions.iter().filter_map(Weak::upgrade).collect()
    }

    /// Notes an act and gives what is to happen instead of it.
    fn arrive(&self, session: u64, action: &Action) -> Option<Fault> {
        let mut number = 0;
        self.log.send_modify(|log| {
            log.push(Acted { session, action: action.clone() });
            number = log.len() as u64;
        });
        let hook = self.inner().hook.clone();
        if let Some(hook) = hook {
            hook(number, action);
        }
        self.inner().faults.remove(&number)
    }

    /// The page at `url`, with the form's values in its text.
    fn find(&self, url: &str) -> Option<Page> {
        let inner = self.inner();
        let bare = url.split_once('?').map_or(url, |(bare, _)| bare);
        let mut page = inner.site.get(url).or_else(|| inner.site.get(bare))?.clone();
        let parsed = url::Url::parse(url).ok()?;
        for (name, value) in parsed.query_pairs() {
            page.text = page.text.replace(&format!("{{{name}}}"), &value);
        }
        Some(page)
    }
}

#[async_trait]
impl Browser for ScriptedBrowser {
    fn state(&self) -> BrowserState {
        self.inner().state.clone()
    }

    async fn open(&self, options: OpenOptions) -> Result<Arc<dyn BrowserSession>, BrowserError> {
        match self.state() {
            BrowserState::Ready => {}
            BrowserState::Off => return Err(BrowserError::Off),
            BrowserState::Missing { detail } => return Err(BrowserError::Missing { detail }),
        }
        let open = self.open_now();
        let mut inner = self.inner();
        if open >= inner.parallel {
            return Err(BrowserError::Busy);
        }
        if let Some(error) = inner.refused.pop() {
            return Err(error);
        }
        inner.opened += 1;
        let session = Scripted::new(self.clone(), inner.opened, options);
        inner.sessions.push(session.shared());
        Ok(Arc::new(session))
    }
}
