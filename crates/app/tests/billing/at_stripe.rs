//! What only a real provider does: a renewal that is a draft for an hour, and two pages of a plan
//! that are both paid.

use ampere_app::AppError;
use ampere_app::billing::ActivityKind;
use ampere_app::billing::change::Changed;
use ampere_app::billing::preview::{Choice, Preview};
use ampere_app::billing::standing::State;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, CheckoutId, Credits, Timestamp};
use ampere_store::rows::{CheckoutState, Page};
use fake_stripe::{Fault, Kind};
use serde_json::Value;

use crate::differential::stage::Stage;

const MONTHLY: Cadence = Cadence::Monthly;
const ANNUAL: Cadence = Cadence::Annual;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600;
/// 22 November 2026, 10:42 UTC.
const NOW: i64 = 1_795_344_120;

async fn preview(stage: &Stage, plan: &str, cadence: Cadence) -> Result<Preview, AppError> {
    let choice = Choice { plan: plan.to_owned(), cadence };
    stage.app.preview_change(&stage.owner, choice).await
}

/// The page of a plan, open and not paid.
async fn page(stage: &Stage, plan: &str) -> CheckoutId {
    let shown = preview(stage, plan, MONTHLY).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    id
}

async fn started(draft_seconds: i64, plan: &str, cadence: Cadence) -> Stage {
    let stage = Stage::open(NOW, draft_seconds, 7).await;
    let shown = preview(&stage, plan, cadence).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    stage.pay(id).await;
    stage
}

/// Into the hour in which the renewal is a draft.
async fn into_the_draft(stage: &Stage) -> i64 {
    let (_, end) = stage.period().unwrap();
    stage.move_to(end + 600);
    stage.hear().await;
    assert_eq!(stage.app.standing(stage.owner.org).await.unwrap().state, State::Active);
    end
}

#[tokio::test]
async fn while_a_renewal_is_a_draft_a_change_at_once_says_from_when_on_it_can_be_made() {
    let stage = started(HOUR, "team", MONTHLY).await;
    let end = into_the_draft(&stage).await;
    let again = Timestamp::from_micros((end + HOUR) * SECOND);
    for (plan, cadence) in [("scale", MONTHLY), ("team", ANNUAL)] {
        let refused = preview(&stage, plan, cadence).await.unwrap_err();
        let AppError::NotNow(why) = refused else { panic!("{refused:?}") };
        assert_eq!((why.again_at, why.action), (Some(again), None));
        // 22 December, 10:42 UTC and an hour: 12:42 in Berlin.
        assert!(why.text.contains("from about 12:42 on"), "{}", why.text);
        assert!(!why.text.contains("confirm"), "nobody has to confirm anything: {}", why.text);
    }
    // When it is paid, the same is possible.
    stage.move_to(end + HOUR);
    stage.hear().await;
    let shown = preview(&stage, "scale", MONTHLY).await.unwrap();
    assert_eq!(shown.scenario, Scenario::Upgrade);
    assert_eq!(stage.app.confirm_change(&stage.owner, shown.id).await, Ok(Changed::Done));
    assert!(stage.verified().await);
}

#[tokio::test]
async fn what_was_shown_before_the_period_ended_is_refused_with_true_words_too() {
    let stage = started(HOUR, "team", MONTHLY).await;
    let (_, end) = stage.period().unwrap();
    stage.move_to(end - 60);
    let shown = preview(&stage, "scale", MONTHLY).await.unwrap();
    stage.move_to(end + 60);
    let refused = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap_err();
    assert!(matches!(&refused, AppError::NotNow(why) if why.again_at.is_some()), "{refused:?}");
    assert_eq!(stage.plan_grants().await.len(), 1);
}

#[tokio::test]
async fn while_a_renewal_is_a_draft_a_change_for_the_next_period_is_made_as_shown() {
    let stage = started(HOUR, "team", MONTHLY).await;
    let end = into_the_draft(&stage).await;
    let shown = preview(&stage, "mini", MONTHLY).await.unwrap();
    assert_eq!((shown.scenario, shown.due_cents), (Scenario::Downgrade, 0));
    assert_eq!(stage.app.confirm_change(&stage.owner, shown.id).await, Ok(Changed::Scheduled));
    // The renewal that was a draft is of the old plan; the next one is what was shown.
    stage.move_to(end + HOUR);
    stage.hear().await;
    let sums = |invoices: Vec<Value>| -> Vec<i64> {
        invoices.iter().map(|it| it["amount_paid"].as_i64().unwrap()).collect()
    };
    assert_eq!(sums(stage.invoices()), [9_900, 9_900]);
    let next = shown.next.at.micros() / SECOND;
    assert_eq!(stage.period().unwrap().1, next);
    stage.move_to(next + HOUR);
    stage.hear().await;
    assert_eq!(sums(stage.invoices()), [9_900, 9_900, shown.next.cents]);
    let granted: Vec<i64> =
        stage.plan_grants().await.iter().rev().map(|it| it.terms.amount.micros()).collect();
    assert_eq!(granted, [40_000_000_000, 40_000_000_000, 3_333_333_333]);
    assert!(stage.verified().await);
}

/// Living subscriptions at the fake, and what came back of its payments.
fn at_the_provider(stage: &Stage) -> (usize, Vec<i64>) {
    let subscriptions = stage.fake.objects("subscription");
    let living = subscriptions.iter().filter(|it| it["status"] == "active").count();
    let refunds = stage.fake.objects("refund");
    (living, refunds.iter().map(|it| it["amount"].as_i64().unwrap()).collect())
}

