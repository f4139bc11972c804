//! The Browser port: one contract for the real browser and the scripted one, on a site of the
//! test, and what only the real one can show: crashes, hangs, memory, what it is kept from.
//!
//! Needs Chromium on this computer (`apt-get install chromium chromium-sandbox`). Figures of time
//! and memory are printed with `--nocapture`.
//!
//! Read next: `contract`, then `ends` (how sessions end), `kept` (what a session is kept from).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod contract;
mod ends;
mod figures;
mod kept;
mod pages;
mod seen;
mod site;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::browser::{
    Action, Browser, BrowserError, BrowserSession, ChromiumConfig, Seen, chromium, usual_program,
};
use ampere_adapters::egress::{Egress, EgressConfig};
use tokio::sync::{Mutex, MutexGuard};

use site::Site;

/// One test with a real browser at a time: what they measure and wait for needs the processors.
static REAL: Mutex<()> = Mutex::const_new(());

/// Enough for anything that should happen, on any computer.
const LONG: Duration = Duration::from_secs(90);

/// A real browser over a site of the test.
struct Real {
    browser: Arc<dyn Browser>,
    site: Site,
    folder: Folder,
    _alone: MutexGuard<'static, ()>,
}

impl Real {
    async fn new() -> Self {
        Real::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut ChromiumConfig)) -> Self {
        let alone = REAL.lock().await;
        let site = Site::serve().await;
        let folder = Folder::new();
        let mut config = config(&folder.0, &site);
        change(&mut config);
        Real { browser: chromium(config), site, folder, _alone: alone }
    }

    async fn open(&self) -> Arc<dyn BrowserSession> {
        self.browser.open(Default::default()).await.unwrap()
    }

    /// A session that shows a page of the site.
    async fn at(&self, path: &str) -> (Arc<dyn BrowserSession>, Seen) {
        let session = self.open().await;
        let seen = session.navigate(&self.site.url(path)).await.unwrap();
        (session, seen)
    }
}

fn config(folder: &Path, site: &Site) -> ChromiumConfig {
    let program = usual_program().expect("Chromium is not installed: apt-get install chromium");
    let allow = vec![site.host_port(), site.closed_port()];
    ChromiumConfig {
        program,
        user: None,
        folder: folder.to_owned(),
        egress: Egress::new(EgressConfig { allow, ..EgressConfig::default() }),
        parallel: 2,
        memory_bytes: 1_500 * 1024 * 1024,
    }
}

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ampere-browser-{}-{number}", std::process::id());
        Folder(std::env::temp_dir().join(name))
    }

    /// The profiles that are in it.
    fn profiles(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The processes that have a profile of this folder in their command line, or their group.
    fn processes(&self) -> Vec<i32> {
        let sign = self.0.to_str().unwrap();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        pids.filter(|pid| command_line(*pid).contains(sign)).collect()
    }

    /// Of those, the one that all others belong to.
    fn main_process(&self) -> i32 {
        let pids = self.processes();
        let main = |pid: &&i32| {
            let line = command_line(**pid);
            line.contains("--remote-debugging-pipe") && !line.contains("--type=")
        };
        *pids.iter().find(main).expect("no browser runs")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command_line(pid: i32) -> String {
    let bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// Shorter ways to say what tests say often.
#[async_trait::async_trait]
trait Says {
    async fn navigate(&self, url: &str) -> Result<Seen, BrowserError>;
    async fn follow(&self, label: &str) -> Result<Seen, BrowserError>;
    async fn look(&self) -> Result<Seen, BrowserError>;
}

#[async_trait::async_trait]
impl Says for Arc<dyn BrowserSession> {
    async fn navigate(&self, url: &str) -> Result<Seen, BrowserError> {
        self.act(Action::Navigate { url: url.to_owned() }).await
    }

    async fn follow(&self, label: &str) -> Result<Seen, BrowserError> {
        self.act(Action::Follow { label: label.to_owned() }).await
    }

    async fn look(&self) -> Result<Seen, BrowserError> {
        self.act(Action::Look).await
    }
}

/// The mark of the element with this name.
fn mark(seen: &Seen, name: &str) -> u32 {
    let found = seen.elements.iter().find(|element| element.name == name);
    found.unwrap_or_else(|| panic!("there is no {name} in {:?}", seen.elements)).mark
}

/// Waits for what must come.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, what).await.expect("it did not come")
}

/// Waits until the browser is gone.
async fn gone(session: &Arc<dyn BrowserSession>) {
    let mut alive = session.alive();
    soon(alive.wait_for(|alive| !alive)).await.unwrap();
}
