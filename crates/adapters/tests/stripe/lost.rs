//! F7, a stateful Stripe acts and its reply gets lost, at every write of every act: the outcome is
//! unknown, the same reference asked again makes nothing twice, and the end is the same as when
//! nothing was lost. The same holds when Stripe has forgotten its keys in between.

use std::future::Future;
use std::pin::Pin;

use ampere_adapters::payments::port::{
    About, Cadence, Change, PaymentError, Payments, Purchase, RefundRequest,
};

use crate::shop::{Ready, Shop, begun, price, scale, team};
use crate::{charge, page};

type Acted<'a> = Pin<Box<dyn Future<Output = Result<(), PaymentError>> + Send + 'a>>;

/// Loses each reply of an act in turn. `ready` makes what the act needs, and says how it is asked.
async fn lost<T, A, R>(name: &str, ready: A, act: R)
where
    T: Send + Sync + 'static,
    A: for<'a> Fn(&'a Shop) -> Ready<'a, T>,
    R: for<'a> Fn(&'a Shop, &'a T) -> Acted<'a>,
{
    let shop = Shop::open().await;
    let thing = ready(&shop).await;
    shop.cutter.cut(None);
    act(&shop, &thing).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let writes = shop.cutter.writes();
    shop.a_day_later();
    let wanted = shop.end().await;
    assert!(!writes.is_empty(), "{name}");
    eprintln!("{name}: {} writes: {}", writes.len(), writes.join(", "));
    for (number, write) in writes.iter().enumerate() {
        // A switch that waits for its payment is over at Stripe after 23 hours, keys or not.
        let waits = name.starts_with("waiting");
        for forgotten in [false, true].into_iter().filter(|forgotten| !(waits && *forgotten)) {
            let shop = Shop::open().await;
            let thing = ready(&shop).await;
            shop.cutter.cut(Some(number));
            let first = act(&shop, &thing).await;
            assert_eq!(first, Err(PaymentError::Unknown), "{name}: {write} was lost");
            shop.cutter.cut(None);
            if forgotten {
                shop.a_day_later();
            }
            let second = act(&shop, &thing).await;
            assert_eq!(second, Ok(()), "{name}: again, after {write} was lost");
            assert_eq!(act(&shop, &thing).await, Ok(()), "{name}: and once more");
            if !forgotten {
                shop.a_day_later();
            }
            let how = if forgotten { "and the keys were forgotten" } else { "in time" };
            assert_eq!(shop.end().await, wanted, "{name}: {write} was lost, {how}");
        }
    }
}

fn done<T>(answer: Result<T, PaymentError>) -> Result<(), PaymentError> {
    answer.map(|_| ())
}

