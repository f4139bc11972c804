//! Seeded life of browser sessions: started by hand and with tasks, taken, released, paused, gone
//! on, used, left alone, crashed, stopped; servers die in their middle; credits come and end. After
//! every step the books are audited; at the end nothing is open and every credit is accounted for.
//! The seed is printed; a situation that never occurred fails the run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ampere_adapters::ai::scripted::Script;
use ampere_adapters::browser::scripted::Fault;
use ampere_adapters::browser::{Action, BrowserError};
use ampere_app::AppError;
use ampere_app::browser::{BrowserAsk, BrowserView, Phase};
use ampere_credits::Credits;
use ampere_store::rows::{Page, Reason, RunFilter, RunKind, RunRow, RunState};
use serde_json::json;

use super::crash::server;
use super::stage::{by_hand, done, task, turn};
use crate::world::{World, credits};

/// Seeds at everyday size; `AMPERE_SIM` multiplies them.
const SEEDS: u64 = 4;
/// And at most so many.
const LONGEST: u64 = 40;
const STEPS: u64 = 60;

#[derive(Clone)]
struct Dice(Arc<AtomicU64>);

impl Dice {
    fn roll(&self, sides: u64) -> u64 {
        let next = |state: u64| {
            Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963))
        };
        let state = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap();
        (state >> 33) % sides
    }
}

type Hits = BTreeMap<String, u64>;

fn hit(hits: &mut Hits, what: &str) {
    *hits.entry(what.to_owned()).or_default() += 1;
}

/// The agent does something, sometimes it is done, sometimes it thinks for ever.
fn thought(dice: &Dice) -> Script {
    match dice.roll(8) {
        0 => done("It costs 40."),
        1 => turn("note", json!({ "text": format!("Note {}", dice.roll(1_000)) })),
        2 => turn("navigate", json!({ "url": super::stage::PRICES })),
        3 => Script::steps(vec![ampere_adapters::ai::scripted::Step::Hang]),
        4 => turn("scroll", json!({ "direction": "down" })),
        _ => turn("click", json!({ "mark": dice.roll(5) + 1 })),
    }
}

/// The outside of a fresh server process.
fn outside(world: &World, dice: &Dice) {
    world.build_site();
    let chance = dice.clone();
    world.provider.otherwise(move |_| thought(&chance));
    let (chance, clock) = (dice.clone(), Arc::clone(&world.clock));
    world.browser.before_each(move |_, _| {
        clock.advance_micros(i64::try_from(chance.roll(4_000_000)).unwrap());
    });
}

async fn runs(world: &World, unended_only: bool) -> Vec<RunRow> {
    let filter = RunFilter { unended_only, ..RunFilter::default() };
    world.store.runs(world.owner.org, filter, Page { before: None, limit: 200 }).await.unwrap()
}

async fn start(world: &World, dice: &Dice, hits: &mut Hits) {
    let ask = if dice.roll(2) == 0 { by_hand() } else { task() };
    let max_credits = (dice.roll(4) == 0).then(|| Credits::from_micros(1_500_000));
    let ask = BrowserAsk { max_credits, minutes: Some(2), ..ask };
    match world.browse(ask).await {
        Ok(_) => hit(hits, "started"),
        Err(AppError::BrowserBusy) => hit(hits, "busy"),
        Err(AppError::InsufficientCredits(_)) => hit(hits, "no credits"),
        // With a task the first hold is more than this cap.
        Err(AppError::Invalid(_)) => hit(hits, "cap too low"),
        Err(other) => panic!("{other}"),
    }
}

/// A wish of a person, whatever the session's state: followed or refused, never anything else.
async fn wish(world: &World, dice: &Dice, hits: &mut Hits) {
    let live = runs(world, true).await;
    let Some(run) = live.get(usize::try_from(dice.roll(3)).unwrap()).map(|run| run.id) else {
        return;
    };
    let (app, who) = (&world.app, &world.owner);
    let (name, wished): (&str, Result<Option<BrowserView>, AppError>) = match dice.roll(7) {
        0 | 1 => ("took", app.take_control(who, run).await.map(Some)),
        2 => ("released", app.release_control(who, run).await.map(Some)),
        3 => ("paused", app.pause_browser(who, run).await.map(Some)),
        4 => ("went on", app.continue_browser(who, run).await.map(Some)),
        5 => {
            let acts = vec![Action::ScrollAt { x: 9, y: 9, dx: 0, dy: 90 }];
            ("acted", app.browser_input(who, run, acts).await.map(|_| None))
        }
        _ => ("stopped", app.cancel_run(who, run).await.map(|_| None)),
    };
    match wished {
        Ok(view) => {
            hit(hits, name);
            let state = view.map(|view| view.state);
            match name {
                "took" => assert_eq!(state, Some(Phase::Controlled)),
                "paused" => assert_eq!(state, Some(Phase::Paused)),
                _ => {}
            }
        }
        Err(AppError::Conflict(_)) => hit(hits, "refused"),
        Err(other) => panic!("{name}: {other}"),
    }
}

