//! Recent activity: credits that came, ended or went back, payments that were declined, locks.
//!
//! Made from grants, the journal, purchases and the mirror of payments, newest first; stores
//! nothing of its own. For people with billing access only.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Cause, Entry, Fact, Grant};
use ampere_credits::{Credits, GrantId, Money, Timestamp};
use ampere_store::rows::{
    CheckoutRow, CheckoutState, DisputeState, Page, PaymentKind, PaymentRow, PaymentState,
    SubscriptionRow,
};

use super::checkout::declined_text;
use super::surplus::{self, PLAN_THERE};
use crate::app::App;
use crate::billing::words;
use crate::{Act, AppError, Caller, Done};

/// Purchases that are read at once.
const STRIDE: u32 = 200;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// The trial was granted.
    Trial,
    /// A paid period of a plan was granted.
    Plan,
    /// An upgrade added credits.
    Upgrade,
    /// A purchase was granted.
    Purchase,
    /// Auto-recharge bought.
    Recharge,
    /// A payment was declined.
    Declined,
    /// Money went back, and credits with it.
    Refund,
    /// A payment was disputed, or that was decided.
    Dispute,
    /// The operator granted credits.
    Adjustment,
    /// Credits ended unused.
    Expiry,
    /// The pool was locked.
    Locked,
    /// The pool was unlocked.
    Unlocked,
}

impl ActivityKind {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            ActivityKind::Trial => "trial",
            ActivityKind::Plan => "plan",
            ActivityKind::Upgrade => "upgrade",
            ActivityKind::Purchase => "purchase",
            ActivityKind::Recharge => "recharge",
            ActivityKind::Declined => "declined",
            ActivityKind::Refund => "refund",
            ActivityKind::Dispute => "dispute",
            ActivityKind::Adjustment => "adjustment",
            ActivityKind::Expiry => "expiry",
            ActivityKind::Locked => "locked",
            ActivityKind::Unlocked => "unlocked",
        }
    }
}

/// One line of recent activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Unique in the list.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub kind: ActivityKind,
    /// Credits that came, ended or went back.
    pub credits: Option<Credits>,
    /// Money that was paid, or would have been.
    pub amount: Option<Money>,
    /// In one word.
    pub status: &'static str,
    /// A sentence for people.
    pub text: String,
    /// Where the receipt is.
    pub receipt_url: Option<String>,
}

impl Activity {
    fn order(&self) -> (Timestamp, &str) {
        (self.at, &self.id)
    }

    /// Instant and id: where to read on after it.
    pub fn cursor(&self) -> String {
        format!("{}.{}", self.at.micros(), self.id)
    }
}

/// What the lines are made from.
struct Sources {
    grants: BTreeMap<GrantId, Grant>,
    /// Of the grants that were paid for.
    payments: BTreeMap<GrantId, PaymentRow>,
    /// Base grants of periods; other grants of plans are upgrades.
    periods: Vec<GrantId>,
    checkouts: Vec<CheckoutRow>,
}

impl App {
    /// What happened to the credits of the caller's organization, besides being used: all of it,
    /// or one kind.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; a cursor that is not ours.
    pub async fn billing_activity(
        &self,
        caller: &Caller,
        (page, kind): (Page, Option<ActivityKind>),
    ) -> Done<Vec<Activity>> {
        caller.may(Act::Billing)?;
        let before = page.before.as_deref().map(read_cursor).transpose()?;
        let rows = self.store.payments(caller.org).await?;
        let sources = self.sources(caller, &rows).await?;
        let mut items: Vec<Activity> = Vec::new();
        // The allowance of background work comes with other credits: it is no news of its own.
        for grant in sources.grants.values().filter(|grant| grant.terms.of_pool()) {
            items.push(granted(grant, &sources));
            items.extend(expired(grant));
        }
        items.extend(sources.checkouts.iter().filter_map(declined));
        items.extend(rows.iter().filter_map(failed));
        let subscriptions = self.own_subscriptions(caller.org).await?;
        items.extend(rows.iter().filter_map(|row| second_plan(row, &subscriptions)));
        items.extend(of_journal(&self.store.money_entries(caller.org).await?, &sources));
        items.retain(|item| kind.is_none_or(|kind| item.kind == kind));
        items.sort_by(|a, b| b.order().cmp(&a.order()));
        if let Some((at, id)) = before {
            items.retain(|item| item.order() < (at, id));
        }
        items.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        Ok(items)
    }

