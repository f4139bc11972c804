//! Webhooks: once and in order, or as a test wants them.

use fake_stripe::{Options, Scramble, Webhook};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::client::{DAY, JAN_1, Stripe};

async fn some_events() -> Stripe {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    stripe.subscribe(&customer, &price).await;
    stripe
}

fn ids(taken: &[Webhook]) -> Vec<&str> {
    taken.iter().map(|one| one.event_id.as_str()).collect()
}

#[tokio::test]
async fn every_change_is_told_once_and_in_order() {
    let stripe = some_events().await;
    let taken = stripe.fake.take_events();
    let kinds: Vec<_> = taken.iter().map(|one| one.kind.clone()).collect();
    assert_eq!(kinds, stripe.fake.events());
    for kind in [
        "customer.created",
        "payment_method.attached",
        "customer.updated",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.succeeded",
        "charge.succeeded",
        "invoice.paid",
        "customer.subscription.updated",
    ] {
        assert_eq!(kinds.iter().filter(|one| *one == kind).count(), 1, "{kind} in {kinds:?}");
    }
    assert!(stripe.fake.take_events().is_empty());
    let signed = taken[0].headers.iter().find(|(name, _)| name == "Stripe-Signature").unwrap();
    assert!(signed.1.starts_with(&format!("t={JAN_1},v1=")), "{}", signed.1);
}

#[tokio::test]
async fn the_scrambler_doubles_drops_delays_and_reorders() {
    let plain = some_events().await;
    let in_order = plain.fake.take_events();
    let scrambled = |scramble: Scramble| async move {
        let stripe = Stripe::start().await;
        stripe.fake.scramble(scramble);
        let customer = stripe.customer("pm_card_visa").await;
        let price = stripe.price(2_900, "month").await;
        stripe.subscribe(&customer, &price).await;
        stripe
    };
    let all = Scramble { double: 1_000, ..Scramble::default() };
    let doubled = scrambled(all).await.fake.take_events();
    assert_eq!(doubled.len(), 2 * in_order.len());
    let none = Scramble { drop: 1_000, ..Scramble::default() };
    assert!(scrambled(none).await.fake.take_events().is_empty());
    let late = Scramble { delay: 1_000, delay_seconds: 7, seed: 3, ..Scramble::default() };
    let stripe = scrambled(late).await;
    let at_once = stripe.fake.take_events().len();
    assert!(at_once < in_order.len());
    stripe.fake.advance_to(JAN_1 + 7).unwrap();
    assert_eq!(at_once + stripe.fake.take_events().len(), in_order.len());
    let orders = [1, 1, 2].map(|seed| Scramble { shuffle: true, seed, ..Scramble::default() });
    let mut taken = Vec::new();
    for order in orders {
        taken.push(scrambled(order).await.fake.take_events());
    }
    assert_eq!(ids(&taken[0]), ids(&taken[1]), "a seed is an order");
    assert_ne!(ids(&taken[0]), ids(&taken[2]));
    let mut sorted = [ids(&taken[0]), ids(&in_order)];
    sorted.iter_mut().for_each(|one| one.sort_unstable());
    assert_eq!(sorted[0], sorted[1], "none is lost and none is new");
}

/// Takes one webhook and answers; what came.
async fn take_one(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut came = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let count = stream.read(&mut part).await.unwrap();
        came.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&came).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            return text;
        }
    }
}

#[tokio::test]
async fn an_address_is_told_and_told_again_until_it_takes_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let stripe = Stripe::with(Options { webhook_url: Some(url), ..Options::default() }).await;
    stripe.post("/v1/customers", "name=A").await;
    let refused = take_one(&listener, "500 No").await;
    assert!(refused.starts_with("POST /hooks HTTP/1.1\r\n"));
    assert!(refused.contains("Stripe-Signature: t=") && refused.contains("customer.created"));
    // Tried again an hour later by the fake's clock; sent to nobody who takes it himself.
    let again = async {
        loop {
            // The refusal may not have come back yet: another hour then.
            stripe.fake.advance_to(stripe.fake.now() + DAY).unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        taken = take_one(&listener, "200 OK") => assert!(taken.contains("customer.created")),
        () = again => {}
    }
    assert!(stripe.fake.take_events().is_empty());
}

#[tokio::test]
async fn an_endpoint_hears_what_it_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let stripe = Stripe::start().await;
    let form = format!("url={url}&enabled_events[]=product.created");
    let made = stripe.post("/v1/webhook_endpoints", &form).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    stripe.post("/v1/customers", "name=A").await;
    stripe.post("/v1/products", "name=P").await;
    assert!(take_one(&listener, "200 OK").await.contains("\"product.created\""));
    assert_eq!(stripe.fake.take_events().len(), 2, "the test's own endpoint hears all");
}
