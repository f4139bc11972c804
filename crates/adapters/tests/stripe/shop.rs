//! A stateful Stripe, our client, and what stands between them.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use ampere_adapters::payments::port::{
    About, Cadence, Change, ChangeRequest, PaymentError, Payments, PlanKey, PlanPrice, Purchase,
    Truth,
};
use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Timestamp;
use fake_stripe::{FakeStripe, Handle, Options};

use crate::cutter::Cutter;
use crate::{page, settings};

/// What is made at Stripe, and must be made once.
const KINDS: [&str; 10] = [
    "customer",
    "checkout.session",
    "price",
    "invoice",
    "invoiceitem",
    "payment_intent",
    "charge",
    "refund",
    "subscription",
    "subscription_schedule",
];

/// A stateful Stripe, our client, and what stands between.
pub struct Shop {
    pub fake: Handle,
    pub cutter: Cutter,
    pub stripe: Stripe,
    /// With a card that pays.
    pub customer: String,
}

pub type Ready<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Shop {
    pub async fn open() -> Self {
        Shop::with(Options::default(), Timing::default()).await
    }

    pub async fn with(options: Options, timing: Timing) -> Self {
        let (key, hooks) = (options.secret_key.clone(), options.webhook_secret.clone());
        let fake = FakeStripe::start(options).await.unwrap();
        let cutter = Cutter::before(fake.base_url()).await;
        let settings = Settings {
            secret_key: SecretText::new(key),
            webhook_secret: SecretText::new(hooks),
            timing: Timing { first_wait: Duration::from_millis(1), ..timing },
            ..settings(&cutter.url())
        };
        let stripe = Stripe::new(settings).unwrap();
        let opened = stripe.checkout(page("chk_0", None, Purchase::Card)).await.unwrap();
        let customer = opened.customer;
        fake.use_card(&customer, "pm_card_visa").unwrap();
        Shop { fake, cutter, stripe, customer }
    }

    pub fn card(&self, card: &str) {
        self.fake.use_card(&self.customer, card).unwrap();
    }

    pub async fn change(&self, reference: &str, change: Change) -> Result<(), PaymentError> {
        let (reference, customer) = (reference.to_owned(), self.customer.clone());
        self.stripe.change(ChangeRequest { reference, customer, change }).await.map(|_| ())
    }

    pub async fn truth(&self) -> Truth {
        self.stripe.fetch(About::Customer(self.customer.clone())).await.unwrap()
    }

    /// The customer's subscription, begun now.
    pub async fn team(&self) -> String {
        self.change("pre_0", Change::Start { to: team() }).await.unwrap();
        self.truth().await.subscriptions[0].id.clone()
    }

    /// A switch to `to`, at what it costs.
    pub async fn switch(&self, to: PlanPrice, fresh: bool) -> Change {
        let subscription = self.team().await;
        let later = self.fake.now() + 5 * 86_400;
        self.fake.advance_to(later).unwrap();
        let at = Timestamp::from_micros(0).plus_seconds(later);
        let switch = |due_cents| {
            let (subscription, to) = (subscription.clone(), to.clone());
            Change::SwitchNow { subscription, to, at, fresh, due_cents }
        };
        match self.change("pre_1", switch(0)).await {
            Err(PaymentError::WouldCost { amount_cents }) => switch(amount_cents),
            other => panic!("{other:?}"),
        }
    }

    /// Stripe forgets keys after a day.
    pub fn a_day_later(&self) {
        self.fake.advance_to(self.fake.now() + 25 * 3_600).unwrap();
    }

    /// Everything that must be the same in the end.
    pub async fn end(&self) -> String {
        let counts = KINDS.map(|kind| format!("{kind} {}", self.fake.objects(kind).len()));
        let truth = self.truth().await;
        let payments: Vec<String> = truth
            .payments
            .iter()
            .map(|one| {
                let word = format!("{:?}", one.status);
                let word = word.split(['{', '(', ' ']).next().unwrap_or_default().to_owned();
                let back: Vec<i64> = one.refunds.iter().map(|refund| refund.amount_cents).collect();
                format!("{:?} {} {word} {back:?}", one.reference, one.amount_cents)
            })
            .collect();
        let subscriptions: Vec<String> = truth
            .subscriptions
            .iter()
            .map(|one| {
                let open = one.open_payment.is_some();
                let (ends, next) = (one.ends_at_period_end, &one.next);
                format!("{:?} {:?} ends {ends} next {next:?} open {open}", one.status, one.key)
            })
            .collect();
        let card = truth.card.map(|card| card.last4);
        format!("{counts:?}\n{payments:#?}\n{subscriptions:#?}\n{card:?}")
    }
}

/// With a plan, by its subscription.
pub fn begun(shop: &Shop) -> Ready<'_, String> {
    Box::pin(shop.team())
}

pub fn price(plan: &str, cadence: Cadence, amount_cents: i64) -> PlanPrice {
    let key = PlanKey { plan: plan.to_owned(), version: 1, cadence };
    PlanPrice { key, name: plan.to_owned(), amount_cents, currency: "usd".to_owned() }
}

pub fn team() -> PlanPrice {
    price("team", Cadence::Monthly, 9_900)
}

pub fn scale() -> PlanPrice {
    price("scale", Cadence::Monthly, 29_900)
}
