//! The processes of one browser, as the system lists them.
//!
//! Owns: finding all of them, adding up their memory, killing them. A browser is many processes in
//! several process groups (its crash watchers leave the group and their parent), so they are found
//! by any of three signs: the group, the profile's path in the command line, or a parent that was
//! found. Never: touches a process without one of them.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Looks after a kill, before it is given up. A killed process goes at once unless the system is
/// stuck in a disk or the like.
const LOOKS: u32 = 250;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A line of the system's list.
struct Process {
    pid: i32,
    parent: i32,
    group: i32,
    /// Clock ticks from the computer's start to the process's.
    started: u64,
}

/// What a browser's processes are known by.
#[derive(Clone, Debug)]
pub(super) struct Signs {
    /// The main process, which leads the group; none: of a dead server's browser.
    pub(super) group: Option<i32>,
    /// The path of the profile folder. No other process has it in its command line.
    pub(super) profile: String,
}

impl Signs {
    pub(super) fn of(group: Option<i32>, profile: &Path) -> Self {
        Signs { group, profile: profile.to_string_lossy().into_owned() }
    }

    /// Every process of the browser that runs now.
    pub(super) fn find(&self) -> Vec<i32> {
        let all: Vec<Process> = processes();
        let own = |one: &&Process| {
            Some(one.group) == self.group || command_line(one.pid).contains(&self.profile)
        };
        let mut found: HashSet<i32> = all.iter().filter(own).map(|one| one.pid).collect();
        loop {
            let before = found.len();
            found.extend(
                all.iter()
                    .filter(|one| found.contains(&one.parent))
                    .map(|one| one.pid)
                    .collect::<Vec<_>>(),
            );
            if found.len() == before {
                return found.into_iter().collect();
            }
        }
    }

    /// Kills all of them, those too that begin meanwhile; gives whether none is left.
    pub(super) async fn kill(&self) -> bool {
        for _ in 0..LOOKS {
            if self.kill_once() == 0 {
                return true;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        false
    }

    /// Kills those that run now; gives how many there were.
    pub(super) fn kill_once(&self) -> usize {
        let found = self.find();
        for pid in found.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            // It may have ended in this very moment.
            let _ = kill_process(pid, Signal::KILL);
        }
        found.len()
    }

    /// The memory that they use together, in bytes. What several share is counted once.
    pub(super) fn memory(&self) -> u64 {
        let found = self.find();
        let shares: Vec<u64> = found.iter().filter_map(|pid| proportional(*pid)).collect();
        if shares.len() == found.len() {
            return shares.iter().sum();
        }
        // The system does not tell the exact shares to an ordinary user: then all that is private,
        // and the largest of what is shared.
        let resident: Vec<(u64, u64)> = found.iter().filter_map(|pid| resident(*pid)).collect();
        let private: u64 = resident.iter().map(|(private, _)| private).sum();
        private + resident.iter().map(|(_, shared)| *shared).max().unwrap_or(0)
    }
}

/// By what a process can be told from a later one with the same number; none when it has ended.
pub(super) fn started(pid: i32) -> Option<u64> {
    read(pid).map(|process| process.started)
}

fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(read).collect()
}

/// None for a process that has ended, also if nobody has asked how yet.
fn read(pid: i32) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything, brackets too.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let number = |place: usize| fields.get(place)?.parse().ok();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    let started = fields.get(19)?.parse().ok()?;
    Some(Process { pid, parent: number(1)?, group: number(2)?, started })
}

fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A process's memory with its share of what it shares, in bytes.
fn proportional(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What a process has for itself, and what it may share, in bytes.
fn resident(pid: i32) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let mut pages = text.split(' ').skip(1).map_while(|field| field.parse::<u64>().ok());
    let (all, shared) = (pages.next()?, pages.next()?);
    let page = rustix::param::page_size() as u64;
    Some((all.saturating_sub(shared) * page, shared * page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_found_by_its_group_and_has_memory() {
        let own = i32::try_from(std::process::id()).unwrap();
        let group = read(own).unwrap().group;
        let signs = Signs { group: Some(group), profile: "/no such profile".to_owned() };
        assert!(signs.find().contains(&own));
        assert!(signs.memory() > 1_000_000);
        let (private, shared) = resident(own).unwrap();
        assert!(private > 0 && shared > 0);
        assert!(started(own).is_some());
    }

    #[test]
    fn nobody_is_found_without_a_sign() {
        let signs = Signs { group: None, profile: "/no such profile".to_owned() };
        assert!(signs.find().is_empty());
        assert_eq!(signs.memory(), 0);
        assert_eq!(started(i32::MAX), None);
    }
}
