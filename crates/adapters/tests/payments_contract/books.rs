//! The sandbox's own: its file, its clock, its closed pages.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ampere_adapters::payments::sandbox::{BooksError, PageState, Sandbox};
use ampere_adapters::payments::{
    About, Change, ChangeRequest, DeclineReason, PaymentError, PaymentStatus, Payments, Purchase,
    SubscriptionStatus,
};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Clock;

use crate::sandbox::{Hand, number};
use crate::world::*;

static FOLDERS: AtomicU64 = AtomicU64::new(0);

/// A folder of a test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let count = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("ampere-pay-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("sandbox.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn opened(hand: &Arc<Hand>, folder: &Folder) -> Result<Sandbox, BooksError> {
    let secret = SecretText::new("0123456789abcdef0123456789abcdef");
    Sandbox::open(secret, hand.clone(), Some(folder.file()))
}

/// A customer on the starter plan, by a page.
async fn subscribed(sandbox: &Sandbox) -> String {
    let request = page("chk_1", "org-1", Purchase::Plan(starter()));
    let opened = sandbox.checkout(request).await.unwrap();
    sandbox.pay("chk_1", number(Plastic::Good)).unwrap();
    opened.customer
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    let customer = subscribed(&sandbox).await;
    let request = page("chk_2", "org-1", credits(1_500));
    let before = sandbox.checkout(request.clone()).await.unwrap();
    let charge = charge_of("rch_1", &customer, 2_900);
    let charged = sandbox.charge(charge.clone()).await.unwrap();
    let truth = sandbox.fetch(About::Customer(customer.clone())).await.unwrap();
    drop(sandbox);
    let sandbox = opened(&hand, &folder).unwrap();
    assert_eq!(sandbox.fetch(About::Customer(customer)).await.unwrap(), truth);
    assert_eq!(sandbox.checkout(request).await.unwrap(), before);
    assert_eq!(sandbox.charge(charge).await.unwrap(), charged);
    assert!(!sandbox.take_webhooks().unwrap().is_empty(), "what was not sent is sent later");
    assert_eq!(sandbox.pay("chk_2", number(Plastic::Good)).unwrap().state, PageState::Done);
}

#[tokio::test]
async fn damaged_books_are_refused_and_say_what_to_do() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    subscribed(&opened(&hand, &folder).unwrap()).await;
    let whole = std::fs::read(folder.file()).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    let lost = text.replace("\"customers\":{\"sbxcus", "\"customers\":{\"sbxnob");
    let behind = text.replacen("\"offset_micros\":0", "\"offset_micros\":-1", 1);
    let damages = [&whole[..whole.len() / 2], b"", b"null", b"\xff\xfe"];
    let changed = [newer.as_bytes(), lost.as_bytes(), behind.as_bytes()];
    for damage in damages.into_iter().chain(changed) {
        assert_ne!(damage, whole);
        std::fs::write(folder.file(), damage).unwrap();
        let told = opened(&hand, &folder).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains("sandbox.json are damaged"), "{told}");
        assert!(told.contains("move it away to begin with empty books"), "{told}");
    }
    std::fs::write(folder.file(), &whole).unwrap();
    opened(&hand, &folder).unwrap();
    // What a write left half done is not looked at.
    std::fs::write(folder.0.join("sandbox.new"), b"{").unwrap();
    opened(&hand, &folder).unwrap();
}

#[tokio::test]
async fn what_cannot_be_written_has_not_happened() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    let customer = subscribed(&sandbox).await;
    let before = sandbox.fetch(About::Customer(customer.clone())).await.unwrap();
    // In the place of the file that is written first stands a folder.
    std::fs::create_dir(folder.0.join("sandbox.new")).unwrap();
    let charge = charge_of("rch_1", &customer, 2_900);
    assert_eq!(sandbox.charge(charge.clone()).await, Err(PaymentError::Unavailable));
    assert_eq!(sandbox.move_clock(hand.now().plus_days(1)), Err(PaymentError::Unavailable));
    assert_eq!(sandbox.clock().now(), hand.now());
    std::fs::remove_dir(folder.0.join("sandbox.new")).unwrap();
    assert_eq!(sandbox.fetch(About::Customer(customer)).await.unwrap(), before);
    assert!(is_paid(&sandbox.charge(charge).await.unwrap()));
}

