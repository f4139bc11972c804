//! Instants in UTC microseconds, local days in a zone, and the two things that the machine
//! gives: a clock and chance, as traits. Never asks the machine itself.

use std::fmt;
use std::str::FromStr;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    /// Microseconds since 1970 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Later by whole seconds; stays at the end of time instead of wrapping.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Timestamp(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// Later by days of 24 hours.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Whole seconds from `earlier` to this, rounded down; negative if it is later.
    pub const fn seconds_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(SECOND)
    }

    /// The calendar day on which this instant falls in a zone.
    pub fn day_in(self, zone: &Zone) -> Day {
        Day(self.jiff().to_zoned(zone.0.clone()).date())
    }

    /// The date and time of day that clocks in a zone show, `2026-11-22 11:42:00`.
    pub fn text_in(self, zone: &Zone) -> String {
        self.jiff().to_zoned(zone.0.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    pub(crate) fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| TimeError::Instant)?;
        Ok(Timestamp(parsed.as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Why a text is no instant, day or zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339.
    #[error("not an instant in RFC 3339 form, like 2026-11-22T10:42:00Z")]
    Instant,
    /// Not a zone of the IANA database.
    #[error("not an IANA time zone, like Europe/Berlin")]
    Zone,
    /// Not a calendar day.
    #[error("not a day, like 2026-11-22")]
    Day,
}

/// A time zone of the IANA database that is compiled in (no files of the machine are read).
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Zone(TimeZone::UTC)
    }

    /// By its IANA name.
    pub fn named(name: &str) -> Result<Self, TimeError> {
        if name == "UTC" || name == "Etc/UTC" {
            return Ok(Zone::utc());
        }
        let known = TimeZoneDatabase::bundled().get(name).map_err(|_| TimeError::Zone)?;
        Ok(Zone(known))
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub(crate) fn jiff(&self) -> TimeZone {
        self.0.clone()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A calendar day, written `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// Its first instant in a zone: midnight, or where clocks skip that, what they show next.
    /// None at the ends of time.
    pub fn starts_in(self, zone: &Zone) -> Option<Timestamp> {
        let first = self.0.to_zoned(zone.0.clone()).ok()?;
        Some(Timestamp(first.timestamp().as_microsecond()))
    }

    /// The day after; none after the last.
    pub fn following(self) -> Option<Day> {
        self.0.tomorrow().ok().map(Day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Day {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse().map(Day).map_err(|_| TimeError::Day)
    }
}

/// The machine's clock, as an argument. The one real one is in the server's `system.rs`.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Chance, as an argument: fit for secrets. The one real one is in the server's `system.rs`.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_print_as_rfc_3339_and_read_back() {
        let at = Timestamp::from_micros(1_795_343_297_000_001);
        assert_eq!(at.to_string(), "2026-11-22T10:28:17.000001Z");
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!("yesterday".parse::<Timestamp>(), Err(TimeError::Instant));
    }

    #[test]
    fn the_local_day_is_the_zones() {
        let at: Timestamp = match "2026-11-22T23:30:00Z".parse() {
            Ok(at) => at,
            Err(error) => unreachable!("{error}"),
        };
        let day = |name| Zone::named(name).map(|zone| at.day_in(&zone).to_string());
        assert_eq!(day("Europe/Berlin"), Ok("2026-11-23".to_owned()));
        assert_eq!(day("America/Sao_Paulo"), Ok("2026-11-22".to_owned()));
        assert_eq!(Zone::named("Mars/Olympus").err(), Some(TimeError::Zone));
        let berlin = Zone::named("Europe/Berlin").map(|zone| at.text_in(&zone));
        assert_eq!(berlin, Ok("2026-11-23 00:30:00".to_owned()));
    }

    #[test]
    fn a_day_begins_with_its_first_instant_and_ends_with_the_next_days() {
        let span = |day: &str, name: &str| {
            let (day, zone) = (day.parse::<Day>().ok()?, Zone::named(name).ok()?);
            let (from, to) = (day.starts_in(&zone)?, day.following()?.starts_in(&zone)?);
            Some((from.to_string(), to.seconds_since(from) / 3_600))
        };
        let of = |text: &str, hours| Some((text.to_owned(), hours));
        assert_eq!(span("2026-11-22", "Europe/Berlin"), of("2026-11-21T23:00:00Z", 24));
        assert_eq!(span("2026-10-25", "Europe/Berlin"), of("2026-10-24T22:00:00Z", 25));
        // Midnight is skipped there: the day begins at 01:00.
        assert_eq!(span("2026-09-06", "America/Santiago"), of("2026-09-06T04:00:00Z", 23));
        assert_eq!(span("9999-12-31", "UTC"), None);
    }
}
