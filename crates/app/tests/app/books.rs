//! `verify`: clean after a full life, and it names what it is made to find.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_credits::ledger::{Answer, Command, Draw, Hash, Queueing, Request};
use ampere_credits::rating::Measure;
use ampere_credits::{HoldId, RunId, Zone};
use ampere_store::rows::{LaneRequest, RowWrite, RunKind, UsageLineRow};

use crate::world::{World, credits, script};

#[tokio::test]
async fn a_full_life_is_clean_and_everything_was_looked_at() {
    let world = World::with("20").await;
    let plays = [
        Script::answer(&["a"], 100, 100),
        Script::steps(vec![Step::Cut]),
        script(&["half"], vec![Step::Cut]),
        Script::answer(&["a long thought"], 100, 5_000),
    ];
    for play in plays {
        world.provider.push(play);
        let sent = world.ask("hi").await.unwrap();
        world.ended(sent.run.id).await;
    }
    let row = world
        .app
        .create_checkout(&world.owner, ampere_app::billing::checkout::Wish::pack("pack_5000"))
        .await
        .unwrap();
    world.app.pay_in_sandbox(&world.owner, row.id, "4242424242424242").await.unwrap();
    world.provider.push(script(&["half"], vec![Step::Hang]));
    let open = world.ask("hi").await.unwrap().run.id;
    world.shown(open, "half").await;
    let report = world.app.verify().await.unwrap();
    assert!(report.clean(), "with a run in the middle too: {report:?}");
    assert_eq!((report.organizations, report.runs), (1, 5));
    let entries = u64::try_from(world.journal().await.len()).unwrap();
    assert_eq!(report.entries, entries);
    let checked = report.audit.as_ref().map(|audit| audit.checked.clone()).unwrap();
    let counted = |what: &str| checked.iter().find(|c| c.invariant == what).map(|c| c.count);
    for invariant in ["I1", "I2", "I3", "I4", "I8", "I9", "I21", "I24", "I25"] {
        assert!(counted(invariant) > Some(0), "{invariant} was not checked: {checked:?}");
    }
    world.app.cancel_run(&world.owner, open).await.unwrap();
    world.ended(open).await;
    world.assert_settled().await;
}

/// Commits a hold and its settle with whatever rows are handed in.
async fn settle_with(world: &World, writes: Vec<RowWrite>) -> RunId {
    let number = u128::from(world.unique());
    let (hold, run) = (HoldId::from_bits(number), RunId::from_bits(number));
    let deadline = world.app.now().plus_seconds(600);
    let amount = credits("2");
    let commands = [
        (Command::Hold { hold, run, amount, deadline, cap: None, draw: Draw::Pool }, Vec::new()),
        (Command::Settle { hold, charge: credits("1"), estimated: false }, writes),
    ];
    for (index, (command, writes)) in commands.into_iter().enumerate() {
        let key = format!("books:{number}:{index}");
        let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
        let request = Request { key, hash, command, queueing };
        let batch = vec![LaneRequest { request, writes, waiting: Vec::new() }];
        let done = world.store.commit(world.owner.org, batch).await.unwrap();
        assert!(matches!(done.answers[0], Answer::Done(_)), "{:?}", done.answers);
    }
    run
}

#[tokio::test]
async fn codex_39260_a_charge_without_run_or_usage_lines_is_named() {
    let world = World::with("20").await;
    let run = settle_with(&world, Vec::new()).await;
    let report = world.app.verify().await.unwrap();
    assert!(!report.clean());
    assert!(report.audit.is_some_and(|audit| audit.clean()), "the journal itself is right");
    let named = report.differences.iter().any(|line| line.contains(&run.to_string()));
    assert!(named, "{:?}", report.differences);
    assert!(report.differences.iter().any(|line| line.contains("Usage by day")));
}

#[tokio::test]
async fn usage_that_nobody_was_charged_for_is_named() {
    let world = World::with("20").await;
    world.provider.push(Script::answer(&["a"], 100, 100));
    let run = world.ask("hi").await.unwrap().run;
    world.ended(run.id).await;
    let at = world.app.now();
    let line = UsageLineRow {
        run: run.id,
        number: 9,
        step: 1,
        kind: RunKind::Message,
        user: world.owner.user,
        model: run.model,
        measure: Measure::OutputTokens,
        quantity: 1,
        micros_per_million: 1,
        credits: credits("0.000001"),
        estimated: false,
        at,
        day: at.day_in(&Zone::utc()),
    };
    let request = Request {
        key: "one line too many".to_owned(),
        hash: Hash::default(),
        command: Command::Grant(ampere_credits::ledger::GrantTerms {
            id: ampere_credits::GrantId::from_bits(99_999),
            class: ampere_credits::ledger::Class::Included,
            cause: ampere_credits::ledger::Cause::Adjustment,
            amount: credits("1"),
            effective: at,
            expires: None,
        }),
        queueing: Queueing::Overtakes,
    };
    let writes = vec![RowWrite::UsageLine(line)];
    let request = LaneRequest { request, writes, waiting: Vec::new() };
    world.store.commit(world.owner.org, vec![request]).await.unwrap();
    let report = world.app.verify().await.unwrap();
    let found = |text: &str| report.differences.iter().any(|line| line.contains(text));
    assert!(found(&run.id.to_string()), "{:?}", report.differences);
    for view in ["kind", "model", "person", "day"] {
        assert!(found(&format!("Usage by {view}")), "{:?}", report.differences);
    }
}
