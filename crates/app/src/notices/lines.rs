//! Which lines are crossed: one pure function from what is true now, and the sides that were told
//! last, to what is to be told.
//!
//! A line that was told is told again only after it was back. A balance that hovers at its line
//! is not back: it has to rise clearly above it first.

use std::collections::BTreeMap;

use ampere_credits::Credits;

use super::facts::{Facts, Purchased, Recharged, Standing};
use super::{Kind, Letter, Notice, To, plan as life};
use crate::billing::words::amount;

/// The shares of the included credits that are told, in percent, with how their level is called.
const SHARES: [(i128, &str); 3] = [(10, "tenth"), (25, "quarter"), (50, "half")];
/// A share is back when this many percent points more are left than its line says.
const CLEAR_PERCENT: i128 = 5;
/// Fewer days than this at the present pace: low. Back from one day more on.
const LOW_DAYS: i64 = 3;

/// A line that stands at another level than was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crossed {
    pub(super) subject: String,
    pub(super) level: String,
    /// What is told about it; nothing where it only is back.
    pub(super) notice: Option<Notice>,
    /// What its mail says, where that is more.
    pub(super) letter: Option<Letter>,
}

/// The levels that were told last, by subject.
pub(super) type Marks = BTreeMap<String, String>;

/// Everything that is crossed now.
pub(super) fn crossed(facts: &Facts, marks: &Marks) -> Vec<Crossed> {
    let mut lines =
        vec![share(facts, marks), pace(facts, marks), included(facts), pool(facts, marks)];
    lines.extend(plan(facts, marks));
    lines.extend(facts.recharged.iter().map(recharged));
    lines.extend(facts.purchased.iter().filter_map(expiring));
    lines.extend(facts.schedules.iter().map(|schedule| {
        let notice = schedule.trouble.then(|| Notice {
            kind: Kind::Schedule,
            to: To::Person(schedule.owner),
            text: schedule.text.clone(),
            url: "/schedules".to_owned(),
            action: "See schedules",
        });
        line(format!("schedule:{}", schedule.id), schedule.state, notice)
    }));
    news(lines, marks)
}

/// What is crossed of the plan alone.
pub(super) fn crossed_plan(facts: &Facts, marks: &Marks) -> Vec<Crossed> {
    news(plan(facts, marks), marks)
}

/// The lines that stand at another level than was told.
fn news(mut lines: Vec<Crossed>, marks: &Marks) -> Vec<Crossed> {
    lines.retain(|line| {
        let told = marks.get(&line.subject).map(String::as_str);
        told != Some(line.level.as_str()) && (told.is_some() || line.notice.is_some())
    });
    lines
}

fn line(subject: impl Into<String>, level: impl Into<String>, notice: Option<Notice>) -> Crossed {
    Crossed { subject: subject.into(), level: level.into(), notice, letter: None }
}

fn billing(kind: Kind, text: String, action: &'static str) -> Notice {
    Notice { kind, to: To::Billing, text, url: "/billing".to_owned(), action }
}

/// What is left against the included credits of the period.
fn share(facts: &Facts, marks: &Marks) -> Crossed {
    let told = marks.get("share").map(String::as_str).unwrap_or("ok");
    let whole = i128::from(facts.included_granted.micros());
    let left = i128::from(facts.left.micros()) * 100;
    let depth = |level: &str| SHARES.iter().position(|(_, word)| *word == level);
    let now = SHARES.iter().find(|(percent, word)| {
        // A line that was told stays crossed until it is clearly passed upwards.
        let was = depth(told).is_some_and(|at| Some(at) <= depth(word));
        let line = if was { percent + CLEAR_PERCENT } else { *percent };
        whole > 0 && left < whole * line
    });
    let Some((percent, word)) = now else { return line("share", "ok", None) };
    let deeper = depth(told).is_none_or(|at| depth(word).is_some_and(|now| now < at));
    let (left, whole) = (amount(facts.left), amount(facts.included_granted));
    let text = format!(
        "Less than {percent} % is left: {left} credits, of {whole} included ones. Buy credits or \
         turn on auto-recharge."
    );
    line("share", *word, deeper.then(|| billing(Kind::Balance, text, "Open Billing")))
}

/// How long it lasts at the present pace.
fn pace(facts: &Facts, marks: &Marks) -> Crossed {
    let was_low = marks.get("pace").is_some_and(|level| level == "low");
    let line_days = if was_low { LOW_DAYS + 1 } else { LOW_DAYS };
    let low = facts.days_left.filter(|days| *days < line_days && facts.left.is_positive());
    let Some(days) = low else { return line("pace", "ok", None) };
    let left = amount(facts.left);
    let text = format!(
        "{left} credits left, about {days} {} at the current pace. Buy credits or turn on \
         auto-recharge.",
        if days == 1 { "day" } else { "days" }
    );
    line("pace", "low", Some(billing(Kind::Balance, text, "Open Billing")))
}

