//! An organization, a saved card, and the time that passes.

use ampere_adapters::payments::port::{About, PaymentStatus, Payments, Truth};
use ampere_app::AppError;
use ampere_app::billing::change::Changed;
use ampere_app::billing::checkout::Wish;
use ampere_app::billing::page::BillingView;
use ampere_app::billing::preview::{Choice, Preview};
use ampere_credits::ledger::{Cause, Class, Grant};
use ampere_credits::{Cadence, Credits, Timestamp};

use crate::world::World;

/// Pays.
pub const GOOD: &str = "4242424242424242";
/// Can be saved; every payment with it is declined.
pub const DECLINES: &str = "4000000000000341";
/// The bank wants the person every time.
pub const ASKS: &str = "4000002760003184";

pub const DAY: i64 = 86_400;

/// An installation whose organization has no credits yet.
pub async fn fresh() -> World {
    World::with("0").await
}

/// The same with a plan that was paid on the provider's page.
pub async fn on(plan: &str, cadence: Cadence) -> World {
    let world = fresh().await;
    world.start(plan, cadence).await;
    world
}

impl World {
    pub async fn preview(&self, plan: &str, cadence: Cadence) -> Result<Preview, AppError> {
        let choice = Choice { plan: plan.to_owned(), cadence };
        self.app.preview_change(&self.owner, choice).await
    }

    /// Starts or restarts a plan on the provider's page.
    pub async fn start(&self, plan: &str, cadence: Cadence) {
        let shown = self.preview(plan, cadence).await.unwrap();
        assert!(!shown.saved_card);
        let changed = self.app.confirm_change(&self.owner, shown.id).await.unwrap();
        let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
        self.app.pay_in_sandbox(&self.owner, id, GOOD).await.unwrap();
    }

    /// Previews a change and confirms it.
    pub async fn switch(&self, plan: &str, cadence: Cadence) -> (Preview, Changed) {
        let shown = self.preview(plan, cadence).await.unwrap();
        let changed = self.app.confirm_change(&self.owner, shown.id).await.unwrap();
        (shown, changed)
    }

    /// Another card on the provider's own page.
    pub async fn card(&self, number: &str) {
        self.app.save_sandbox_card(&self.owner, number).await.unwrap();
    }

    /// Time passes, and what the provider does meanwhile is followed.
    pub async fn pass(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
        self.sandbox.tick().unwrap();
        self.app.reconcile_now(self.owner.org).await.unwrap();
    }

    /// Passes to an instant and a little more.
    pub async fn pass_to(&self, at: Timestamp) {
        let now = self.app.now();
        self.pass(at.seconds_since(now) + 2).await;
    }

    pub async fn page(&self) -> BillingView {
        self.app.billing(&self.owner).await.unwrap()
    }

    /// The provider's books.
    pub async fn truth(&self) -> Truth {
        self.sandbox.fetch(About::Organization(self.owner.org.to_string())).await.unwrap()
    }

    /// What was paid in all, as the provider says.
    pub async fn paid_cents(&self) -> i64 {
        let truth = self.truth().await;
        let paid = |status: &PaymentStatus| matches!(status, PaymentStatus::Paid { .. });
        let paid = truth.payments.iter().filter(|payment| paid(&payment.status));
        paid.map(|payment| payment.amount_cents).sum()
    }

    /// Grants of plans, oldest first, without the allowance for background work.
    pub async fn plan_grants(&self) -> Vec<Grant> {
        let mut rows = self.store.grants(self.owner.org).await.unwrap();
        rows.reverse();
        let grants = rows.into_iter().map(|row| row.grant);
        grants.filter(|grant| grant.terms.cause == Cause::Plan).collect()
    }

    /// All that plans ever granted.
    pub async fn granted(&self) -> Credits {
        Credits::sum(self.plan_grants().await.iter().map(|grant| grant.terms.amount)).unwrap()
    }

    /// Every allowance for background work, oldest first.
    pub async fn allowances(&self) -> Vec<Credits> {
        let mut rows = self.store.grants(self.owner.org).await.unwrap();
        rows.reverse();
        let terms = rows.into_iter().map(|row| row.grant.terms);
        terms.filter(|terms| terms.class == Class::Background).map(|terms| terms.amount).collect()
    }

    /// Purchased credits on the provider's page.
    pub async fn buy(&self, pack: &str) {
        let row = self.app.create_checkout(&self.owner, Wish::pack(pack)).await.unwrap();
        self.app.pay_in_sandbox(&self.owner, row.id, GOOD).await.unwrap();
    }
}
