//! Ten years of schedules on a hand clock: the runs that there are, and when they were, are those
//! that another way to reckon says.

use ampere_app::schedules::reading::read;
use ampere_credits::{ScheduleId, Timestamp};
use jiff::civil::date;
use jiff::tz::TimeZoneDatabase;
use serde_json::{Value, json};

use crate::reckoning::{Met, instants};
use crate::stage::{Stage, instant};

/// What is scheduled, where.
fn schedules() -> Vec<(Value, &'static str)> {
    let monthly = |day: u8, at: &str| json!({"every": "monthly", "day": day, "at": at});
    let fridays = json!({"every": "weekly", "weekdays": ["friday"], "at": "00:15"});
    vec![
        (fridays, "Africa/Cairo"),
        (monthly(31, "02:30"), "Europe/Berlin"),
        (monthly(29, "09:00"), "America/Sao_Paulo"),
        (monthly(27, "23:30"), "America/Nuuk"),
        (monthly(30, "23:45"), "Pacific/Chatham"),
    ]
}

#[tokio::test]
async fn ten_years_of_starts_are_those_that_were_to_come() {
    let stage = Stage::with("1000000").await;
    let end = instant("2036-11-22T00:00:00Z");
    let mut kept: Vec<(ScheduleId, Vec<Timestamp>)> = Vec::new();
    let mut met = Met::default();
    for (rule, name) in schedules() {
        let id = stage.schedule(rule.clone(), name).await;
        let zone = TimeZoneDatabase::bundled().get(name).unwrap();
        let rule = read(&rule, name).unwrap().0;
        let span = (date(2026, 11, 22), date(2036, 11, 25));
        let mut expected = instants(&rule, &zone, span.0, span.1, &mut met);
        expected.retain(|at| *at > instant("2026-11-22T10:00:00Z") && *at < end);
        kept.push((id, expected));
    }
    loop {
        let mut next = Vec::new();
        for (id, _) in &kept {
            next.push(stage.row(*id).await.next_at.unwrap());
        }
        let next = next.into_iter().min().unwrap();
        if next >= end {
            break;
        }
        stage.go_to(next);
        assert!(stage.tick().await.started > 0, "at {next}");
        for (id, _) in &kept {
            if stage.row(*id).await.last_run.is_some() {
                stage.ended(*id).await;
            }
        }
    }
    for (id, expected) in &kept {
        let runs = stage.runs(*id).await;
        assert_eq!(runs.len(), expected.len());
        for (run, at) in runs.iter().zip(expected) {
            let late = run.created_at.seconds_since(*at);
            assert!((0..60).contains(&late), "{} was to start at {at}", run.created_at);
        }
    }
    let shown = Met { hours_skipped: 1, hours_doubled: 1, off_slot: 1, ..met };
    assert!(shown.everything(), "a situation never occurred: {met:?}");
    stage.world.assert_settled().await;
}