#[tokio::test]
async fn f7_a_charge_is_made_once() {
    lost(
        "charge",
        |_| Box::pin(async {}),
        |shop, ()| {
            let request = charge("att_1", &shop.customer);
            Box::pin(async { done(shop.stripe.charge(request).await) })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_a_declined_charge_is_given_up_once() {
    lost(
        "declined charge",
        |shop| Box::pin(async { shop.card("pm_card_chargeCustomerFail") }),
        |shop, ()| {
            let request = charge("att_1", &shop.customer);
            Box::pin(async { done(shop.stripe.charge(request).await) })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_a_charge_that_the_bank_asks_about_stays_open_once() {
    lost(
        "bank",
        |shop| Box::pin(async { shop.card("pm_card_authenticationRequired") }),
        |shop, ()| {
            let request = charge("att_1", &shop.customer);
            Box::pin(async { done(shop.stripe.charge(request).await) })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_a_plan_is_begun_once() {
    lost(
        "start",
        |_| Box::pin(async {}),
        |shop, ()| {
            let start = Change::Start { to: team() };
            Box::pin(async { shop.change("pre_1", start).await })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_an_upgrade_is_made_and_paid_once() {
    lost(
        "upgrade",
        |shop| Box::pin(async { shop.switch(scale(), false).await }),
        |shop, switch| Box::pin(async { shop.change("pre_1", switch.clone()).await }),
    )
    .await;
}

#[tokio::test]
async fn f7_a_switch_to_a_year_is_made_and_paid_once() {
    lost(
        "to a year",
        |shop| {
            let year = price("team", Cadence::Annual, 95_000);
            Box::pin(async { shop.switch(year, true).await })
        },
        |shop, switch| Box::pin(async { shop.change("pre_1", switch.clone()).await }),
    )
    .await;
}

#[tokio::test]
async fn f7_a_declined_upgrade_is_given_up_once() {
    lost(
        "waiting: a declined upgrade",
        |shop| {
            Box::pin(async {
                let switch = shop.switch(scale(), false).await;
                shop.card("pm_card_chargeCustomerFail");
                switch
            })
        },
        |shop, switch| Box::pin(async { shop.change("pre_1", switch.clone()).await }),
    )
    .await;
}

#[tokio::test]
async fn f7_an_upgrade_that_the_bank_asks_about_waits_once() {
    lost(
        "waiting: an upgrade that the bank asks about",
        |shop| {
            Box::pin(async {
                let switch = shop.switch(scale(), false).await;
                shop.card("pm_card_authenticationRequired");
                switch
            })
        },
        |shop, switch| Box::pin(async { shop.change("pre_1", switch.clone()).await }),
    )
    .await;
}

#[tokio::test]
async fn f7_a_switch_at_the_end_is_scheduled_once_and_taken_back_once() {
    lost("switch at the end", begun, |shop, subscription| {
        let subscription = subscription.clone();
        let change =
            Change::SwitchAtEnd { subscription, to: price("solo", Cadence::Monthly, 1_900) };
        Box::pin(async { shop.change("pre_1", change).await })
    })
    .await;
    lost(
        "taken back",
        |shop| {
            Box::pin(async {
                let subscription = shop.team().await;
                let to = price("solo", Cadence::Monthly, 1_900);
                let subscription_too = subscription.clone();
                let change = Change::SwitchAtEnd { subscription: subscription_too, to };
                shop.change("pre_1", change).await.unwrap();
                subscription
            })
        },
        |shop, subscription| {
            let change = Change::UndoSwitch { subscription: subscription.clone() };
            Box::pin(async { shop.change("pre_2", change).await })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_an_end_is_set_taken_back_and_made_once() {
    lost("end with the period", begun, |shop, subscription| {
        let change = Change::EndAtPeriodEnd { subscription: subscription.clone() };
        Box::pin(async { shop.change("pre_1", change).await })
    })
    .await;
    lost(
        "resume",
        |shop| {
            Box::pin(async {
                let subscription = shop.team().await;
                let change = Change::EndAtPeriodEnd { subscription: subscription.clone() };
                shop.change("pre_1", change).await.unwrap();
                subscription
            })
        },
        |shop, subscription| {
            let change = Change::Resume { subscription: subscription.clone() };
            Box::pin(async { shop.change("pre_2", change).await })
        },
    )
    .await;
    lost("end now", begun, |shop, subscription| {
        let change = Change::EndNow { subscription: subscription.clone() };
        Box::pin(async { shop.change("pre_1", change).await })
    })
    .await;
}

#[tokio::test]
async fn f7_money_goes_back_once() {
    lost(
        "refund",
        |shop| {
            let request = charge("att_1", &shop.customer);
            Box::pin(async { shop.stripe.charge(request).await.unwrap().id })
        },
        |shop, payment| {
            let (reference, payment) = ("ref_1".to_owned(), payment.clone());
            let request = RefundRequest { reference, payment, amount_cents: 500 };
            Box::pin(async { done(shop.stripe.refund(request).await) })
        },
    )
    .await;
}

#[tokio::test]
async fn f7_pages_are_opened_once_and_customers_and_prices_made_once() {
    let description = "10,000 credits".to_owned();
    let pack = Purchase::Credits { amount_cents: 1_500, currency: "usd".to_owned(), description };
    for (what, writes) in [(pack, 3), (Purchase::Plan(team()), 4), (Purchase::Card, 3)] {
        for number in 0..writes {
            let shop = Shop::open().await;
            let mut request = page("chk_1", None, what.clone());
            // Nobody's customer yet.
            request.payer.organization = "org_2".to_owned();
            let before = shop.fake.objects("customer").len();
            shop.cutter.cut(Some(number));
            let first = shop.stripe.checkout(request.clone()).await;
            assert_eq!(first, Err(PaymentError::Unknown), "{:?}", shop.cutter.writes());
            shop.cutter.cut(None);
            let opened = shop.stripe.checkout(request.clone()).await.unwrap();
            assert_eq!(shop.stripe.checkout(request).await, Ok(opened));
            assert_eq!(shop.fake.objects("customer").len(), before + 1);
            assert_eq!(shop.fake.objects("checkout.session").len(), 2, "with the one before");
            assert!(shop.fake.objects("price").len() <= 1);
        }
    }
}

#[tokio::test]
async fn a_card_that_was_saved_on_a_page_is_taken_over_whatever_gets_lost() {
    for number in 0..2 {
        let shop = Shop::open().await;
        let subscription = shop.team().await;
        let card = page("chk_1", Some(&shop.customer), Purchase::Card);
        let opened = shop.stripe.checkout(card).await.unwrap();
        shop.fake.pay_page(&opened.provider_ref, "pm_card_mastercard", true).unwrap();
        shop.cutter.cut(Some(number));
        let about = || About::Customer(shop.customer.clone());
        let first = shop.stripe.fetch(about()).await;
        if number == 0 {
            assert_eq!(first, Err(PaymentError::Unavailable));
        }
        let truth = shop.stripe.fetch(about()).await.unwrap();
        assert_eq!(truth.card.unwrap().last4, "4444");
        assert_eq!(truth.subscriptions[0].id, subscription);
        // What the person chooses later, on Stripe's own pages, holds.
        shop.card("pm_card_visa");
        assert_eq!(shop.truth().await.card.unwrap().last4, "4242");
        assert_eq!(shop.truth().await.card.unwrap().last4, "4242");
    }
}