#[tokio::test]
async fn the_clock_moves_on_with_what_is_due_and_stays_there_over_a_restart() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    let customer = subscribed(&sandbox).await;
    let clock = sandbox.clock();
    let past = sandbox.move_clock(hand.now().plus_seconds(-1));
    assert_eq!(past, Err(PaymentError::InvalidRequest("to")));
    let far = sandbox.move_clock(hand.now().plus_days(401));
    assert_eq!(far, Err(PaymentError::InvalidRequest("to")));
    assert_eq!(sandbox.next_due(), Some(at("2026-02-28T10:00:00Z")));
    let to = at("2026-04-15T00:00:00Z");
    assert_eq!((sandbox.move_clock(to), clock.now()), (Ok(to), to));
    let truth = sandbox.fetch(About::Customer(customer.clone())).await.unwrap();
    let paid: Vec<_> = truth.payments.iter().map(|one| one.status.clone()).collect();
    let days = [START, "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z"];
    assert_eq!(paid, days.map(|day| PaymentStatus::Paid { at: at(day) }));
    drop(sandbox);
    let sandbox = opened(&hand, &folder).unwrap();
    assert_eq!(sandbox.clock().now(), to);
    assert_eq!(Sandbox::ahead(&folder.file()).unwrap(), to.micros() - hand.now().micros());
    hand.set(hand.now().plus_seconds(5));
    assert_eq!(sandbox.clock().now(), to.plus_seconds(5), "it runs as the machine's does");
    assert_eq!(sandbox.fetch(About::Customer(customer)).await.unwrap(), truth);
}

#[tokio::test]
async fn what_stays_unpaid_ends_with_its_period() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    let customer = subscribed(&sandbox).await;
    sandbox.save_card(&customer, number(Plastic::FailsLater)).unwrap();
    let status = async |day: &str| {
        hand.set(at(day));
        let truth = sandbox.fetch(About::Customer(customer.clone())).await.unwrap();
        (truth.subscriptions[0].status, truth.payments[1].status.clone())
    };
    let failed = PaymentStatus::Failed { reason: DeclineReason::Declined };
    let late = (SubscriptionStatus::PastDue, failed.clone());
    assert_eq!(status("2026-03-04T09:59:59Z").await, late);
    let stopped = (SubscriptionStatus::Unpaid, failed);
    assert_eq!(status("2026-03-04T10:00:00Z").await, stopped, "tried four times again");
    assert_eq!(status("2026-03-31T09:59:59Z").await, stopped);
    let over = (SubscriptionStatus::Ended, PaymentStatus::Void);
    assert_eq!(status("2026-03-31T10:00:00Z").await, over);
}

#[tokio::test]
async fn a_page_closes_after_a_day_or_when_the_person_leaves() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    for (reference, what) in [("chk_1", credits(1_500)), ("chk_2", Purchase::Plan(starter()))] {
        let opened = sandbox.checkout(page(reference, reference, what)).await.unwrap();
        let asked = sandbox.pay(reference, number(Plastic::Asks)).unwrap();
        let payment = asked.payment.unwrap();
        let url = format!("/sandbox/confirm/{payment}");
        assert_eq!(asked.state, PageState::NeedsConfirmation { url });
        if reference == "chk_1" {
            assert_eq!(sandbox.cancel(reference).unwrap().state, PageState::Cancelled);
        } else {
            hand.set(asked.expires);
            assert_eq!(sandbox.page(reference).unwrap().state, PageState::Expired);
        }
        let late = sandbox.pay(reference, number(Plastic::Good)).unwrap_err();
        assert!(matches!(late, PaymentError::Conflict(_)), "{late}");
        assert!(sandbox.confirm(&payment, true).is_err(), "nothing is confirmed any more");
        let truth = sandbox.fetch(About::Customer(opened.customer)).await.unwrap();
        assert!(all_living(&truth).is_empty() && paid_of(&truth).is_empty());
    }
    assert_eq!(sandbox.page("chk_3").unwrap_err(), PaymentError::NotFound);
    let unknown = sandbox.pay("chk_1", "4242").unwrap_err();
    assert_eq!(unknown, PaymentError::InvalidRequest("card"));
}

#[tokio::test]
async fn a_page_that_was_paid_stays_paid_whatever_the_card() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = opened(&hand, &folder).unwrap();
    let customer = subscribed(&sandbox).await;
    let again = sandbox.pay("chk_1", number(Plastic::Bad(DeclineReason::Declined))).unwrap();
    assert_eq!(again.state, PageState::Done);
    assert_eq!(again.organization, "org-1");
    let truth = sandbox.fetch(About::Customer(customer.clone())).await.unwrap();
    assert_eq!(paid_of(&truth).len(), 1);
    // A second plan page cannot begin a second subscription.
    sandbox.checkout(page("chk_2", "org-1", Purchase::Plan(team()))).await.unwrap();
    let second = sandbox.pay("chk_2", number(Plastic::Good)).unwrap_err();
    assert!(matches!(second, PaymentError::Conflict(_)), "{second}");
    let change = Change::EndNow { subscription: truth.subscriptions[0].id.clone() };
    let request = ChangeRequest { reference: "end".to_owned(), customer, change };
    sandbox.change(request).await.unwrap();
    assert_eq!(sandbox.pay("chk_2", number(Plastic::Good)).unwrap().state, PageState::Done);
}

#[tokio::test]
async fn webhooks_wake_who_waits_for_them() {
    let (hand, folder) = (Hand::at(at(START)), Folder::new());
    let sandbox = Arc::new(opened(&hand, &folder).unwrap());
    let waits = Arc::clone(&sandbox);
    let waiting = tokio::spawn(async move { waits.webhooks_queued().await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    subscribed(&sandbox).await;
    waiting.await.unwrap();
    assert!(!sandbox.take_webhooks().unwrap().is_empty());
}
