//! Following the provider's truth of subscriptions: the rows that mirror it, and what it makes due
//! in the ledger.
//!
//! All of it is found from the whole truth, every time: the base grant of each paid period with its
//! allowance for background work, what each paid upgrade adds, and whether the pool is locked.
//! Keys, amounts and instants are those of invoices and their lines, so that neither order nor time
//! of what we hear matters. Books nothing itself: [`super::reconcile`] does. Read next:
//! [`super::standing`], what the rows mean to people.

use std::collections::BTreeSet;

use ampere_adapters::payments::port::{
    Line, LineKind, Payment, PaymentStatus, PlanKey, Subscription, SubscriptionStatus as Status,
    Truth,
};
use ampere_credits::ledger::{Cause, Class};
use ampere_credits::period::Period;
use ampere_credits::plans::{Rest, extra_credits};
use ampere_credits::{Credits, GrantId, OrgId, Overflow, Timestamp};
use ampere_store::rows::{
    CardRow, CustomerRow, PlanPeriodRow, PlanRef, SubscriptionRow, SubscriptionStatus,
};

use super::standing::Footing;
use super::surplus::{of_no_effect, surplus};
use crate::Done;
use crate::app::App;
use crate::plans::{PlanBook, Version};

/// What the truth makes due in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Followed {
    /// Every grant that paid invoices are for, booked already or not.
    pub(crate) grants: Vec<PlanGrant>,
    /// Where the pool is not as it should be.
    pub(crate) lock: Option<LockDue>,
    /// Subscriptions that began while another one lived: they grant nothing.
    pub(crate) surplus: BTreeSet<String>,
}

/// A grant that a paid invoice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanGrant {
    /// The invoice.
    pub(crate) payment: String,
    /// Its line; of the background allowance, the line that it stands beside.
    pub(crate) line: String,
    /// Names it for ever.
    pub(crate) key: String,
    pub(crate) class: Class,
    pub(crate) cause: Cause,
    pub(crate) amount: Credits,
    /// What the line pays for: [effective, expires).
    pub(crate) effective: Timestamp,
    pub(crate) expires: Timestamp,
    /// Of a base grant: the period that it is the one grant of.
    pub(crate) period: Option<PlanPeriod>,
}

/// A period of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanPeriod {
    org: OrgId,
    subscription: String,
    start: Timestamp,
    end: Timestamp,
    on: PlanRef,
}

impl PlanPeriod {
    /// The row of the period with its grant.
    pub(crate) fn row(&self, grant: GrantId) -> Box<PlanPeriodRow> {
        Box::new(PlanPeriodRow {
            org: self.org,
            subscription: self.subscription.clone(),
            period_start: self.start,
            period_end: self.end,
            on: self.on.clone(),
            grant,
        })
    }
}

/// The pool is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LockDue {
    /// It is to be locked.
    Lock {
        /// Names the end of the plan that locks it.
        key: String,
    },
    /// It is to be unlocked.
    Unlock {
        /// Names the paid period that unlocks it.
        key: String,
    },
}

impl App {
    /// Brings customer and subscriptions to what the provider says, and answers what is due in the
    /// ledger. Idempotent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn follow_subscription(
        &self,
        org: OrgId,
        truth: &Truth,
        now: Timestamp,
    ) -> Done<Followed> {
        let provider = self.provider_name();
        let card = truth.card.as_ref().map(|card| CardRow {
            id: card.id.clone(),
            brand: card.brand.clone(),
            last4: card.last4.clone(),
            exp_month: card.exp_month,
            exp_year: card.exp_year,
        });
        let customer = truth.customer.clone();
        let provider_word = provider.to_owned();
        let row = CustomerRow { org, provider: provider_word, customer, card, checked_at: now };
        self.store.put_customer(row).await?;
        let known = self.own_subscriptions(org).await?;
        let surplus = surplus(truth);
        for row in rows_of(org, provider, truth) {
            let beside = surplus.contains(&row.reference);
            let row = if beside { of_no_effect(row) } else { row };
            self.store.put_subscription(row).await?;
        }
        // One whose first payment was refused is forgotten by the provider: it never was.
        let told =
            |row: &SubscriptionRow| truth.subscriptions.iter().any(|one| one.id == row.reference);
        for row in self.store.subscriptions(org).await? {
            let waits = row.status == SubscriptionStatus::Incomplete && row.provider == provider;
            if waits && !told(&row) {
                let (status, open_payment, confirm_url) = (SubscriptionStatus::Ended, None, None);
                let ended = SubscriptionRow { status, open_payment, confirm_url, ..row };
                self.store.put_subscription(ended).await?;
            }
        }
        let mut followed = Followed::default();
        let counts = |payment: &&Payment| {
            !payment.subscription.as_ref().is_some_and(|one| surplus.contains(one))
        };
        for payment in truth.payments.iter().filter(counts) {
            match grants_of(org, truth, payment, &self.plans) {
                Ok(grants) => followed.grants.extend(grants),
                Err(why) => {
                    let payment = &payment.id;
                    tracing::error!(target: "security", %org, payment, why, "not granted");
                }
            }
        }
        // As they are kept: they know of payments that are older than the truth tells.
        let rows = self.own_subscriptions(org).await?;
        if rows != known {
            // No commit tells of a plan that was cancelled on the provider's pages.
            self.watching.changed(org);
        }
        let locked = self.store.pool(org).await?.locked;
        followed.lock = lock_due(&rows, locked, (self.catalog.subscription.grace_days, now));
        followed.surplus = surplus;
        Ok(followed)
    }

    /// The subscriptions of an organization at the provider that is in use.
    pub(crate) async fn own_subscriptions(&self, org: OrgId) -> Done<Vec<SubscriptionRow>> {
        let provider = self.provider_name();
        let mut rows = self.store.subscriptions(org).await?;
        rows.retain(|row| row.provider == provider);
        Ok(rows)
    }
}

