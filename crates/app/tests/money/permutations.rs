//! Payment events in any order, any number of times, late or never: one end state (the law's I23,
//! fault F6).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ampere_adapters::payments::port::Truth;
use ampere_credits::{CheckoutId, OrgId};
use ampere_store::rows::CheckoutRow;

use crate::dump::dump;
use crate::history::{History, history};
use crate::replay::{NAME, Replay};
use crate::stage::{Stage, TestClock, TestEntropy, found};

/// Histories, and ways to hear of each.
const HISTORIES: u64 = 50;
const WAYS: usize = 40;

/// Every kind of event that concerns us.
const KINDS: [&str; 11] = [
    "card.saved",
    "dispute.changed",
    "dispute.opened",
    "page.changed",
    "payment.failed",
    "payment.paid",
    "payment.refunded",
    "payment.void",
    "payment.wants_person",
    "subscription.changed",
    "subscription.ended",
];

struct Hall {
    stage: Stage,
    replay: Arc<Replay>,
    clock: Arc<TestClock>,
    chance: TestEntropy,
    organizations: u128,
    delivered: BTreeMap<String, usize>,
}

/// A history in an organization of its own.
struct Heard {
    org: OrgId,
    customer: String,
    number: u128,
}

impl Hall {
    async fn open() -> Hall {
        let clock = TestClock::new();
        let replay = Arc::new(Replay::default());
        let stage = Stage::with(Arc::clone(&clock), replay.clone(), None).await;
        let chance = TestEntropy(AtomicU64::new(23));
        Hall { stage, replay, clock, chance, organizations: 1, delivered: BTreeMap::new() }
    }

    /// A new organization in which the history has been agreed on, and nothing heard of.
    async fn found(&mut self, history: &History) -> Heard {
        self.organizations += 1;
        let number = self.organizations;
        let caller = found(&*self.stage.store, number).await;
        for (place, row) in history.rows.iter().enumerate() {
            let id = CheckoutId::from_bits(number * 1_000 + place as u128);
            let (org, user) = (caller.org, caller.user);
            let row = CheckoutRow { id, org, user, ..row.clone() };
            self.stage.store.create_checkout(row, None).await.unwrap();
        }
        let customer = format!("cus_{number}");
        let heard = Heard { org: caller.org, customer, number };
        let own = history.truths.iter().map(|(_, truth)| heard.own(truth, history));
        *self.replay.truths.lock().unwrap() = own.collect();
        heard
    }

    fn at(&self, history: &History, number: usize) {
        self.replay.at.store(number, Ordering::SeqCst);
        self.clock.set(history.truths[number].0);
    }

    async fn deliver(&mut self, heard: &Heard, (event, kind): (&str, &str)) {
        *self.delivered.entry(kind.to_owned()).or_default() += 1;
        let event = format!("{event}-{}", heard.number);
        let body = Replay::body(&event, kind, &heard.customer);
        self.stage.app.receive_hook(NAME, &[], &body).await.unwrap();
        if self.chance.below(8) == 0 {
            self.stage.app.follow_hooks().await.unwrap();
        }
    }

    async fn deliver_all(&mut self, heard: &Heard, mut events: Vec<(String, String)>) {
        while !events.is_empty() {
            let next = self.chance.below(events.len());
            // Some come again and again.
            let again = self.chance.below(4) == 0;
            let (event, kind) = if again { events[next].clone() } else { events.swap_remove(next) };
            self.deliver(heard, (&event, &kind)).await;
        }
        self.stage.app.follow_hooks().await.unwrap();
    }

    async fn end_of(&self, heard: &Heard, whole: bool) -> String {
        dump(&*self.stage.store, heard.org, (&*self.clock, whole)).await
    }
}

