//! How sessions end: nothing of one is left, whoever ended it, and however its pages behave.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ampere_adapters::browser::{Browser, BrowserError, BrowserState, NoBrowser};

use crate::{Real, Says, command_line, gone, soon};

/// Sends a signal to one process.
fn kill(signal: &str, pid: i32) {
    let done = Command::new("kill").args([signal, &pid.to_string()]).status().unwrap();
    assert!(done.success());
}

impl Real {
    fn nothing_is_left(&self) {
        let left: Vec<String> = self.folder.processes().into_iter().map(command_line).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(self.folder.profiles(), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_a_closed_session() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    assert!(real.folder.processes().len() >= 5, "a browser is many processes");
    assert_eq!(real.folder.profiles().len(), 1);
    session.close().await;
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_browser_is_told_and_cleaned_up() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    kill("-KILL", real.folder.main_process());
    gone(&session).await;
    assert_eq!(session.look().await, Err(BrowserError::Gone));
    session.close().await;
    real.nothing_is_left();
}

/// The whole browser stands still; its processes are there but none does anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_stands_still_can_be_closed() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    kill("-STOP", real.folder.main_process());
    let (waits, ()) = tokio::join!(session.look(), session.close());
    assert_eq!(waits, Err(BrowserError::Gone));
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_page_is_too_slow_and_can_be_left() {
    let real = Real::new().await;
    let (session, _) = real.at("/hang").await;
    let hung = soon(session.follow("Hang")).await;
    assert_eq!(hung, Err(BrowserError::TooSlow));
    // Its script was ended: the page can be used again.
    let again = soon(session.look()).await.unwrap();
    assert_eq!(again.title, "Hang");
    let hangs = soon(session.navigate(&real.site.url("/hangs"))).await;
    assert!(matches!(hangs, Ok(_) | Err(BrowserError::TooSlow)), "{hangs:?}");
    let left = soon(session.navigate(&real.site.url("/"))).await.unwrap();
    assert_eq!(left.title, "Home");
    session.close().await;
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crashed_page_is_replaced() {
    let real = Real::new().await;
    let (session, _) = real.at("/crash").await;
    let crashed = soon(session.follow("Grow")).await;
    assert!(crashed.is_err(), "{crashed:?}");
    let left = soon(session.navigate(&real.site.url("/"))).await.unwrap();
    assert_eq!(left.title, "Home");
    assert!(*session.alive().borrow());
    session.close().await;
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_takes_too_much_memory_is_ended() {
    let real = Real::with(|config| config.memory_bytes = 600 * 1024 * 1024).await;
    let (session, _) = real.at("/greedy").await;
    let (taken, ()) = tokio::join!(session.follow("Take"), gone(&session));
    assert!(matches!(taken, Ok(_) | Err(BrowserError::Gone)), "{taken:?}");
    session.close().await;
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_allowed_are_open() {
    let real = Real::with(|config| config.parallel = 1).await;
    let first = real.open().await;
    let second = real.browser.open(Default::default()).await;
    assert_eq!(second.err(), Some(BrowserError::Busy));
    first.close().await;
    real.open().await.close().await;
    real.nothing_is_left();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_no_browser_does_not_start() {
    let real = Real::with(|config| config.program = PathBuf::from("/bin/true")).await;
    let opened = soon(real.browser.open(Default::default())).await.err();
    assert!(matches!(opened, Some(BrowserError::NotStarted(_))), "{opened:?}");
    real.nothing_is_left();
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let real = Real::with(|config| config.program = PathBuf::from("/no/browser")).await;
    let missing = BrowserState::Missing { detail: "/no/browser is not installed".to_owned() };
    assert_eq!(real.browser.state(), missing);
    let opened = real.browser.open(Default::default()).await.err();
    assert!(matches!(opened, Some(BrowserError::Missing { .. })));
    let off = NoBrowser(BrowserState::Off);
    assert_eq!(off.open(Default::default()).await.err(), Some(BrowserError::Off));
    let real = {
        drop(real);
        Real::with(|config| config.user = Some("root".to_owned())).await
    };
    assert!(!we_are_root() || matches!(real.browser.state(), BrowserState::Missing { .. }));
}

pub fn we_are_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The start of a process, as the system counts it.
fn started(pid: u32) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = text.rsplit_once(") ").unwrap().1.to_owned();
    fields.split(' ').nth(19).unwrap().to_owned()
}

/// A dead server's browser: a process in a group of its own with the profile in its command line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_server_left_is_swept() {
    let mut dead = None;
    let real = Real::with(|config| dead = Some(leave_behind(&config.folder))).await;
    let (mut left, profile) = dead.unwrap();
    real.open().await.close().await;
    assert!(!profile.exists());
    assert!(!left.wait().unwrap().success(), "it was killed");
    real.nothing_is_left();
}

fn leave_behind(folder: &Path) -> (std::process::Child, PathBuf) {
    let mut server = Command::new("true").spawn().unwrap();
    let mark = format!("browser-{}-{}-1", server.id(), started(server.id()));
    server.wait().unwrap();
    let profile = folder.join(mark);
    fs::create_dir_all(profile.join("data")).unwrap();
    let left = Command::new("sh")
        .args(["-c", "read forever", "sh"])
        .arg(format!("--user-data-dir={}", profile.join("data").display()))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    (left, profile)
}