/// The subscriptions of a truth as rows.
fn rows_of(org: OrgId, provider: &str, truth: &Truth) -> Vec<SubscriptionRow> {
    let row = |subscription: &Subscription| {
        let of_it = |payment: &&Payment| payment.subscription.as_ref() == Some(&subscription.id);
        let paid = |payment: &Payment| matches!(payment.status, PaymentStatus::Paid { .. });
        let open = |payment: &&Payment| Some(&payment.id) == subscription.open_payment.as_ref();
        let open = truth.payments.iter().find(open);
        let confirm_url = open.and_then(|payment| match &payment.status {
            PaymentStatus::NeedsConfirmation { url } => Some(url.clone()),
            _ => None,
        });
        let behind = matches!(subscription.status, Status::PastDue | Status::Unpaid);
        let since = open.map_or(subscription.start, |payment| payment.created);
        SubscriptionRow {
            org,
            provider: provider.to_owned(),
            reference: subscription.id.clone(),
            on: plan_ref(&subscription.key),
            status: match subscription.status {
                Status::Incomplete => SubscriptionStatus::Incomplete,
                Status::Active => SubscriptionStatus::Active,
                Status::PastDue => SubscriptionStatus::PastDue,
                Status::Unpaid => SubscriptionStatus::Unpaid,
                Status::Ended => SubscriptionStatus::Ended,
            },
            begun: truth.payments.iter().filter(of_it).any(paid),
            period_start: subscription.start,
            period_end: subscription.end,
            ends_at_period_end: subscription.ends_at_period_end,
            next: subscription.next.as_ref().map(plan_ref),
            open_payment: subscription.open_payment.clone(),
            confirm_url,
            past_due_since: behind.then_some(since),
            ended_at: subscription.ended_at,
            created_at: subscription.created,
        }
    };
    truth.subscriptions.iter().map(row).collect()
}

fn plan_ref(key: &PlanKey) -> PlanRef {
    PlanRef { plan: key.plan.clone(), version: key.version, cadence: key.cadence }
}

/// Where the pool is not as the subscriptions want it. An organization that never had a paid one
/// is left alone.
fn lock_due(
    rows: &[SubscriptionRow],
    locked: bool,
    (grace_days, now): (u32, Timestamp),
) -> Option<LockDue> {
    let footing = Footing::of(rows, grace_days, now);
    let live = footing.subscription.filter(|_| footing.live);
    match (live, locked) {
        (Some(row), true) => {
            let since = row.period_start.micros();
            Some(LockDue::Unlock { key: format!("unlock:{}:{since}", row.reference) })
        }
        (None, false) => {
            let last = footing.last_begun?;
            let over = footing.grace_until.or(last.ended_at).unwrap_or(last.period_end);
            let key = format!("lock:{}:{}", last.reference, over.micros());
            Some(LockDue::Lock { key })
        }
        _ => None,
    }
}

/// The grants that an invoice is for; none before it is paid. What cannot be understood grants
/// nothing at all, and the text says why.
fn grants_of(
    org: OrgId,
    truth: &Truth,
    payment: &Payment,
    plans: &PlanBook,
) -> Result<Vec<PlanGrant>, String> {
    let paid = matches!(payment.status, PaymentStatus::Paid { .. });
    let Some(subscription) = payment.subscription.as_ref().filter(|_| paid) else {
        return Ok(Vec::new());
    };
    let invoice = Invoice { org, truth, payment, subscription, plans };
    let mut grants = Vec::new();
    for line in payment.lines.iter().filter(|line| line.kind == LineKind::Period) {
        grants.extend(invoice.base(line)?);
    }
    for (old, new) in switched(&payment.lines) {
        grants.extend(invoice.extra(old, new)?);
    }
    Ok(grants)
}

/// The lines of changed prices, in pairs: what is credited for the old, what the new one costs.
fn switched(lines: &[Line]) -> Vec<(&Line, &Line)> {
    let mut pairs = Vec::new();
    let mut old: Option<&Line> = None;
    for line in lines.iter().filter(|line| line.kind == LineKind::Proration) {
        match old.take() {
            Some(old) if line.amount_cents >= 0 && same_span(old, line) => pairs.push((old, line)),
            _ => old = Some(line),
        }
    }
    pairs
}

