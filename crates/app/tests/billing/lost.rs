//! Fault F7 at a change of plan: Stripe has done it and its reply is lost, so often that nobody
//! knows what became of it. What is confirmed again, or looked up, is paid once and granted once.

use ampere_app::billing::change::Changed;
use ampere_app::billing::preview::Choice;
use ampere_credits::Cadence;
use fake_stripe::{Fault, Kind};

use crate::differential::stage::Stage;

/// 2027-01-31T12:00:00Z: months after it are shorter.
const BEGIN: i64 = 1_801_396_800;
const DAY: i64 = 86_400;
/// More than a person tries at once.
const MANY: usize = 5;

async fn confirmed(stage: &Stage, plan: &str, cadence: Cadence, lost: &[Kind]) -> bool {
    let choice = Choice { plan: plan.to_owned(), cadence };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    lost.iter().for_each(|kind| stage.fake.fail_next(Fault::new(*kind)));
    let first = stage.app.confirm_change(&stage.owner, shown.id).await;
    if let Ok(Changed::Checkout { id, .. }) = first {
        stage.pay(id).await;
        return true;
    }
    // What a person does who was told to try again; whatever they are told then.
    for _ in 0..=lost.len() {
        let _ = stage.app.confirm_change(&stage.owner, shown.id).await;
        let _ = stage.app.reconcile_now(stage.owner.org).await;
    }
    first.is_ok()
}

/// Every payment and every grant, as Stripe and the ledger tell them.
async fn told(stage: &Stage) -> String {
    let invoices = stage.invoices();
    let invoices: Vec<_> =
        invoices.iter().map(|it| format!("{} {}", it["status"], it["amount_paid"])).collect();
    let grants = stage.plan_grants().await;
    let mut grants: Vec<_> = grants.iter().map(|it| it.terms.amount).collect();
    grants.sort_unstable();
    let subscription = stage.subscription().unwrap_or_default();
    let (price, period) = (&subscription["items"]["data"][0]["price"]["metadata"], stage.period());
    let next = !subscription["schedule"].is_null();
    assert!(stage.verified().await);
    format!("{invoices:?} {grants:?} {price} {period:?} scheduled: {next}")
}

/// A change of plan under these faults; whether its first confirmation said what became of it.
async fn changed(to: (&str, Cadence), lost: &[Kind]) -> (String, bool) {
    let stage = Stage::open(BEGIN, 3_600, 7).await;
    assert!(confirmed(&stage, "starter", Cadence::Monthly, &[]).await);
    stage.move_to(BEGIN + 10 * DAY);
    let known = confirmed(&stage, to.0, to.1, lost).await;
    (told(&stage).await, known)
}

/// A plan is begun anew with the card that was saved.
async fn restarted(lost: &[Kind]) -> (String, bool) {
    let stage = Stage::open(BEGIN, 3_600, 7).await;
    assert!(confirmed(&stage, "starter", Cadence::Monthly, &[]).await);
    stage.app.cancel_plan(&stage.owner, None).await.unwrap();
    stage.move_to(stage.period().unwrap().1 + 10);
    stage.hear().await;
    assert_eq!(stage.period(), None, "it has ended");
    let known = confirmed(&stage, "team", Cadence::Monthly, lost).await;
    (told(&stage).await, known)
}

/// What is lost: the first reply, so many of them, and requests that never arrived.
fn faults() -> [Vec<Kind>; 3] {
    [vec![Kind::CutReply], vec![Kind::CutReply; MANY], vec![Kind::CutBefore; MANY]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f7_a_change_whose_replies_are_lost_is_paid_and_granted_once() {
    let targets =
        [("team", Cadence::Monthly), ("starter", Cadence::Annual), ("mini", Cadence::Monthly)];
    for to in targets {
        let (whole, known) = changed(to, &[]).await;
        assert!(known);
        let mut unknown = 0;
        for lost in faults() {
            let (same, known) = changed(to, &lost).await;
            assert_eq!(same, whole, "{to:?} {lost:?}");
            unknown += u32::from(!known);
        }
        assert!(unknown > 0, "{to:?}: its outcome was never unknown");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f7_a_plan_that_is_begun_with_the_saved_card_is_paid_and_granted_once() {
    let (whole, known) = restarted(&[]).await;
    assert!(known);
    let mut unknown = 0;
    for lost in faults() {
        let (same, known) = restarted(&lost).await;
        assert_eq!(same, whole, "{lost:?}");
        unknown += u32::from(!known);
    }
    assert!(unknown > 0, "its outcome was never unknown");
}
