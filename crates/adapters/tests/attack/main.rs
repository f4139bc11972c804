//! A page that tries sixteen ways out of a browser, to places inside.
//!
//! The same page is opened twice: in Chromium as it comes, where nearly all ways must lead inside
//! or the attack is none, and in a browser session, where none may. The page stands on the one
//! host and port that is allowed; its targets are real listeners on loopback that are not.
//!
//! Read next: `page.html` (the attack), `doors` (the site), `inside` (the targets), `bare`
//! (Chromium as it comes), `world` (what the guard resolves and reaches), `netlog` (what a browser
//! says of its own network).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bare;
mod doors;
mod inside;
mod netlog;
mod world;

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ampere_adapters::browser::{
    self, Action, BrowserError, BrowserSession, BrowserState, ChromiumConfig, OpenOptions,
};
use ampere_adapters::egress::{Egress, EgressConfig};
use bare::{Bare, Folder};
use doors::Doors;
use inside::{Ear, Inside};
use netlog::NetLog;
use world::World;

/// The ways out.
const WAYS: [(&str, Ear); 16] = [
    ("redirect", Ear::Tcp),
    ("meta-refresh", Ear::Tcp),
    ("script-navigation", Ear::Tcp),
    ("iframe", Ear::Tcp),
    ("image", Ear::Tcp),
    ("script-style", Ear::Tcp),
    ("fetch-xhr", Ear::Tcp),
    ("beacon", Ear::Tcp),
    ("websocket", Ear::Tcp),
    ("eventsource", Ear::Tcp),
    ("popup", Ear::Tcp),
    ("form", Ear::Tcp),
    ("service-worker", Ear::Tcp),
    ("favicon", Ear::Tcp),
    ("prefetch", Ear::Tcp),
    ("webrtc", Ear::Udp),
];

/// Further forms of them, and spellings of the address; counted apart.
const VARIANTS: [(&str, Ear); 18] = [
    ("turn-tcp", Ear::Tcp),
    ("webtransport", Ear::Udp),
    ("worker", Ear::Tcp),
    ("media", Ear::Tcp),
    ("secure", Ear::Tcp),
    ("decimal", Ear::Tcp),
    ("octal", Ear::Tcp),
    ("hex", Ear::Tcp),
    ("short", Ear::Tcp),
    ("dot", Ear::Tcp),
    ("other", Ear::Tcp),
    ("zero", Ear::Tcp),
    ("mapped", Ear::Tcp),
    ("mapped-hex", Ear::Tcp),
    ("v6", Ear::Tcp6),
    ("localhost", Ear::Tcp),
    ("localhost-name", Ear::Tcp),
    ("flip", Ear::Tcp),
];

/// Ways that take a page of their own, at the top of a tab, besides what the page does in frames.
const DOORS: [(&str, &str); 6] = [
    ("/go", "redirect"),
    ("/meta", "meta-refresh"),
    ("/script", "script-navigation"),
    ("/form", "form"),
    ("/popup", "popup"),
    ("/icon", "favicon"),
];

/// What no page may read.
const FILES: [&str; 2] = ["file:///etc/hostname", "file:///proc/self/environ"];

/// How long to wait for what should happen.
const PATIENCE: Duration = Duration::from_secs(40);

/// The targets, and the site that leads there.
struct Ground {
    inside: Inside,
    doors: Doors,
}

impl Ground {
    async fn lay() -> Self {
        let inside = Inside::open(WAYS.into_iter().chain(VARIANTS)).await;
        let doors = Doors::open(&inside.ports, &FILES).await;
        Ground { inside, doors }
    }

    fn door(&self, door: &str, way: &str) -> String {
        let to = format!("http://127.0.0.1:{}/{way}", self.inside.ports[way]);
        self.doors.door(door, &format!("top-{way}"), &to)
    }
}

