//! Receipts: every line and payer, to the micro-credit, and the same from the journal alone.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::AppError;
use ampere_app::receipt::{Receipt, recompute};
use ampere_credits::ledger::{Account, Fact};
use ampere_credits::{Credits, RunId};

use crate::world::{World, credits, script};

async fn receipt(world: &World, run: RunId) -> Receipt {
    let receipt = world.app.receipt(&world.owner, run).await.unwrap();
    let journal = recompute(run, &world.journal().await).unwrap();
    assert_eq!(receipt.difference(&journal), None, "{receipt:?}\n{journal:?}");
    receipt
}

async fn asked(world: &World, play: Script) -> RunId {
    world.provider.push(play);
    let sent = world.ask("hi").await.unwrap();
    world.ended(sent.run.id).await.id
}

#[tokio::test]
async fn lines_payers_and_what_is_given_back_add_up() {
    let world = World::with("50").await;
    let run = asked(&world, Script::answer(&["Hello."], 1_001, 333)).await;
    let receipt = receipt(&world, run).await;
    assert_eq!(receipt.used, credits("1.1665"), "0.5005 + 0.666");
    let lines: Vec<_> =
        receipt.lines.iter().map(|line| (line.usage.quantity, line.usage.credits)).collect();
    assert_eq!(lines, [(1_001, credits("0.5005")), (333, credits("0.666"))]);
    assert_eq!(receipt.held, receipt.used.plus(receipt.given_back).unwrap());
    assert_eq!(receipt.paid_from.len(), 1);
    assert_eq!(receipt.overdraft, credits("0"));
    assert_eq!(receipt.balance_after, credits("48.8335"));
    assert_eq!(receipt.entries.last(), Some(&receipt.position));
}

#[tokio::test]
async fn two_grants_and_overdraft_pay_in_the_order_of_use() {
    let world = World::with("0").await;
    let soon = world.app.now().plus_days(1);
    let first = world.grant_until("1", Some(soon)).await;
    let second = world.grant("2").await;
    let run = asked(&world, Script::answer(&["A long thought."], 4_000, 4_000)).await;
    let receipt = receipt(&world, run).await;
    assert_eq!(receipt.used, credits("10"));
    let payers: Vec<_> = receipt
        .paid_from
        .iter()
        .map(|payer| (payer.grant.map(|terms| terms.id), payer.credits))
        .collect();
    let wanted = [(Some(first), credits("1")), (Some(second), credits("2")), (None, credits("7"))];
    assert_eq!(payers, wanted);
    assert_eq!(receipt.overdraft, credits("7"));
    assert_eq!(receipt.balance_after, credits("0"));
}

#[tokio::test]
async fn our_failure_charges_nothing_and_the_receipt_shows_the_hold_given_back() {
    let world = World::with("50").await;
    let run = asked(&world, Script::steps(vec![Step::Cut])).await;
    let receipt = receipt(&world, run).await;
    assert_eq!((receipt.used, receipt.given_back), (credits("0"), receipt.held));
    assert!(receipt.held.is_positive());
    assert!(receipt.lines.is_empty() && receipt.paid_from.is_empty());
    assert_eq!(receipt.balance_after, credits("50"));
}

#[tokio::test]
async fn while_it_runs_the_receipt_shows_what_is_held() {
    let world = World::with("50").await;
    world.provider.push(script(&["half"], vec![Step::Hang]));
    let run = world.ask("hi").await.unwrap().run.id;
    world.shown(run, "half").await;
    let open = receipt(&world, run).await;
    assert!(open.held.is_positive());
    assert_eq!((open.used, open.given_back), (credits("0"), credits("0")));
    assert_eq!((open.holds.len(), open.holds[0].ended_at), (1, None));
    assert!(open.lines.is_empty());
    world.app.cancel_run(&world.owner, run).await.unwrap();
    world.ended(run).await;
    let ended = receipt(&world, run).await;
    assert!(ended.holds[0].ended_at.is_some());
    assert!(ended.used.is_positive(), "what was delivered is charged");
}