    async fn sources(&self, caller: &Caller, rows: &[PaymentRow]) -> Done<Sources> {
        let reading = self.reading(caller.org).await?;
        let grants = reading.grants.iter().map(|grant| (grant.terms.id, *grant)).collect();
        let by_id: BTreeMap<&str, &PaymentRow> =
            rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let of = self.store.payment_grants(caller.org).await?;
        let of = of.into_iter().filter_map(|row| {
            let payment = by_id.get(row.payment.as_str())?;
            Some((row.grant, (*payment).clone()))
        });
        let periods = self.store.plan_periods(caller.org).await?;
        Ok(Sources {
            grants,
            payments: of.collect(),
            periods: periods.into_iter().map(|row| row.grant).collect(),
            checkouts: self.all_checkouts(caller).await?,
        })
    }

    async fn all_checkouts(&self, caller: &Caller) -> Done<Vec<CheckoutRow>> {
        let mut all: Vec<CheckoutRow> = Vec::new();
        loop {
            let before = all.last().map(|row| row.id.to_string());
            let page = Page { before, limit: STRIDE };
            let mut rows = self.store.checkouts(caller.org, page).await?;
            let more = rows.len() >= STRIDE as usize;
            all.append(&mut rows);
            if !more {
                return Ok(all);
            }
        }
    }
}

fn read_cursor(text: &str) -> Done<(Timestamp, &str)> {
    let parts = text.split_once('.');
    let read = parts.and_then(|(at, id)| Some((Timestamp::from_micros(at.parse().ok()?), id)));
    read.ok_or_else(|| {
        AppError::field("?cursor", "invalid_value", "This cursor is not from this list.")
    })
}

fn granted(grant: &Grant, sources: &Sources) -> Activity {
    let terms = grant.terms;
    let payment = sources.payments.get(&terms.id);
    let checkout = sources.checkouts.iter().find(|row| row.grant == Some(terms.id));
    let amount = words::amount(terms.amount);
    let (kind, text) = match terms.cause {
        Cause::Trial => (ActivityKind::Trial, format!("{amount} trial credits")),
        Cause::Plan if sources.periods.contains(&terms.id) => {
            (ActivityKind::Plan, format!("{amount} credits of the plan"))
        }
        Cause::Plan => (ActivityKind::Upgrade, format!("{amount} credits by the change of plan")),
        Cause::TopUp => (ActivityKind::Purchase, format!("{amount} credits bought")),
        Cause::AutoRecharge => {
            (ActivityKind::Recharge, format!("{amount} credits bought by auto-recharge"))
        }
        Cause::Adjustment => {
            (ActivityKind::Adjustment, format!("{amount} credits added by the operator"))
        }
        Cause::Background => (ActivityKind::Plan, format!("{amount} credits for background work")),
    };
    Activity {
        id: terms.id.to_string(),
        at: terms.effective,
        kind,
        credits: Some(terms.amount),
        amount: payment.map(paid).or_else(|| checkout.map(agreed)),
        status: "granted",
        text,
        receipt_url: payment.and_then(|row| row.receipt_url.clone()),
    }
}

fn expired(grant: &Grant) -> Option<Activity> {
    let terms = grant.terms;
    let at = terms.expires.filter(|_| grant.expired.is_positive())?;
    let cause = match terms.cause {
        Cause::Trial => "trial",
        Cause::Plan => "included",
        Cause::TopUp | Cause::AutoRecharge => "purchased",
        Cause::Adjustment => "added",
        Cause::Background => "background",
    };
    Some(Activity {
        id: format!("{}:expiry", terms.id),
        at,
        kind: ActivityKind::Expiry,
        credits: Some(grant.expired),
        amount: None,
        status: "expired",
        text: format!("{} {cause} credits expired unused", words::amount(grant.expired)),
        receipt_url: None,
    })
}

