//! Jobs: when they are due, done, done anew after a crash, or dropped.

use ampere_app::chat::{Ask, Effort};

use super::*;

#[tokio::test]
async fn what_is_switched_off_is_neither_due_nor_done() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    play(&world);
    world.answered("off from the start").await;
    assert_eq!(world.view().await.waiting, 0);
    world.wants(FOLLOW_UPS).await;
    world.answered("on").await;
    assert_eq!(world.view().await.waiting, 1);
    world.wants(TITLES).await;
    assert_eq!(world.app.tick_background().await.unwrap(), 0, "off before it was done");
    assert_eq!((world.view().await.waiting, world.pieces().await.len()), (0, 0));
    assert!(world.provider.calls().iter().all(|call| kind_of(call) == "message"));
    let denied = world.app.set_background(&world.colleague(), ALL).await.unwrap_err();
    assert!(matches!(denied, AppError::ForbiddenRole), "{denied:?}");
    assert_eq!(world.view().await.settings, TITLES, "owners only");
}

#[tokio::test]
async fn a_title_by_a_person_stays_whenever_it_was_given() {
    let mut world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(TITLES).await;
    play(&world);
    world.answered("Why are there tides?").await;
    // Before the job is done …
    world.app.rename_session(&world.owner, world.session, "My tides").await.unwrap();
    assert_eq!(world.app.tick_background().await.unwrap(), 0);
    assert_eq!((world.pieces().await.len(), world.view().await.waiting), (0, 0), "nothing paid");
    // … and while it is being done.
    let session = world.app.create_session(&world.owner, None).await.unwrap().row.id;
    world.session = session;
    world.answered("And now?").await;
    let gate = Gate::new();
    let mut steps = vec![Step::Wait(gate.clone())];
    steps.extend(pieces(&["By the model"]));
    steps.extend([Step::Usage { input: 100, output: 10 }, Step::Done]);
    world.provider.push(Script::steps(steps));
    let app = std::sync::Arc::clone(&world.app);
    let tick = tokio::spawn(async move { app.tick_background().await });
    gate.reached().await;
    world.app.rename_session(&world.owner, session, "By me").await.unwrap();
    gate.open();
    assert_eq!(tick.await.unwrap().unwrap(), 1);
    assert_eq!(world.row().await.title, "By me");
    // A title that was given at once makes no job at all.
    let named = world.app.create_session(&world.owner, Some("Named".to_owned())).await.unwrap().row;
    world.session = named.id;
    world.answered("And here?").await;
    assert_eq!((world.row().await.title.as_str(), world.view().await.waiting), ("Named", 0));
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_leaves_the_job_to_the_next() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(TITLES).await;
    play(&world);
    world.answered("Why are there tides?").await;
    let gate = Gate::new();
    let mut steps = pieces(&["Tides "]);
    steps.extend([Step::Wait(gate.clone()), Step::Hang]);
    world.provider.push(Script::steps(steps));
    let app = std::sync::Arc::clone(&world.app);
    let _dead = tokio::spawn(async move { app.tick_background().await });
    gate.reached().await;
    let first = world.pieces().await[0].id;
    world.recorded(first).await;

    let next = world.restarted().await;
    play(&next);
    assert_eq!(next.app.recover().await.unwrap(), 1);
    let interrupted = next.run_row(first).await;
    assert_eq!(interrupted.reason, Some(Reason::ServerRestarted));
    assert!(interrupted.charged.is_positive(), "as recorded");
    assert_eq!(next.row().await.title, "Why are there tides?", "nothing of it is used");
    assert_eq!(next.app.tick_background().await.unwrap(), 1);
    assert_eq!(next.app.tick_background().await.unwrap(), 0, "once");
    let pieces = next.pieces().await;
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[1].charged, credits(TITLE));
    assert_eq!(next.row().await.title, "Tides of the sea");
    assert_eq!(next.view().await.used, sum(&pieces));
    let mut ids: Vec<_> = world.provider.calls().into_iter().map(|call| call.call_id).collect();
    ids.extend(next.provider.calls().into_iter().map(|call| call.call_id));
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no call was made twice");
    next.assert_settled().await;
}