/// What the attack page reports once it is done with each way that it tries by itself.
fn overs() -> Vec<String> {
    let apart = ["popup", "favicon"];
    let names = WAYS.iter().chain(&VARIANTS).map(|(way, _)| *way).chain(["files"]);
    names.filter(|way| !apart.contains(way)).map(|way| format!("over {way}")).collect()
}

/// Opens the attack in Chromium as it comes.
async fn without(program: &Path) -> (Ground, NetLog) {
    let ground = Ground::lay().await;
    let folder = Folder::make("attack-without");
    let log = folder.path("net.json");
    let flags = [
        format!("--log-net-log={}", log.display()),
        // The world's resolver, where the test has none: the name has flipped.
        "--host-resolver-rules=MAP flip.example 127.0.0.1".to_owned(),
    ];
    let mut browser = Bare::start(program, &folder, &flags);
    browser.open(&ground.doors.page("/")).await;
    for (door, way) in DOORS {
        let tab = browser.open(&ground.door(door, way)).await;
        if way == "popup" {
            let ready = ground.doors.silent(&["ready top-popup".to_owned()], PATIENCE).await;
            assert!(ready.is_empty(), "the popup's page is there");
            browser.press(&tab).await;
        }
    }
    let late = ground.doors.silent(&overs(), PATIENCE).await;
    assert!(late.is_empty(), "attempts that were not over in time: {late:?}");
    let ways: Vec<_> = WAYS.iter().map(|(way, _)| *way).collect();
    ground.inside.wait(&ways, Duration::from_secs(5)).await;
    browser.close().await;
    (ground, NetLog::read(&log))
}

/// Opens the attack in a browser session that may reach the attack's own site and nothing else.
async fn with(program: &Path) -> (Ground, NetLog, Vec<String>) {
    let ground = Ground::lay().await;
    let (folder, profiles) = (Folder::make("attack-with"), Folder::make("attack"));
    let log = folder.path("net.json");
    let world = World::new();
    let allow = vec![ground.doors.address.to_string().parse().unwrap()];
    let config = EgressConfig { allow, ..EgressConfig::default() };
    let browser = browser::chromium(ChromiumConfig {
        program: talkative(program, &folder, &log),
        user: bare::root().then(|| "nobody".to_owned()),
        folder: profiles.path("b"),
        egress: Egress::over(config, world.clone(), None),
        parallel: 1,
        memory_bytes: 4 << 30,
    });
    assert_eq!(browser.state(), BrowserState::Ready);
    let session = browser.open(OpenOptions::default()).await.unwrap();
    visit(&ground, session.as_ref()).await;
    files_stay_closed(&ground, session.as_ref()).await;
    session.close().await;
    (ground, NetLog::read(&log), world.asked())
}

/// Goes to the page and through every door, as a person or a model would.
async fn visit(ground: &Ground, session: &dyn BrowserSession) {
    let go = |url: String| session.act(Action::Navigate { url });
    let seen = go(ground.doors.page("/")).await.unwrap();
    assert_eq!(seen.title, "The attack page");
    let late = ground.doors.silent(&overs(), PATIENCE).await;
    assert!(late.is_empty(), "attempts that were not over in time: {late:?}");
    for (door, way) in DOORS {
        let went = go(ground.door(door, way)).await;
        let word = if way == "popup" { "ready" } else { "over" };
        let told = format!("{word} top-{way}");
        let late = ground.doors.silent(&[told], PATIENCE).await;
        assert!(late.is_empty(), "{late:?} after {went:?}");
        if way == "popup" {
            let label = "Open".to_owned();
            let seen = session.act(Action::Follow { label }).await.unwrap();
            assert!(!seen.text.contains("Inside"), "{seen:?}");
        }
    }
}

