//! The processes of a server's browsers, as the system lists them: by their profiles' folder in
//! the command line, and by being the children of such.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A process; with its start it cannot be taken for a later one of the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Process {
    pub pid: i32,
    started: u64,
}

struct Listed {
    process: Process,
    parent: i32,
    group: i32,
}

/// Those of one server's browsers.
pub struct Browsers {
    folder: PathBuf,
    seen: HashSet<Process>,
}

impl Browsers {
    /// Of the server with this data folder.
    pub fn of(data: &Path) -> Self {
        Browsers { folder: ampere_server::data::browsers(data), seen: HashSet::new() }
    }

    /// Looks at all that run now and remembers them; the main one of the first browser.
    pub fn look(&mut self) -> Option<Process> {
        let all = list();
        let folder = self.folder.to_string_lossy().into_owned();
        let named = |one: &&Listed| command_line(one.process.pid).contains(&folder);
        let mut found: HashSet<i32> = all.iter().filter(named).map(|one| one.process.pid).collect();
        // The one that leads its group and was given the pipe.
        let main = all.iter().filter(named).find(|one| {
            one.group == one.process.pid
                && command_line(one.process.pid).contains("--remote-debugging-pipe")
        });
        let main = main.map(|one| one.process);
        let mut before = 0;
        while before != found.len() {
            before = found.len();
            let own = |one: &&Listed| {
                found.contains(&one.parent) || Some(one.group) == main.map(|main| main.pid)
            };
            let more: Vec<i32> = all.iter().filter(own).map(|one| one.process.pid).collect();
            found.extend(more);
        }
        let processes = all.iter().map(|one| one.process);
        self.seen.extend(processes.filter(|process| found.contains(&process.pid)));
        main
    }

    /// How many were ever seen.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// Looks until none that was ever seen runs any more, and no profile is left.
    pub async fn are_gone(&mut self) {
        let gone = async {
            loop {
                self.look();
                let all: HashSet<Process> = list().into_iter().map(|one| one.process).collect();
                let profiles = fs::read_dir(&self.folder).map_or(0, Iterator::count);
                if self.seen.is_disjoint(&all) && profiles == 0 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let all = tokio::time::timeout(Duration::from_secs(30), gone).await;
        all.expect("something of a browser is left");
    }
}

impl Process {
    /// As `kill -9`.
    pub fn kill(self) {
        let pid = self.pid.to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }
}

fn list() -> Vec<Listed> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(read).collect()
}

/// None for one that has ended, also if nobody has asked how.
fn read(pid: i32) -> Option<Listed> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    if matches!(fields[0], "Z" | "X") {
        return None;
    }
    let process = Process { pid, started: fields[19].parse().unwrap() };
    let (parent, group) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
    Some(Listed { process, parent, group })
}

fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
