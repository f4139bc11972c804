//! One open browser: started, watched, ended.
//!
//! Owns: the session's processes, profile and proxy, and that all of them go together, whoever ends
//! it: a close, a dropped handle, a crash, too much memory, an end that was never asked for.
//!
//! Read next: `acts` for what it does while it is open.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::process::Child;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use super::acts::Acts;
use super::launch::Launch;
use super::page::Page;
use super::pipe::Pipe;
use super::processes::Signs;
use super::profile::{Profile, User};
use super::wiring::Wiring;
use crate::browser::proxy::{self, Proxy, ProxyLimits};
use crate::browser::{Action, BrowserError, BrowserSession, Frame, OpenOptions, Seen};
use crate::egress::Egress;

/// The longest start. It is below a second on a computer that has time for it.
const START: Duration = Duration::from_secs(60);
/// The longest act, the wait for the act before it included; with the wake-up after it below 30 s.
const ACT: Duration = Duration::from_secs(26);
/// Between two looks at the memory.
const MEMORY_LOOK: Duration = Duration::from_secs(1);

/// What every session of one adapter has in common.
pub(super) struct Ground {
    pub(super) program: PathBuf,
    pub(super) user: Option<User>,
    pub(super) folder: PathBuf,
    pub(super) egress: Egress,
    pub(super) memory_bytes: u64,
}

pub(super) struct Session {
    acts: Acts,
    turn: Mutex<()>,
    frames: watch::Receiver<Frame>,
    alive: watch::Receiver<bool>,
    /// Turned true when nothing is left.
    ended: watch::Receiver<bool>,
    end: Arc<Notify>,
}

/// How the watch tells, and is told.
struct Tell {
    alive: watch::Sender<bool>,
    ended: watch::Sender<bool>,
    end: Arc<Notify>,
}

/// The processes of a browser. Dropping this kills them.
struct Processes {
    signs: Signs,
    ended: bool,
}

/// What runs, and has to end.
struct Running {
    child: Child,
    processes: Processes,
    profile: Profile,
    proxy: Proxy,
    /// Given back when nothing is left.
    permit: OwnedSemaphorePermit,
}

impl Session {
    /// Starts a browser and opens an empty page.
    pub(super) async fn open(
        ground: &Ground,
        options: OpenOptions,
        permit: OwnedSemaphorePermit,
    ) -> Result<Session, BrowserError> {
        let failed = |what: &str, error: std::io::Error| {
            BrowserError::NotStarted(format!("{what} ({error})"))
        };
        let proxy = proxy::start(ground.egress.clone(), ProxyLimits::default())
            .await
            .map_err(|error| failed("its proxy cannot listen", error))?;
        let profile = Profile::make(&ground.folder, ground.user)
            .map_err(|error| failed("it cannot have a folder", error))?;
        let (program, user, port) = (ground.program.as_path(), ground.user, proxy.port());
        let launch = Launch { program, profile: profile.path(), user, port, options };
        let mut child = launch.spawn().map_err(|error| failed("it cannot run", error))?;
        let group = child.id().and_then(|pid| i32::try_from(pid).ok());
        let signs = Signs::of(group, profile.path());
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(BrowserError::NotStarted("its pipes are not there".to_owned()));
        };
        let (pipe, events) = Pipe::over(stdin, stdout);
        let (frame, frames) = watch::channel(Frame::default());
        let wiring = Wiring::new(frame);
        tokio::spawn(wiring.clone().listen(pipe.clone(), events));
        let processes = Processes { signs, ended: false };
        let running = Running { child, processes, profile, proxy, permit };
        // From here on the watch ends everything, also when this future is dropped.
        let (alive_teller, alive) = watch::channel(true);
        let (ended_teller, ended) = watch::channel(false);
        let end = Arc::new(Notify::new());
        let tell = Tell { alive: alive_teller, ended: ended_teller, end: end.clone() };
        tokio::spawn(watch_over(running, pipe.clone(), ground.memory_bytes, tell));
        let acts = Acts::new(Page { pipe, wiring, options }, ground.egress.clone());
        let session = Session { acts, turn: Mutex::new(()), frames, alive, ended, end };
        match timeout(START, session.greet()).await {
            Ok(Ok(())) => Ok(session),
            Ok(Err(error)) => {
                session.close().await;
                Err(BrowserError::NotStarted(error.to_string()))
            }
            Err(_) => {
                session.close().await;
                Err(BrowserError::NotStarted("it took too long".to_owned()))
            }
        }
    }

    async fn greet(&self) -> Result<(), BrowserError> {
        let page = &self.acts.page;
        page.browser("Browser.getVersion", json!({})).await?;
        let none = json!({ "behavior": "deny", "eventsEnabled": true });
        page.browser("Browser.setDownloadBehavior", none).await?;
        page.browser("Target.setDiscoverTargets", json!({ "discover": true })).await?;
        page.replace().await
    }

    async fn gone(&self) {
        let mut alive = self.alive.clone();
        // An error means that the watch has ended, and so the browser.
        let _ = alive.wait_for(|alive| !alive).await;
    }
}