fn declined(row: &CheckoutRow) -> Option<Activity> {
    // A page that has expired since was declined all the same.
    let was = match row.state {
        CheckoutState::Declined => true,
        CheckoutState::Expired => row.reason.as_deref().is_some_and(|why| why != PLAN_THERE),
        _ => false,
    };
    was.then(|| Activity {
        id: row.id.to_string(),
        at: row.created_at,
        kind: ActivityKind::Declined,
        credits: None,
        amount: Some(agreed(row)),
        status: "declined",
        text: declined_text(row.reason.as_deref()),
        receipt_url: None,
    })
}

/// Payments that nobody was at: renewals and auto-recharge. Purchases tell of themselves.
fn failed(row: &PaymentRow) -> Option<Activity> {
    let alone = matches!(row.kind, PaymentKind::Invoice | PaymentKind::Recharge);
    (alone && row.status == PaymentState::Failed).then(|| Activity {
        id: format!("{}:declined", row.id),
        at: row.created_at,
        kind: ActivityKind::Declined,
        credits: None,
        amount: Some(paid(row)),
        status: "declined",
        text: declined_text(row.reason.as_deref()),
        receipt_url: row.receipt_url.clone(),
    })
}

/// A plan that was paid for while there was one: its subscription counts as never begun.
fn second_plan(row: &PaymentRow, subscriptions: &[SubscriptionRow]) -> Option<Activity> {
    let of = |one: &&SubscriptionRow| Some(&one.reference) == row.subscription.as_ref();
    let at = row.paid_at?;
    subscriptions.iter().find(of).filter(|one| !one.begun)?;
    let refunded = row.refunded_cents >= row.amount_cents;
    Some(Activity {
        id: format!("{}:second", row.id),
        at,
        kind: ActivityKind::Refund,
        credits: None,
        amount: Some(paid(row)),
        status: if refunded { "refunded" } else { "refunding" },
        text: surplus::text(&words::money(row.amount_cents, &row.currency), refunded),
        receipt_url: row.receipt_url.clone(),
    })
}

/// Locks, and what refunds and disputes did to grants.
fn of_journal(entries: &[Entry], sources: &Sources) -> Vec<Activity> {
    let mut claimed: BTreeMap<GrantId, Credits> = BTreeMap::new();
    let mut items = Vec::new();
    for entry in entries {
        let (kind, grant, credits, status, text) = match entry.fact {
            Fact::Locked => {
                let text = "Credits were locked: no plan is paid".to_owned();
                (ActivityKind::Locked, None, None, "locked", text)
            }
            Fact::Unlocked => {
                let text = "Credits were unlocked".to_owned();
                (ActivityKind::Unlocked, None, None, "unlocked", text)
            }
            Fact::Frozen { grant } => {
                let text = "A payment is disputed: its credits are frozen".to_owned();
                (ActivityKind::Dispute, Some(grant), None, "frozen", text)
            }
            Fact::Thawed { grant, .. } => {
                let text = "The dispute is over: its credits can be used again".to_owned();
                (ActivityKind::Dispute, Some(grant), None, "thawed", text)
            }
            Fact::Claimed { grant, total } => {
                let before = claimed.insert(grant, total).unwrap_or_default();
                let back = total.less(before);
                let payment = sources.payments.get(&grant);
                let lost = payment.is_some_and(|row| row.dispute == Some(DisputeState::Lost));
                let kind = if lost { ActivityKind::Dispute } else { ActivityKind::Refund };
                let said = words::amount(back);
                let text = format!("Money went back, and {said} credits with it");
                (kind, Some(grant), Some(back), "taken_back", text)
            }
            _ => continue,
        };
        // What happens to the allowance happens to the grant beside it, which tells of it.
        if grant.is_some_and(|id| sources.grants.get(&id).is_some_and(|it| !it.terms.of_pool())) {
            continue;
        }
        let payment = grant.and_then(|grant| sources.payments.get(&grant));
        items.push(Activity {
            id: format!("entry:{:020}", entry.position),
            at: entry.at,
            kind,
            credits,
            amount: None,
            status,
            text,
            receipt_url: payment.and_then(|row| row.receipt_url.clone()),
        });
    }
    items
}

fn agreed(row: &CheckoutRow) -> Money {
    Money { amount: row.amount_cents, currency: row.currency.clone() }
}

fn paid(row: &PaymentRow) -> Money {
    Money { amount: row.amount_cents, currency: row.currency.clone() }
}
