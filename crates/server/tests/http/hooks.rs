//! `/hooks/stripe` end to end: a server with the real Stripe client on the wire of a fake Stripe,
//! whose webhooks, signed by it, are posted doubled, in any order, late, or not at all; the
//! credits are seen where people see them.

use ampere_app::billing::keeping::Poll;
use fake_stripe::{FakeStripe, Handle, Options, Scramble, Webhook};
use serde_json::json;

use crate::harness::{Client, Server};
use crate::spending::{balance, open_checkout};

const TEST_KEY: &str = "sk_test_fake";
const SECRET: &str = "whsec_fake";
/// Seconds by which a signature's time may differ.
const TOLERANCE: i64 = 300;

/// A server whose money Stripe moves, and its first organization.
struct Shop {
    server: Server,
    fake: Handle,
    owner: Client,
}

impl Shop {
    async fn open() -> Shop {
        Shop::with(TEST_KEY).await
    }

    async fn with(key: &str) -> Shop {
        let now = crate::harness::start_seconds();
        let options = Options {
            now,
            secret_key: key.to_owned(),
            webhook_secret: SECRET.to_owned(),
            ..Options::default()
        };
        let fake = FakeStripe::start(options).await.unwrap();
        let url = fake.base_url().to_owned();
        let settings = [
            ("AMPERE_STRIPE_SECRET_KEY", key),
            ("AMPERE_STRIPE_WEBHOOK_SECRET", SECRET),
            ("AMPERE_STRIPE_URL", url.as_str()),
        ];
        let server = Server::with(&settings).await;
        let owner = server.owner().await;
        Shop { server, fake, owner }
    }

    /// A pack is bought on Stripe's page; nobody was told yet.
    async fn buy(&self, key: &str) {
        let before = self.fake.objects("checkout.session").len();
        open_checkout(&self.owner, key).await;
        let pages = self.fake.objects("checkout.session");
        assert_eq!(pages.len(), before + 1);
        let page = pages.last().unwrap()["id"].as_str().unwrap().to_owned();
        self.fake.pay_page(&page, "pm_card_visa", true).unwrap();
    }

    /// Posts a webhook as Stripe does; the status of the answer.
    async fn post(&self, webhook: &Webhook) -> u16 {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = http.post(format!("{}/hooks/stripe", self.server.base));
        for (name, value) in &webhook.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        request.body(webhook.body.clone()).send().await.unwrap().status().as_u16()
    }

    /// Delivers what is due; how many there were.
    async fn deliver(&self) -> usize {
        let due = self.fake.take_events();
        for webhook in &due {
            assert_eq!(self.post(webhook).await, 200, "{}", webhook.kind);
        }
        due.len()
    }

    /// Both clocks go on.
    fn pass(&self, seconds: i64) {
        self.fake.advance_to(self.fake.now() + seconds).unwrap();
        self.server.clock.advance_seconds(seconds);
    }

