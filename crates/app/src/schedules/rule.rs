//! Rules of schedules: when, in a person's words and local time, something is to run.
//!
//! Owns what a rule can say and how that is written as JSON. Never looks at a clock or a
//! calendar: that is [`super::recurrence`]. Read next: [`super::reading`].

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

/// Minutes between two slots: nothing starts at any other minute of an hour.
const SLOT: u8 = 15;

/// When something runs, on the clocks of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "every", rename_all = "snake_case")]
pub enum Rule {
    /// Every hour.
    Hourly {
        /// So many minutes past.
        minute: Slot,
    },
    /// Every day.
    Daily {
        /// At this time.
        at: TimeOfDay,
    },
    /// On some days of the week.
    Weekly {
        /// Which.
        weekdays: Weekdays,
        /// At this time.
        at: TimeOfDay,
    },
    /// Once a month.
    Monthly {
        /// On this day, or the last one of a month that is shorter.
        day: MonthDay,
        /// At this time.
        at: TimeOfDay,
    },
}

/// A quarter of an hour: 0, 15, 30 or 45 minutes past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slot(u8);

impl Slot {
    /// From minutes past the hour; none unless they are a slot.
    pub fn new(minute: u8) -> Option<Slot> {
        (minute < 60 && minute.is_multiple_of(SLOT)).then_some(Slot(minute))
    }

    /// Minutes past the hour.
    pub fn minute(self) -> u8 {
        self.0
    }
}

/// A time of day in a slot, written `09:15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    hour: u8,
    slot: Slot,
}

impl TimeOfDay {
    /// From hour and minute; none unless it is a slot of a day.
    pub fn new(hour: u8, minute: u8) -> Option<TimeOfDay> {
        let slot = Slot::new(minute)?;
        (hour < 24).then_some(TimeOfDay { hour, slot })
    }

    /// 0 to 23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// Minutes past the hour.
    pub fn minute(self) -> u8 {
        self.slot.minute()
    }

    /// Two digits, a colon, two digits.
    pub(super) fn read(text: &str) -> Option<TimeOfDay> {
        let (hour, minute) = text.split_once(':')?;
        let two = |digits: &str| -> Option<u8> {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok())?
        };
        TimeOfDay::new(two(hour)?, two(minute)?)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.slot.0)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A day of the week; weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// From Monday to Sunday.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// As it is written in a text: `Monday`.
    pub fn name(self) -> &'static str {
        match self {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }

    /// From the word in JSON: `monday`.
    pub(super) fn read(word: &str) -> Option<Weekday> {
        Weekday::ALL.into_iter().find(|day| day.name().to_ascii_lowercase() == word)
    }
}

/// One or more days of the week, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Weekdays(BTreeSet<Weekday>);

impl Weekdays {
    /// None of no day.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Option<Weekdays> {
        let days: BTreeSet<Weekday> = days.into_iter().collect();
        (!days.is_empty()).then_some(Weekdays(days))
    }

    /// From Monday on.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Weekday> {
        self.0.iter().copied()
    }
}

/// A day of the month, 1 to 31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MonthDay(u8);

impl MonthDay {
    /// None unless some month has this day.
    pub fn new(day: u8) -> Option<MonthDay> {
        (1..=31).contains(&day).then_some(MonthDay(day))
    }

    /// 1 to 31.
    pub fn day(self) -> u8 {
        self.0
    }
}
