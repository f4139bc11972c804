//! What a stateful Stripe does that other providers do not: it is slow, it searches late, it
//! gives long lists in pages, it thinks for an hour about a renewal.

use std::time::Duration;

use ampere_adapters::payments::port::{
    About, LineKind, PaymentError, PaymentStatus, Payments, Purchase, SubscriptionStatus,
};
use ampere_adapters::payments::stripe::Timing;
use fake_stripe::{Fault, Kind, Options};

use crate::shop::{Shop, scale};
use crate::{charge, page};

fn pack() -> Purchase {
    let (amount_cents, currency) = (1_500, "usd".to_owned());
    Purchase::Credits { amount_cents, currency, description: "10,000 credits".to_owned() }
}

#[tokio::test]
async fn f7_a_reply_that_comes_after_the_time_out_was_done_once() {
    let timing = Timing { answer: Duration::from_millis(300), ..Timing::default() };
    let shop = Shop::with(Options::default(), timing).await;
    for path in ["/v1/invoices", "/v1/invoiceitems", "/finalize", "/pay"] {
        shop.fake.fail_next(Fault::new(Kind::Hold).on(path));
        let lost = shop.stripe.charge(charge("att_1", &shop.customer)).await;
        assert_eq!(lost, Err(PaymentError::Unknown), "{path}");
        shop.fake.release();
    }
    let paid = shop.stripe.charge(charge("att_1", &shop.customer)).await.unwrap();
    assert!(matches!(paid.status, PaymentStatus::Paid { .. }), "{paid:?}");
    let kinds = ["invoice", "invoiceitem", "payment_intent", "charge"];
    assert_eq!(kinds.map(|kind| shop.fake.objects(kind).len()), [1, 1, 1, 1]);
}

#[tokio::test]
async fn an_answer_of_500_after_the_act_is_asked_for_again_under_the_key() {
    let shop = Shop::open().await;
    for kind in [Kind::ServerErrorAfter, Kind::ServerError, Kind::TooMany, Kind::InProgress] {
        let reference = format!("{kind:?}");
        for path in ["/v1/invoiceitems", "/pay"] {
            shop.fake.fail_next(Fault::new(kind).on(path));
        }
        let paid = shop.stripe.charge(charge(&reference, &shop.customer)).await.unwrap();
        assert!(matches!(paid.status, PaymentStatus::Paid { .. }), "{kind:?}: {paid:?}");
    }
    assert_eq!(["invoice", "charge"].map(|kind| shop.fake.objects(kind).len()), [4, 4]);
}

#[tokio::test]
async fn a_customer_that_the_search_does_not_know_yet_is_made_once() {
    let options = Options { search_lag: 60, ..Options::default() };
    let shop = Shop::with(options, Timing::default()).await;
    let again = shop.stripe.checkout(page("chk_1", None, pack())).await.unwrap();
    assert_eq!(again.customer, shop.customer);
    shop.fake.advance_to(shop.fake.now() + 61).unwrap();
    let found = shop.stripe.fetch(About::Organization("org_1".to_owned())).await.unwrap();
    assert_eq!(found.customer, shop.customer);
    assert_eq!(shop.fake.objects("customer").len(), 1);
}

#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    let shop = Shop::open().await;
    for number in 0..103 {
        let what = page(&format!("chk_{number:03}"), Some(&shop.customer), pack());
        let opened = shop.stripe.checkout(what).await.unwrap();
        shop.fake.pay_page(&opened.provider_ref, "pm_card_visa", true).unwrap();
    }
    let truth = shop.truth().await;
    assert_eq!(truth.payments.len(), 103);
    let references = truth.payments.iter().map(|one| one.reference.clone().unwrap());
    assert_eq!(references.collect::<std::collections::BTreeSet<_>>().len(), 103);
    let one = &truth.payments[50].id;
    for _ in 0..12 {
        shop.fake.refund(one, 100).unwrap();
    }
    let refunded = shop.truth().await.payments[50].clone();
    assert_eq!((&refunded.id, refunded.refunds.len()), (one, 12));
}

#[tokio::test]
async fn a_renewal_that_stripe_still_thinks_about_is_open() {
    let shop = Shop::open().await;
    shop.team().await;
    let end = shop.truth().await.subscriptions[0].end;
    shop.fake.advance_to(end.micros() / 1_000_000 + 60).unwrap();
    let truth = shop.truth().await;
    let plan = &truth.subscriptions[0];
    assert_eq!((plan.status, plan.start), (SubscriptionStatus::Active, end));
    let open = plan.open_payment.as_ref().unwrap();
    let invoice = truth.payments.iter().find(|one| one.id == *open).unwrap();
    assert_eq!(invoice.status, PaymentStatus::Open);
    assert_eq!((invoice.lines[0].start, &invoice.lines[0].kind), (end, &LineKind::Period));
    shop.fake.advance_to(end.micros() / 1_000_000 + 2 * 3_600).unwrap();
    assert_eq!(shop.truth().await.subscriptions[0].open_payment, None);
}

#[tokio::test]
async fn prorations_are_known_wherever_stripe_writes_them() {
    for proration_on_item in [false, true] {
        let options = Options { proration_on_item, ..Options::default() };
        let shop = Shop::with(options, Timing::default()).await;
        let switch = shop.switch(scale(), false).await;
        shop.change("pre_1", switch).await.unwrap();
        let truth = shop.truth().await;
        let kinds: Vec<_> = truth.payments[1].lines.iter().map(|line| line.kind.clone()).collect();
        assert_eq!(kinds, [LineKind::Proration, LineKind::Proration]);
        assert_eq!(truth.payments[0].lines[0].kind, LineKind::Period);
    }
}

#[tokio::test]
async fn a_price_that_is_another_one_there_changes_nothing() {
    let shop = Shop::open().await;
    shop.team().await;
    let mut dearer = crate::shop::team();
    dearer.amount_cents += 1;
    let opened = page("chk_1", Some(&shop.customer), Purchase::Plan(dearer));
    let opened = shop.stripe.checkout(opened).await;
    assert!(matches!(opened, Err(PaymentError::Conflict(_))), "{opened:?}");
    assert_eq!(shop.fake.objects("price").len(), 1);
}
