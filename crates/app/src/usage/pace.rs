//! The pace sentence: how long the credits last when work goes on as in the last days.
//!
//! Pure. Walks the grants in their order of use and lets each end by use or by its own expiry,
//! whichever comes first. Says nothing when nothing was used.

use ampere_credits::period::Period;
use ampere_credits::{Day, Timestamp, Zone};

use crate::credits::{PACE_DAYS, Pace, Reading};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
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

/// When and how the last credits end; none if there are none, nothing is used, or nothing can be.
fn last(reading: &Reading, pace: Pace) -> Option<End> {
    if reading.locked {
        return None;
    }
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
pub(crate) fn date(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
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

#[cfg(test)]
mod tests {
    use ampere_credits::ledger::{Balance, Cause, Class, Grant, GrantTerms};
    use ampere_credits::{Credits, GrantId};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Grants of (credits, expiry), read on 22 Nov 2026.
    fn reading(grants: &[(u32, &str)]) -> Reading {
        let now = at("2026-11-22T10:00:00Z");
        let grant = |(id, (credits, expires)): (usize, &(u32, &str))| Grant {
            unheld: Credits::whole(*credits),
            ..Grant::new(GrantTerms {
                id: GrantId::from_bits(id as u128),
                class: if id == 0 { Class::Included } else { Class::Purchased },
                cause: if id == 0 { Cause::Trial } else { Cause::TopUp },
                amount: Credits::whole(*credits),
                effective: now,
                expires: Some(at(expires)),
            })
        };
        let balance = Balance {
            position: 1,
            at: now,
            available: Credits::ZERO,
            held: Credits::ZERO,
            included: Credits::ZERO,
            purchased: Credits::ZERO,
            outstanding: Credits::ZERO,
            locked: Credits::ZERO,
            frozen: Credits::ZERO,
            background: Credits::ZERO,
            background_available: Credits::ZERO,
            next_expiry: None,
            locked_next_expiry: None,
        };
        Reading { balance, locked: false, grants: grants.iter().enumerate().map(grant).collect() }
    }

    fn said(grants: &[(u32, &str)], used: u32) -> Option<String> {
        let reading = reading(grants);
        let trial = Period { start: reading.balance.at, end: at("2026-12-22T10:00:00Z") };
        let pace = Pace { used: Credits::whole(used) };
        let text = sentence(&reading, pace, Some(trial), &Zone::utc())?;
        text.strip_prefix("At the last 7 days' pace, credits last ").map(str::to_owned)
    }

    const TRIAL_ENDS: &str = "2026-12-22T10:00:00Z";
    const YEAR_LATER: &str = "2027-11-22T10:00:00Z";

    #[test]
    fn it_says_how_long_credits_last() {
        let trial = [(1_000, TRIAL_ENDS)];
        let until = |text: &str| Some(format!("until {text}"));
        assert_eq!(said(&trial, 700), until("2 Dec, 20 days before the trial ends."));
        assert_eq!(said(&trial, 240), until("21 Dec."), "less than a day before");
        assert_eq!(said(&trial, 70), until("they expire on 22 Dec."));
        assert_eq!(said(&trial, 0), None, "nothing used: nothing said");
        assert_eq!(said(&[], 700), None, "nothing left: nothing said");
    }

    #[test]
    fn credits_that_expire_before_their_turn_do_not_count() {
        let with = |end| [(1_000, TRIAL_ENDS), (300, end)];
        assert_eq!(
            said(&with(YEAR_LATER), 700),
            Some("until 5 Dec, 17 days before the trial ends.".into())
        );
        assert_eq!(said(&with(YEAR_LATER), 70), Some("until 21 Jan 2027.".into()));
        assert_eq!(
            said(&with("2026-11-30T10:00:00Z"), 700),
            Some("until 2 Dec, 20 days before the trial ends.".into())
        );
        let large = [(1_000, TRIAL_ENDS), (50_000, "2028-01-01T00:00:00Z")];
        assert_eq!(said(&large, 7), Some("more than a year.".into()));
    }
}
