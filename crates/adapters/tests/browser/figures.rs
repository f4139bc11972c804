//! Figures of a session: how long things take and what memory they need. The bounds are far above
//! what is usual; they fail when something is wrong by a factor, not by a busy computer.

#![allow(clippy::disallowed_methods, reason = "to measure is to ask the clock")]

use std::fs;
use std::time::Instant;

use ampere_adapters::browser::Action;

use crate::{Real, Says, mark};

/// Memory of the session's processes, each with its share of what it shares, in MiB.
fn memory(real: &Real) -> u64 {
    let share = |pid: i32| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")?.strip_suffix("kB"))?;
        line.trim().parse::<u64>().ok()
    };
    real.folder.processes().into_iter().filter_map(share).sum::<u64>() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_of_a_session() {
    let real = Real::new().await;
    let mut starts = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        let session = real.open().await;
        let opened = start.elapsed();
        session.navigate(&real.site.url("/")).await.unwrap();
        starts.push((opened.as_millis(), start.elapsed().as_millis()));
        session.close().await;
    }
    println!("open and first page, ms: {starts:?}");
    let (session, home) = real.at("/").await;
    let acts = [
        ("look", Action::Look),
        ("click", Action::Click { mark: mark(&home, "More") }),
        ("screenshot", Action::Screenshot { full: false }),
        ("navigate", Action::Navigate { url: real.site.url("/long") }),
        ("full screenshot", Action::Screenshot { full: true }),
        ("tables", Action::Tables),
    ];
    for (name, action) in acts {
        let start = Instant::now();
        session.act(action).await.unwrap();
        println!("{name}: {} ms", start.elapsed().as_millis());
    }
    let (memory, processes) = (memory(&real), real.folder.processes().len());
    println!("memory: {memory} MiB in {processes} processes");
    let start = Instant::now();
    session.close().await;
    println!("close: {} ms", start.elapsed().as_millis());
    assert!(memory > 100 && memory < 700, "{memory} MiB");
    assert!(starts.iter().all(|(_, page)| *page < 15_000), "{starts:?}");
}
