//! Seeded life of tasks: they start, wait, pause, are served, capped, cancelled, refused by their
//! provider; servers die in their middle; messages overtake; credits come in random sizes. After
//! every step the books are audited and the queue is in order; at the end everything that waits is
//! served. The seed is printed; a situation that never occurred fails the run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use ampere_adapters::ai::ModelError;
use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::catalog::Pack;
use ampere_app::spend::WhenShort;
use ampere_app::tasks::{Occasion, TaskOrder, What};
use ampere_app::{AppError, Catalog};
use ampere_credits::{Credits, RunId};
use ampere_store::rows::{Page, Reason, RunFilter, RunRow, RunState};
use serde_json::json;

use crate::world::{World, credits, pieces};

/// Seeds at everyday size; `AMPERE_SIM` multiplies them.
const SEEDS: u64 = 10;
const STEPS: u64 = 25;

struct Dice(AtomicU64);

impl Dice {
    fn roll(&self, sides: u64) -> u64 {
        let next = |state: u64| {
            Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963))
        };
        let state = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap();
        (state >> 33) % sides
    }
}

type Hits = BTreeMap<&'static str, u64>;

/// An answer of random size; sometimes the provider refuses.
fn answer(dice: &Dice) -> Script {
    if dice.roll(25) == 0 {
        let detail = "down".to_owned();
        return Script::refuse(ModelError::NotReached { detail, retry_after: None });
    }
    let (input, output) = (dice.roll(1_500), dice.roll(600) + 1);
    let mut steps = pieces(&["some words"]);
    let usage = |tokens: u64| u32::try_from(tokens).unwrap();
    steps.extend([Step::Usage { input: usage(input), output: usage(output) }, Step::Done]);
    Script::steps(steps)
}

async fn unended(world: &World) -> Vec<RunRow> {
    let filter = RunFilter { unended_only: true, ..RunFilter::default() };
    world.store.runs(world.owner.org, filter, Page { before: None, limit: 200 }).await.unwrap()
}

/// Waits until every run has ended or waits for credits.
async fn rest(world: &World) -> Vec<RunRow> {
    loop {
        let runs = unended(world).await;
        let resting = |run: &RunRow| {
            matches!(run.state, RunState::WaitingForCredits | RunState::PausedNoCredits)
                && world.app.feed(run.id).is_none()
        };
        let Some(busy) = runs.iter().find(|run| !resting(run)) else { return runs };
        match world.app.feed(busy.id) {
            Some(feed) => {
                let mut watcher = feed.watch(0);
                while watcher.next().await.is_some() {}
            }
            None => tokio::task::yield_now().await,
        }
    }
}

async fn start(world: &World, dice: &Dice, hits: &mut Hits) {
    let cap = (dice.roll(6) == 0).then(|| credits(&format!("{}.5", dice.roll(2) + 1)));
    let when_short = if dice.roll(3) > 0 { WhenShort::Wait } else { WhenShort::Refuse };
    let order = TaskOrder {
        what: What::Tool("three-questions".to_owned()),
        inputs: json!({ "topic": "sea" }),
        cap,
        model: None,
        when_short,
        occasion: Occasion::Person,
    };
    let intent = world.intent(&format!("life-{}", world.unique()));
    match world.app.start_task(&world.owner, order, intent).await {
        Ok(started) if started.run.state == RunState::WaitingForCredits => {
            *hits.entry("waited").or_default() += 1;
        }
        Ok(_) => *hits.entry("started").or_default() += 1,
        Err(AppError::InsufficientCredits(shortage)) => {
            let what = if shortage.waiting > 0 { "refused behind others" } else { "refused" };
            *hits.entry(what).or_default() += 1;
        }
        Err(other) => panic!("{other}"),
    }
}

/// Who waits is who the queue holds, paused ones first, each oldest first.
async fn queue_is_in_order(world: &World, resting: &[RunRow]) {
    let queue = world.store.queue(world.owner.org).await.unwrap();
    let places: Vec<_> =
        queue.iter().map(|row| (row.waiting.turn, row.waiting.since, row.waiting.run)).collect();
    assert!(places.is_sorted(), "{places:?}");
    let queued: BTreeSet<RunId> = queue.iter().map(|row| row.waiting.run).collect();
    let waiting: BTreeSet<RunId> = resting.iter().map(|run| run.id).collect();
    assert_eq!(queued, waiting);
}

