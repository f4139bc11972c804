//! Payment histories by chance: acts at the real sandbox, with the truth after each of them and
//! the webhooks that it sent.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use ampere_adapters::payments::port::*;
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_credits::{CheckoutId, Credits, OrgId, Timestamp, UserId};
use ampere_store::rows::{CheckoutKind, CheckoutRow, CheckoutState, PayWith};

use crate::stage::{GOOD, POOR, TestClock, TestEntropy, sandbox};

const ASKS: &str = "4000002760003184";
const FAILS_LATER: &str = "4000000000000341";
const DAY: i64 = 86_400;

/// What happened, as far as the provider tells it.
pub struct History {
    /// After each act: when, and the truth then.
    pub truths: Vec<(Timestamp, Truth)>,
    /// Event, kind, and the act that it came of.
    pub events: Vec<(String, String, usize)>,
    /// What we agreed on before each page was opened.
    pub rows: Vec<CheckoutRow>,
    /// Acts that were done, by name.
    pub acts: Vec<&'static str>,
}

struct Town {
    sandbox: Arc<Sandbox>,
    clock: Arc<TestClock>,
    chance: TestEntropy,
    seed: u64,
    history: History,
}

/// The history of a seed.
pub async fn history(seed: u64) -> History {
    let clock = TestClock::new();
    let sandbox = sandbox(&clock);
    let chance = TestEntropy(AtomicU64::new(seed));
    let (truths, events) = (Vec::new(), Vec::new());
    let history = History { truths, events, rows: Vec::new(), acts: Vec::new() };
    let mut town = Town { sandbox, clock, chance, seed, history };
    town.act("buy").await;
    for _ in 0..9 {
        let acts = [
            "buy",
            "buy declined",
            "buy asked",
            "start",
            "upgrade",
            "renew",
            "refund",
            "refund",
            "dispute won",
            "dispute lost",
            "inquiry",
            "past due",
            "end",
            "abandon",
        ];
        let act = acts[town.chance.below(acts.len())];
        town.act(act).await;
    }
    town.history
}

pub fn price(plan: &str, amount_cents: i64) -> PlanPrice {
    let key = PlanKey { plan: plan.to_owned(), version: 1, cadence: Cadence::Monthly };
    PlanPrice { key, name: plan.to_owned(), amount_cents, currency: "usd".to_owned() }
}

impl Town {
    fn payer(&self) -> Payer {
        Payer {
            organization: OrgId::from_bits(1).to_string(),
            name: "Acme".to_owned(),
            email: "ada@example.com".to_owned(),
            customer: None,
        }
    }

    async fn truth(&self) -> Truth {
        self.sandbox.fetch(About::Organization(self.payer().organization)).await.unwrap()
    }

    /// Does it where that is possible, and writes down what is true then.
    async fn act(&mut self, act: &'static str) {
        self.clock.advance_seconds(600 + i64::try_from(self.chance.below(7_200)).unwrap());
        if self.attempt(act).await.is_some() {
            self.history.acts.push(act);
        }
        self.sandbox.tick().unwrap();
        let number = self.history.truths.len();
        let now = self.sandbox.clock().now();
        for webhook in self.sandbox.take_webhooks().unwrap() {
            let headers = webhook.headers.iter();
            let headers: Vec<_> = headers.map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let hint = self.sandbox.parse(&headers, &webhook.body, now).unwrap();
            self.history.events.push((hint.event_id, hint.kind, number));
        }
        let truth = self.truth().await;
        self.history.truths.push((now, truth));
    }

