//! Several people and organizations: who watches, who may control, and what nobody else sees.

use ampere_adapters::browser::{Action, BrowserState};
use ampere_app::browser::{BrowserAsk, Phase};
use ampere_app::{AppError, Catalog};
use ampere_credits::OrgId;
use ampere_credits::ledger::Fact;
use ampere_store::rows::Reason;

use super::stage::{by_hand, done, task};
use crate::world::{World, credits};

#[tokio::test]
async fn others_of_the_organization_watch_and_the_owner_may_take_over() {
    let world = World::browsing("1000").await;
    let (bob, eve) = (world.member(1, "Bob"), world.member(2, "Eve"));
    let intent = world.intent("bob-1");
    let run = world.app.start_browser(&bob, by_hand(), intent).await.unwrap().run.id;
    world.stands(run, Phase::Controlled).await;
    let seen = world.app.browser_view(&eve, run).await.unwrap();
    assert!(!seen.may_control);
    assert_eq!(seen.controlled_by.map(|person| person.name).as_deref(), Some("Bob"));
    world.app.browser_frames(&eve, run).await.unwrap();
    let detail = world.app.get_run(&eve, run).await.unwrap();
    assert!(detail.definition.is_some() && detail.content.is_some(), "who watches reads the log");
    for refused in [
        world.app.take_control(&eve, run).await.err(),
        world.app.pause_browser(&eve, run).await.err(),
        world.app.browser_input(&eve, run, vec![Action::Back]).await.err(),
        world.app.cancel_run(&eve, run).await.err(),
    ] {
        assert_eq!(refused, Some(AppError::ForbiddenRole));
    }
    let taken = AppError::Conflict("somebody else is in control of this browser session");
    assert_eq!(world.app.take_control(&world.owner, run).await.err(), Some(taken.clone()));
    world.app.release_control(&bob, run).await.unwrap();
    world.take(run).await;
    let act = world.app.browser_input(&bob, run, vec![Action::Back]).await;
    assert_eq!(act.err(), Some(taken), "the owner is in control now");
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn another_organization_finds_nothing() {
    let world = World::browsing("1000").await;
    let run = world.session(by_hand()).await;
    world.stands(run, Phase::Controlled).await;
    let stranger = ampere_app::Caller { org: OrgId::from_bits(99_999), ..world.owner.clone() };
    let app = &world.app;
    let none = Some(AppError::NotFound);
    assert_eq!(app.browser_view(&stranger, run).await.err(), none);
    assert_eq!(app.browser_frames(&stranger, run).await.err(), none);
    assert_eq!(app.take_control(&stranger, run).await.err(), none);
    assert_eq!(app.browser_input(&stranger, run, vec![Action::Back]).await.err(), none);
    assert_eq!(app.stills(&stranger, run).await.err(), none);
    assert_eq!(app.still_bytes(&stranger, run, 1).await.err(), none);
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn several_sessions_work_at_once_and_no_more_than_there_are_places() {
    let mut catalog = Catalog::built_in().unwrap();
    catalog.browser.parallel = 4;
    let world = World::under(catalog, "1000").await;
    world.build_site();
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(world.session(by_hand()).await);
    }
    for run in &runs {
        world.stepped(*run, "control.1").await;
    }
    assert_eq!(world.browse(by_hand()).await.err(), Some(AppError::BrowserBusy));
    let journal = world.journal().await;
    let holds = journal.iter().filter(|entry| matches!(entry.fact, Fact::Held { .. })).count();
    assert_eq!(holds, 4, "nothing is held for it");
    for (run, seconds) in runs.iter().zip([10, 20, 30, 40]) {
        world.clock.advance_seconds(seconds);
        world.stop(*run).await;
    }
    let mut all = Vec::new();
    for run in &runs {
        all.push(world.timed(*run).await.0);
    }
    assert_eq!(all, [11, 31, 61, 101], "each by its own time");
    let run = world.session(by_hand()).await;
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn without_a_browser_nothing_is_held_and_it_is_said_why() {
    let world = World::browsing("1000").await;
    let before = world.journal().await.len();
    let missing = BrowserState::Missing { detail: "install chromium".to_owned() };
    for (state, why) in [
        (BrowserState::Off, "Browser sessions are switched off here."),
        (missing, "There is no browser here: install chromium."),
    ] {
        world.browser.set_state(state);
        let refused = world.browse(task()).await.err();
        assert_eq!(refused, Some(AppError::BrowserUnavailable(why.to_owned())));
        let terms = world.app.browser_state();
        assert_eq!((terms.ready, terms.detail.as_deref()), (false, Some(why)));
    }
    assert_eq!(world.journal().await.len(), before);
    world.browser.set_state(BrowserState::Ready);
    let terms = world.app.browser_state();
    assert!(terms.ready && terms.detail.is_none());
    assert_eq!(terms.credits_per_minute, credits("3"));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_held() {
    let world = World::browsing("1000").await;
    let before = world.journal().await.len();
    for (ask, pointer) in [
        (BrowserAsk { minutes: Some(0), ..task() }, "/browser/minutes"),
        (BrowserAsk { minutes: Some(61), ..task() }, "/browser/minutes"),
        (BrowserAsk { task: Some("x".repeat(4_001)), ..task() }, "/browser/task"),
        (BrowserAsk { url: Some("file:///etc/passwd".to_owned()), ..task() }, "/browser/url"),
        (BrowserAsk { url: Some("http://".to_owned()), ..task() }, "/browser/url"),
        (BrowserAsk { url: Some("http://a b".to_owned()), ..task() }, "/browser/url"),
        (BrowserAsk { model: Some("no such".to_owned()), ..task() }, "/model"),
    ] {
        match world.browse(ask).await {
            Err(AppError::Invalid(mistakes)) => assert_eq!(mistakes[0].pointer, pointer),
            other => panic!("{pointer}: {other:?}"),
        }
    }
    assert_eq!(world.journal().await.len(), before);
    assert_eq!(world.browser.opened(), 0);
}

#[tokio::test]
async fn the_same_key_starts_one_session() {
    let world = World::browsing("1000").await;
    world.provider.otherwise(|_| done("It costs 40."));
    let app = &world.app;
    let first = app.start_browser(&world.owner, task(), world.intent("k")).await.unwrap();
    world.ended(first.run.id).await;
    let again = app.start_browser(&world.owner, task(), world.intent("k")).await.unwrap();
    assert!(again.replayed && again.run.id == first.run.id);
    assert_eq!(world.browser.opened(), 1);
    world.all_is_over().await;
}

#[tokio::test]
async fn an_estimate_covers_time_and_turns_and_names_its_hold() {
    let world = World::browsing("1000").await;
    let hand = world.app.estimate_browser(&world.owner, &by_hand()).await.unwrap();
    assert_eq!((hand.low, hand.typical, hand.high), (credits("1.5"), credits("15"), credits("45")));
    assert_eq!(hand.hold, credits("1.000001"), "20 seconds");
    let long = BrowserAsk { minutes: Some(60), ..by_hand() };
    let long = world.app.estimate_browser(&world.owner, &long).await.unwrap();
    assert_eq!(long.high, credits("180"));
    let with_task = world.app.estimate_browser(&world.owner, &task()).await.unwrap();
    assert!(with_task.high > hand.high && with_task.hold > hand.hold, "{with_task:?}");
    world.provider.otherwise(|_| done("It costs 40."));
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!(row.reason, Some(Reason::Completed));
    assert!(row.charged <= with_task.high);
}
