//! Who drives a browser session now, and when it has to end: states and nothing else.
//!
//! Owns the table of transitions (see its tests) and the limits of idleness, pauses and time.
//! Pure: instants are arguments. Never touches a browser or credits. Read next: `screen`, which
//! puts it where people and the agent meet.

use ampere_credits::{Timestamp, UserId};
use ampere_store::rows::Reason;

/// Micro-seconds of a second.
const SECOND: i64 = 1_000_000;
/// It ends so much before its last second is over: a begun second is charged.
const EARLY: i64 = SECOND / 2;

/// Bounds of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds of use; a pause is none. All pauses together may last as long.
    pub seconds: u32,
    /// Seconds without any act after which it ends.
    pub idle_seconds: u32,
    /// Seconds after which a pause ends it.
    pub pause_seconds: u32,
}

/// Somebody who drives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// What people read.
    pub name: String,
}

/// What people are shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Its browser is not there yet; not charged.
    Starting,
    /// The agent drives.
    Running,
    /// Nobody drives; not charged.
    Paused,
    /// A person drives.
    Controlled,
    /// It has ended.
    Finished,
}

impl Phase {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Starting => "starting",
            Phase::Running => "running",
            Phase::Paused => "paused",
            Phase::Controlled => "controlled",
            Phase::Finished => "finished",
        }
    }
}

/// Why a wish of a person is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The browser is not there yet.
    Starting,
    /// Somebody else drives.
    Taken,
    /// It has ended.
    Over,
    /// Only who drives may do this.
    NotInControl,
    /// It was paused for as long as it may be.
    NoMorePauses,
}

impl Refusal {
    /// A sentence for people, without its full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Refusal::Starting => "the browser is still starting",
            Refusal::Taken => "somebody else is in control of this browser session",
            Refusal::Over => "this browser session is over",
            Refusal::NotInControl => "take control of this browser session first",
            Refusal::NoMorePauses => "this browser session has been paused for long enough",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pause {
    since: Timestamp,
    until: Timestamp,
}

/// How a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    limits: Limits,
    opened: Option<Timestamp>,
    person: Option<Person>,
    /// How often somebody began to drive, and who was the last.
    handed: u64,
    last_person: Option<Person>,
    pause: Option<Pause>,
    /// Micro-seconds of all pauses that are over.
    rested: i64,
    last_act: Timestamp,
    over: Option<Reason>,
}

impl Live {
    /// A session whose browser is not there yet.
    pub fn new(limits: Limits) -> Self {
        let (opened, person, pause, over) = (None, None, None, None);
        let (handed, last_person, rested, last_act) = (0, None, 0, Timestamp::default());
        Live { limits, opened, person, handed, last_person, pause, rested, last_act, over }
    }

    /// What people are shown.
    pub fn phase(&self) -> Phase {
        match () {
            () if self.over.is_some() => Phase::Finished,
            () if self.opened.is_none() => Phase::Starting,
            () if self.pause.is_some() => Phase::Paused,
            () if self.person.is_some() => Phase::Controlled,
            () => Phase::Running,
        }
    }

