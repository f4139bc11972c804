//! What a session is kept from: other sessions, files, the inside network, rights.

use std::fs;

use ampere_adapters::browser::BrowserError;

use crate::ends::we_are_root;
use crate::{Real, Says, command_line, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sessions_share_nothing() {
    let real = Real::new().await;
    let (first, _) = real.at("/cookie").await;
    let (second, _) = real.at("/whose").await;
    second.navigate(&real.site.url("/whose")).await.unwrap();
    first.navigate(&real.site.url("/whose")).await.unwrap();
    assert_eq!(real.site.cookies("/whose"), ["", "", "who=first"]);
    assert_eq!(real.folder.profiles().len(), 2);
    first.close().await;
    second.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_and_the_inside_are_refused_to_pages_too() {
    let real = Real::new().await;
    let (session, _) = real.at("/script").await;
    let file = session.follow("File").await.unwrap();
    assert_eq!(file.url, real.site.url("/script"), "a page opened a file");
    assert!(!file.text.contains("root:"));
    let inside = session.follow("Inside").await.unwrap();
    assert_eq!(inside.notes, ["A new window was not opened."]);
    let addresses =
        ["http://127.0.0.1:1/", "http://192.168.0.1/", "http://[::1]/", "http://2130706433/"];
    for url in addresses {
        assert_eq!(session.navigate(url).await, Err(BrowserError::AddressRefused), "{url}");
    }
    let secret = real.site.url("/").replace("http://", "http://me:secret@");
    assert_eq!(session.navigate(&secret).await, Err(BrowserError::AddressRefused));
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_leaves_nothing_on_the_disk() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    let got = session.follow("Get").await.unwrap();
    assert_eq!(got.notes, ["A download was kept out: list.csv"]);
    let direct = session.navigate(&real.site.url("/file")).await.unwrap();
    assert_eq!(direct.notes, ["A download was kept out: list.csv"]);
    assert_eq!(direct.title, "Home");
    let profile = real.folder.profiles().remove(0);
    let find = std::process::Command::new("find").arg(&profile).output().unwrap();
    let files = String::from_utf8(find.stdout).unwrap();
    assert!(files.contains("data") && !files.contains("list.csv"), "{files}");
    session.close().await;
}

/// A line of a process's status.
fn status(pid: i32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
    line.unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_runs_without_rights_secrets_or_a_way_to_get_them() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    let main = real.folder.main_process();
    let environment = fs::read_to_string(format!("/proc/{main}/environ")).unwrap();
    let names = environment.split('\0').filter_map(|one| one.split_once('=')).map(|one| one.0);
    let known = ["PATH", "LANG", "HOME", "TMPDIR", "PWD", "CHROME_VERSION_EXTRA"];
    let foreign: Vec<&str> = names.filter(|name| !known.contains(name)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    for pid in real.folder.processes() {
        let line = command_line(pid);
        assert!(
            !line.contains("--no-sandbox") && !line.contains("remote-debugging-port"),
            "{line}"
        );
        assert_eq!(status(pid, "NoNewPrivs"), "1", "{line}");
        assert!(!we_are_root() || !status(pid, "Uid").split('\t').any(|id| id == "0"), "{line}");
        let page = line.contains("--type=renderer");
        assert!(!page || status(pid, "Seccomp") == "2", "a page runs outside the sandbox: {line}");
    }
    let renderers = real.folder.processes().into_iter().map(command_line);
    assert!(renderers.filter(|line| line.contains("--type=renderer")).count() > 0);
    let profile = real.folder.profiles().remove(0);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(profile).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_trick_of_a_page_takes_the_session_away() {
    let real = Real::new().await;
    let (session, _) = real.at("/tricks").await;
    for trick in ["Print", "Close", "Mail", "Odd", "Full", "Shout", "Where", "Choose", "Stay"] {
        let seen = soon(session.follow(trick)).await;
        let title = seen.map(|seen| seen.title);
        assert_eq!(title.as_deref(), Ok("Tricks"), "{trick}");
        let works = soon(session.follow("Works")).await.map(|seen| seen.notes);
        assert_eq!(works, Ok(vec!["A dialog said: It works.".to_owned()]), "after {trick}");
    }
    let locked = soon(session.navigate(&real.site.url("/locked"))).await;
    assert!(matches!(locked, Err(BrowserError::NotReached { .. })), "{locked:?}");
    let back = session.navigate(&real.site.url("/tricks")).await.unwrap();
    assert_eq!(back.title, "Tricks", "{back:?}");
    let flood = soon(session.follow("Flood")).await.unwrap();
    assert_eq!(flood.url, real.site.url("/window?0"), "{:?}", flood.notes);
    let pages = real.folder.processes().into_iter().map(command_line);
    let pages = pages.filter(|line| line.contains("--type=renderer")).count();
    assert!(pages <= 4, "{pages} processes of pages");
    session.close().await;
}
