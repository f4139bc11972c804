//! The sandbox's books: customers, pages, bills, subscriptions, what was asked, what is to be told.
//!
//! Owns the rows and the finding of them. Never touches a file or a clock; instants are arguments
//! and whole seconds. Ids sort by the instant at which they were made. Read next: `bills` (how a
//! payment comes about), `renewals` (what time brings), `file` (how the books are kept).

use std::collections::{BTreeMap, VecDeque};

use ampere_credits::period::{Anchor, Period};
use ampere_credits::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use super::cards::{Held, by_number};
use crate::payments::port::{
    About, DeclineReason, Payment, PaymentError, PaymentStatus, PlanPrice, Purchase, Refund,
    Subscription, SubscriptionStatus, Truth,
};

/// The form of the books that this version writes and reads.
pub(super) const VERSION: u32 = 1;
/// The most events that wait to be sent; beyond it the oldest are lost, as the law of hints allows.
const EVENTS: usize = 4_096;

/// Everything that the sandbox knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Books {
    version: u32,
    /// How far the installation's clock was moved on.
    pub(super) offset_micros: i64,
    /// How many ids were made.
    made: u64,
    pub(super) customers: BTreeMap<String, Customer>,
    /// By our reference.
    pub(super) pages: BTreeMap<String, PageRow>,
    pub(super) bills: BTreeMap<String, Bill>,
    pub(super) subscriptions: BTreeMap<String, Subscribed>,
    /// What was asked under which key, for ever.
    asked: BTreeMap<String, Asked>,
    pub(super) events: VecDeque<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Customer {
    pub(super) organization: String,
    pub(super) name: String,
    pub(super) email: String,
    /// The card that pays.
    pub(super) card: Option<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PageEnd {
    Done,
    Cancelled,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageRow {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) what: Purchase,
    pub(super) return_url: String,
    pub(super) cancel_url: String,
    pub(super) expires: Timestamp,
    /// None: it waits for the person.
    pub(super) ended: Option<PageEnd>,
    /// The bill that is paid on it, from the first try on.
    pub(super) bill: Option<String>,
    /// Why a card could not be saved on it, lately.
    pub(super) declined: Option<DeclineReason>,
}

/// What happens when a bill is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// Nothing else: a purchase.
    Single,
    /// A subscription begins.
    First,
    /// A period that has begun is paid.
    Renewal,
    /// The subscription goes over to another price.
    Switch { to: PlanPrice, fresh: bool },
}

/// A payment and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bill {
    pub(super) customer: String,
    pub(super) purpose: Purpose,
    pub(super) payment: Payment,
    /// The page that it is paid on.
    pub(super) page: Option<String>,
    /// The card of the person at the page: saved once it has paid.
    pub(super) card: Option<Held>,
    /// How often the renewal was tried by itself.
    pub(super) tries: u32,
    pub(super) next_try: Option<Timestamp>,
    /// When it is given up.
    pub(super) void_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscribed {
    pub(super) customer: String,
    pub(super) status: SubscriptionStatus,
    pub(super) price: PlanPrice,
    /// From the next period on.
    pub(super) next: Option<PlanPrice>,
    /// Where its months are counted from.
    pub(super) anchor: Timestamp,
    /// Months from the anchor to the present period.
    pub(super) months: u32,
    pub(super) ends_at_period_end: bool,
    pub(super) ended_at: Option<Timestamp>,
    /// The bill that waits to be paid.
    pub(super) open: Option<String>,
    pub(super) created: Timestamp,
}

/// What was asked under a key, and the id of what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    request: String,
    made: String,
}

/// Something that is to be told by webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) customer: Option<String>,
    pub(super) payment: Option<String>,
}

impl Subscribed {
    /// The present period.
    pub(super) fn period(&self) -> Period {
        let anchor = Anchor { at: self.anchor, zone: Zone::utc() };
        let after = self.months.saturating_add(self.price.key.cadence.months());
        Period { start: anchor.period(self.months).start, end: anchor.period(after).start }
    }

    /// Paid, or to be paid: it has begun and is not over.
    pub(super) fn lives(&self) -> bool {
        use SubscriptionStatus::{Active, PastDue, Unpaid};
        matches!(self.status, Active | PastDue | Unpaid)
    }
}

impl Books {
    /// Of a sandbox that nobody has used.
    pub(super) fn empty() -> Self {
        Books {
            version: VERSION,
            offset_micros: 0,
            made: 0,
            customers: BTreeMap::new(),
            pages: BTreeMap::new(),
            bills: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            asked: BTreeMap::new(),
            events: VecDeque::new(),
        }
    }