#[tokio::test]
async fn an_orderly_end_keeps_the_job_too() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(TITLES).await;
    play(&world);
    world.answered("Why are there tides?").await;
    let gate = Gate::new();
    world.provider.push(Script::steps(vec![Step::Wait(gate.clone()), Step::Hang]));
    let app = std::sync::Arc::clone(&world.app);
    let tick = tokio::spawn(async move { app.tick_background().await });
    gate.reached().await;
    world.app.shut_down(std::time::Duration::from_secs(30)).await;
    tick.await.unwrap().unwrap();
    let next = world.restarted().await;
    play(&next);
    assert_eq!(next.app.tick_background().await.unwrap(), 1);
    assert_eq!(next.row().await.title, "Tides of the sea");
    next.assert_settled().await;
}

#[tokio::test]
async fn what_is_not_worth_doing_any_more_is_dropped_unpaid() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(FOLLOW_UPS).await;
    play(&world);
    // Follow-ups of an answer that is not the newest any more.
    world.answered("one").await;
    world.answered("two").await;
    assert_eq!(world.view().await.waiting, 2);
    assert_eq!(world.app.tick_background().await.unwrap(), 1);
    let shown: Vec<_> = world.messages().await.iter().map(|m| m.follow_ups.is_some()).collect();
    assert_eq!(shown, [false, false, false, true]);
    // A conversation that was deleted.
    world.answered("three").await;
    world.app.delete_session(&world.owner, world.session).await.unwrap();
    // A person who left.
    let gone = JobRow {
        id: JobId::from_bits(5),
        org: world.owner.org,
        user: UserId::from_bits(99),
        kind: BackgroundKind::Title,
        session: world.session,
        message: ampere_credits::MessageId::from_bits(5),
        created_at: world.app.now(),
    };
    let terms = GrantTerms {
        id: GrantId::from_bits(500),
        class: Class::Included,
        cause: Cause::Adjustment,
        amount: credits("1"),
        effective: world.app.now(),
        expires: None,
    };
    world.book(terms, vec![RowWrite::Job(gone)]).await;
    assert_eq!(world.view().await.waiting, 2);
    assert_eq!(world.app.tick_background().await.unwrap(), 0);
    assert_eq!((world.view().await.waiting, world.pieces().await.len()), (0, 1));
}

#[tokio::test]
async fn people_come_first_and_the_worker_wakes_by_itself() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(TITLES).await;
    play(&world);
    let gate = Gate::new();
    let other = world.app.create_session(&world.owner, None).await.unwrap().row.id;
    let mut steps = pieces(&["Still "]);
    steps.extend([Step::Wait(gate.clone()), Step::Usage { input: 30, output: 5 }, Step::Done]);
    world.provider.push(Script::steps(steps));
    let ask = Ask { text: Some("long".into()), effort: Effort::Low, ..Ask::default() };
    let long = world.app.send_message(&world.owner, other, ask, world.intent("long")).await;
    let long = long.unwrap().run.id;
    gate.reached().await;
    let worker = tokio::spawn(std::sync::Arc::clone(&world.app).keep_background());
    world.answered("Why are there tides?").await;
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.pieces().await.len(), 0, "an answer is being written elsewhere");
    gate.open();
    world.ended(long).await;
    let titled = |calls: &[Call]| calls.iter().filter(|call| kind_of(call) == "title").count() == 2;
    world.provider.until(titled).await;
    while world.view().await.waiting > 0 {
        tokio::task::yield_now().await;
    }
    worker.abort();
    assert_eq!(world.row().await.title, "Tides of the sea");
    world.assert_settled().await;
}
