//! An organization is deleted, and its plan ends at Stripe: whatever the line loses, and also where
//! a page that was still open is paid afterwards.

use std::net::IpAddr;

use ampere_app::billing::change::Changed;
use ampere_app::billing::keeping::Poll;
use ampere_app::billing::preview::Choice;
use ampere_app::people::{Home, NewAccount, SignUp, Visitor};
use ampere_credits::{Cadence, CheckoutId};
use fake_stripe::{Fault, Kind};

use crate::differential::stage::Stage;

/// 22 November 2026, 10:42 UTC.
const NOW: i64 = 1_795_344_120;
const PASSWORD: &str = "sieben gelbe Kühe";
const NAME: &str = "Elsewhere";

fn visitor() -> Visitor {
    Visitor { address: IpAddr::from([127, 0, 0, 1]), agent: "a test".to_owned() }
}

/// With an owner who has a password.
async fn fresh() -> Stage {
    let mut stage = Stage::open(NOW, 0, 7).await;
    stage.app.set_sign_up_open(&stage.owner, Some(true)).await.unwrap();
    let text = |text: &str| text.to_owned();
    let account =
        NewAccount { name: text("Zoe"), email: text("zoe@example.com"), password: text(PASSWORD) };
    let home = Home { name: text(NAME), zone: text("UTC") };
    let wanted = SignUp { account, invitation: None, home };
    stage.owner = stage.app.sign_up(wanted, &visitor()).await.unwrap().me.caller;
    stage
}

/// The page of a plan, open and not paid.
async fn page(stage: &Stage) -> CheckoutId {
    let choice = Choice { plan: "team".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    id
}

async fn delete(stage: &Stage) -> ampere_app::Done<()> {
    stage.app.delete_organization(&stage.owner, (NAME, PASSWORD), &visitor()).await
}

#[tokio::test]
async fn the_plan_ends_before_anything_goes_whatever_the_line_loses() {
    for kind in [Kind::CutReply, Kind::CutBefore, Kind::ServerError] {
        let stage = fresh().await;
        let id = page(&stage).await;
        stage.pay(id).await;
        // As often as the client asks.
        for _ in 0..3 {
            stage.fake.fail_next(Fault::new(kind).on("subscriptions"));
        }
        let mut tries = 0;
        while let Err(error) = delete(&stage).await {
            let there = stage.app.organization(&stage.owner).await.unwrap();
            assert_eq!(there.name, NAME, "{kind:?}: {error}");
            tries += 1;
            assert!(tries < 4, "{kind:?}: {error}");
        }
        assert_eq!(stage.subscription(), None, "{kind:?}");
        assert_eq!(stage.fake.objects("refund").len(), 0, "no money goes back");
        assert_eq!(stage.plan_grants().await.len(), 1);
        assert!(stage.verified().await);
    }
}

#[tokio::test]
async fn a_page_that_is_paid_afterwards_is_booked_and_its_plan_is_ended() {
    let stage = fresh().await;
    let id = page(&stage).await;
    delete(&stage).await.unwrap();
    stage.pay_unheard(id).await;
    assert!(stage.subscription().is_some(), "Stripe does not know that nobody is there");
    stage.app.poll_billing(Poll::Everybody).await.unwrap();
    assert_eq!(stage.subscription(), None);
    assert_eq!(stage.plan_grants().await.len(), 1, "the books show what was paid");
    assert!(stage.verified().await);
    stage.app.poll_billing(Poll::Everybody).await.unwrap();
    assert_eq!(stage.plan_grants().await.len(), 1);
}