    /// Who is in control, also while they paused it.
    pub fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }

    /// Changes whenever a person begins to drive: what the agent saw before may not be there any
    /// more.
    pub fn handed(&self) -> u64 {
        self.handed
    }

    /// Who drove last, of all people.
    pub fn last_person(&self) -> Option<&Person> {
        self.last_person.as_ref()
    }

    /// Why it has ended.
    pub fn over(&self) -> Option<Reason> {
        self.over
    }

    /// Its browser is there; without an agent somebody is in control from the start.
    pub fn open(&mut self, now: Timestamp, driver: Option<Person>) {
        if self.opened.is_none() && self.over.is_none() {
            self.opened = Some(now);
            self.last_act = now;
            self.handed += u64::from(driver.is_some());
            self.last_person.clone_from(&driver);
            self.person = driver;
        }
    }

    /// Somebody wants to drive; a pause is over with it.
    ///
    /// # Errors
    /// Not while it starts, has ended, or somebody else drives.
    pub fn take(&mut self, person: Person, now: Timestamp) -> Result<(), Refusal> {
        self.free_for(person.id)?;
        self.wake(now);
        self.handed += u64::from(self.person.is_none());
        self.last_person = Some(person.clone());
        self.person = Some(person);
        self.last_act = now;
        Ok(())
    }

    /// Who drives gives the browser back.
    ///
    /// # Errors
    /// When somebody else drives, or nobody, or it has ended.
    pub fn release(&mut self, user: UserId, now: Timestamp) -> Result<(), Refusal> {
        self.free_for(user)?;
        self.person.take().ok_or(Refusal::NotInControl)?;
        self.wake(now);
        self.last_act = now;
        Ok(())
    }

    /// Nobody drives for a while. A pause that lasts already goes on.
    ///
    /// # Errors
    /// Not while it starts, has ended, somebody else drives, or after too many pauses.
    pub fn rest(&mut self, user: UserId, now: Timestamp) -> Result<(), Refusal> {
        self.free_for(user)?;
        if self.pause.is_none() {
            let left = i64::from(self.limits.seconds) * SECOND - self.rested;
            if left <= 0 {
                return Err(Refusal::NoMorePauses);
            }
            let longest = left.min(i64::from(self.limits.pause_seconds) * SECOND);
            let until = Timestamp::from_micros(now.micros().saturating_add(longest));
            self.pause = Some(Pause { since: now, until });
        }
        Ok(())
    }

    /// The pause is over; who drove before drives again.
    ///
    /// # Errors
    /// Not while it starts, has ended, or somebody else drives.
    pub fn go_on(&mut self, user: UserId, now: Timestamp) -> Result<(), Refusal> {
        self.free_for(user)?;
        self.wake(now);
        Ok(())
    }

    /// Whether somebody may use the browser with their own hands now.
    ///
    /// # Errors
    /// Unless they are in control and it is not paused.
    pub fn driven_by(&self, user: UserId) -> Result<(), Refusal> {
        self.free_for(user)?;
        match self.phase() {
            Phase::Controlled => Ok(()),
            _ => Err(Refusal::NotInControl),
        }
    }

    /// Something was done on the page, by whomever.
    pub fn acted(&mut self, now: Timestamp) {
        self.last_act = self.last_act.max(now);
    }

    /// It ends; the first reason stands.
    pub fn end(&mut self, reason: Reason, now: Timestamp) {
        if self.over.is_none() {
            self.wake(now);
            self.over = Some(reason);
        }
    }

    /// Why time has come to end it, if it has.
    pub fn due(&self, now: Timestamp) -> Option<Reason> {
        if self.over.is_some() || self.opened.is_none() {
            return None;
        }
        if let Some(pause) = self.pause {
            return (now >= pause.until).then_some(Reason::PausedTooLong);
        }
        let idle = now.micros().saturating_sub(self.last_act.micros());
        match () {
            () if self.used(now) >= i64::from(self.limits.seconds) * SECOND - EARLY => {
                Some(Reason::TookTooLong)
            }
            () if idle >= i64::from(self.limits.idle_seconds) * SECOND => Some(Reason::IdleTooLong),
            () => None,
        }
    }

    /// Micro-seconds of use so far; pauses are none.
    pub fn used(&self, now: Timestamp) -> i64 {
        let Some(opened) = self.opened else { return 0 };
        let until = self.pause.map_or(now, |pause| pause.since);
        until.micros().saturating_sub(opened.micros()).saturating_sub(self.rested).max(0)
    }

    /// When its time is over if it is not paused (any more).
    pub fn ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.opened?;
        let left = i64::from(self.limits.seconds) * SECOND - self.used(now);
        Some(Timestamp::from_micros(now.micros().saturating_add(left.max(0))))
    }

    /// When the pause ends it.
    pub fn paused_until(&self) -> Option<Timestamp> {
        self.pause.map(|pause| pause.until)
    }

    fn free_for(&self, user: UserId) -> Result<(), Refusal> {
        match (self.phase(), &self.person) {
            (Phase::Finished, _) => Err(Refusal::Over),
            (Phase::Starting, _) => Err(Refusal::Starting),
            (_, Some(person)) if person.id != user => Err(Refusal::Taken),
            _ => Ok(()),
        }
    }

    fn wake(&mut self, now: Timestamp) {
        if let Some(pause) = self.pause.take() {
            let rested = now.micros().saturating_sub(pause.since.micros()).max(0);
            self.rested = self.rested.saturating_add(rested);
            self.last_act = now;
        }
    }
}

#[cfg(test)]
mod tests;