async fn step(world: &mut World, dice: &Dice, hits: &mut Hits) {
    match dice.roll(10) {
        0..=4 => start(world, dice, hits).await,
        5 => {
            let _ = world.ask("a message overtakes").await;
        }
        6 => {
            let pack = format!("pack_{}", dice.roll(8) + 1);
            world.buy_pack(&pack).await;
            *hits.entry("bought").or_default() += 1;
        }
        7 => {
            let resting = rest(world).await;
            if let Some(run) = resting.first() {
                let cancelled = world.app.cancel_run(&world.owner, run.id).await;
                assert!(cancelled.is_ok(), "{cancelled:?}");
                *hits.entry("cancelled while waiting").or_default() += 1;
            }
        }
        _ => {
            world.provider.otherwise(|_| {
                let mut steps = pieces(&["half "]);
                steps.push(Step::Hang);
                Script::steps(steps)
            });
            start(world, dice, hits).await;
            let calls = world.provider.calls().len();
            *world = world.restarted().await;
            if calls > 0 {
                *hits.entry("server died").or_default() += 1;
            }
        }
    }
}

async fn live(seed: u64, hits: &mut Hits) {
    let dice = std::sync::Arc::new(Dice(AtomicU64::new(seed.wrapping_mul(7_919))));
    let mut catalog = Catalog::built_in().unwrap();
    catalog.packs.extend((1..9).map(|number| Pack {
        id: format!("pack_{number}"),
        credits: credits(&number.to_string()),
        amount_cents: 100,
        currency: "usd".to_owned(),
    }));
    let mut world = World::under(catalog, "4").await;
    for _ in 0..STEPS {
        let chance = std::sync::Arc::clone(&dice);
        world.provider.otherwise(move |_| answer(&chance));
        step(&mut world, &dice, hits).await;
        let chance = std::sync::Arc::clone(&dice);
        world.provider.otherwise(move |_| answer(&chance));
        world.app.recover().await.unwrap();
        let resting = rest(&world).await;
        if resting.iter().any(|run| run.state == RunState::PausedNoCredits) {
            *hits.entry("paused").or_default() += 1;
        }
        queue_is_in_order(&world, &resting).await;
        world.assert_settled().await;
    }
    let waited = rest(&world).await;
    world.buy().await;
    assert!(rest(&world).await.is_empty(), "credits serve everybody");
    for run in waited {
        let now = world.run_row(run.id).await;
        if now.state == RunState::Succeeded {
            *hits.entry("finished by itself").or_default() += 1;
        }
        if now.reason == Some(Reason::StoppedAtCap) {
            *hits.entry("stopped at its cap").or_default() += 1;
        }
    }
    world.assert_settled().await;
    let page = Page { before: None, limit: 200 };
    let runs = world.store.runs(world.owner.org, RunFilter::default(), page).await.unwrap();
    let charged = Credits::sum(runs.iter().map(|run| run.charged)).unwrap();
    let pool = world.store.pool(world.owner.org).await.unwrap();
    assert_eq!(charged, pool.spent, "what the runs were charged is what the journal spent");
}

#[tokio::test]
async fn tasks_live_and_nothing_is_lost_or_done_twice() {
    let factor = std::env::var("AMPERE_SIM").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let first = std::env::var("AMPERE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut hits = Hits::default();
    for seed in first..first + SEEDS * factor {
        println!("seed {seed}");
        live(seed, &mut hits).await;
    }
    println!("{hits:?}");
    for what in [
        "started",
        "waited",
        "paused",
        "refused",
        "refused behind others",
        "bought",
        "cancelled while waiting",
        "server died",
        "finished by itself",
    ] {
        assert!(hits.contains_key(what), "it never occurred: {what}: {hits:?}");
    }
}
