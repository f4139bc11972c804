//! What is said at the top of the Billing page, for each state of the plan.
//!
//! One sentence or two for whoever asks: what happened, what still works, what to do, who can do
//! it. Pure. Never says a price to somebody without billing access.

use ampere_credits::{Credits, Timestamp};

use super::standing::{Standing, State};
use super::words::{amount, day, plan_in};

/// What there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// The state that it is about.
    pub kind: State,
    /// For the caller.
    pub text: String,
    /// What the caller may do about it.
    pub action: Option<&'static str>,
}

/// What the sentences name.
pub(crate) struct Told<'a> {
    /// Left of the trial.
    pub(crate) trial: Credits,
    /// Left of what was bought.
    pub(crate) purchased: Credits,
    pub(crate) locked: Credits,
    pub(crate) locked_next_expiry: Option<Timestamp>,
    /// What the plan becomes at the period's end.
    pub(crate) next_name: Option<String>,
    pub(crate) now: Timestamp,
    /// The organization's.
    pub(crate) zone: &'a str,
    /// Who asks may act.
    pub(crate) billing_access: bool,
    /// Who may.
    pub(crate) names: &'a [String],
    /// What who asks may do.
    pub(crate) actions: &'a [&'static str],
}

/// The banner of a standing; none where all is well.
pub(crate) fn banner(standing: &Standing, told: &Told<'_>) -> Option<Banner> {
    let (fact, deed) = sentences(standing, told)?;
    let row = standing.subscription.as_ref();
    let confirm = row.is_some_and(|row| row.confirm_url.is_some());
    let wanted = if confirm { Some("confirm_payment") } else { wanted(standing) };
    let text = match (told.billing_access, deed.is_empty()) {
        (_, true) => fact,
        (true, false) => format!("{fact} {deed}"),
        (false, false) => {
            let ask = format!("{} can {}.", listed(told.names), deed_of(wanted));
            format!("{fact} {ask}")
        }
    };
    let action = wanted.filter(|action| told.actions.contains(action));
    Some(Banner { kind: standing.state, text: text.trim().to_owned(), action })
}

/// What those who may act can do, for whoever may not.
fn deed_of(wanted: Option<&str>) -> &'static str {
    match wanted {
        Some("choose_plan") => "choose a plan",
        Some("restart_plan") => "restart the plan",
        Some("update_card") => "update the card",
        _ => "do something about it",
    }
}

/// What helps first; of a first payment that was declined, another card.
fn wanted(standing: &Standing) -> Option<&'static str> {
    match standing.state {
        State::Incomplete => Some("update_card"),
        state => state.effects().action,
    }
}

/// What is the case, and what to do about it.
fn sentences(standing: &Standing, told: &Told<'_>) -> Option<(String, String)> {
    let on = |at: Timestamp| day(at, told.now, told.zone);
    let said = |fact: String, deed: &str| Some((fact, deed.to_owned()));
    let row = standing.subscription.as_ref();
    if row.is_some_and(|row| row.confirm_url.is_some()) {
        let fact = "Your bank wants you to confirm this payment. Nothing is added until you do.";
        return said(fact.to_owned(), "");
    }
    match (standing.state, row) {
        (State::Active, _) => None,
        (State::None, _) => {
            said("There is no plan.".to_owned(), "Start a plan to get included credits.")
        }
        (State::Trial, _) => {
            let left = amount(told.trial);
            said(format!("{left} trial credits left."), "Choose a plan to get more each month.")
        }
        (State::Incomplete, _) => {
            said("The plan's first payment has not gone through.".to_owned(), "Use another card.")
        }
        (State::ChangeScheduled, Some(row)) => {
            let next = row.next.as_ref()?;
            let name = told.next_name.as_deref().unwrap_or(&next.plan);
            let at = on(row.period_end);
            said(format!("Switches to {} on {at}.", plan_in(name, next.cadence)), "")
        }
        (State::Ending, Some(row)) => {
            let ends = format!("Your plan ends on {}.", on(row.period_end));
            let purchased = told.purchased;
            if !purchased.is_positive() {
                return said(ends, "");
            }
            let kept = amount(purchased);
            let then = "purchased credits stay usable until then and are then locked.";
            said(format!("{ends} {kept} {then}"), "")
        }
        (State::PastDue, Some(row)) => {
            let failed = on(row.past_due_since.unwrap_or(row.period_start));
            let until = on(standing.grace_until.unwrap_or(row.period_end));
            let fact = format!("Last payment failed on {failed}.");
            let works = "Runs still work until then.";
            if told.billing_access {
                said(format!("{fact} Update the card by {until} to keep the plan. {works}"), "")
            } else {
                said(format!("{fact} The plan goes on until {until}. {works}"), "Ask.")
            }
        }
        (State::Unpaid, _) => {
            let locked = amount(told.locked);
            let fact =
                format!("The plan has stopped: payment failed. {locked} credits are locked.");
            said(fact, "Update the card to use them again.")
        }
        (State::Ended, _) if !told.locked.is_positive() => {
            said("Your plan has ended.".to_owned(), "Restart a plan to get included credits.")
        }
        (State::Ended, _) => {
            let fact = format!("{} credits are locked.", amount(told.locked));
            let first = told.locked_next_expiry.map(|at| format!(" (first on {})", on(at)));
            let first = first.unwrap_or_default();
            let deed = format!("Restart a plan before they expire{first} to use them again.");
            Some((fact, deed))
        }
        (State::ChangeScheduled | State::Ending | State::PastDue, None) => None,
    }
}

/// `Mia`, `Mia and Ben`, `Mia, Ben and Ida`.
fn listed(names: &[String]) -> String {
    match names {
        [] => "Nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
