//! What the bench asks of the machine: its clock, its facts, a folder on its disk.

#![allow(
    clippy::disallowed_methods,
    reason = "a measurement reads the clock; nothing here is part of the product"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ampere_credits::{Clock, Timestamp};

use crate::Outcome;

/// The machine's clock.
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A stop watch.
#[derive(Clone, Copy)]
pub struct Watch(Instant);

impl Watch {
    /// Starts.
    pub fn start() -> Self {
        Watch(Instant::now())
    }

    /// Since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A folder beside the build, so that the measured file lies on the disk that is worked on;
/// removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    pub fn new() -> Outcome<Folder> {
        let path = PathBuf::from(format!("target/bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

/// What the figures depend on, one fact a line; to be asked before anything is measured.
pub fn facts() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let line = |text: &str, key: &str| {
        let found = text.lines().find(|line| line.starts_with(key));
        let value = found.and_then(|line| line.split_once(':'));
        value.map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    // Of the last minute, five and fifteen: others on the same cores spoil absolute figures.
    let load: String = read("/proc/loadavg").splitn(4, ' ').take(3).collect::<Vec<_>>().join(" ");
    vec![
        format!("processor: {} ({cores} cores)", line(&read("/proc/cpuinfo"), "model name")),
        format!("memory: {}", line(&read("/proc/meminfo"), "MemTotal")),
        format!("system: {}", first_line(Command::new("uname").args(["-s", "-r", "-m"]))),
        format!("compiler: {}", first_line(Command::new("rustc").arg("--version"))),
        format!("load average when it began: {}", load.trim()),
        format!("date: {}", first_line(Command::new("date").args(["-u", "+%Y-%m-%d"]))),
    ]
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output);
    text.lines().next().unwrap_or("unknown").to_owned()
}
