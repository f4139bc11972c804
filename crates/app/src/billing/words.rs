//! How credits, money and days are said in sentences of billing.

use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits, Timestamp, Zone};

/// Whole credits with separators of thousands, rounded down; what is less than one is told exactly.
pub(crate) fn amount(credits: Credits) -> String {
    match credits.floor() {
        0 => credits.to_string(),
        whole => grouped(&whole.to_string()),
    }
}

/// `$29.00`, `29.00 chf`.
pub(crate) fn money(cents: i64, currency: &str) -> String {
    let (sign, cents) =
        if cents < 0 { ("-", cents.unsigned_abs()) } else { ("", cents.unsigned_abs()) };
    let text = format!("{}.{:02}", grouped(&(cents / 100).to_string()), cents % 100);
    match currency {
        "usd" => format!("{sign}${text}"),
        "eur" => format!("{sign}€{text}"),
        "gbp" => format!("{sign}£{text}"),
        other => format!("{sign}{text} {other}"),
    }
}

/// `14 Dec`, with the year where it is another than now's.
pub(crate) fn day(at: Timestamp, now: Timestamp, zone: &str) -> String {
    let zone = Zone::named(zone).unwrap_or_else(|_| Zone::utc());
    crate::usage::date(at, now, &zone)
}

/// `15:04`, as clocks in a zone show it.
pub(crate) fn clock(at: Timestamp, zone: &str) -> String {
    let zone = Zone::named(zone).unwrap_or_else(|_| Zone::utc());
    at.text_in(&zone).get(11..16).unwrap_or_default().to_owned()
}

/// `Team, monthly`.
pub(crate) fn plan_in(name: &str, cadence: Cadence) -> String {
    format!("{name}, {}", cadence.word())
}

/// What confirming a change does, as a sentence.
pub(crate) fn change(scenario: Scenario, plan: &str, when: &str) -> String {
    match scenario {
        Scenario::Start => format!("{plan} begins as soon as it is paid."),
        Scenario::Restart => {
            format!("{plan} begins as soon as it is paid. Locked credits are unlocked with it.")
        }
        Scenario::Upgrade => {
            format!("{plan} begins now. You pay the difference until {when}, and get its credits.")
        }
        Scenario::ToAnnual => format!(
            "{plan} begins now and lasts until {when}. The credits you have stay until they end; \
             nothing is credited for the rest of the month."
        ),
        Scenario::Downgrade | Scenario::ToMonthly => {
            format!("Nothing changes until {when}. From then on it is {plan}.")
        }
        Scenario::Current | Scenario::Unavailable => format!("You have {plan}."),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_as_people_write_them() {
        let said = ["0", "0.25", "1", "999.9", "3400", "1234567"]
            .map(|text: &str| text.parse().map(amount).unwrap_or_default());
        assert_eq!(said, ["0", "0.25", "1", "999", "3,400", "1,234,567"]);
        assert_eq!(money(2_900, "usd"), "$29.00");
        assert_eq!(money(-1_450, "usd"), "-$14.50");
        assert_eq!(money(39_900_005, "chf"), "399,000.05 chf");
    }

    #[test]
    fn days_are_the_zones_and_name_another_year() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap_or_default();
        let now = at("2026-11-22T10:00:00Z");
        assert_eq!(day(at("2026-12-14T23:30:00Z"), now, "Europe/Berlin"), "15 Dec");
        assert_eq!(day(at("2027-01-02T00:00:00Z"), now, "UTC"), "2 Jan 2027");
        assert_eq!(clock(at("2026-12-14T23:30:00Z"), "Europe/Berlin"), "00:30");
    }
}