/// No page and no person gets a file of this computer.
async fn files_stay_closed(ground: &Ground, session: &dyn BrowserSession) {
    for file in FILES {
        for url in [file.to_owned(), format!("view-source:{file}"), file.replace("///", "/")] {
            let answer = session.act(Action::Navigate { url: url.clone() }).await;
            assert_eq!(answer, Err(BrowserError::AddressRefused), "{url}");
        }
        let link = ground.doors.door("/link", "file", file);
        session.act(Action::Navigate { url: link.clone() }).await.unwrap();
        let seen = session.act(Action::Follow { label: "Lead".to_owned() }).await.unwrap();
        assert_eq!((seen.url, seen.title.as_str()), (link, "A link"));
    }
    let leaks = |said: &String| said.starts_with("leak");
    assert!(!ground.doors.said().iter().any(leaks), "{:?}", ground.doors.said());
}

/// Chromium, which writes down what it does with the network; nothing else differs.
fn talkative(program: &Path, folder: &Folder, log: &Path) -> PathBuf {
    let path = folder.path("chromium");
    let (program, log) = (program.display(), log.display());
    std::fs::write(&path, format!("#!/bin/sh\nexec {program} --log-net-log={log} \"$@\"\n"))
        .unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

fn score(ways: &[(&'static str, Ear)], hits: &HashMap<&str, u32>) -> usize {
    ways.iter().filter(|(way, _)| hits.contains_key(way)).count()
}

/// A line for each way: hits without and with the boundary, and whether it was tried with it.
fn table(open: &HashMap<&str, u32>, shut: &HashMap<&str, u32>, tried: &[&str]) {
    println!("| way | hits without | hits with | tried with |\n| --- | --- | --- | --- |");
    for (way, _) in WAYS.iter().chain(&VARIANTS) {
        let [without, with] = [open, shut].map(|hits| hits.get(way).copied().unwrap_or(0));
        let tried = if tried.contains(way) { "yes" } else { "unseen" };
        println!("| {way} | {without} | {with} | {tried} |");
    }
    for (what, ways) in [("ways", &WAYS[..]), ("variants", &VARIANTS[..])] {
        let [without, with] = [open, shut].map(|hits| score(ways, hits));
        println!("{what}: {without} of {} without, {with} with", ways.len());
    }
}

#[tokio::test]
async fn sixteen_ways_lead_inside_without_the_boundary_and_none_with_it() {
    let program = browser::usual_program().expect("Chromium is installed");
    let (ground, log) = without(&program).await;
    let open = ground.inside.hits();
    assert!(!log.names.is_empty() && log.tcp.len() > 16 && !log.udp.is_empty(), "{log:?}");

    let (ground, log, asked) = with(&program).await;
    let shut = ground.inside.hits();
    let ways = WAYS.iter().chain(&VARIANTS).map(|(way, _)| *way);
    let tried: Vec<_> = ways.filter(|way| log.tried(ground.inside.ports[way])).collect();
    table(&open, &shut, &tried);
    println!("names that our resolver was asked for: {asked:?}");
    println!("what the browser did itself: {:?} {:?} {:?}", log.names, log.tcp, log.udp);

    assert!(score(&WAYS, &open) >= 14, "the attack is none: {open:?}");
    assert!(shut.is_empty(), "reached inside: {shut:?}");
    // The same was tried: every way that asks for an address of the web was seen to ask.
    let named = tried.iter().filter(|way| WAYS.iter().any(|(one, _)| one == *way)).count();
    assert!(named >= 14 && tried.contains(&"flip"), "{tried:?}");
    // Calls between browsers ask for no address of the web: their page says that it tried.
    assert!(ground.doors.said().iter().any(|said| said == "ready gathered"));
    // The browser itself looked up nothing, sent no packet, and spoke to the proxy alone.
    assert!(log.names.is_empty() && log.udp.is_empty(), "{:?} {:?}", log.names, log.udp);
    assert_eq!(log.tcp.len(), 1, "{:?}", log.tcp);
    // What was asked of our resolver is what the page named, and nothing of the browser's own.
    let named = ["flip.example", "localhost", "inside.localhost", "prefetched.example"];
    assert!(asked.iter().all(|name| named.contains(&name.as_str())), "{asked:?}");
    assert!(asked.iter().filter(|name| *name == "flip.example").count() > 1, "it flipped");
}
