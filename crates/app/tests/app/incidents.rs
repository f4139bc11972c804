//! Faults that others had in public, as far as this slice reaches: overspend, holds, streams.

use ampere_adapters::ai::ModelError;
use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::chat::{Ask, Effort};
use ampere_app::{AppError, Catalog};
use ampere_store::rows::RunState;
use futures_util::future::join_all;

use crate::world::{World, credits, script};

/// Many at once on a pool that has room for a few: never more than fit are served.
async fn stampede(requests: usize, pool: &str) -> (usize, World) {
    // Credits alone are to stand in the way.
    let mut catalog = Catalog::built_in().unwrap();
    catalog.limits.parallel_runs = 1_000;
    let world = World::under(catalog, pool).await;
    world.provider.otherwise(|_| Script::answer(&["ok"], 300, 128));
    let mut sessions = Vec::new();
    for _ in 0..requests {
        sessions.push(world.app.create_session(&world.owner, None).await.unwrap().row.id);
    }
    let asks = sessions.iter().enumerate().map(|(number, session)| {
        let text = Some("hi".to_owned());
        let ask = Ask { text, effort: Effort::Low, ..Ask::default() };
        let intent = world.intent(&format!("stampede-{number}"));
        world.app.send_message(&world.owner, *session, ask, intent)
    });
    let mut served = 0;
    for result in join_all(asks).await {
        match result {
            Ok(sent) => {
                served += 1;
                world.ended(sent.run.id).await;
            }
            Err(AppError::InsufficientCredits(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    world.assert_settled().await;
    (served, world)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incident_open_saas_727_one_credit_two_requests_at_once() {
    let hold = {
        let probe = World::with("10").await;
        probe.ask("hi").await.unwrap().run.quote.hold
    };
    let (served, world) = stampede(2, &hold.to_string()).await;
    assert_eq!(served, 1);
    assert_eq!(world.provider.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incident_eliza_10857_litellm_40095_concurrent_requests_pass_a_plain_read() {
    let (served, world) = stampede(40, "3").await;
    assert!((1..40).contains(&served), "{served}");
    assert_eq!(world.provider.calls().len(), served, "nothing refused reached the provider");
    assert_eq!(world.balance().await.outstanding, credits("0"), "no overdraft was needed");
}

#[tokio::test]
async fn incident_one_api_1312_the_prompt_is_part_of_the_hold() {
    let world = World::with("20").await;
    let short = world.ask("hi").await.unwrap();
    world.ended(short.run.id).await;
    let long_text = "word ".repeat(600);
    let long = world.ask(&long_text).await.unwrap();
    world.ended(long.run.id).await;
    assert!(long.run.quote.hold > short.run.quote.hold);
}

#[tokio::test]
async fn incident_bike4mind_1392_the_full_maximum_is_not_held() {
    let world = World::with("20").await;
    let sent = world.ask("hi").await.unwrap();
    assert!(sent.run.quote.hold < sent.run.quote.high, "{:?}", sent.run.quote);
    world.ended(sent.run.id).await;
}

#[tokio::test]
async fn incident_litellm_27639_eliza_10034_no_exit_leaks_a_hold() {
    let world = World::with("50").await;
    let scripts = [
        Script::refuse(ModelError::NotReached { detail: "down".to_owned(), retry_after: None }),
        Script::refuse(ModelError::Refused { detail: "no".to_owned() }),
        Script::steps(vec![Step::Cut]),
        Script::steps(vec![Step::Report]),
        script(&["a"], vec![Step::Cut]),
        script(&["a"], vec![Step::Report]),
        script(&["a"], vec![]),
        Script::steps(vec![]),
    ];
    for script in scripts {
        world.provider.push(script);
        let sent = world.ask("hi").await.unwrap();
        let run = world.ended(sent.run.id).await;
        assert!(run.state.ended());
        world.assert_settled().await;
    }
}

#[tokio::test]
async fn incident_sexyvoice_503_a_hold_is_shown_as_held_not_as_charged() {
    let world = World::with("50").await;
    world.provider.push(script(&["x"], vec![Step::Hang]));
    let sent = world.ask("hi").await.unwrap();
    world.shown(sent.run.id, "x").await;
    let balance = world.balance().await;
    assert_eq!(balance.total().unwrap(), credits("50"));
    assert!(balance.held.is_positive());
    world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
    world.ended(sent.run.id).await;
}

#[tokio::test]
async fn incident_new_api_5235_eliza_11561_a_stop_does_not_refund_what_was_delivered() {
    let world = World::with("50").await;
    world.provider.push(script(&["delivered text "; 20], vec![Step::Hang]));
    let sent = world.ask("hi").await.unwrap();
    world.shown(sent.run.id, &"delivered text ".repeat(20)).await;
    world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert!(run.charged.is_positive());
    world.assert_settled().await;
}

#[tokio::test]
async fn incident_aisix_383_zero_chunks_delivered_bills_nothing() {
    let world = World::with("50").await;
    let whole_but_empty = Script::answer(&[], 400, 0);
    for script in [Script::steps(vec![Step::Cut]), whole_but_empty] {
        world.provider.push(script);
        let sent = world.ask("hi").await.unwrap();
        let run = world.ended(sent.run.id).await;
        assert_eq!((run.state, run.charged), (RunState::Failed, credits("0")));
    }
    world.assert_settled().await;
}

#[tokio::test]
async fn incident_opengatellm_1151_os_clovy_353_nobody_watching_is_still_billed() {
    let world = World::with("50").await;
    world.provider.push(Script::answer(&["unwatched"], 100, 100));
    let sent = world.ask("hi").await.unwrap();
    // The watcher goes away after the last frame; the run is the server's and settles.
    drop(world.app.feed(sent.run.id).map(|feed| feed.watch(0)));
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.charged, credits("0.25"));
    world.assert_settled().await;
}

#[tokio::test]
async fn incident_litellm_33923_no_hold_no_call() {
    let world = World::with("0").await;
    for _ in 0..20 {
        assert!(world.ask("hi").await.is_err());
    }
    assert!(world.provider.calls().is_empty());
    let pool = world.store.pool(world.owner.org).await.unwrap();
    assert!(pool.holds.is_empty(), "refusals strand nothing");
}