fn included(facts: &Facts) -> Crossed {
    let used_up = facts.included_granted.is_positive() && facts.included_left.is_zero();
    if !used_up {
        return line("included", "ok", None);
    }
    let text = match &facts.period_ends {
        Some(day) => format!(
            "Included credits are used up until {day}. New work now uses purchased credits."
        ),
        None => "Included credits are used up. New work now uses purchased credits.".to_owned(),
    };
    line("included", "used_up", Some(billing(Kind::IncludedUsedUp, text, "Open Usage")))
}

/// Whether runs start.
fn pool(facts: &Facts, marks: &Marks) -> Crossed {
    let to = To::BillingAnd(facts.recent_starters.clone());
    let told = |text: &str, action| Notice {
        kind: Kind::Paused,
        to: to.clone(),
        text: text.to_owned(),
        url: "/billing".to_owned(),
        action,
    };
    if facts.paused {
        let text = "AI runs are paused: no credits left. Everything you made stays open. Runs \
                    start again when credits are added or at the next reset.";
        return line("pool", "paused", Some(told(text, "Open Billing")));
    }
    let back = marks.get("pool").is_some_and(|level| level == "paused");
    let text = format!("AI runs start again: {} credits are available.", amount(facts.available));
    line("pool", "ok", back.then(|| told(&text, "Open Billing")))
}

/// Where the plan is in its life.
fn plan(facts: &Facts, marks: &Marks) -> Vec<Crossed> {
    let Standing { state, text, trouble, confirm, plan } = &facts.standing;
    let was = marks.get("plan").map(String::as_str).unwrap_or_default();
    let (notice, letter) = match plan.as_ref().and_then(|plan| of_life(state, was, plan)) {
        Some((notice, letter)) => (Some(notice), Some(letter)),
        None if *trouble => (Some(billing(Kind::Payment, text.clone(), "Open Billing")), None),
        None if *state == "active" && ["past_due", "unpaid", "ended"].contains(&was) => {
            let text = "The payment came in. Your plan goes on.".to_owned();
            (Some(billing(Kind::Payment, text, "Open Billing")), None)
        }
        None => (None, None),
    };
    let asked = confirm.as_ref().map(|_| {
        let text = "Your bank wants you to confirm a payment. Nothing is added until you do.";
        billing(Kind::Payment, text.to_owned(), "Confirm payment")
    });
    let level = confirm.clone().unwrap_or_else(|| "ok".to_owned());
    vec![Crossed { letter, ..line("plan", *state, notice) }, line("confirm", level, asked)]
}

/// A plan that was cancelled, goes on again or is over.
fn of_life(state: &str, was: &str, plan: &life::PlanFacts) -> Option<life::Told> {
    match (state, was) {
        ("ending", _) => Some(life::cancelled(plan)),
        ("active" | "change_scheduled", "ending") => Some(life::resumed(plan)),
        ("ended", _) => Some(life::ended(plan)),
        _ => None,
    }
}

/// An attempt of auto-recharge that has an outcome.
fn recharged(attempt: &Recharged) -> Crossed {
    let credits = amount(attempt.credits);
    let notice = match attempt.state {
        "paid" => {
            let text = format!("Auto-recharge added {credits} credits.");
            Some(billing(Kind::Recharged, text, "Open Billing"))
        }
        "declined" if attempt.off => {
            let text = "Auto-recharge is off after three declines. Update the card to turn it on \
                        again.";
            Some(billing(Kind::Payment, text.to_owned(), "Open Billing"))
        }
        "declined" => {
            let text = format!("{} We will try again in an hour.", attempt.why);
            Some(billing(Kind::Payment, text, "Open Billing"))
        }
        "needs_confirmation" => {
            let text = "Your bank wants you to confirm the payment of auto-recharge. Nothing is \
                        added until you do, and it is off until you turn it on again.";
            Some(billing(Kind::Payment, text.to_owned(), "Open Billing"))
        }
        _ => None,
    };
    line(format!("recharge:{}", attempt.id), attempt.state, notice)
}

/// Purchased credits that end soon.
fn expiring(purchased: &Purchased) -> Option<Crossed> {
    let level = match purchased.days {
        0..=7 => "7",
        8..=30 => "30",
        _ => return None,
    };
    let credits: Credits = purchased.left;
    let text = format!(
        "{} purchased credits expire on {}. They are used after the included ones.",
        amount(credits),
        purchased.day
    );
    let notice = billing(Kind::Expiring, text, "Open Billing");
    Some(line(format!("expiring:{}", purchased.id), level, Some(notice)))
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
