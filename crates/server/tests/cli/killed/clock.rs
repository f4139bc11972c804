//! kill −9 while a run that the clock has started is in work: the real process under a clock of
//! its own (Debian's faketime, by LD_PRELOAD) comes to the slot by itself, is killed in it, and
//! comes back. The slot has one run, which goes on; the next slot has the next one.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Installation, MOMENTS, id, two_credits};

/// The library that gives a process another clock.
fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|each| each.unwrap().path());
    let named = |folder: PathBuf| folder.join("faketime/libfaketimeMT.so.1");
    let found = folders.map(named).find(|path| path.exists());
    found.expect("Debian's package faketime is needed: scripts/need test")
}

/// A clock that shows this in UTC when the process starts, and goes on from there. How long things
/// take is not touched.
fn clock(shows: &str) -> Vec<(&'static str, String)> {
    let library = library().to_str().unwrap().to_owned();
    vec![
        ("LD_PRELOAD", library),
        ("FAKETIME", format!("@{shows}")),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("TZ", "UTC".to_owned()),
    ]
}

impl Installation {
    /// Another life of the process, at another time.
    fn begin_at(&mut self, shows: &str) {
        self.settings = clock(shows);
        self.begin();
    }

    /// Looks until so many runs of a schedule are there; newest first.
    async fn runs_of(&self, schedule: &str, count: usize) -> Vec<Value> {
        loop {
            let path = format!("/api/v1/runs?schedule_id={schedule}");
            let list = self.ask("GET", &path, None).await;
            let runs = list["data"].as_array().unwrap();
            assert!(runs.len() <= count, "{list}");
            if runs.len() == count {
                return runs.clone();
            }
        }
    }
}

#[tokio::test]
async fn killed_while_a_run_of_the_clock_works_its_slot_never_runs_twice() {
    for moment in MOMENTS {
        let mut one = Installation::with(false, clock("2026-11-24 08:00:00")).await;
        let every_morning = json!({
            "name": "Every morning", "tool": "three-questions", "inputs": { "topic": "sea" },
            "rule": { "every": "daily", "at": "09:00" }, "zone": "UTC",
        });
        let schedule = id(&one.ask("POST", "/api/v1/schedules", Some(every_morning)).await);
        one.kill();
        let gate = one.script(1, moment);
        one.begin_at("2026-11-24 08:59:57");
        gate.reached().await;
        let run = id(&one.runs_of(&schedule, 1).await[0]);
        one.kill();
        for number in 1..3 {
            one.provider.push(two_credits(&format!("again {number}")));
        }
        one.begin_at("2026-11-24 09:00:10");
        let now = one.ended(&run).await;
        assert_eq!((&now["state"], &now["trigger"]), (&json!("succeeded"), &json!("schedule")));
        assert_eq!((&now["credits"], &now["result"]["value"]), (&json!("6"), &json!("again 2")));
        assert_eq!(one.provider.calls().len(), 4, "{moment:?}");
        one.kill();
        for number in 0..3 {
            one.provider.push(two_credits(&format!("next day {number}")));
        }
        one.begin_at("2026-11-25 08:59:57");
        let runs = one.runs_of(&schedule, 2).await;
        assert_eq!(id(&runs[1]), run);
        let next = one.ended(&id(&runs[0])).await;
        assert_eq!(next["result"]["value"], "next day 2");
        let kept = one.ask("GET", &format!("/api/v1/schedules/{schedule}"), None).await;
        assert_eq!((&kept["state"], &kept["runs"]), (&json!("active"), &json!(2)), "{kept}");
        assert_eq!(kept["next_runs"][0]["at"], "2026-11-26T09:00:00Z");
        assert_eq!(one.runs_of(&schedule, 2).await.len(), 2);
        assert_eq!(one.provider.calls().len(), 7);
        one.is_in_order().await;
    }
}
