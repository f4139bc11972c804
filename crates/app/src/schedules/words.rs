//! Rules and instants in words, as screens and mails show them.
//!
//! Owns the sentences. Never decides when something runs: that is [`super::recurrence`], and the
//! words about changing clocks here say what is told there.

use ampere_credits::{Timestamp, Zone};

use super::recurrence::Recurrence;
use super::rule::{Rule, Weekdays};

/// A rule in one line: `Every Monday and Thursday at 09:00, Europe/Berlin`.
fn in_words(rule: &Rule, zone: &Zone) -> String {
    let zone = zone.name();
    match rule {
        Rule::Hourly { minute } => match minute.minute() {
            0 => format!("Every hour, on the hour, {zone}"),
            minute => format!("Every hour at {minute} minutes past, {zone}"),
        },
        Rule::Daily { at } => format!("Every day at {at}, {zone}"),
        Rule::Weekly { weekdays, at } => format!("Every {} at {at}, {zone}", days(weekdays)),
        Rule::Monthly { day, at } => match day.day() {
            31 => format!("On the last day of every month at {at}, {zone}"),
            day @ (29 | 30) => {
                let shorter = "the last day of shorter months";
                format!("On day {day} of every month ({shorter}) at {at}, {zone}")
            }
            day => format!("On day {day} of every month at {at}, {zone}"),
        },
    }
}

/// `Monday`, `Monday and Thursday`, `Monday, Tuesday and Sunday`; all seven are `day`.
fn days(weekdays: &Weekdays) -> String {
    let names: Vec<&str> = weekdays.iter().map(|day| day.name()).collect();
    match names.as_slice() {
        all if all.len() == 7 => "day".to_owned(),
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        one => one.concat(),
    }
}

impl Recurrence {
    /// The rule in one line.
    pub fn in_words(&self) -> String {
        in_words(self.rule(), self.zone())
    }

    /// An instant of this rule for a list: `Mon 23 Nov 2026, 09:00`. Where clocks show that time
    /// twice, the zone's letters tell which.
    pub fn instant_in_words(&self, at: Timestamp) -> String {
        let Some(local) = self.local(at) else { return at.to_string() };
        let civil = local.datetime();
        let twice = local.time_zone().to_ambiguous_timestamp(civil).is_ambiguous();
        let form = if twice { "%a %-d %b %Y, %H:%M %Z" } else { "%a %-d %b %Y, %H:%M" };
        local.strftime(form).to_string()
    }

    /// The same within a sentence: `21 Nov, 09:00`.
    pub fn instant_in_short(&self, at: Timestamp) -> String {
        let Some(local) = self.local(at) else { return at.to_string() };
        local.strftime("%-d %b, %H:%M").to_string()
    }

    /// What happens when the clocks change; none where they do not within a year.
    pub fn clock_changes(&self, after: Timestamp) -> Option<&'static str> {
        let words = match self.rule() {
            Rule::Hourly { .. } => {
                "When clocks go forward, the hour that is skipped is left out; when they go back, \
                 the hour that comes twice runs twice."
            }
            _ => {
                "When clocks go forward over this time, it runs right after the change; when they \
                 go back, it runs once, the first time."
            }
        };
        self.clocks_change(after).then_some(words)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schedules::reading::read;

    fn words(rule: serde_json::Value) -> String {
        let (rule, zone) = read(&rule, "Europe/Berlin").expect("a rule");
        in_words(&rule, &zone)
    }

    #[test]
    fn rules_in_words() {
        let weekly = |days: &[&str]| json!({"every": "weekly", "weekdays": days, "at": "09:00"});
        let monthly = |day: u8| json!({"every": "monthly", "day": day, "at": "23:45"});
        let all = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let told = [
            (json!({"every": "hourly", "minute": 0}), "Every hour, on the hour, "),
            (json!({"every": "hourly", "minute": 15}), "Every hour at 15 minutes past, "),
            (json!({"every": "daily", "at": "00:15"}), "Every day at 00:15, "),
            (weekly(&["sunday"]), "Every Sunday at 09:00, "),
            (weekly(&["thursday", "monday"]), "Every Monday and Thursday at 09:00, "),
            (weekly(&all[4..]), "Every Friday, Saturday and Sunday at 09:00, "),
            (weekly(&all), "Every day at 09:00, "),
            (monthly(1), "On day 1 of every month at 23:45, "),
            (monthly(30), "On day 30 of every month (the last day of shorter months) at 23:45, "),
            (monthly(31), "On the last day of every month at 23:45, "),
        ];
        for (rule, expected) in told {
            assert_eq!(words(rule), format!("{expected}Europe/Berlin"));
        }
    }

    #[test]
    fn instants_in_words() {
        let rule = json!({"every": "hourly", "minute": 30});
        let (rule, zone) = read(&rule, "Europe/Berlin").expect("a rule");
        let recurrence = Recurrence::new(&rule, &zone).expect("it has a meaning");
        let before: Timestamp = "2026-10-24T23:30:00Z".parse().expect("an instant");
        let texts: Vec<String> = recurrence
            .next_three(before)
            .into_iter()
            .map(|at| recurrence.instant_in_words(at))
            .collect();
        let expected =
            ["Sun 25 Oct 2026, 02:30 CEST", "Sun 25 Oct 2026, 02:30 CET", "Sun 25 Oct 2026, 03:30"];
        assert_eq!(texts, expected);
        assert_eq!(recurrence.instant_in_short(before), "25 Oct, 01:30");
    }

    #[test]
    fn changing_clocks_are_told_where_clocks_change() {
        let now: Timestamp = "2026-11-22T09:00:00Z".parse().expect("an instant");
        let told = |rule: serde_json::Value, zone: &str| {
            let (rule, zone) = read(&rule, zone).expect("a rule");
            let recurrence = Recurrence::new(&rule, &zone).expect("it has a meaning");
            recurrence.clock_changes(now)
        };
        let daily = json!({"every": "daily", "at": "02:30"});
        let hourly = json!({"every": "hourly", "minute": 0});
        assert!(told(daily.clone(), "Europe/Berlin").is_some_and(|text| text.contains("once")));
        assert!(told(hourly, "Africa/Cairo").is_some_and(|text| text.contains("twice")));
        for still in ["UTC", "Asia/Kathmandu", "Africa/Casablanca"] {
            assert_eq!(told(daily.clone(), still), None, "{still}");
        }
    }
}
