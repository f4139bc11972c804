//! Who pays for background work: the allowance first and exactly, then waiting or the pool.

use super::*;

#[tokio::test]
async fn the_four_numbers_and_the_conversation_do_not_know_of_the_allowance() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(ALL).await;
    play(&world);
    let chat = world.answered("Why are there tides?").await;
    let before = (world.balance().await, world.row().await);
    let gate = Gate::new();
    world.provider.push(Script::steps(vec![Step::Wait(gate.clone()), Step::Hang]));
    let app = std::sync::Arc::clone(&world.app);
    let tick = tokio::spawn(async move { app.tick_background().await });
    gate.reached().await;
    let numbers = |balance: &ampere_credits::ledger::Balance| {
        (balance.available, balance.held, balance.included, balance.purchased)
    };
    let during = world.balance().await;
    assert_eq!(numbers(&during), numbers(&before.0), "while one is held");
    assert!(during.background_available < during.background);
    let row = world.row().await;
    assert_eq!((row.running, row.credits), (None, chat.charged), "no answer is being written");
    let running = world.pieces().await[0].id;
    world.app.cancel_run(&world.owner, running).await.unwrap();
    tick.await.unwrap().unwrap();
    let after = world.balance().await;
    assert_eq!(numbers(&after), numbers(&before.0));
    assert_eq!(after.background, credits("19.9"), "the stopped one gave everything back");
    assert_eq!(world.row().await.credits, before.1.credits);
    assert_eq!(world.row().await.message_count, 2);
    let ledger = world.app.ledger(&world.owner, Page { before: None, limit: 200 }).await.unwrap();
    let pieces: Vec<_> = world.pieces().await.iter().map(|run| run.id).collect();
    let own = ledger.iter().filter(|line| line.run.is_some_and(|run| pieces.contains(&run)));
    assert!(own.clone().count() >= 4 && own.clone().all(|line| line.available_change.is_zero()));
    world.assert_settled().await;
}

#[tokio::test]
async fn the_allowance_pays_exactly_and_then_everything_waits() {
    let world = World::with("50").await;
    world.wants(FOLLOW_UPS).await;
    play(&world);
    world.answered("Why are there tides?").await;
    let hold = {
        // What one piece holds at first, from a run that is thrown away.
        let probe = World::with("50").await;
        probe.wants(FOLLOW_UPS).await;
        play(&probe);
        probe.allow("20", None).await;
        probe.answered("Why are there tides?").await;
        probe.app.tick_background().await.unwrap();
        probe.pieces().await[0].quote.hold
    };
    world.allow(&hold.to_string(), None).await;
    assert_eq!(world.app.tick_background().await.unwrap(), 1, "the whole allowance can be held");
    let left = hold.minus(credits(QUESTIONS)).unwrap();
    assert_eq!(world.view().await.left, left);
    world.answered("Why are there tides?").await;
    let before = world.journal().await;
    for _ in 0..5 {
        assert_eq!(world.app.tick_background().await.unwrap(), 0);
    }
    assert_eq!(world.journal().await, before, "trying again books nothing");
    assert_eq!(world.pieces().await.len(), 1, "and leaves no failed runs");
    let view = world.view().await;
    assert_eq!((view.waiting, view.credits_from_pool), (1, credits("0")));
    world.allow("1", None).await;
    assert_eq!(world.app.tick_background().await.unwrap(), 1, "goes on when credits are there");
    assert_eq!(world.view().await.waiting, 0);
    world.assert_settled().await;
}

#[tokio::test]
async fn drawing_takes_the_allowance_first_and_the_rest_from_the_pool_without_overdraft() {
    let world = World::with("50").await;
    world.allow("0.06", None).await;
    world.wants(BackgroundSettings { draw: true, ..FOLLOW_UPS }).await;
    play(&world);
    let chat = world.answered("Why are there tides?").await;
    assert_eq!(world.app.tick_background().await.unwrap(), 1);
    let receipt = world.app.receipt(&world.owner, world.pieces().await[0].id).await.unwrap();
    let paid: Vec<_> = receipt.paid_from.iter().map(|paid| (paid.label, paid.credits)).collect();
    let both = [
        ("Background allowance", credits("0.06")),
        ("Included credits (adjustment)", credits("0.04")),
    ];
    assert_eq!(paid, both);
    let view = world.view().await;
    assert_eq!((view.used, view.left), (credits("0.06"), credits("0")));
    assert_eq!(view.credits_from_pool, credits("0.04"));
    let spent = chat.charged.plus(credits("0.04")).unwrap();
    assert_eq!(world.balance().await.available, credits("50").minus(spent).unwrap());

    // A pool that has nothing left: no overdraft, it waits.
    let dry = World::with("0.6").await;
    dry.wants(BackgroundSettings { draw: true, ..FOLLOW_UPS }).await;
    dry.provider.push(Script::answer(&["long"], 400, 200));
    play(&dry);
    dry.answered("Why are there tides?").await;
    assert_eq!(dry.balance().await.available, credits("0"));
    assert_eq!(dry.app.tick_background().await.unwrap(), 0);
    assert_eq!((dry.view().await.waiting, dry.pieces().await.len()), (1, 0));
    assert_eq!(dry.balance().await.outstanding, credits("0"));
    dry.assert_settled().await;
    world.assert_settled().await;
}

