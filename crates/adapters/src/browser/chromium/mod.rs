//! The real browser: Chromium, started afresh for each session.
//!
//! Owns: whether it can run here, and how many run at once. The boundary of what a session reaches
//! is the proxy below it, and of what it may do on this computer its sandbox, its user and its
//! limits; none of them asks the page. Never: keeps anything of a session.
//!
//! Read next: `launch` (how it is started), `session` (how it is watched and ended), `acts` (what
//! it does), `pipe` and `wiring` (how it is spoken to), `processes` and `profile` (what is left of
//! it: nothing).

mod acts;
mod hands;
mod launch;
mod look;
mod page;
mod pipe;
mod processes;
mod profile;
mod scripts;
mod session;
mod wiring;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;

use super::{Browser, BrowserError, BrowserSession, BrowserState, OpenOptions};
use crate::egress::Egress;

pub use launch::usual_program;

use profile::User;
use session::{Ground, Session};

/// The user that browsers run as where we are root and nobody else is named.
const NOBODY: &str = "nobody";

/// How browsers are run.
#[derive(Clone)]
pub struct ChromiumConfig {
    /// Chromium itself; see [`usual_program`].
    pub program: PathBuf,
    /// The user to run it as, who must not be root. Only root can choose; none: `nobody` where we
    /// are root, else ourselves.
    pub user: Option<String>,
    /// Where profiles are made. It must be ours, and that user must be able to pass through it.
    pub folder: PathBuf,
    /// What may be reached.
    pub egress: Egress,
    /// Browsers at once; more are refused.
    pub parallel: usize,
    /// The memory of one browser, all its processes together. Beyond, it is ended.
    pub memory_bytes: u64,
}

/// Chromium behind the port. What a dead server left in the folder is removed before the first
/// browser opens.
pub fn chromium(config: ChromiumConfig) -> Arc<dyn Browser> {
    let root = launch::we_are_root();
    let named = config.user.as_deref().or(root.then_some(NOBODY)).filter(|_| root);
    let user = named.and_then(User::named);
    let wanting = launch::missing(&config.program, named)
        .or_else(|| profile::prepare(&config.folder, user).err());
    let state = wanting.map_or(BrowserState::Ready, |detail| BrowserState::Missing { detail });
    let places = Arc::new(Semaphore::new(config.parallel));
    let ChromiumConfig { program, folder, egress, memory_bytes, .. } = config;
    let ground = Ground { program, user, folder, egress, memory_bytes };
    let chromium = Arc::new(Chromium { state, ground, places, swept: OnceCell::new() });
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let chromium = chromium.clone();
        runtime.spawn(async move { chromium.sweep().await });
    }
    chromium
}

/// How long the first try at a browser may take; the second has all the time of a start.
const FIRST_TRY: Duration = Duration::from_secs(12);

struct Chromium {
    state: BrowserState,
    ground: Ground,
    places: Arc<Semaphore>,
    swept: OnceCell<()>,
}

impl Chromium {
    /// Once, whoever comes first.
    async fn sweep(&self) {
        if self.state == BrowserState::Ready {
            self.swept.get_or_init(|| profile::sweep(&self.ground.folder)).await;
        }
    }
}

#[async_trait]
impl Browser for Chromium {
    fn state(&self) -> BrowserState {
        self.state.clone()
    }

    async fn open(&self, options: OpenOptions) -> Result<Arc<dyn BrowserSession>, BrowserError> {
        if let BrowserState::Missing { detail } = &self.state {
            return Err(BrowserError::Missing { detail: detail.clone() });
        }
        let place = self.places.clone().try_acquire_owned().map_err(|_| BrowserError::Busy)?;
        self.sweep().await;
        // Once in a while the first page of a fresh browser never answers: another browser does.
        let first = timeout(FIRST_TRY, Session::open(&self.ground, options, place)).await;
        let session = match first {
            Ok(opened) => opened?,
            Err(_) => {
                // It gives its place back when nothing of it is left.
                let place = timeout(FIRST_TRY, self.places.clone().acquire_owned()).await;
                let place = place.ok().and_then(Result::ok).ok_or(BrowserError::Busy)?;
                Session::open(&self.ground, options, place).await?
            }
        };
        Ok(Arc::new(session))
    }
}
