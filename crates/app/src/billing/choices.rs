//! What choosing a plan would be where an organization stands, whether it may be chosen now, and
//! which locked credits a restart brings back.
//!
//! Pure: a standing, a reading and an instant in. A refusal says what has to happen first, and from
//! when on it works where time brings it. Read next: [`super::preview`], which counts.

use ampere_credits::ledger::Grant;
use ampere_credits::plans::{self, Scenario};
use ampere_credits::{Cadence, Credits, Timestamp};
use serde::{Deserialize, Serialize};

use super::standing::{Standing, State};
use super::words;
use crate::credits::Reading;
use crate::error::NotNow;
use crate::plans::Version;
use crate::{AppError, Done};

/// A provider takes about an hour before it charges a renewal, so that it can still be corrected.
const RENEWAL_SECONDS: i64 = 3_600;

/// What a choice is; `on` is the version that the organization is on.
pub(super) fn scenario(
    standing: &Standing,
    on: Option<&Version>,
    to: &Version,
    cadence: Cadence,
) -> Scenario {
    let row = standing.subscription.as_ref();
    let footing = match (standing.state, row.zip(on)) {
        (State::None | State::Trial, _) => plans::Footing::Never,
        (State::Ended, _) => plans::Footing::Ended,
        (State::Active | State::ChangeScheduled | State::Ending, Some((row, on))) => {
            let cadence = row.on.cadence;
            plans::Footing::On { cadence, cents: on.plan.cents(cadence) }
        }
        _ => plans::Footing::Unsettled,
    };
    let same = on.is_some_and(|on| on.plan.id == to.plan.id);
    Scenario::of(footing, same, cadence, to.plan.cents(cadence))
}

/// Whether a choice may be made now.
///
/// # Errors
/// [`AppError::Conflict`], [`AppError::ChangePending`], [`AppError::NotNow`]: what comes first.
pub(super) fn allowed(
    standing: &Standing,
    scenario: Scenario,
    (at, zone): (Timestamp, &str),
) -> Done<()> {
    match (standing.state, scenario) {
        (State::Ending, _) => {
            Err(AppError::Conflict("the plan ends with its period; resume it before you change it"))
        }
        (State::ChangeScheduled, _) => Err(AppError::ChangePending),
        (_, Scenario::Current) => Err(AppError::Conflict("this is the plan that you have")),
        (_, Scenario::Unavailable) => {
            Err(AppError::Conflict("a payment is open; settle it before you change the plan"))
        }
        // What waits for the period's end takes no money now, and the open payment goes its way.
        (State::Active, scenario) if scenario.now() => no_payment_open(standing, (at, zone)),
        _ => Ok(()),
    }
}

/// A change at once is counted from what the present period cost: that has to be paid.
fn no_payment_open(standing: &Standing, (at, zone): (Timestamp, &str)) -> Done<()> {
    let Some(row) = standing.subscription.as_ref().filter(|row| row.open_payment.is_some()) else {
        return Ok(());
    };
    if row.confirm_url.is_some() {
        let text = "a payment waits to be confirmed; do that first";
        return Err(AppError::first("confirm_payment", text));
    }
    let (action, again) = (None, row.period_start.plus_seconds(RENEWAL_SECONDS));
    let again_at = Some(again).filter(|again| at < *again);
    let when = again_at.map_or_else(
        || "try again in a few minutes".to_owned(),
        |again| {
            format!("from about {} on the plan can be changed at once", words::clock(again, zone))
        },
    );
    let text = format!("the payment for the period that has just begun is on its way; {when}");
    Err(AppError::NotNow(Box::new(NotNow { text, again_at, action })))
}

/// Credits with one expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub credits: Credits,
    /// None: never.
    pub expires: Option<Timestamp>,
}

/// What a restart does to what was locked, the soonest expiry first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlocks {
    /// Comes back.
    pub unlocked: Vec<Part>,
    /// Has expired while it was locked, and stays so.
    pub expired: Vec<Part>,
}

impl Unlocks {
    /// Of a locked pool; it was locked at `since`, where that is known.
    pub(super) fn of(reading: &Reading, since: Option<Timestamp>) -> Done<Unlocks> {
        let pool = || reading.grants.iter().filter(|grant| grant.terms.of_pool());
        let now = reading.balance.at;
        let unlocked =
            pool().filter(|grant| grant.eligible(now)).map(|grant| (grant, grant.unheld));
        let lapsed = |grant: &&Grant| {
            let lapsed = grant.terms.expires.zip(since);
            grant.expired(now) && lapsed.is_some_and(|(end, since)| since < end)
        };
        let expired = pool().filter(lapsed).map(|grant| (grant, grant.expired));
        Ok(Unlocks { unlocked: parts(unlocked)?, expired: parts(expired)? })
    }
}

/// Sums of what expires together.
fn parts<'a>(grants: impl Iterator<Item = (&'a Grant, Credits)>) -> Done<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for (grant, credits) in grants.filter(|(_, credits)| credits.is_positive()) {
        let expires = grant.terms.expires;
        match parts.iter_mut().find(|part| part.expires == expires) {
            Some(part) => part.credits = part.credits.plus(credits)?,
            None => parts.push(Part { credits, expires }),
        }
    }
    parts.sort_by_key(|part| part.expires.map_or(i64::MAX, Timestamp::micros));
    Ok(parts)
}