#[tokio::test]
async fn an_expired_allowance_pays_nothing_and_jobs_end_after_a_week() {
    let world = World::with("50").await;
    let soon = world.app.now().plus_days(1);
    world.allow("20", Some(soon)).await;
    world.wants(TITLES).await;
    play(&world);
    assert_eq!(world.view().await.period_ends_at, Some(soon));
    world.answered("Why are there tides?").await;
    world.clock.advance_seconds(86_400);
    assert_eq!(world.app.tick_background().await.unwrap(), 0);
    let view = world.view().await;
    assert_eq!((view.allowance, view.period_ends_at, view.waiting), (credits("0"), None, 1));
    world.clock.advance_seconds(6 * 86_400);
    world.allow("20", None).await;
    assert_eq!(world.app.tick_background().await.unwrap(), 0);
    assert_eq!((world.view().await.waiting, world.pieces().await.len()), (0, 0), "given up");
}

#[tokio::test]
async fn a_new_organization_has_both_grants_and_a_start_heals_what_is_missing() {
    let world = World::with("0").await;
    world.app.ensure_trial(world.owner.org).await.unwrap();
    let terms = |rows: Vec<ampere_app::credits::lists::GrantView>| -> Vec<GrantTerms> {
        rows.into_iter().map(|row| row.grant.terms).collect()
    };
    let listed = world.app.grants(&world.owner).await.unwrap().grants;
    let orders: Vec<_> = listed.iter().map(|row| row.order).collect();
    assert_eq!(orders, [None, Some(1)], "it has no turn among the pool's");
    let all = terms(listed);
    let [allowance, trial] = all[..] else { panic!("{all:?}") };
    assert_eq!((trial.class, trial.cause), (Class::Included, Cause::Trial));
    assert_eq!((allowance.class, allowance.cause), (Class::Background, Cause::Background));
    assert_eq!(allowance.amount, credits("20"), "2 % of 1,000");
    assert_eq!((allowance.effective, allowance.expires), (trial.effective, trial.expires));
    let news = Page { before: None, limit: 200 };
    let news = world.app.billing_activity(&world.owner, (news, None)).await.unwrap();
    assert_eq!(news.len(), 1, "no news of its own: {news:?}");
    let whole = world.journal().await;
    world.app.ensure_trials().await.unwrap();
    assert_eq!(world.journal().await, whole, "a start only reads then");

    // A trial from before there was an allowance.
    let mut old = Catalog::built_in().unwrap();
    old.background.allowance_percent = 0;
    let world = World::under(old, "0").await;
    world.app.ensure_trial(world.owner.org).await.unwrap();
    assert_eq!(world.journal().await.len(), 1, "0 %: no grant");
    let begun = world.app.grants(&world.owner).await.unwrap().grants[0].grant.terms;
    world.clock.advance_seconds(86_400);
    let next = world.restarted_under(Catalog::built_in().unwrap()).await;
    next.app.ensure_trials().await.unwrap();
    next.app.ensure_trials().await.unwrap();
    let all = terms(next.app.grants(&next.owner).await.unwrap().grants);
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].amount, all[0].expires), (credits("20"), begun.expires));
    assert_eq!(next.view().await.left, credits("20"));
}

#[tokio::test]
async fn a_trial_that_is_over_gets_no_allowance() {
    let mut old = Catalog::built_in().unwrap();
    old.background.allowance_percent = 0;
    let world = World::under(old, "0").await;
    world.app.ensure_trial(world.owner.org).await.unwrap();
    world.clock.advance_seconds(31 * 86_400);
    let next = world.restarted_under(Catalog::built_in().unwrap()).await;
    next.app.ensure_trials().await.unwrap();
    let granted = |entry: &ampere_credits::ledger::Entry| entry.fact.kind() == "granted";
    assert_eq!(next.journal().await.iter().filter(|entry| granted(entry)).count(), 1);
}

#[tokio::test]
async fn the_worker_goes_on_when_credits_come() {
    let world = World::with("0").await;
    world.wants(BackgroundSettings { draw: true, ..TITLES }).await;
    play(&world);
    world.grant("0.6").await;
    world.provider.push(Script::answer(&["long"], 400, 200));
    world.answered("Why are there tides?").await;
    let worker = tokio::spawn(std::sync::Arc::clone(&world.app).keep_background());
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!((world.pieces().await.len(), world.view().await.waiting), (0, 1));
    world.buy().await;
    while world.view().await.waiting > 0 {
        tokio::task::yield_now().await;
    }
    worker.abort();
    assert_eq!(world.row().await.title, "Tides of the sea");
    world.assert_settled().await;
}