    async fn attempt(&mut self, act: &str) -> Option<()> {
        match act {
            "buy" => self.buy(GOOD).await,
            "buy declined" => {
                let reference = self.open_pack().await;
                self.sandbox.pay(&reference, POOR).unwrap();
                if self.chance.below(2) == 0 {
                    self.sandbox.pay(&reference, GOOD).unwrap();
                }
                Some(())
            }
            "buy asked" => {
                self.buy(ASKS).await;
                let confirmed = self.chance.below(2) == 0;
                self.sandbox.confirm(&self.newest().await, confirmed).ok().map(drop)
            }
            "start" => self.start(GOOD).await,
            "abandon" => self.abandon().await,
            "upgrade" => self.upgrade().await,
            "renew" => self.wait(31).await,
            "refund" => self.refund().await,
            "dispute won" => self.dispute(&[DisputeStatus::Open, DisputeStatus::Won]).await,
            "dispute lost" => self.dispute(&[DisputeStatus::Open, DisputeStatus::Lost]).await,
            "inquiry" => self.dispute(&[DisputeStatus::Inquiry, DisputeStatus::Won]).await,
            "past due" => self.past_due().await,
            _ => self.end().await,
        }
    }

    async fn open(&mut self, what: Purchase, row: (CheckoutKind, u32, i64, String)) -> String {
        let (kind, credits, amount_cents, pack) = row;
        let number = u128::from(self.seed) * 1_000 + self.history.rows.len() as u128 + 1;
        let id = CheckoutId::from_bits(number);
        let now = self.sandbox.clock().now();
        let request = CheckoutRequest {
            reference: id.to_string(),
            payer: self.payer(),
            what,
            return_url: "http://localhost/billing".to_owned(),
            cancel_url: "http://localhost/billing".to_owned(),
        };
        let opened = self.sandbox.checkout(request).await.unwrap();
        self.history.rows.push(CheckoutRow {
            id,
            org: OrgId::from_bits(1),
            user: UserId::from_bits(1),
            kind,
            pay_with: PayWith::Checkout,
            pack,
            credits: Credits::whole(credits),
            lifetime_months: 12,
            amount_cents,
            currency: "usd".to_owned(),
            provider: "sandbox".to_owned(),
            provider_ref: opened.provider_ref,
            url: opened.url,
            state: CheckoutState::Open,
            reason: None,
            payment: None,
            grant: None,
            position: None,
            created_at: now,
            updated_at: now,
        });
        id.to_string()
    }

    async fn open_pack(&mut self) -> String {
        let packs = [(5_000, 1_500), (10_000, 2_900), (25_000, 6_875)];
        let (credits, amount_cents) = packs[self.chance.below(packs.len())];
        let (currency, description) = ("usd".to_owned(), "credits".to_owned());
        let what = Purchase::Credits { amount_cents, currency, description };
        self.open(what, (CheckoutKind::Credits, credits, amount_cents, "a pack".to_owned())).await
    }

    async fn buy(&mut self, card: &str) -> Option<()> {
        let reference = self.open_pack().await;
        self.sandbox.pay(&reference, card).ok().map(drop)
    }

    fn live(truth: &Truth) -> Option<Subscription> {
        let live = |each: &&Subscription| each.status == SubscriptionStatus::Active;
        truth.subscriptions.iter().find(live).cloned()
    }

    async fn start(&mut self, card: &str) -> Option<()> {
        let truth = self.truth().await;
        let over = |each: &Subscription| each.status == SubscriptionStatus::Ended;
        if !truth.subscriptions.iter().all(over) {
            return None;
        }
        let row = (CheckoutKind::Plan, 0, 2_900, "starter/1/monthly".to_owned());
        let reference = self.open(Purchase::Plan(price("starter", 2_900)), row).await;
        self.sandbox.pay(&reference, card).ok().map(drop)
    }

    /// A plan whose first payment the saved card never makes.
    async fn abandon(&mut self) -> Option<()> {
        let truth = self.truth().await;
        let over = |each: &Subscription| each.status == SubscriptionStatus::Ended;
        if !truth.subscriptions.iter().all(over) {
            return None;
        }
        self.sandbox.save_card(&truth.customer, FAILS_LATER).ok()?;
        let reference = format!("start-{}-{}", self.seed, self.history.truths.len());
        let change = Change::Start { to: price("starter", 2_900) };
        let customer = truth.customer.clone();
        self.sandbox.change(ChangeRequest { reference, customer, change }).await.ok()?;
        self.note().await;
        self.wait(2).await?;
        self.sandbox.save_card(&truth.customer, GOOD).ok().map(drop)
    }

