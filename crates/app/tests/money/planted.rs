//! Faults of money planted in a real database, each of which `verify` names; and those that the
//! database itself refuses. The law's I17, I18 and I19.

use ampere_app::billing::change::Changed;
use ampere_app::billing::checkout::Wish;
use ampere_app::billing::preview::Choice;
use ampere_app::billing::recharge::RechargeWish;
use ampere_credits::ledger::{Cause, Class, Command, GrantTerms, Hash, Queueing, Request};
use ampere_credits::{Cadence, Credits, GrantId, RechargeId};
use ampere_store::ports::StoreError;
use ampere_store::rows::{
    AttemptRow, AttemptState, LaneRequest, PaymentGrantRow, PlanPeriodRow, RowWrite,
};

use crate::stage::{GOOD, Stage};

const DAY: i64 = 86_400;

/// On a plan, with a purchase: one grant of each sort that money makes.
async fn paid_for() -> Stage {
    let (stage, _) = Stage::on_a_line().await;
    let choice = Choice { plan: "starter".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    stage.app.pay_in_sandbox(&stage.owner, id, GOOD).await.unwrap();
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
    stage.assert_sound().await;
    stage
}

impl Stage {
    /// Grants with rows beside it, past every rule of the application.
    async fn plant(
        &self,
        number: u128,
        (class, cause): (Class, Cause),
        writes: Vec<RowWrite>,
    ) -> Result<(), StoreError> {
        let terms = GrantTerms {
            id: GrantId::from_bits(number),
            class,
            cause,
            amount: Credits::whole(100),
            effective: self.app.now(),
            expires: Some(self.app.now().plus_days(31)),
        };
        let (key, command) = (format!("planted:{number}"), Command::Grant(terms));
        let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
        let request = Request { key, hash, command, queueing };
        let request = LaneRequest { request, writes, waiting: Vec::new() };
        self.store.commit(self.owner.org, vec![request]).await.map(drop)
    }

    async fn found(&self) -> Vec<String> {
        self.app.verify().await.unwrap().differences
    }

    async fn period(&self) -> PlanPeriodRow {
        self.store.plan_periods(self.owner.org).await.unwrap().remove(0)
    }

    async fn rows(&self) -> Vec<PaymentGrantRow> {
        self.store.payment_grants(self.owner.org).await.unwrap()
    }
}

const ADJUSTED: (Class, Cause) = (Class::Included, Cause::Adjustment);

fn line(payment: &str, line: &str, grant: u128, whole: u32) -> PaymentGrantRow {
    let (grant, credits) = (GrantId::from_bits(grant), Credits::whole(whole));
    PaymentGrantRow { payment: payment.to_owned(), line: line.to_owned(), grant, credits }
}

fn names(found: &[String], what: &str) {
    assert!(found.iter().any(|text| text.contains(what)), "not named: {what}; {found:?}");
}

#[tokio::test]
async fn i18_a_grant_of_money_that_no_payment_paid_is_named() {
    for cause in [Cause::Plan, Cause::AutoRecharge] {
        let stage = paid_for().await;
        let class = if cause == Cause::Plan { Class::Included } else { Class::Purchased };
        stage.plant(900, (class, cause), Vec::new()).await.unwrap();
        let found = stage.found().await;
        names(&found, "I18: ");
        names(&found, "(planted:900) is of no payment");
    }
}

#[tokio::test]
async fn i18_a_line_without_its_grant_or_with_another_sum_is_named() {
    let stage = paid_for().await;
    let lost = vec![RowWrite::PaymentGrant(line("pay_lost", "0", 999, 100))];
    stage.plant(900, ADJUSTED, lost).await.unwrap();
    names(&stage.found().await, "I18: payment pay_lost line 0 has no grant");
    let more = vec![RowWrite::PaymentGrant(line("pay_more", "0", 901, 101))];
    stage.plant(901, (Class::Purchased, Cause::TopUp), more).await.unwrap();
    names(&stage.found().await, "I18: payment pay_more line 0 gave 101, its grant says 100");
}

#[tokio::test]
async fn i18_the_database_refuses_to_grant_a_line_twice() {
    let stage = paid_for().await;
    let row = stage.rows().await.remove(0);
    let same_line = PaymentGrantRow { grant: GrantId::from_bits(900), ..row.clone() };
    let same_grant = PaymentGrantRow { line: "another".to_owned(), ..row };
    for (number, twice) in [(900, same_line), (901, same_grant)] {
        let before = stage.journal().await.len();
        let writes = vec![RowWrite::PaymentGrant(twice)];
        let refused = stage.plant(number, (Class::Purchased, Cause::TopUp), writes).await;
        assert!(matches!(refused, Err(StoreError::Exists(_))), "{refused:?}");
        assert_eq!(stage.journal().await.len(), before, "nor is anything beside it");
    }
    stage.assert_sound().await;
}

#[tokio::test]
async fn i17_a_period_with_another_periods_grant_is_named() {
    let stage = paid_for().await;
    let period = stage.period().await;
    let (period_start, period_end) = (period.period_end, period.period_end.plus_days(30));
    let next = PlanPeriodRow { period_start, period_end, ..period };
    stage.plant(900, ADJUSTED, vec![RowWrite::PlanPeriod(Box::new(next))]).await.unwrap();
    let found = stage.found().await;
    names(&found, "is the base grant of two periods");
    names(&found, "has not its base grant");
}

#[tokio::test]
async fn i17_periods_that_overlap_are_named() {
    let stage = paid_for().await;
    let period = stage.period().await;
    stage.clock.advance_seconds(10 * DAY);
    // A base grant as it should be, of a period that begins within another.
    let grant = GrantId::from_bits(900);
    let period_start = stage.app.now();
    let within = PlanPeriodRow { period_start, grant, ..period };
    let writes = vec![
        RowWrite::PlanPeriod(Box::new(within)),
        RowWrite::PaymentGrant(line("pay_within", "0", 900, 100)),
    ];
    stage.plant(900, (Class::Included, Cause::Plan), writes).await.unwrap();
    names(&stage.found().await, "I17: two periods of");
}

#[tokio::test]
async fn i17_the_database_refuses_a_second_base_grant_of_a_period() {
    let stage = paid_for().await;
    let twice = PlanPeriodRow { grant: GrantId::from_bits(900), ..stage.period().await };
    let writes = vec![
        RowWrite::PlanPeriod(Box::new(twice)),
        RowWrite::PaymentGrant(line("pay_twice", "0", 900, 100)),
    ];
    let refused = stage.plant(900, (Class::Included, Cause::Plan), writes).await;
    assert!(matches!(refused, Err(StoreError::Exists(_))), "{refused:?}");
    stage.assert_sound().await;
}

/// An attempt of a hundred credits.
async fn attempt(stage: &Stage, number: u128) -> AttemptRow {
    let now = stage.app.now();
    AttemptRow {
        id: RechargeId::from_bits(number),
        org: stage.owner.org,
        month: ampere_store::ports::month_of(now),
        credits: Credits::whole(100),
        lifetime_months: 12,
        amount_cents: 30,
        currency: "usd".to_owned(),
        state: AttemptState::Sent,
        reason: None,
        card: "card".to_owned(),
        url: None,
        payment: None,
        grant: None,
        created_at: now,
        updated_at: now,
    }
}

#[tokio::test]
async fn i19_the_database_refuses_two_in_flight_and_a_credit_over_the_months_limit() {
    let stage = paid_for().await;
    let store = &stage.store;
    let first = attempt(&stage, 1).await;
    assert_eq!(store.begin_attempt(first.clone(), Credits::whole(99)).await, Ok(false));
    assert_eq!(store.begin_attempt(first.clone(), Credits::whole(100)).await, Ok(true));
    let second = attempt(&stage, 2).await;
    let roomy = Credits::whole(10_000);
    assert_eq!(store.begin_attempt(second.clone(), roomy).await, Ok(false), "one is in flight");
    let declined = AttemptRow { state: AttemptState::Declined, ..first };
    store.set_attempt(declined).await.unwrap();
    assert_eq!(store.begin_attempt(second.clone(), Credits::whole(100)).await, Ok(true));
    // Its outcome is not known, so it counts.
    let unknown = AttemptRow { state: AttemptState::NeedsConfirmation, ..second };
    store.set_attempt(unknown).await.unwrap();
    let third = attempt(&stage, 3).await;
    assert_eq!(store.begin_attempt(third, roomy).await, Ok(false), "it is in flight still");
}

#[tokio::test]
async fn i19_an_attempt_that_is_paid_without_its_credits_is_named() {
    let stage = paid_for().await;
    let wish = RechargeWish {
        enabled: true,
        threshold: Credits::whole(5_000),
        amount: Credits::whole(10_000),
        monthly_limit: Some(Credits::whole(50_000)),
        confirm_purchase: false,
        reconfirm_card: false,
    };
    stage.app.set_auto_recharge(&stage.owner, wish).await.unwrap();
    let row = attempt(&stage, 1).await;
    stage.store.begin_attempt(row.clone(), Credits::whole(50_000)).await.unwrap();
    let paid = AttemptRow { state: AttemptState::Paid, ..row };
    stage.store.set_attempt(paid).await.unwrap();
    names(&stage.found().await, "I19: attempt");
}