fn same_span(one: &Line, other: &Line) -> bool {
    (one.start, one.end) == (other.start, other.end)
}

struct Invoice<'a> {
    org: OrgId,
    truth: &'a Truth,
    payment: &'a Payment,
    subscription: &'a str,
    plans: &'a PlanBook,
}

impl Invoice<'_> {
    /// The published version that a line is for.
    fn version(&self, line: &Line) -> Result<(PlanRef, &Version), String> {
        let key = line.key.as_ref().ok_or_else(|| format!("line {} has no price", line.id))?;
        let version = self.plans.of_key(key);
        let unknown =
            || format!("line {}: {} version {} is unknown", line.id, key.plan, key.version);
        Ok((plan_ref(key), version.ok_or_else(unknown)?))
    }

    /// One grant for the period, and the allowance beside it.
    fn base(&self, line: &Line) -> Result<Vec<PlanGrant>, String> {
        let (on, version) = self.version(line)?;
        let agreed = version.plan.cents(on.cadence);
        if line.amount_cents != agreed || self.payment.currency != version.plan.currency {
            let paid = line.amount_cents;
            return Err(format!("line {} costs {paid}, the plan {agreed}", line.id));
        }
        let amount = version.plan.period_credits(on.cadence).map_err(|error| error.to_string())?;
        let (start, cadence) = (line.start.micros(), on.cadence.word());
        let key = format!("period:{}:{start}:{cadence}", self.subscription);
        let percent = version.plan.background_percent;
        let allowance = percent_of(amount, percent).map_err(|error| error.to_string())?;
        let (subscription, end) = (self.subscription.to_owned(), line.end);
        let period = PlanPeriod { org: self.org, subscription, start: line.start, end, on };
        let base = PlanGrant { period: Some(period), ..self.grant(line, key.clone(), amount) };
        let mut grants = vec![base];
        if allowance.is_positive() {
            let beside = self.grant(line, format!("background:{key}"), allowance);
            let line = format!("{}:background", line.id);
            let (class, cause) = (Class::Background, Cause::Background);
            grants.push(PlanGrant { line, class, cause, ..beside });
        }
        Ok(grants)
    }

    /// What an upgrade adds until the period's end.
    fn extra(&self, old: &Line, new: &Line) -> Result<Option<PlanGrant>, String> {
        let ((was, less), (on, more)) = (self.version(old)?, self.version(new)?);
        if was.cadence != on.cadence {
            return Err(format!("line {} prorates another cadence", new.id));
        }
        let whole = self.period_of(new);
        let whole =
            whole.ok_or_else(|| format!("line {} is of no period that is known", new.id))?;
        let rest = Rest::of(whole, new.start);
        let rest = rest.ok_or_else(|| format!("line {} is of an empty period", new.id))?;
        let credits = |version: &Version| version.plan.period_credits(on.cadence);
        let less = credits(less).map_err(|error| error.to_string())?;
        let more = credits(more).map_err(|error| error.to_string())?;
        let amount = extra_credits(less, more, rest);
        let key = format!("payment:{}:{}", self.payment.id, new.id);
        Ok(amount.is_positive().then(|| self.grant(new, key, amount)))
    }

    /// The whole period that a line's rest belongs to: as its own invoice says it, else as the
    /// subscription does while it lasts.
    fn period_of(&self, line: &Line) -> Option<Period> {
        let of_it = |payment: &&Payment| payment.subscription.as_deref() == Some(self.subscription);
        let lines = self.truth.payments.iter().filter(of_it).flat_map(|payment| &payment.lines);
        let whole = |each: &&Line| {
            each.kind == LineKind::Period && each.end == line.end && each.start <= line.start
        };
        let start = lines.filter(whole).map(|each| each.start).max().or_else(|| {
            let subscriptions = self.truth.subscriptions.iter();
            let mut now = subscriptions.filter(|each| each.id == self.subscription);
            now.find(|each| each.end == line.end).map(|each| each.start)
        });
        start.map(|start| Period { start, end: line.end })
    }

    fn grant(&self, line: &Line, key: String, amount: Credits) -> PlanGrant {
        PlanGrant {
            payment: self.payment.id.clone(),
            line: line.id.clone(),
            key,
            class: Class::Included,
            cause: Cause::Plan,
            amount,
            effective: line.start,
            expires: line.end,
            period: None,
        }
    }
}

/// So many percent, rounded down to whole micro-credits.
pub(crate) fn percent_of(base: Credits, percent: u32) -> Result<Credits, Overflow> {
    let micros = i128::from(base.micros()) * i128::from(percent) / 100;
    i64::try_from(micros).map(Credits::from_micros).map_err(|_| Overflow)
}

impl App {
    /// The version that a subscription is on.
    ///
    /// # Errors
    /// [`crate::AppError::Internal`] for a version that was never published here.
    pub(crate) fn version_of(&self, on: &PlanRef) -> Done<&Version> {
        self.plans.named(on)
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