async fn told(stage: &Stage) -> Vec<String> {
    let page = Page { before: None, limit: 50 };
    let rows = stage.app.notices(&stage.owner, page).await.unwrap().rows;
    rows.into_iter().map(|row| row.text).filter(|text| text.contains("while there was")).collect()
}

/// One plan is there, it is the first, and the second left nothing but its line and its notice.
async fn only_the_first_stays(stage: &Stage, (second, cents): (CheckoutId, i64)) {
    for _ in 0..3 {
        stage.hear().await;
    }
    assert_eq!(at_the_provider(stage), (1, vec![cents]));
    let view = stage.app.billing(&stage.owner).await.unwrap();
    assert_eq!((view.state, view.plan.unwrap().id.as_str()), (State::Active, "team"));
    assert_eq!(stage.balance().await.included, Credits::whole(40_000));
    assert_eq!(stage.plan_grants().await.len(), 1, "the second is never granted");
    let row = stage.app.checkout(&stage.owner, second).await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (CheckoutState::Expired, Some("plan_there")));
    assert_eq!(told(stage).await.len(), 1, "{:?}", told(stage).await);
    let page = Page { before: None, limit: 50 };
    let lines = stage.app.billing_activity(&stage.owner, (page, None)).await.unwrap();
    let kinds: Vec<_> = lines.iter().map(|line| (line.kind, line.status)).collect();
    assert_eq!(kinds, [(ActivityKind::Refund, "refunded"), (ActivityKind::Plan, "granted")]);
    assert_eq!(lines[0].amount.as_ref().map(|money| money.amount), Some(cents));
    assert!(stage.verified().await);
}

#[tokio::test]
async fn two_plan_pages_paid_in_two_tabs_are_one_plan_and_one_payment() {
    let stage = Stage::open(NOW, 0, 7).await;
    let (first, second) = (page(&stage, "team").await, page(&stage, "scale").await);
    stage.pay(first).await;
    stage.move_to(NOW + 30);
    stage.pay(second).await;
    only_the_first_stays(&stage, (second, 39_900)).await;
    // It renews as if nothing had happened, and the second never does.
    let (_, end) = stage.period().unwrap();
    stage.move_to(end);
    stage.hear().await;
    assert_eq!(stage.balance().await.included, Credits::whole(40_000));
    assert_eq!(stage.invoices().len(), 3);
}

#[tokio::test]
async fn two_pages_that_are_paid_before_anything_is_heard_are_one_plan_too() {
    let stage = Stage::open(NOW, 0, 7).await;
    let (first, second) = (page(&stage, "team").await, page(&stage, "scale").await);
    stage.pay_unheard(first).await;
    stage.move_to(NOW + 30);
    stage.pay_unheard(second).await;
    only_the_first_stays(&stage, (second, 39_900)).await;
}

#[tokio::test]
async fn a_page_that_is_paid_after_the_plan_began_with_the_saved_card_is_paid_back() {
    let stage = Stage::open(NOW, 0, 7).await;
    let left_open = page(&stage, "scale").await;
    let customer = stage.fake.objects("customer")[0]["id"].as_str().unwrap().to_owned();
    stage.fake.use_card(&customer, "pm_card_visa").unwrap();
    stage.hear().await;
    let shown = preview(&stage, "team", MONTHLY).await.unwrap();
    assert!(shown.saved_card);
    assert_eq!(stage.app.confirm_change(&stage.owner, shown.id).await, Ok(Changed::Done));
    stage.move_to(NOW + 30);
    stage.pay(left_open).await;
    only_the_first_stays(&stage, (left_open, 39_900)).await;
}

#[tokio::test]
async fn a_second_plan_is_ended_and_paid_back_once_whatever_reply_is_lost() {
    let faults = [Kind::CutReply, Kind::CutHalf, Kind::CutBefore, Kind::ServerErrorAfter];
    for (kind, path) in faults.into_iter().flat_map(|it| [(it, "subscriptions"), (it, "refunds")]) {
        let stage = Stage::open(NOW, 0, 7).await;
        let (first, second) = (page(&stage, "team").await, page(&stage, "scale").await);
        stage.pay(first).await;
        stage.move_to(NOW + 30);
        stage.pay_unheard(second).await;
        // Every attempt of the client fails, until it is looked at again.
        for _ in 0..2 {
            stage.fake.fail_next(Fault::new(kind).on(path));
        }
        let heard = stage.app.reconcile_now(stage.owner.org).await;
        println!("{kind:?} of {path}: {heard:?}");
        let _ = stage.app.reconcile_now(stage.owner.org).await;
        let _ = stage.app.reconcile_now(stage.owner.org).await;
        only_the_first_stays(&stage, (second, 39_900)).await;
    }
}

#[tokio::test]
async fn the_page_that_is_paid_first_stays_whichever_was_opened_first() {
    let stage = Stage::open(NOW, 0, 7).await;
    let (first, second) = (page(&stage, "team").await, page(&stage, "scale").await);
    stage.pay(second).await;
    assert_eq!(stage.balance().await.included, Credits::whole(200_000));
    stage.move_to(NOW + 30);
    stage.pay(first).await;
    assert_eq!(at_the_provider(&stage), (1, vec![9_900]));
    assert_eq!(stage.balance().await.included, Credits::whole(200_000));
    let row = stage.app.checkout(&stage.owner, first).await.unwrap();
    assert_eq!(row.reason.as_deref(), Some("plan_there"));
    assert!(stage.verified().await);
}