impl Heard {
    /// The truth with the ids of this organization.
    fn own(&self, truth: &Truth, history: &History) -> Truth {
        let mut truth = truth.clone();
        truth.organization = self.org.to_string();
        truth.customer.clone_from(&self.customer);
        for subscription in &mut truth.subscriptions {
            subscription.id = format!("{}-{}", subscription.id, self.number);
        }
        for payment in &mut truth.payments {
            if let Some(id) = &mut payment.subscription {
                *id = format!("{id}-{}", self.number);
            }
            let place = payment.reference.as_ref().and_then(|reference| {
                history.rows.iter().position(|row| row.id.to_string() == *reference)
            });
            if let Some(place) = place {
                let id = CheckoutId::from_bits(self.number * 1_000 + place as u128);
                payment.reference = Some(id.to_string());
            }
        }
        truth
    }
}

fn named(history: &History, wanted: impl Fn(usize) -> bool) -> Vec<(String, String)> {
    let events = history.events.iter().filter(|(_, _, number)| wanted(*number));
    events.map(|(event, kind, _)| (event.clone(), kind.clone())).collect()
}

/// In order, each once, when all is over.
async fn in_order(hall: &mut Hall, history: &History) -> (String, String) {
    let heard = hall.found(history).await;
    hall.at(history, history.truths.len() - 1);
    for (event, kind) in named(history, |_| true) {
        hall.deliver(&heard, (&event, &kind)).await;
    }
    hall.stage.app.follow_hooks().await.unwrap();
    (hall.end_of(&heard, true).await, hall.end_of(&heard, false).await)
}

/// When all is over: shuffled, doubled.
async fn shuffled(hall: &mut Hall, history: &History) -> String {
    let heard = hall.found(history).await;
    hall.at(history, history.truths.len() - 1);
    hall.deliver_all(&heard, named(history, |_| true)).await;
    hall.end_of(&heard, true).await
}

/// While it goes on: some at once, some late, some never; a poll in the end.
async fn interleaved(hall: &mut Hall, history: &History) -> String {
    let heard = hall.found(history).await;
    let mut late: Vec<(String, String)> = Vec::new();
    for number in 0..history.truths.len() {
        hall.at(history, number);
        let mut now = Vec::new();
        for event in named(history, |each| each == number) {
            match hall.chance.below(4) {
                0 => {}
                1 => late.push(event),
                _ => now.push(event),
            }
        }
        if hall.chance.below(3) == 0 {
            now.append(&mut late);
        }
        hall.deliver_all(&heard, now).await;
    }
    hall.deliver_all(&heard, late).await;
    hall.stage.app.reconcile_now(heard.org).await.unwrap();
    hall.end_of(&heard, false).await
}

/// Not one webhook arrives.
async fn polled(hall: &mut Hall, history: &History) -> String {
    let heard = hall.found(history).await;
    hall.at(history, history.truths.len() - 1);
    hall.stage.app.reconcile_now(heard.org).await.unwrap();
    hall.end_of(&heard, true).await
}

#[tokio::test]
async fn i23_any_permutation_duplication_delay_and_loss_of_events_ends_in_one_state() {
    let mut hall = Hall::open().await;
    let mut acts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ways = 0;
    for seed in 0..HISTORIES {
        let history = history(seed).await;
        for act in &history.acts {
            *acts.entry(act).or_default() += 1;
        }
        let (whole, heard) = in_order(&mut hall, &history).await;
        assert_eq!(polled(&mut hall, &history).await, whole, "{seed}: all webhooks lost");
        for way in 0..WAYS {
            if way % 2 == 0 {
                assert_eq!(shuffled(&mut hall, &history).await, whole, "{seed} shuffled {way}");
            } else {
                assert_eq!(interleaved(&mut hall, &history).await, heard, "{seed} mixed {way}");
            }
            ways += 1;
        }
    }
    for kind in KINDS {
        assert!(hall.delivered.get(kind).is_some_and(|count| *count > 0), "{kind}");
    }
    assert_eq!(hall.delivered.len(), KINDS.len(), "a kind that is not in the list");
    assert!(ways >= 2_000, "{ways}");
    println!("{ways} ways; delivered {:?}; acts {acts:?}", hall.delivered);
}
