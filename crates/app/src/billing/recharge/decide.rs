//! Whether auto-recharge buys now: one pure function over what is known at an instant.
//!
//! The law's "Auto-recharge". Never buys: that is [`super::attempt`]. The month's limit and the
//! one attempt in flight are decided here for what people are told, and once more by the store
//! when an attempt begins.

use ampere_credits::{Credits, Timestamp};
use ampere_store::ports::in_flight;
use ampere_store::rows::{AttemptRow, AttemptState, RechargeRow};

/// Declines after which it is off.
pub(super) const DECLINES: usize = 3;
/// Between a decline and the next attempt, seconds.
pub(super) const AFTER_DECLINE_SECONDS: i64 = 3_600;
/// A renewal that is not paid yet is waited for at most so long, seconds.
const RENEWAL_SECONDS: i64 = 2 * 3_600;

/// What is known when it is looked at.
#[derive(Debug, Clone)]
pub(super) struct Look<'a> {
    /// What the organization wants.
    pub wanted: &'a RechargeRow,
    /// Its attempts, newest first.
    pub attempts: &'a [AttemptRow],
    /// Credits of this month's attempts that count.
    pub month: Credits,
    /// available + held.
    pub there: Credits,
    /// Debt.
    pub debt: Credits,
    /// A hold was just refused for lack of credits.
    pub refused: bool,
    /// Whether a subscription runs and is paid.
    pub subscribed: bool,
    /// Whether a payment is disputed.
    pub disputed: bool,
    /// Since when a renewal waits to be paid.
    pub renewal_since: Option<Timestamp>,
    /// The saved card.
    pub card: Option<&'a str>,
    /// The instant.
    pub now: Timestamp,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It buys.
    Buy,
    /// There is enough.
    Enough,
    /// It is switched off.
    Off,
    /// No subscription runs.
    NoPlan,
    /// A payment is disputed.
    Disputed,
    /// There is no card.
    NoCard,
    /// The card was declined too often.
    Broken,
    /// An attempt is in flight.
    Running,
    /// The bank wants the person for the one in flight.
    NeedsConfirmation,
    /// After a decline, not before this instant.
    After(Timestamp),
    /// A renewal is being paid: not before this instant.
    Renewal(Timestamp),
    /// Another purchase would pass the month's limit.
    LimitReached,
}

/// Declines in a row since the last payment or the last new beginning, newest first.
pub(super) fn declines<'a>(
    wanted: &RechargeRow,
    attempts: &'a [AttemptRow],
) -> impl Iterator<Item = &'a AttemptRow> {
    let since = wanted.since;
    attempts
        .iter()
        .take_while(|row| row.state != AttemptState::Paid)
        .filter(move |row| row.state == AttemptState::Declined && row.created_at >= since)
}

/// The law's paragraph, in the order in which people are told what stands in the way.
pub(super) fn decide(look: &Look<'_>) -> Next {
    if let Some(open) = look.attempts.iter().find(|row| in_flight(row.state)) {
        return match open.state {
            AttemptState::NeedsConfirmation => Next::NeedsConfirmation,
            _ => Next::Running,
        };
    }
    let Some(card) = look.card else {
        return if look.wanted.enabled { Next::NoCard } else { Next::Off };
    };
    if look.wanted.broken_card.as_deref() == Some(card) {
        return Next::Broken;
    }
    if !look.wanted.enabled {
        return Next::Off;
    }
    if !look.subscribed {
        return Next::NoPlan;
    }
    if look.disputed {
        return Next::Disputed;
    }
    let full =
        look.month.plus(look.wanted.amount).map_or(true, |sum| sum > look.wanted.monthly_limit);
    if full {
        return Next::LimitReached;
    }
    let again = declines(look.wanted, look.attempts).next();
    let again = again.map(|row| row.updated_at.plus_seconds(AFTER_DECLINE_SECONDS));
    if let Some(at) = again.filter(|at| *at > look.now) {
        return Next::After(at);
    }
    if !look.refused && !below(look) {
        return Next::Enough;
    }
    let renewed = look.renewal_since.map(|since| since.plus_seconds(RENEWAL_SECONDS));
    match renewed.filter(|at| *at > look.now) {
        Some(at) => Next::Renewal(at),
        None => Next::Buy,
    }
}

/// available + held − debt < threshold.
fn below(look: &Look<'_>) -> bool {
    look.wanted.threshold.plus(look.debt).map_or(true, |line| look.there < line)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