    async fn upgrade(&mut self) -> Option<()> {
        let truth = self.truth().await;
        let subscription = Self::live(&truth).filter(|each| each.key.plan == "starter")?;
        let now = self.sandbox.clock().now();
        let at = Timestamp::from_micros(now.micros() - now.micros().rem_euclid(1_000_000));
        let request = |due_cents| ChangeRequest {
            reference: format!("up-{}-{}", self.seed, self.history.truths.len()),
            customer: truth.customer.clone(),
            change: Change::SwitchNow {
                subscription: subscription.id.clone(),
                to: price("team", 9_900),
                at,
                fresh: false,
                due_cents,
            },
        };
        let asked = self.sandbox.change(request(0)).await;
        let Err(PaymentError::WouldCost { amount_cents }) = asked else { return None };
        self.sandbox.change(request(amount_cents)).await.ok().map(drop)
    }

    async fn wait(&mut self, days: i64) -> Option<()> {
        self.clock.advance_seconds(days * DAY);
        self.sandbox.tick().ok()
    }

    async fn newest(&self) -> String {
        self.truth().await.payments.last().unwrap().id.clone()
    }

    fn paid(payment: &&Payment) -> bool {
        matches!(payment.status, PaymentStatus::Paid { .. }) && payment.amount_cents > 0
    }

    async fn refund(&mut self) -> Option<()> {
        let truth = self.truth().await;
        let paid: Vec<_> = truth.payments.iter().filter(Self::paid).collect();
        let payment = paid[self.chance.below(paid.len())];
        let back: i64 = payment.refunds.iter().map(|refund| refund.amount_cents).sum();
        let left = payment.amount_cents - back;
        let part = [left, left / 2, left / 3][self.chance.below(3)];
        let request = RefundRequest {
            reference: format!("re-{}-{}", self.seed, self.history.truths.len()),
            payment: payment.id.clone(),
            amount_cents: part,
        };
        self.sandbox.refund(request).await.ok().map(drop)
    }

    /// Of single payments: their credits do not end within a history.
    async fn dispute(&mut self, steps: &[DisputeStatus]) -> Option<()> {
        let truth = self.truth().await;
        let fresh = |payment: &&Payment| {
            Self::paid(payment)
                && payment.subscription.is_none()
                && payment.disputes.is_empty()
                && payment.refunds.is_empty()
        };
        let payment = truth.payments.iter().find(fresh)?.id.clone();
        for (number, step) in steps.iter().enumerate() {
            if number > 0 && self.chance.below(2) == 0 {
                // Somebody may hear of it before it is decided.
                self.note().await;
            }
            self.sandbox.dispute(&payment, *step).ok()?;
        }
        Some(())
    }

    /// The truth in the middle of an act.
    async fn note(&mut self) {
        let now = self.sandbox.clock().now();
        let truth = self.truth().await;
        self.history.truths.push((now, truth));
    }

    async fn past_due(&mut self) -> Option<()> {
        let truth = self.truth().await;
        Self::live(&truth)?;
        self.sandbox.save_card(&truth.customer, FAILS_LATER).ok()?;
        self.wait(32).await?;
        self.note().await;
        if self.chance.below(3) > 0 {
            self.sandbox.save_card(&truth.customer, GOOD).ok()?;
        }
        Some(())
    }

    async fn end(&mut self) -> Option<()> {
        let truth = self.truth().await;
        let subscription = Self::live(&truth)?.id;
        let change = match self.chance.below(2) {
            0 => Change::EndNow { subscription },
            _ => Change::EndAtPeriodEnd { subscription },
        };
        let reference = format!("end-{}-{}", self.seed, self.history.truths.len());
        let customer = truth.customer;
        self.sandbox.change(ChangeRequest { reference, customer, change }).await.ok()?;
        self.wait(1).await
    }
}
