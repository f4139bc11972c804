//! Webhooks: signed, and as unreliable as a test wants them.
//!
//! Owns: which endpoint is told what, the signature, the scrambler. Never decides what is an
//! event. Read next: `post`, `state`.

use std::sync::Arc;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::chance::Chance;
use crate::json::{Reading, written};
use crate::state::State;

/// How unreliable delivery is; the default delivers everything once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scramble {
    pub seed: u64,
    /// So many of a thousand are sent twice.
    pub double: u16,
    /// So many of a thousand are never sent.
    pub drop: u16,
    /// So many of a thousand are sent late, by up to `delay_seconds` of the fake's clock.
    pub delay: u16,
    pub delay_seconds: u32,
    /// What is taken at once comes in any order.
    pub shuffle: bool,
    /// So many signatures of other secrets stand before the right one, as while a secret changes.
    pub stale_signatures: u8,
}

/// A webhook as it would be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub event_id: String,
    pub kind: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

#[derive(Clone, Debug)]
struct Delivery {
    event: Arc<Value>,
    /// None: it waits to be taken by the test itself.
    url: Option<String>,
    secret: String,
    due: i64,
    tries: u32,
}

/// A webhook on its way to an address.
pub(crate) struct Sending {
    delivery: Delivery,
    pub url: String,
    pub webhook: Webhook,
}

/// What is still to be delivered.
pub(crate) struct Outbox {
    waiting: Vec<Delivery>,
    /// So many events have been looked at.
    seen: usize,
    scramble: Scramble,
    chance: Chance,
}

/// A delivery that nobody takes is tried again so often.
const TRIES: u32 = 5;
const RETRY_SECONDS: i64 = 3_600;

impl Outbox {
    pub fn new() -> Self {
        let scramble = Scramble::default();
        Outbox { waiting: Vec::new(), seen: 0, chance: Chance::of(scramble.seed), scramble }
    }

    pub fn set(&mut self, scramble: Scramble) {
        self.chance = Chance::of(scramble.seed);
        self.scramble = scramble;
    }

    /// Plans deliveries of what has happened since.
    pub fn collect(&mut self, state: &State) {
        let fresh: Vec<_> = state.events.iter().skip(self.seen).cloned().collect();
        self.seen = state.events.len();
        for event in fresh {
            for (url, secret) in endpoints(state, event.text("type")) {
                self.plan(Delivery { event: event.clone(), url, secret, due: state.now, tries: 0 });
            }
        }
    }

    fn plan(&mut self, delivery: Delivery) {
        let scramble = self.scramble.clone();
        if self.chance.happens(scramble.drop) {
            return;
        }
        let copies = 1 + usize::from(self.chance.happens(scramble.double));
        for _ in 0..copies {
            let mut one = delivery.clone();
            if self.chance.happens(scramble.delay) {
                let bound = usize::try_from(scramble.delay_seconds).unwrap_or_default() + 1;
                one.due += i64::try_from(self.chance.below(bound)).unwrap_or_default();
            }
            self.waiting.push(one);
        }
    }

    /// What is due and waits to be taken.
    pub fn take(&mut self, now: i64) -> Vec<Webhook> {
        let due = self.due(now, |delivery| delivery.url.is_none());
        due.iter().map(|delivery| self.webhook(delivery, now)).collect()
    }

    /// What is due and goes to an address.
    pub fn send(&mut self, now: i64) -> Vec<Sending> {
        let due = self.due(now, |delivery| delivery.url.is_some());
        let sending = due.into_iter().filter_map(|delivery| {
            let url = delivery.url.clone()?;
            Some(Sending { webhook: self.webhook(&delivery, now), delivery, url })
        });
        sending.collect()
    }

    fn due(&mut self, now: i64, of: impl Fn(&Delivery) -> bool) -> Vec<Delivery> {
        let is_due = |one: &mut Delivery| one.due <= now && of(one);
        let mut due: Vec<_> = self.waiting.extract_if(.., is_due).collect();
        if self.scramble.shuffle {
            self.chance.shuffle(&mut due);
        }
        due
    }

    /// It was not taken: later again.
    pub fn failed(&mut self, sending: Sending) {
        let mut delivery = sending.delivery;
        delivery.due += RETRY_SECONDS << delivery.tries;
        delivery.tries += 1;
        if delivery.tries < TRIES {
            self.waiting.push(delivery);
        }
    }

    fn webhook(&self, delivery: &Delivery, now: i64) -> Webhook {
        let body = written(&delivery.event);
        let stale = (0..self.scramble.stale_signatures)
            .map(|at| signature(&format!("{}-stale-{at}", delivery.secret), now, &body));
        let all = stale.chain([signature(&delivery.secret, now, &body)]);
        let parts: Vec<_> = all.map(|one| format!(",v1={one}")).collect();
        let header = format!("t={now}{}", parts.concat());
        Webhook {
            event_id: delivery.event.text("id").to_owned(),
            kind: delivery.event.text("type").to_owned(),
            headers: vec![
                ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
                ("Stripe-Signature".to_owned(), header),
            ],
            body: Bytes::from(body),
        }
    }
}

/// (address, secret) of everybody who wants an event of this kind.
fn endpoints(state: &State, kind: &str) -> Vec<(Option<String>, String)> {
    let own = (state.options.webhook_url.clone(), state.options.webhook_secret.clone());
    let wants = |endpoint: &&Value| {
        let enabled = endpoint.rows("enabled_events");
        enabled.iter().any(|one| one == "*" || *one == kind)
    };
    let others = state.all("webhook_endpoint").into_iter().filter(wants).map(|endpoint| {
        (Some(endpoint.text("url").to_owned()), endpoint.text("_secret").to_owned())
    });
    [own].into_iter().chain(others).collect()
}

/// `hex(HMAC-SHA256(secret, "{t}.{body}"))`.
pub(crate) fn signature(secret: &str, t: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{t}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