    /// Whether every row leads to the rows that it names; otherwise what is wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("they are of form {}, not {VERSION}", self.version));
        }
        if self.offset_micros < 0 {
            return Err("their clock runs behind the machine's".to_owned());
        }
        let mut wrong = Vec::new();
        let mut lead = |from: &str, to: &str, there: bool| {
            if !there {
                wrong.push(format!("{from} names {to}, which is not there"));
            }
        };
        for (id, customer) in &self.customers {
            let number = customer.card.iter().map(|held| held.number.as_str()).next();
            lead(id, "a card", number.is_none_or(|number| by_number(number).is_some()));
        }
        for (id, page) in &self.pages {
            lead(id, &page.customer, self.customers.contains_key(&page.customer));
            lead(id, "a payment", page.bill.iter().all(|bill| self.bills.contains_key(bill)));
        }
        for (id, bill) in &self.bills {
            let subscription = bill.payment.subscription.as_ref();
            let there = subscription.is_none_or(|of| self.subscriptions.contains_key(of));
            lead(id, "a subscription", there);
            lead(id, &bill.customer, self.customers.contains_key(&bill.customer));
            lead(id, "itself", bill.payment.id == *id);
        }
        for (id, of) in &self.subscriptions {
            lead(id, &of.customer, self.customers.contains_key(&of.customer));
            lead(id, "a payment", of.open.iter().all(|bill| self.bills.contains_key(bill)));
        }
        wrong.into_iter().next().map_or(Ok(()), Err)
    }

    /// A new id. With the instant in it, so that books that were begun anew make no old one again.
    pub(super) fn mint(&mut self, prefix: &str, now: Timestamp) -> String {
        self.made = self.made.saturating_add(1);
        let seconds = now.seconds_since(Timestamp::default());
        format!("{prefix}_{seconds:010x}{made:06x}", made = self.made)
    }

    /// Queues a webhook about a customer.
    pub(super) fn tell(&mut self, kind: &str, customer: &str, now: Timestamp) {
        self.queue(kind, Some(customer.to_owned()), None, now);
    }

    /// Queues a webhook about a payment; whose it is has to be asked.
    pub(super) fn tell_payment(&mut self, kind: &str, payment: &str, now: Timestamp) {
        self.queue(kind, None, Some(payment.to_owned()), now);
    }

    fn queue(
        &mut self,
        kind: &str,
        customer: Option<String>,
        payment: Option<String>,
        now: Timestamp,
    ) {
        let id = self.mint("sbxevt", now);
        self.events.push_back(Event { id, kind: kind.to_owned(), customer, payment });
        while self.events.len() > EVENTS {
            self.events.pop_front();
        }
    }

    /// What the same request under this key made before.
    ///
    /// # Errors
    /// [`PaymentError::InvalidRequest`] when something else was asked under it.
    pub(super) fn asked(&self, key: &str, request: &str) -> Result<Option<String>, PaymentError> {
        match self.asked.get(key) {
            None => Ok(None),
            Some(before) if before.request == request => Ok(Some(before.made.clone())),
            Some(_) => Err(PaymentError::InvalidRequest("reference")),
        }
    }

    /// Remembers what a request made.
    pub(super) fn remember(&mut self, key: String, request: String, made: String) {
        self.asked.insert(key, Asked { request, made });
    }

    /// The customer whose truth is asked for.
    pub(super) fn about(&self, about: &About) -> Option<String> {
        match about {
            About::Customer(id) => self.customers.contains_key(id).then(|| id.clone()),
            About::Organization(id) => self.of_organization(id),
            About::Payment(id) => self.bills.get(id).map(|bill| bill.customer.clone()),
        }
    }

    /// The customer of an organization.
    pub(super) fn of_organization(&self, organization: &str) -> Option<String> {
        let mut all = self.customers.iter();
        all.find(|(_, one)| one.organization == organization).map(|(id, _)| id.clone())
    }

    /// A customer that must be there.
    pub(super) fn customer(&self, id: &str) -> Result<&Customer, PaymentError> {
        self.customers.get(id).ok_or(PaymentError::NotFound)
    }

    /// A bill that must be there.
    pub(super) fn bill(&mut self, id: &str) -> Result<&mut Bill, PaymentError> {
        self.bills.get_mut(id).ok_or(PaymentError::NotFound)
    }

    /// All that is known of a customer.
    pub(super) fn truth(&self, customer: &str) -> Result<Truth, PaymentError> {
        let row = self.customer(customer)?;
        let theirs = self.subscriptions.iter().filter(|(_, of)| of.customer == customer);
        let payments = self.bills.values().filter(|bill| bill.customer == customer);
        Ok(Truth {
            customer: customer.to_owned(),
            organization: row.organization.clone(),
            card: row.card.as_ref().map(|held| held.card.clone()),
            subscriptions: theirs.map(|(id, of)| subscription(id, of)).collect(),
            payments: payments.map(|bill| with_receipt(&bill.payment)).collect(),
        })
    }

    /// The refund of an id.
    pub(super) fn refund_of(&self, id: &str) -> Option<Refund> {
        let all = self.bills.values().flat_map(|bill| &bill.payment.refunds);
        all.into_iter().find(|refund| refund.id == id).cloned()
    }
}

/// A payment as it is told: once paid it has a page of ours to be read and printed.
pub(super) fn with_receipt(payment: &Payment) -> Payment {
    let paid = matches!(payment.status, PaymentStatus::Paid { .. });
    let receipt_url = paid.then(|| format!("/sandbox/receipt/{}", payment.id));
    Payment { receipt_url, ..payment.clone() }
}

fn subscription(id: &str, of: &Subscribed) -> Subscription {
    let Period { start, end } = of.period();
    Subscription {
        id: id.to_owned(),
        status: of.status,
        key: of.price.key.clone(),
        start,
        end,
        ends_at_period_end: of.ends_at_period_end,
        ended_at: of.ended_at,
        next: of.next.as_ref().map(|price| price.key.clone()),
        open_payment: of.open.clone(),
        created: of.created,
    }
}
