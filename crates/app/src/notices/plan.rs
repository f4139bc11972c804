//! What people are told about the life of their plan: that it is cancelled, goes on again, has
//! ended. The words of the notice, and those of its mail, which says all of it.
//!
//! The words are pure functions of [`PlanFacts`]. Who cancels or resumes is named where they are
//! told at once ([`App::tell_plan`]); what happened on the payment provider's pages is found by
//! [`super::watching`] and names nobody. Both move the same mark, so that it is told once.

use ampere_credits::{Credits, Timestamp, Zone};
use ampere_store::rows::{ScheduleRow, SubscriptionRow};

use super::facts::Facts;
use super::lines::{Marks, crossed_plan};
use super::{Kind, Letter, Notice, To};
use crate::app::App;
use crate::billing::ending::locked_then;
use crate::billing::standing::State;
use crate::billing::words::{amount, plan_in};
use crate::credits::Reading;
use crate::plans::starts_by_itself;
use crate::usage::date;
use crate::{Caller, Done};

/// A plan and what its end does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlanFacts {
    /// `Team, monthly`.
    pub(super) name: String,
    /// Who did what is told, where that is known.
    pub(super) by: Option<String>,
    /// When it is told, with the zone.
    pub(super) told: String,
    /// The day on which its period ends, or on which it ended.
    pub(super) day: String,
    /// The same with the time of day.
    pub(super) end: String,
    /// Credits that are locked at its end if none is used until then, or are locked now.
    pub(super) locked: Credits,
    /// The same by the day on which they expire, the soonest first.
    pub(super) by_day: Vec<(Credits, Option<String>)>,
    /// Schedules that its end pauses.
    pub(super) schedules: usize,
}

/// A notice with what its mail says.
pub(super) type Told = (Notice, Letter);

/// It ends with its period.
pub(super) fn cancelled(plan: &PlanFacts) -> Told {
    let PlanFacts { name, told, day, end, .. } = plan;
    let did = done(plan, "cancelled");
    let locked = match amount(plan.locked).as_str() {
        "0" => "Nothing is locked then.".to_owned(),
        credits => format!("{credits} credits are locked then."),
    };
    let text = format!("{did}. It runs until {day}. {locked} Until then you can resume it.");
    let mut parts = vec![
        format!("{did} on {told}."),
        format!(
            "It runs until {end}. Until then everything works as before. Nothing more is paid \
             for it."
        ),
        locks(plan, "are locked then"),
    ];
    parts.extend(pauses(plan.schedules));
    parts.push(format!(
        "You want to keep it? Resume it before {end}. That costs nothing, and it goes on as if \
         it had not been cancelled."
    ));
    let subject = format!("{name} is cancelled and runs until {day}");
    (of_plan(text, "Resume the plan"), Letter { subject, text: parts.join("\n\n") })
}

/// The cancellation was taken back.
pub(super) fn resumed(plan: &PlanFacts) -> Told {
    let PlanFacts { name, told, day, end, .. } = plan;
    let did = done(plan, "resumed");
    let text = format!("{did}. It goes on after {day}, and nothing is locked.");
    let parts = [
        format!("{did} on {told}. The cancellation is taken back."),
        format!("It goes on after {end}: it renews then and is paid as before."),
        "Nothing was paid for this now, and no credit is locked.".to_owned(),
    ];
    let subject = format!("{name} goes on");
    (of_plan(text, "Open Billing"), Letter { subject, text: parts.join("\n\n") })
}

/// It is over.
pub(super) fn ended(plan: &PlanFacts) -> Told {
    let PlanFacts { name, by, told, end, .. } = plan;
    let over = format!("Your plan {name} has ended.");
    let text = match amount(plan.locked).as_str() {
        "0" => format!("{over} Restart a plan to get included credits."),
        credits => format!(
            "{over} {credits} credits are locked. Restart a plan before they expire to use them \
             again."
        ),
    };
    let first = match by {
        Some(by) => format!("{by} cancelled {name} on {told}. It has ended."),
        None => format!("Your plan {name} has ended on {end}."),
    };
    let parts = [
        first,
        locks(plan, "are locked now"),
        "Nothing is paid for it any more. Everything you made stays open to read.".to_owned(),
        "You want to go on? Restart a plan. Locked credits that have not expired are usable \
         again at once."
            .to_owned(),
    ];
    let subject = format!("{name} has ended");
    (of_plan(text, "Restart a plan"), Letter { subject, text: parts.join("\n\n") })
}