#[async_trait]
impl BrowserSession for Session {
    async fn act(&self, action: Action) -> Result<Seen, BrowserError> {
        let perform = async {
            let _turn = self.turn.lock().await;
            self.acts.perform(&action).await
        };
        let done = tokio::select! {
            biased;
            () = self.gone() => return Err(BrowserError::Gone),
            done = timeout(ACT, perform) => done.unwrap_or(Err(BrowserError::TooSlow)),
        };
        if done == Err(BrowserError::TooSlow) {
            tokio::select! {
                () = self.gone() => return Err(BrowserError::Gone),
                () = self.acts.page.wake() => {}
            }
        }
        done
    }

    fn frames(&self) -> watch::Receiver<Frame> {
        self.frames.clone()
    }

    fn alive(&self) -> watch::Receiver<bool> {
        self.alive.clone()
    }

    async fn close(&self) {
        self.end.notify_one();
        let mut ended = self.ended.clone();
        // An error means that the watch is gone with the program; nothing can be waited for then.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end.notify_one();
    }
}

/// Waits for whatever ends the browser, and ends all of it.
async fn watch_over(mut running: Running, pipe: Pipe, memory_bytes: u64, tell: Tell) {
    let why = tokio::select! {
        () = tell.end.notified() => "it was closed",
        _ = running.child.wait() => "its main process ended",
        () = pipe.closed() => "it closed its pipe",
        () = too_large(&running.processes.signs, memory_bytes) => "it took too much memory",
    };
    tracing::info!(why, "a browser session ends");
    tell.alive.send_replace(false);
    running.end().await;
    tell.ended.send_replace(true);
}

/// Returns once the processes use more than that.
async fn too_large(signs: &Signs, bytes: u64) {
    loop {
        tokio::time::sleep(MEMORY_LOOK).await;
        let looked = signs.clone();
        let memory = tokio::task::spawn_blocking(move || looked.memory()).await.unwrap_or(0);
        if memory > bytes {
            tracing::warn!(memory, "a browser takes too much memory");
            return;
        }
    }
}

impl Running {
    async fn end(mut self) {
        // First all of them by their signs, then the main process is asked how it ended: until
        // then its number is not given to another process.
        self.processes.end().await;
        let _ = self.child.kill().await;
        self.proxy.close().await;
        // Many small files: not on a thread that others wait for.
        let profile = self.profile;
        let _ = tokio::task::spawn_blocking(move || drop(profile)).await;
        drop(self.permit);
    }
}

impl Processes {
    async fn end(&mut self) {
        self.ended = self.signs.kill().await;
        if !self.ended {
            tracing::error!("a browser's processes cannot be ended");
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        // Only when the program itself ends before the watch could do it.
        if !self.ended {
            self.signs.kill_once();
        }
    }
}