    /// Waits until people see these credits, and all that was told is followed.
    async fn sees(&mut self, purchased: &str) {
        self.server.app().follow_hooks().await.unwrap();
        for _ in 0..2_000 {
            if balance(&mut self.owner).await["purchased"] == purchased {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("not {purchased} credits: {}", balance(&mut self.owner).await);
    }

    async fn is_sound(&self) {
        let report = self.server.app().verify().await.unwrap();
        assert!(report.clean(), "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_doubled_and_in_any_order_a_purchase_is_granted_once() {
    for seed in 1..=3 {
        let mut shop = Shop::open().await;
        let scramble = Scramble {
            seed,
            double: 1_000,
            shuffle: true,
            stale_signatures: 1,
            ..Scramble::default()
        };
        shop.fake.scramble(scramble);
        shop.buy("one").await;
        shop.buy("two").await;
        assert_eq!(balance(&mut shop.owner).await["purchased"], "0", "nobody was told");
        let due = shop.fake.take_events();
        assert!(due.len() >= 8, "{}", due.len());
        for webhook in &due {
            assert_eq!(shop.post(webhook).await, 200);
        }
        shop.sees("10000").await;
        for webhook in due.iter().rev() {
            assert_eq!(shop.post(webhook).await, 200, "once more");
        }
        shop.sees("10000").await;
        let grants = shop.owner.get("/api/v1/billing/invoices").await.expect(200);
        assert_eq!(grants["data"].as_array().unwrap().len(), 2);
        shop.is_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_late_webhooks_are_taken_when_they_come() {
    let mut shop = Shop::open().await;
    let late = Scramble { seed: 1, delay: 1_000, delay_seconds: 7_200, ..Scramble::default() };
    shop.fake.scramble(late);
    shop.buy("one").await;
    let mut rounds = 0;
    while balance(&mut shop.owner).await["purchased"] == "0" {
        rounds += 1;
        assert!(rounds <= 4, "they were never told");
        shop.pass(1_800);
        shop.deliver().await;
        shop.server.app().follow_hooks().await.unwrap();
    }
    shop.pass(7_200);
    shop.deliver().await;
    shop.sees("5000").await;
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_what_was_never_told_is_found_by_the_poll() {
    let mut shop = Shop::open().await;
    shop.fake.scramble(Scramble { seed: 1, drop: 1_000, ..Scramble::default() });
    shop.buy("one").await;
    assert_eq!(shop.deliver().await, 0);
    assert_eq!(balance(&mut shop.owner).await["purchased"], "0");
    shop.server.app().poll_billing(Poll::Live).await.unwrap();
    shop.sees("5000").await;
    shop.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_prove_where_it_comes_from_is_refused_and_changes_nothing() {
    let mut shop = Shop::open().await;
    shop.buy("one").await;
    let due = shop.fake.take_events();
    let webhook = due.last().unwrap();
    let signed = |header: &str| Webhook {
        headers: vec![("Stripe-Signature".to_owned(), header.to_owned())],
        ..webhook.clone()
    };
    let (_, header) =
        webhook.headers.iter().find(|(name, _)| name == "Stripe-Signature").unwrap().clone();
    let digits = header.split("v1=").nth(1).unwrap();
    let other = header.replace(digits, &digits.chars().rev().collect::<String>());
    let touched =
        Webhook { body: [webhook.body.as_ref(), b" "].concat().into(), ..webhook.clone() };
    let unsigned = Webhook { headers: Vec::new(), ..webhook.clone() };
    for wrong in [signed(&other), signed("t=1"), signed(""), touched, unsigned] {
        assert_eq!(shop.post(&wrong).await, 400, "{:?}", wrong.headers);
    }
    // Older than is taken; then ahead of our clock by as much.
    shop.server.clock.advance_seconds(TOLERANCE + 60);
    assert_eq!(shop.post(webhook).await, 400);
    shop.fake.advance_to(shop.fake.now() + 2 * TOLERANCE + 180).unwrap();
    shop.buy("two").await;
    let ahead = shop.fake.take_events();
    assert!(!ahead.is_empty());
    for webhook in &ahead {
        assert_eq!(shop.post(webhook).await, 400, "{}", webhook.kind);
    }
    assert_eq!(shop.server.app().follow_hooks().await.unwrap(), 0);
    assert_eq!(balance(&mut shop.owner).await["purchased"], "0");
    // Within what is taken, the same is taken: five minutes on either side.
    shop.server.clock.advance_seconds(TOLERANCE + 180);
    for webhook in &ahead {
        assert_eq!(shop.post(webhook).await, 200, "{}", webhook.kind);
    }
    shop.sees("10000").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_of_test_mode_is_refused_where_money_is_real() {
    let mut shop = Shop::with("sk_live_fake").await;
    shop.buy("one").await;
    let due = shop.fake.take_events();
    assert!(due.iter().any(|webhook| webhook.kind == "checkout.session.completed"));
    for webhook in &due {
        assert_eq!(shop.post(webhook).await, 400, "{}", webhook.kind);
    }
    assert_eq!(shop.server.app().follow_hooks().await.unwrap(), 0);
    assert_eq!(balance(&mut shop.owner).await["purchased"], "0");
}

#[tokio::test]
async fn without_stripe_nobody_is_heard_there() {
    let server = Server::start().await;
    let sent = server.nobody().post("/hooks/stripe", json!({"id": "evt_1"})).await;
    sent.expect_status(404);
}