fn of_plan(text: String, action: &'static str) -> Notice {
    Notice { kind: Kind::Plan, to: To::Billing, text, url: "/billing".to_owned(), action }
}

/// `Mia cancelled Team, monthly`; without a name where nobody is known.
fn done(plan: &PlanFacts, deed: &str) -> String {
    match &plan.by {
        Some(by) => format!("{by} {deed} {}", plan.name),
        None => format!("{} was {deed}", plan.name),
    }
}

/// What is locked, with the days on which it expires.
fn locks(plan: &PlanFacts, when: &str) -> String {
    if !plan.locked.is_positive() {
        return "No credits are locked: none are left beyond its end.".to_owned();
    }
    let list = plan.by_day.iter().map(|(credits, day)| match day {
        Some(day) => format!("- {} that expire on {day}", amount(*credits)),
        None => format!("- {} that do not expire", amount(*credits)),
    });
    let list: Vec<String> = list.collect();
    format!(
        "{} credits {when}:\n{}\nLocked credits stay yours and start no run until a plan is \
         restarted. They expire on their day.",
        amount(plan.locked),
        list.join("\n")
    )
}

fn pauses(schedules: usize) -> Option<String> {
    match schedules {
        0 => None,
        1 => Some("1 schedule pauses then.".to_owned()),
        many => Some(format!("{many} schedules pause then.")),
    }
}

/// `14 Dec, 09:12`.
fn moment(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let clock = at.text_in(zone);
    format!("{}, {}", date(at, now, zone), clock.get(11..16).unwrap_or_default())
}

impl App {
    /// What there is to tell of a plan that is in order, ends or has ended.
    ///
    /// # Errors
    /// Sums that cannot be.
    pub(super) fn plan_facts(
        &self,
        (state, row): (State, &SubscriptionRow),
        schedules: &[ScheduleRow],
        (reading, now, zone): (&Reading, Timestamp, &Zone),
    ) -> Done<PlanFacts> {
        let over = state == State::Ended;
        let end = if over { row.ended_at.unwrap_or(row.period_end) } else { row.period_end };
        let locked = locked_then(reading, if over { now } else { end })?;
        let named = |at: Timestamp| date(at, now, zone);
        // One of a version that is not known here ends all the same.
        let name = self.version_of(&row.on).map_or(&row.on.plan, |version| &version.plan.name);
        Ok(PlanFacts {
            name: plan_in(name, row.on.cadence),
            by: None,
            told: format!("{} ({})", moment(now, now, zone), zone.name()),
            day: named(end),
            end: moment(end, now, zone),
            locked: Credits::sum(locked.iter().map(|(credits, _)| *credits))?,
            by_day: locked.into_iter().map(|(credits, at)| (credits, at.map(named))).collect(),
            schedules: schedules.iter().filter(|row| starts_by_itself(row.state)).count(),
        })
    }

    /// Tells billing people at once what somebody has just done to the plan. That it cannot be
    /// told is logged and changes nothing: the next look finds it, without the name.
    pub(crate) async fn tell_plan(&self, caller: &Caller) {
        if let Err(error) = self.tell_plan_by(caller).await {
            tracing::error!(org = %caller.org, %error, "a change of the plan could not be told");
        }
    }

    async fn tell_plan_by(&self, caller: &Caller) -> Done<()> {
        let org = caller.org;
        let marks = self.store.marks(org).await?;
        let marks: Marks = marks.into_iter().map(|row| (row.subject, row.level)).collect();
        let (reading, schedules) = (self.reading(org).await?, self.store.schedules(org).await?);
        let zone = Zone::named(&caller.zone).unwrap_or_else(|_| Zone::utc());
        let at = (&reading, reading.balance.at, &zone);
        let mut standing = self.standing_told(org, &schedules, at).await?;
        if let Some(plan) = &mut standing.plan {
            plan.by = Some(caller.name.clone());
        }
        let facts = Facts { standing, ..Facts::default() };
        for line in crossed_plan(&facts, &marks) {
            self.tell_line(org, line).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
