//! The pace sentence: how long the credits last when work goes on as in the last days.
//!
//! Pure. Walks the grants in their order of use and lets each end by use or by its own expiry,
//! whichever comes first. Says nothing when nothing was used.

use ampere_credits::period::Period;
use ampere_credits::{Day, Timestamp, Zone};

use crate::credits::{PACE_DAYS, Pace, Reading};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// Beyond this a date says more than is known.
const FAR_DAYS: i64 = 366;

/// How the last credits end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Used(Timestamp),
    Expired(Timestamp),
}

/// `trial` is the trial's span while it lasts.
pub(super) fn sentence(
    reading: &Reading,
    pace: Pace,
    trial: Option<Period>,
    zone: &Zone,
) -> Option<String> {
    let now = reading.balance.at;
    let opening = format!("At the last {PACE_DAYS} days' pace, credits last");
    Some(match last(reading, pace)? {
        End::Used(at) | End::Expired(at) if at > now.plus_days(FAR_DAYS) => {
            format!("{opening} more than a year.")
        }
        End::Expired(at) => {
            format!("{opening} until they expire on {}.", date(at, now, zone))
        }
        End::Used(at) => match trial.map(|trial| trial.end.seconds_since(at) / 86_400) {
            Some(1) => {
                format!("{opening} until {}, a day before the trial ends.", date(at, now, zone))
            }
            Some(days) if days > 1 => format!(
                "{opening} until {}, {days} days before the trial ends.",
                date(at, now, zone)
            ),
            _ => format!("{opening} until {}.", date(at, now, zone)),
        },
    })
}

/// When and how the last credits end; none if there are none, or nothing is used.
fn last(reading: &Reading, pace: Pace) -> Option<End> {
    let mut at = reading.balance.at;
    let mut end = None;
    for grant in reading.eligible() {
        let expires = grant.terms.expires.unwrap_or(Timestamp::from_micros(i64::MAX));
        let left = grant.unheld.plus(grant.held).ok()?;
        if left.is_zero() || expires <= at {
            continue;
        }
        let used_up = Timestamp::from_micros(at.micros().saturating_add(pace.micros_for(left)?));
        at = used_up.min(expires);
        end = Some(if used_up <= expires { End::Used(at) } else { End::Expired(at) });
    }
    end
}

/// `3 Dec`, with the year when it is another one.
fn date(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let (year, text) = spoken(at.day_in(zone));
    let (this_year, _) = spoken(now.day_in(zone));
    if year == this_year { text } else { format!("{text} {year}") }
}

fn spoken(day: Day) -> (String, String) {
    let written = day.to_string();
    let mut parts = written.rsplitn(3, '-');
    let (day, month) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let month = month.parse::<usize>().unwrap_or_default().saturating_sub(1);
    let month = MONTHS.get(month).copied().unwrap_or_default();
    let text = format!("{} {month}", day.trim_start_matches('0'));
    (parts.next().unwrap_or_default().to_owned(), text)
}