/// Something happens from outside.
async fn fate(world: &World, dice: &Dice, hits: &mut Hits) {
    match dice.roll(6) {
        0 => {
            world.browser.crash();
            hit(hits, "crashed");
        }
        1 => {
            let next = u64::try_from(world.browser.acts().len()).unwrap() + 1;
            world.browser.fault(next, Fault::Fail(BrowserError::TooSlow));
        }
        2 => {
            world.grant(&(dice.roll(4) + 1).to_string()).await;
            hit(hits, "granted");
        }
        _ => world.clock.advance_seconds(i64::try_from(dice.roll(100)).unwrap()),
    }
}

/// Lets everything go on for a while of turns, with real beats between.
async fn breathe(dice: &Dice) {
    let mut beat = tokio::time::interval(std::time::Duration::from_millis(20));
    for _ in 0..dice.roll(4) {
        beat.tick().await;
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
}

async fn audit(world: &World) {
    let report = world.app.verify().await.unwrap();
    assert!(report.clean(), "{report:?}");
    // Runs first: one that ends meanwhile may be counted without its hold, never the other way.
    let live = runs(world, true).await.len();
    let pool = world.store.pool(world.owner.org).await.unwrap();
    assert!(pool.debt <= credits("200"), "the overdraft's limit: {}", pool.debt);
    let open = pool.holds.len();
    assert!(open <= live, "{open} holds of {live} runs");
    for run in runs(world, false).await {
        let used = run.cap.is_none_or(|cap| run.charged <= cap);
        assert!(used, "{} of {:?}", run.charged, run.cap);
        assert_eq!(run.kind, RunKind::Browser);
    }
}

/// Stops what still works, and counts how everything ended.
async fn finish(world: &World, hits: &mut Hits) {
    for run in runs(world, true).await {
        world.stop(run.id).await;
    }
    let all = runs(world, false).await;
    for run in &all {
        hit(hits, run.reason.unwrap().word());
        assert_eq!(run.state == RunState::Cancelled, run.reason == Some(Reason::Stopped));
        let used = world.timed(run.id).await.0;
        let shown = world.view(run.id).await.seconds;
        assert!(used == shown || run.charged.is_zero(), "{used} and {shown}");
    }
    world.all_is_over().await;
    let charged = Credits::sum(all.iter().map(|run| run.charged)).unwrap();
    let pool = world.store.pool(world.owner.org).await.unwrap();
    assert_eq!(charged, pool.spent, "what the runs were charged is what the journal spent");
}

fn live(seed: u64, hits: &mut Hits) {
    let dice = Dice(Arc::new(AtomicU64::new(seed.wrapping_mul(7_919))));
    let mut process = server();
    let mut world = process.block_on(World::browsing("12"));
    outside(&world, &dice);
    for _ in 0..STEPS {
        process.block_on(async {
            match dice.roll(10) {
                0..=2 => start(&world, &dice, hits).await,
                3..=7 => wish(&world, &dice, hits).await,
                _ => fate(&world, &dice, hits).await,
            }
            breathe(&dice).await;
            audit(&world).await;
        });
        if dice.roll(20) == 0 {
            drop(process);
            process = server();
            process.block_on(async {
                assert_eq!(world.browser.open_now(), 0, "they died with it");
                world = world.restarted().await;
                outside(&world, &dice);
                if world.app.recover().await.unwrap() > 0 {
                    hit(hits, "server died");
                }
                assert!(runs(&world, true).await.is_empty());
                world.assert_settled().await;
            });
        }
    }
    process.block_on(finish(&world, hits));
}

#[test]
fn sessions_live_and_every_second_is_accounted_for() {
    let factor = std::env::var("AMPERE_SIM").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let first = std::env::var("AMPERE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut hits = Hits::default();
    let wanted = [
        "started",
        "busy",
        "no credits",
        "took",
        "released",
        "paused",
        "went on",
        "acted",
        "refused",
        "stopped",
        "crashed",
        "granted",
        "server died",
        "browser_failed",
    ];
    // What happens depends on real time too: more lives where a situation has not occurred yet.
    for seed in first..first + LONGEST * factor {
        let missing = wanted.iter().any(|what| !hits.contains_key(*what));
        if seed >= first + SEEDS * factor && !missing {
            break;
        }
        println!("seed {seed}");
        live(seed, &mut hits);
    }
    println!("{hits:?}");
    for what in wanted {
        assert!(hits.contains_key(what), "it never occurred: {what}: {hits:?}");
    }
}
