//! Usage: where the credits of the current period went.
//!
//! Sums of settled usage, read only; the balance in it is the same as everywhere. Never
//! attributes by guessing: a run counts on the day of its settle. Read next: [`shares`], [`pace`].

mod pace;
pub(crate) use pace::date;
mod shares;

use std::collections::BTreeMap;

use ampere_credits::period::{Anchor, Period};
use ampere_credits::{Credits, Day, OrgId, Timestamp, UserId, Zone};
use ampere_store::rows::{RunKind, UsageSums};

use crate::app::App;
use crate::credits::{BalanceView, Reading, used};
use crate::{AppError, Caller, Done};

pub use shares::percentages;

/// Half a day: stepping by it meets every calendar day, whatever the clocks do.
const HALF_DAY_SECONDS: i64 = 43_200;
/// A pool that changes while it is summed up is read again, at most so often.
const TRIES: u32 = 5;

/// What spent the credits of the current period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageSummary {
    /// The trial's span, or the organization's calendar month.
    pub period: Period,
    /// Whole days until it ends, rounded up.
    pub days_left: i64,
    /// IANA zone of the days.
    pub zone: String,
    /// The balance, as everywhere.
    pub credits: BalanceView,
    /// All credits used in the period.
    pub used: Credits,
    /// By kind of work, most credits first.
    pub sources: Vec<Source>,
    /// By model, most credits first: model, credits, runs.
    pub models: Vec<(String, Credits, u64)>,
    /// By person, most credits first; only for billing access.
    pub members: Option<Vec<(UserId, String, Credits, u64)>>,
    /// Each day of the period until today.
    pub days: Vec<(Day, Credits)>,
    /// How much of the included credits is used, in whole percent, rounded down.
    pub included_percent_used: u32,
    /// How long credits last, as a sentence; none when nothing was used in the last days.
    pub pace: Option<String>,
}

/// One kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its stable word.
    pub source: String,
    /// For people.
    pub label: &'static str,
    /// What it used.
    pub credits: Credits,
    /// Of all credits used, in whole percent; the shares add up to 100.
    pub share_percent: u32,
    /// Runs.
    pub count: u64,
}

/// What a summary is made of.
pub(crate) struct Summed {
    pub(crate) reading: Reading,
    pub(crate) credits: BalanceView,
    pub(crate) period: Period,
    pub(crate) sums: UsageSums,
}

impl App {
    /// What the caller's organization used in the current period.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usage_summary(&self, caller: &Caller) -> Done<UsageSummary> {
        let zone = Zone::named(&caller.zone).map_err(|_| AppError::Internal)?;
        let Summed { reading, credits, period, sums } = self.summed(caller.org).await?;
        let now = credits.balance.at;
        let pace = self.pace(caller.org).await?;
        let sentence = pace::sentence(&reading, pace, credits.period, &zone);
        let granted = i128::from(credits.included_granted.micros());
        let percent = (i128::from(credits.included_used.micros()) * 100).checked_div(granted);
        Ok(UsageSummary {
            period,
            days_left: period.days_left(now),
            zone: caller.zone.clone(),
            used: used(&sums)?,
            sources: sources(&sums),
            members: caller.billing_access().then(|| sums.people.clone()),
            days: days(&sums, period, now, &zone),
            included_percent_used: percent.and_then(|p| u32::try_from(p).ok()).unwrap_or(0),
            pace: sentence,
            models: sums.models,
            credits,
        })
    }

    /// The balance and the sums of its period, of one position: read again when a commit came
    /// between. Where commits come without end the sums are a little ahead of the balance.
    pub(crate) async fn summed(&self, org: OrgId) -> Done<Summed> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (reading, credits) = self.credits_of(org).await?;
            let period = match credits.period {
                Some(period) => period,
                None => self.calendar_period(org, credits.balance.at).await?,
            };
            let sums = self.store.usage(org, period.start, period.end).await?;
            let after = self.store.pool(org).await?.position;
            if after == credits.balance.position || tries >= TRIES {
                return Ok(Summed { reading, credits, period, sums });
            }
        }
    }

    /// Without included credits: months from the organization's creation, in its zone.
    async fn calendar_period(&self, org: OrgId, now: Timestamp) -> Done<Period> {
        let organization = self.store.organization(org).await?.ok_or(AppError::NotFound)?;
        let zone = Zone::named(&organization.zone).map_err(|_| AppError::Internal)?;
        let anchor = Anchor { at: organization.created_at, zone };
        Ok(anchor.period_at(now).unwrap_or_else(|| anchor.period(0)))
    }
}

fn sources(sums: &UsageSums) -> Vec<Source> {
    let mut kinds = sums.kinds.clone();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let shares = percentages(&kinds.iter().map(|kind| kind.1).collect::<Vec<_>>());
    kinds
        .into_iter()
        .zip(shares)
        .map(|((source, credits, count), share_percent)| Source {
            label: label(&source),
            source,
            credits,
            share_percent,
            count,
        })
        .collect()
}

fn label(source: &str) -> &'static str {
    match RunKind::from_word(source) {
        Some(RunKind::Message) => "Agent chat",
        Some(RunKind::Tool) => "AI Tools",
        Some(RunKind::Workflow) => "Workflows",
        Some(RunKind::Background) => "Background",
        Some(RunKind::Browser) => "Browser sessions",
        None => "Other",
    }
}

/// Every day from the period's start until now, and days that the zone of then put outside.
fn days(sums: &UsageSums, period: Period, now: Timestamp, zone: &Zone) -> Vec<(Day, Credits)> {
    let mut days: BTreeMap<Day, Credits> = sums.days.iter().copied().collect();
    let last = now.min(period.end).max(period.start);
    let mut at = period.start;
    while at < last {
        days.entry(at.day_in(zone)).or_default();
        at = at.plus_seconds(HALF_DAY_SECONDS);
    }
    if last < period.end {
        days.entry(last.day_in(zone)).or_default();
    }
    days.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn texts(days: &[(Day, Credits)]) -> Vec<String> {
        days.iter().map(|(day, credits)| format!("{day} {credits}")).collect()
    }

    #[test]
    fn days_without_usage_are_there_with_zero_and_none_is_twice() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        // The clocks went back on 25 Oct 2026: that day had 25 hours.
        let period = Period { start: at("2026-10-24T10:00:00Z"), end: at("2026-11-24T10:00:00Z") };
        let used = vec![(at("2026-10-25T12:00:00Z").day_in(&zone), Credits::whole(3))];
        let sums = UsageSums { days: used, ..UsageSums::default() };
        let got = days(&sums, period, at("2026-10-26T23:30:00Z"), &zone);
        let wanted = ["2026-10-24 0", "2026-10-25 3", "2026-10-26 0", "2026-10-27 0"];
        assert_eq!(texts(&got), wanted);
    }

    #[test]
    fn sources_are_ranked_and_named() {
        let kinds = vec![
            ("other".to_owned(), Credits::whole(1), 4),
            ("message".to_owned(), Credits::whole(2), 3),
        ];
        let got = sources(&UsageSums { kinds, ..UsageSums::default() });
        let seen: Vec<_> = got.iter().map(|s| (s.label, s.share_percent, s.count)).collect();
        assert_eq!(seen, [("Agent chat", 67, 3), ("Other", 33, 4)]);
    }
}
