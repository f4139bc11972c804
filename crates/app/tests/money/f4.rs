//! Fault F4 on the way of money: each commit of an act in turn loses its answer, once before it
//! is on the disk and once after, until the act is done without that. What is asked for again
//! then ends in one grant or one claim, and the books add up.

use std::sync::Arc;

use ampere_adapters::payments::port::{About, PaymentStatus, Payments, RefundRequest};
use ampere_app::billing::change::Changed;
use ampere_app::billing::checkout::{CheckoutState, Wish};
use ampere_app::billing::keeping::Poll;
use ampere_app::billing::preview::Choice;
use ampere_app::billing::recharge::RechargeWish;
use ampere_credits::ledger::{Cause, Class};
use ampere_credits::{Cadence, Credits};
use ampere_store::faults::Lost;
use ampere_store::rows::{Page, PlanPeriodRow};

use crate::replay::Line;
use crate::stage::{GOOD, Stage};
use crate::unknown::wish;

/// More commits than any of these acts has.
const ENOUGH: u64 = 60;

/// An act, from a fresh installation to what must be true in the end.
trait Act {
    async fn prepare(&self) -> (Stage, Arc<Line>);
    /// What loses an answer; its own answer is nobody's business then.
    async fn act(&self, stage: &Stage, line: &Line);
    /// What people and workers do when they have no answer.
    async fn again(&self, stage: &Stage) {
        look_around(stage).await;
    }
    /// In words that can be compared.
    async fn outcome(&self, stage: &Stage, line: &Line) -> String {
        tally(stage, line).await
    }
}

/// Loses the answer of each commit of the act in turn; how many there were.
async fn climb(act: &impl Act) -> u64 {
    let (stage, line) = act.prepare().await;
    act.act(&stage, &line).await;
    act.again(&stage).await;
    let whole = act.outcome(&stage, &line).await;
    for number in 1..=ENOUGH {
        for lost in [Lost::Before, Lost::After] {
            let (stage, line) = act.prepare().await;
            stage.faults.arm(number, lost);
            act.act(&stage, &line).await;
            let over = stage.faults.disarm();
            act.again(&stage).await;
            act.again(&stage).await;
            assert_eq!(act.outcome(&stage, &line).await, whole, "commit {number}, {lost:?}");
            stage.assert_sound().await;
            if over {
                println!("{} commits, each lost twice: {whole}", number - 1);
                return number - 1;
            }
        }
    }
    panic!("it has more than {ENOUGH} commits");
}

/// Payments that went through, and what the pool was given for them.
async fn tally(stage: &Stage, line: &Line) -> String {
    let truth = line.sandbox.fetch(About::Organization(stage.owner.org.to_string())).await;
    let paid = |status: &PaymentStatus| matches!(status, PaymentStatus::Paid { .. });
    let truth = truth.unwrap();
    let paid = truth.payments.iter().filter(|payment| paid(&payment.status)).count();
    let mut grants: Vec<_> = stage.grants().await;
    grants.retain(|grant| grant.terms.class != Class::Background);
    let told = |grant: &ampere_credits::ledger::Grant| {
        format!("{:?} {} claimed {}", grant.terms.cause, grant.terms.amount, grant.claim)
    };
    let mut told: Vec<_> = grants.iter().map(told).collect();
    told.sort();
    let kept = stage.store.payment_grants(stage.owner.org).await.unwrap().len();
    format!("{paid} paid, {kept} lines granted, {told:?}")
}

async fn look_around(stage: &Stage) {
    // Each of them may be the one whose commit is asked for again; none of them has to work.
    let _ = stage.app.poll_billing(Poll::Everybody).await;
    let _ = stage.app.follow_hooks().await;
    stage.clock.advance_seconds(3_600);
    let _ = stage.app.follow_hooks().await;
}

