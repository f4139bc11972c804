//! Seeded life of an organization: people ask, providers fail in every way, servers die, credits
//! come and expire, keys are used again. After every step the books are audited. The seed is
//! printed; a situation that never occurred fails the run.

use std::collections::{BTreeMap, BTreeSet};

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_adapters::ai::{Finish, ModelError};
use ampere_app::AppError;
use ampere_credits::Credits;
use ampere_store::rows::{Page, Reason, RunFilter};

use crate::world::{World, script};

/// Seeds at everyday size; `AMPERE_SIM` multiplies them.
const SEEDS: u64 = 12;
const STEPS: u64 = 30;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

#[derive(Default)]
struct Hits(BTreeMap<&'static str, u64>);

impl Hits {
    fn hit(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

fn random_script(dice: &mut Dice) -> (Script, &'static str) {
    let texts: Vec<String> = (0..dice.roll(30)).map(|i| format!("piece {i} ")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let output = u32::try_from(dice.roll(3_000)).unwrap();
    match dice.roll(8) {
        0 => {
            let detail = "down".to_owned();
            (Script::refuse(ModelError::NotReached { detail, retry_after: None }), "refused")
        }
        1 => (script(&texts, vec![Step::Cut]), "cut"),
        2 => (script(&texts, vec![Step::Report]), "reported"),
        3 => (script(&texts, vec![Step::Finish(Finish::Stop), Step::Done]), "no usage"),
        4 => (Script::answer(&texts, 100, 60_000), "usage far above the hold"),
        _ => (Script::answer(&texts, 100, output), "answered"),
    }
}

async fn ask(world: &World, dice: &mut Dice, hits: &mut Hits) {
    let (play, what) = random_script(dice);
    world.provider.otherwise(move |_| play.clone());
    let key = format!("life-{}", world.unique());
    match world.ask_with("tell me", &key).await {
        Ok(sent) => {
            hits.hit(what);
            let run = world.ended(sent.run.id).await;
            if run.reason == Some(Reason::StoppedAtCredits) {
                hits.hit("stopped at credits");
            }
            if dice.roll(4) == 0 {
                let again = world.ask_with("tell me", &key).await.unwrap();
                assert!(again.replayed && again.run.id == sent.run.id);
                hits.hit("replayed");
            }
        }
        Err(AppError::InsufficientCredits(_)) => {
            hits.hit("no credits");
        }
        Err(other) => panic!("{other}"),
    }
}

/// Starts an answer that hangs after a piece; none without credits.
async fn hang(world: &World) -> Option<ampere_credits::RunId> {
    world.provider.otherwise(|_| script(&["half "], vec![Step::Hang]));
    let sent = world.ask("hang").await.ok()?;
    world.shown(sent.run.id, "half").await;
    Some(sent.run.id)
}

async fn live(seed: u64, hits: &mut Hits) {
    let mut dice = Dice(seed);
    let mut world = World::with("5").await;
    let mut calls = BTreeSet::new();
    for _ in 0..STEPS {
        match dice.roll(10) {
            0..=4 => ask(&world, &mut dice, hits).await,
            5 => {
                let soon = world.app.now().plus_days(i64::try_from(dice.roll(20)).unwrap() + 1);
                let expires = (dice.roll(2) == 0).then_some(soon);
                world.grant_until(&(dice.roll(40) + 1).to_string(), expires).await;
                hits.hit("granted");
            }
            6 => {
                world.clock.advance_seconds(i64::try_from(dice.roll(1_000_000)).unwrap());
                world.app.sweep().await.unwrap();
                hits.hit("time passed");
            }
            7 => {
                if let Some(run) = hang(&world).await {
                    world.app.cancel_run(&world.owner, run).await.unwrap();
                    world.ended(run).await;
                    hits.hit("stopped");
                }
            }
            _ => {
                if let Some(run) = hang(&world).await {
                    world.recorded(run).await;
                    calls.extend(world.provider.calls().into_iter().map(|call| call.call_id));
                    world = world.restarted().await;
                    assert_eq!(world.app.recover().await.unwrap(), 1);
                    hits.hit("server died");
                }
            }
        }
        world.assert_settled().await;
    }
    let before = calls.len();
    let last: Vec<String> = world.provider.calls().into_iter().map(|call| call.call_id).collect();
    let unique: BTreeSet<&String> = last.iter().collect();
    assert_eq!(unique.len(), last.len(), "each call id once");
    assert!(unique.iter().all(|call| !calls.contains(*call)), "{before} earlier calls");
    charged_is_spent(&world).await;
}

/// What the runs were charged is what the journal spent.
async fn charged_is_spent(world: &World) {
    let page = Page { before: None, limit: 200 };
    let runs = world.store.runs(world.owner.org, RunFilter::default(), page).await.unwrap();
    let charged = Credits::sum(runs.iter().map(|run| run.charged)).unwrap();
    let pool = world.store.pool(world.owner.org).await.unwrap();
    assert_eq!(charged, pool.spent);
}

#[tokio::test]
async fn organizations_live_and_their_books_add_up() {
    let factor = std::env::var("AMPERE_SIM").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let first = std::env::var("AMPERE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut hits = Hits::default();
    for seed in first..first + SEEDS * factor {
        println!("seed {seed}");
        live(seed, &mut hits).await;
    }
    println!("{:?}", hits.0);
    for what in [
        "refused",
        "cut",
        "reported",
        "no usage",
        "usage far above the hold",
        "answered",
        "replayed",
        "no credits",
        "granted",
        "time passed",
        "stopped",
        "server died",
    ] {
        assert!(hits.0.contains_key(what), "it never occurred: {what}");
    }
}
