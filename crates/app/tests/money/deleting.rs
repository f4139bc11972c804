//! An organization is deleted while commits lose their answers: whoever asks again ends where one
//! who was answered at once does, and nothing is done twice.

use std::net::IpAddr;
use std::sync::Arc;

use ampere_adapters::payments::port::{About, Payments, SubscriptionStatus};
use ampere_app::billing::change::Changed;
use ampere_app::billing::preview::Choice;
use ampere_app::billing::recharge::RechargeWish;
use ampere_app::people::{Home, NewAccount, SignUp, Visitor};
use ampere_credits::{Cadence, Credits};
use ampere_store::faults::Lost;
use tokio::sync::OnceCell;

use crate::replay::Line;
use crate::stage::{GOOD, Stage};

const PASSWORD: &str = "sieben gelbe Kühe";
/// More commits than it has.
const ENOUGH: u64 = 40;

fn visitor() -> Visitor {
    Visitor { address: IpAddr::from([127, 0, 0, 1]), agent: "a test".to_owned() }
}

/// A hash of the password, made by the product once.
static HASH: OnceCell<String> = OnceCell::const_new();

async fn hash() -> String {
    let (stage, _) = Stage::on_a_line().await;
    let open = ("sign_up.open".to_owned(), Some("true".to_owned()));
    stage.store.set(vec![open], None).await.unwrap();
    let text = |text: &str| text.to_owned();
    let account =
        NewAccount { name: text("Zoe"), email: text("zoe@example.com"), password: text(PASSWORD) };
    let home = Home { name: text("Elsewhere"), zone: text("UTC") };
    stage.app.sign_up(SignUp { account, invitation: None, home }, &visitor()).await.unwrap();
    stage.store.user_by_email("zoe@example.com").await.unwrap().unwrap().password_hash
}

/// With a plan that is paid, and auto-recharge on.
async fn prepare() -> (Stage, Arc<Line>) {
    let (stage, line) = Stage::on_a_line().await;
    let hash = HASH.get_or_init(hash).await;
    stage.store.set_password(stage.owner.user, hash).await.unwrap();
    let choice = Choice { plan: "team".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    stage.app.pay_in_sandbox(&stage.owner, id, GOOD).await.unwrap();
    let wish = RechargeWish {
        enabled: true,
        threshold: Credits::whole(5_000),
        amount: Credits::whole(5_000),
        monthly_limit: Some(Credits::whole(10_000)),
        confirm_purchase: true,
        reconfirm_card: false,
    };
    stage.app.set_auto_recharge(&stage.owner, wish).await.unwrap();
    (stage, line)
}

async fn delete(stage: &Stage) -> ampere_app::Done<()> {
    stage.app.delete_organization(&stage.owner, ("Acme", PASSWORD), &visitor()).await
}

/// In words that can be compared.
async fn outcome(stage: &Stage, line: &Line) -> String {
    let org = stage.owner.org;
    let closed = stage.store.closed_at(org).await.unwrap().is_some();
    let truth = line.sandbox.fetch(About::Organization(org.to_string())).await.unwrap();
    let live = truth.subscriptions.iter().filter(|it| it.status != SubscriptionStatus::Ended);
    let recharges = stage.store.recharge(org).await.unwrap().is_some_and(|row| row.enabled);
    let kinds: Vec<_> = stage.journal().await.iter().map(|entry| entry.fact.kind()).collect();
    let acts = stage.store.audit_chain(org, 0, 99).await.unwrap();
    let acts: Vec<_> = acts.into_iter().map(|row| row.written.act).collect();
    let people = stage.store.members(org).await.unwrap().len();
    format!("{closed} {} {recharges} {people} {kinds:?} {acts:?}", live.count())
}

#[tokio::test]
async fn each_commit_of_deleting_an_organization_may_lose_its_answer() {
    let (stage, line) = prepare().await;
    delete(&stage).await.unwrap();
    let whole = outcome(&stage, &line).await;
    assert!(whole.starts_with("true 0 false 0"), "{whole}");
    assert!(whole.ends_with("\"auto_recharge_changed\", \"organization_deleted\"]"), "{whole}");
    for number in 1..=ENOUGH {
        for lost in [Lost::Before, Lost::After] {
            let (stage, line) = prepare().await;
            stage.faults.arm(number, lost);
            let first = delete(&stage).await;
            let over = stage.faults.disarm();
            let there = stage.store.closed_at(stage.owner.org).await.unwrap().is_none();
            assert!(first.is_err() || !there, "what was answered is done");
            if there {
                delete(&stage).await.unwrap();
            }
            assert_eq!(outcome(&stage, &line).await, whole, "commit {number}, {lost:?}");
            stage.assert_sound().await;
            if over {
                assert!(number > 3, "{number} commits");
                return;
            }
        }
    }
    panic!("it has more than {ENOUGH} commits");
}