#[tokio::test]
async fn the_balance_after_is_that_of_then_whatever_came_later() {
    let world = World::with("50").await;
    let mut runs = Vec::new();
    for output in [100, 5_000, 1] {
        runs.push(asked(&world, Script::answer(&["x"], 10, output)).await);
    }
    let first = receipt(&world, runs[0]).await.balance_after;
    world.grant("7").await;
    world.clock.advance_seconds(86_400);
    for _ in 0..120 {
        asked(&world, Script::answer(&["x"], 1, 1)).await;
    }
    let mut before = credits("50");
    for run in runs {
        let receipt = world.app.receipt(&world.owner, run).await.unwrap();
        before = before.minus(receipt.used).unwrap();
        assert_eq!(receipt.balance_after, before, "more than one page of entries back");
    }
    assert_eq!(first, credits("49.795"));
}

#[tokio::test]
async fn give_backs_to_an_expired_grant_are_not_in_the_balance_after() {
    let world = World::with("0").await;
    let soon = world.app.now().plus_seconds(600);
    world.grant_until("30", Some(soon)).await;
    world.grant("5").await;
    world.provider.push(script(&["half"], vec![Step::Hang]));
    let run = world.ask("hi").await.unwrap().run.id;
    world.shown(run, "half").await;
    world.clock.advance_seconds(601);
    world.app.cancel_run(&world.owner, run).await.unwrap();
    world.ended(run).await;
    let receipt = receipt(&world, run).await;
    assert!(receipt.given_back.is_positive());
    assert_eq!(receipt.balance_after, credits("5"), "what came back had expired");
    world.assert_settled().await;
}

#[tokio::test]
async fn a_receipt_that_is_off_by_one_micro_credit_is_noticed() {
    let world = World::with("50").await;
    let run = asked(&world, Script::answer(&["Hello."], 1_001, 333)).await;
    let good = receipt(&world, run).await;
    let journal = recompute(run, &world.journal().await).unwrap();
    let micro = Credits::from_micros(1);
    let more = |amount: Credits| amount.plus(micro).unwrap();
    let mut wrong = vec![good.clone(); 7];
    wrong[0].used = more(good.used);
    wrong[1].held = more(good.held);
    wrong[2].given_back = more(good.given_back);
    wrong[3].lines[1].usage.credits = more(good.lines[1].usage.credits);
    wrong[4].paid_from[0].credits = more(good.paid_from[0].credits);
    wrong[5].run.charged = more(good.run.charged);
    wrong[6].entries.pop();
    for (number, receipt) in wrong.iter().enumerate() {
        assert!(receipt.difference(&journal).is_some(), "case {number}");
    }
    let mut tampered = world.journal().await;
    for entry in &mut tampered {
        if matches!(entry.fact, Fact::Ended { .. }) {
            for each in entry.moves.iter_mut().filter(|each| each.to == Account::Spent) {
                each.amount = more(each.amount);
            }
        }
    }
    let journal = recompute(run, &tampered).unwrap();
    assert_eq!(good.difference(&journal), Some("used"));
}

#[tokio::test]
async fn of_other_peoples_conversations_the_receipt_tells_the_cost_only() {
    let world = World::with("50").await;
    let run = asked(&world, Script::answer(&["secret"], 10, 10)).await;
    let mut colleague = world.owner.clone();
    colleague.user = ampere_credits::UserId::from_bits(4_711);
    let seen = world.app.receipt(&colleague, run).await.unwrap();
    assert_eq!(seen.run.title, "Private session");
    assert_eq!((seen.run.session, seen.run.answer), (None, None));
    assert_eq!(seen.used, world.app.receipt(&world.owner, run).await.unwrap().used);
    let mut stranger = world.owner.clone();
    stranger.org = ampere_credits::OrgId::from_bits(77_777);
    let refused = world.app.receipt(&stranger, run).await;
    assert_eq!(refused.err(), Some(AppError::NotFound));
}
