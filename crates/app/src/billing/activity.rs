//! Recent activity: credits that came, credits that ended, payments that were declined.
//!
//! Made from grants and checkouts, newest first; stores nothing of its own. For people with
//! billing access only.

use ampere_credits::ledger::{Cause, Grant};
use ampere_credits::{Credits, GrantId, Money, Timestamp};
use ampere_store::rows::{CheckoutRow, CheckoutState, Page};

use crate::app::App;
use crate::billing::payment::declined_text;
use crate::{Act, AppError, Caller, Done};

/// Checkouts that are read at once.
const STRIDE: u32 = 200;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// The trial was granted.
    Trial,
    /// A purchase was granted.
    Purchase,
    /// A payment was declined.
    Declined,
    /// The operator granted credits.
    Adjustment,
    /// Credits ended unused.
    Expiry,
}

impl ActivityKind {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            ActivityKind::Trial => "trial",
            ActivityKind::Purchase => "purchase",
            ActivityKind::Declined => "declined",
            ActivityKind::Adjustment => "adjustment",
            ActivityKind::Expiry => "expiry",
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
    /// Credits that came or ended.
    pub credits: Option<Credits>,
    /// Money that was paid, or would have been.
    pub amount: Option<Money>,
    /// In one word.
    pub status: &'static str,
    /// A sentence for people.
    pub text: String,
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

impl App {
    /// What happened to the credits of the caller's organization, besides being used.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; a cursor that is not ours.
    pub async fn billing_activity(&self, caller: &Caller, page: Page) -> Done<Vec<Activity>> {
        caller.may(Act::Billing)?;
        let before = page.before.as_deref().map(read_cursor).transpose()?;
        let reading = self.reading(caller.org).await?;
        let checkouts = self.all_checkouts(caller).await?;
        let mut items: Vec<Activity> = Vec::new();
        // The allowance of background work comes with other credits: it is no news of its own.
        for grant in reading.grants.iter().filter(|grant| grant.terms.of_pool()) {
            items.push(granted(grant, &checkouts));
            items.extend(expired(grant));
        }
        items.extend(checkouts.iter().filter_map(declined));
        items.sort_by(|a, b| b.order().cmp(&a.order()));
        if let Some((at, id)) = before {
            items.retain(|item| item.order() < (at, id));
        }
        items.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        Ok(items)
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

fn granted(grant: &Grant, checkouts: &[CheckoutRow]) -> Activity {
    let terms = grant.terms;
    let bought = |id: GrantId| checkouts.iter().find(|row| row.grant == Some(id));
    let purchase = bought(terms.id);
    let (kind, text) = match terms.cause {
        Cause::Trial => (ActivityKind::Trial, format!("{} trial credits", terms.amount)),
        Cause::TopUp => (ActivityKind::Purchase, format!("{} credits bought", terms.amount)),
        Cause::Adjustment => {
            (ActivityKind::Adjustment, format!("{} credits added by the operator", terms.amount))
        }
        Cause::Background => {
            (ActivityKind::Trial, format!("{} credits for background work", terms.amount))
        }
    };
    Activity {
        id: terms.id.to_string(),
        at: terms.effective,
        kind,
        credits: Some(terms.amount),
        amount: purchase.map(money),
        status: "granted",
        text,
    }
}

fn expired(grant: &Grant) -> Option<Activity> {
    let terms = grant.terms;
    let at = terms.expires.filter(|_| grant.expired.is_positive())?;
    let cause = match terms.cause {
        Cause::Trial => "trial",
        Cause::TopUp => "purchased",
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
        text: format!("{} {cause} credits expired unused", grant.expired),
    })
}

fn declined(row: &CheckoutRow) -> Option<Activity> {
    (row.state == CheckoutState::Declined).then(|| Activity {
        id: row.id.to_string(),
        at: row.updated_at,
        kind: ActivityKind::Declined,
        credits: None,
        amount: Some(money(row)),
        status: "declined",
        text: declined_text(row.reason.as_deref()),
    })
}

fn money(row: &CheckoutRow) -> Money {
    Money { amount: row.amount_cents, currency: row.currency.clone() }
}