async fn start_a_plan(stage: &Stage) {
    let choice = Choice { plan: "starter".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    stage.app.pay_in_sandbox(&stage.owner, id, GOOD).await.unwrap();
}

/// A pack that was paid on the provider's page, and its webhooks.
struct Purchase;

impl Act for Purchase {
    async fn prepare(&self) -> (Stage, Arc<Line>) {
        let (stage, line) = Stage::on_a_line().await;
        let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
        line.sandbox.pay(&row.id.to_string(), GOOD).unwrap();
        (stage, line)
    }

    async fn act(&self, stage: &Stage, _: &Line) {
        let _ = stage.app.follow_hooks().await;
    }

    async fn outcome(&self, stage: &Stage, line: &Line) -> String {
        let page = Page { before: None, limit: 10 };
        let rows = stage.store.checkouts(stage.owner.org, page).await.unwrap();
        let states: Vec<CheckoutState> = rows.iter().map(|row| row.state).collect();
        format!("{states:?}, {}", tally(stage, line).await)
    }
}

#[tokio::test]
async fn f4_a_purchase_whose_commit_has_no_answer_is_granted_once() {
    assert!(climb(&Purchase).await >= 3);
}

/// A purchase with the saved card, from the wish on. Without an answer the person looks whether it
/// was bought, and asks again only if nothing was.
struct SavedCard;

impl Act for SavedCard {
    async fn prepare(&self) -> (Stage, Arc<Line>) {
        let (stage, line) = Stage::on_a_line().await;
        let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
        stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
        (stage, line)
    }

    async fn act(&self, stage: &Stage, _: &Line) {
        let _ = stage.app.create_checkout(&stage.owner, wish(1_000)).await;
    }

    async fn again(&self, stage: &Stage) {
        look_around(stage).await;
        let bought = stage.balance().await.purchased > Credits::whole(5_000);
        if !bought {
            stage.app.create_checkout(&stage.owner, wish(1_000)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn f4_a_purchase_with_the_saved_card_is_charged_and_granted_once() {
    assert!(climb(&SavedCard).await >= 3);
}

/// One purchase by auto-recharge.
struct Recharge;

impl Act for Recharge {
    async fn prepare(&self) -> (Stage, Arc<Line>) {
        let (stage, line) = Stage::on_a_line().await;
        start_a_plan(&stage).await;
        let wish = RechargeWish {
            enabled: true,
            threshold: Credits::whole(5_000),
            amount: Credits::whole(10_000),
            monthly_limit: Some(Credits::whole(50_000)),
            confirm_purchase: false,
            reconfirm_card: false,
        };
        stage.app.set_auto_recharge(&stage.owner, wish).await.unwrap();
        stage.spend(1, "6000").await;
        (stage, line)
    }

    async fn act(&self, stage: &Stage, _: &Line) {
        stage.app.recharge_everybody().await;
    }

    async fn again(&self, stage: &Stage) {
        stage.app.recharge_everybody().await;
        look_around(stage).await;
    }

    async fn outcome(&self, stage: &Stage, line: &Line) -> String {
        let grants = stage.grants().await;
        let bought = grants.iter().filter(|grant| grant.terms.cause == Cause::AutoRecharge);
        assert_eq!(bought.count(), 1);
        let attempts = stage.store.attempts(stage.owner.org, 10).await.unwrap();
        let states: Vec<_> = attempts.iter().map(|row| row.state).collect();
        format!("{states:?}, {}", tally(stage, line).await)
    }
}

#[tokio::test]
async fn f4_an_auto_recharge_whose_commit_has_no_answer_buys_once() {
    assert!(climb(&Recharge).await >= 3);
}

/// The month is over, and the next one is paid.
struct Renewal;

impl Act for Renewal {
    async fn prepare(&self) -> (Stage, Arc<Line>) {
        let (stage, line) = Stage::on_a_line().await;
        start_a_plan(&stage).await;
        stage.clock.advance_seconds(31 * 86_400 + 60);
        (stage, line)
    }

    async fn act(&self, stage: &Stage, line: &Line) {
        line.sandbox.tick().unwrap();
        let _ = stage.app.follow_hooks().await;
    }

    async fn outcome(&self, stage: &Stage, line: &Line) -> String {
        let periods = stage.store.plan_periods(stage.owner.org).await.unwrap();
        let length = |row: &PlanPeriodRow| row.period_end.seconds_since(row.period_start);
        let spans: Vec<_> = periods.iter().map(length).collect();
        let grants = stage.grants().await;
        let allowances = grants.iter().filter(|grant| grant.terms.class == Class::Background);
        let allowances = allowances.count();
        format!("periods {spans:?}, allowances {allowances}, {}", tally(stage, line).await)
    }
}

#[tokio::test]
async fn f4_a_renewal_whose_commit_has_no_answer_is_granted_once() {
    assert!(climb(&Renewal).await >= 3);
}

/// A purchase is refunded in part.
struct Refund;

impl Act for Refund {
    async fn prepare(&self) -> (Stage, Arc<Line>) {
        let (stage, line) = Stage::on_a_line().await;
        let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
        let row = stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
        let refund = RefundRequest {
            reference: "refund-1".to_owned(),
            payment: row.payment.unwrap(),
            amount_cents: 500,
        };
        line.sandbox.refund(refund).await.unwrap();
        (stage, line)
    }

    async fn act(&self, stage: &Stage, _: &Line) {
        let _ = stage.app.follow_hooks().await;
    }

    async fn outcome(&self, stage: &Stage, line: &Line) -> String {
        let claims = stage.journal().await;
        let claims = claims
            .iter()
            .filter(|entry| matches!(entry.fact, ampere_credits::ledger::Fact::Claimed { .. }));
        format!("{} claims, {}", claims.count(), tally(stage, line).await)
    }
}

#[tokio::test]
async fn f4_a_refund_whose_commit_has_no_answer_is_claimed_once() {
    assert!(climb(&Refund).await >= 2);
}
