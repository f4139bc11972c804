//! Where people and the agent meet: one live browser session, and all of them.
//!
//! Owns: who may put their hands on the page now (one at a time, and only who drives), what
//! interrupts the agent while it thinks, and how many sessions there are. Never charges, never
//! decides what is done. Read next: `live` for the rules, `drive` for the session's own course.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use ampere_adapters::browser::{BrowserSession, Seen};
use ampere_credits::{RunId, Timestamp};
use ampere_store::rows::Reason;
use tokio::sync::watch;

use super::live::{Limits, Live, Person, Phase, Refusal};
use crate::feed::StopCause;

/// What a session is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What the agent is to do; none: a person drives.
    pub task: Option<String>,
    /// Where it begins.
    pub url: Option<String>,
}

/// A page's address and title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
}

/// One live session.
pub(crate) struct Screen {
    pub(super) about: About,
    live: Mutex<Live>,
    /// Told after every change of `live`.
    changed: watch::Sender<u64>,
    /// What the agent's thoughts listen to: a stop of the run, or somebody who interrupts.
    hush: watch::Sender<Option<StopCause>>,
    /// Seconds count: people may act.
    awake: watch::Sender<bool>,
    session: OnceLock<Arc<dyn BrowserSession>>,
    place: Mutex<Place>,
    /// Held by whoever acts on the page.
    hands: tokio::sync::Mutex<()>,
}

/// The right to act, until it is let go.
pub(super) type Hands<'a> = tokio::sync::MutexGuard<'a, ()>;

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    fn new(about: About, limits: Limits) -> Self {
        Screen {
            about,
            live: Mutex::new(Live::new(limits)),
            changed: watch::Sender::new(0),
            hush: watch::Sender::new(None),
            awake: watch::Sender::new(true),
            session: OnceLock::new(),
            place: Mutex::default(),
            hands: tokio::sync::Mutex::new(()),
        }
    }

    /// How it stands.
    pub(super) fn live(&self) -> Live {
        held(&self.live).clone()
    }

    /// Changes how it stands; the agent is interrupted by all that takes the page from it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        let mut live = held(&self.live);
        let done = change(&mut live);
        if live.phase() != Phase::Running {
            self.hush(StopCause::Interrupted);
        }
        drop(live);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        done
    }

    /// Its browser is there.
    pub(super) fn open(
        &self,
        session: &Arc<dyn BrowserSession>,
        now: Timestamp,
        driver: Option<Person>,
    ) {
        let _ = self.session.set(Arc::clone(session));
        self.change(|live| live.open(now, driver));
    }

    /// The browser, once it is there.
    pub(super) fn session(&self) -> Option<&Arc<dyn BrowserSession>> {
        self.session.get()
    }

    /// Ends it where time has come to.
    pub(super) fn look(&self, now: Timestamp) {
        if let Some(reason) = self.live().due(now) {
            self.change(|live| live.end(reason, now));
        }
    }

    /// Waits until it stands as wanted; looks at once.
    pub(super) async fn until(&self, wanted: impl Fn(&Live) -> bool) {
        let mut changed = self.changed.subscribe();
        // The sender lives in `self`: the wait can only end by the change.
        while !wanted(&self.live()) && changed.changed().await.is_ok() {}
    }

    fn hush(&self, cause: StopCause) {
        // A stop of the run outlasts an interruption.
        self.hush.send_if_modified(|kept| {
            let stops = matches!(kept, Some(StopCause::Person | StopCause::ShutDown));
            if !stops {
                *kept = Some(cause);
            }
            !stops
        });
    }

    /// The run is to stop.
    pub(super) fn stop(&self, cause: StopCause) {
        self.hush(cause);
    }

    /// What the agent listens to while it thinks; none if the page is not its own now.
    pub(super) fn thought(
        &self,
        run: &watch::Receiver<Option<StopCause>>,
    ) -> Option<watch::Receiver<Option<StopCause>>> {
        let live = held(&self.live);
        if live.phase() != Phase::Running {
            return None;
        }
        self.hush.send_replace(None);
        if let Some(cause) = *run.borrow() {
            self.hush.send_replace(Some(cause));
        }
        Some(self.hush.subscribe())
    }

    /// The page for the agent, if nobody drove since it looked; none: it is to look at how things
    /// stand again.
    pub(super) async fn for_agent(&self, handed: u64) -> Option<Hands<'_>> {
        let hands = self.hands.lock().await;
        let live = self.live();
        (live.phase() == Phase::Running && live.handed() == handed).then_some(hands)
    }

    /// The page for whoever opens it, before anybody drives.
    pub(super) async fn for_opening(&self) -> Hands<'_> {
        self.hands.lock().await
    }

    /// The page for a person, once seconds count.
    ///
    /// # Errors
    /// Unless they are in control.
    pub(super) async fn for_person(&self, person: &Person) -> Result<Hands<'_>, Refusal> {
        self.live().driven_by(person.id)?;
        let mut awake = self.awake.subscribe();
        let counted = async { awake.wait_for(|awake| *awake).await.is_ok() };
        let gone = self.until(|live| live.driven_by(person.id).is_err());
        tokio::select! {
            _ = counted => {}
            () = gone => {}
        }
        let hands = self.hands.lock().await;
        self.live().driven_by(person.id)?;
        Ok(hands)
    }

    /// Seconds count from now on, or not.
    pub(super) fn set_awake(&self, awake: bool) {
        self.awake.send_replace(awake);
    }

    /// What the page showed last.
    pub(super) fn saw(&self, seen: &Seen, now: Timestamp) {
        let place = Place { url: seen.url.clone(), title: seen.title.clone() };
        *held(&self.place) = place;
        self.change(|live| live.acted(now));
    }

    /// The page's address and title: of the newest picture, else as it was seen last.
    pub(super) fn place(&self) -> Place {
        let shown = self.session().map(|session| session.frames());
        let newest = shown.and_then(|frames| {
            let frame = frames.borrow();
            let there = frame.number > 0 && !frame.url.is_empty();
            there.then(|| Place { url: frame.url.clone(), title: frame.title.clone() })
        });
        newest.unwrap_or_else(|| held(&self.place).clone())
    }
}

#[derive(Default)]
struct Sessions {
    live: HashMap<RunId, Arc<Screen>>,
    seats: u32,
}

/// The live sessions of this server process.
#[derive(Default)]
pub struct Screens(Mutex<Sessions>);

/// A place among the sessions that may be live at once; given back when dropped.
pub(crate) struct Seat {
    screens: Arc<Screens>,
    run: Option<RunId>,
}

impl Screens {
    /// A place, if there is one.
    pub(crate) fn seat(self: &Arc<Self>, parallel: u32) -> Option<Seat> {
        let mut sessions = held(&self.0);
        (sessions.seats < parallel).then(|| {
            sessions.seats += 1;
            Seat { screens: Arc::clone(self), run: None }
        })
    }

    /// The live session of a run.
    pub(super) fn of(&self, run: RunId) -> Option<Arc<Screen>> {
        held(&self.0).live.get(&run).cloned()
    }
}

impl Seat {
    /// The session begins.
    pub(super) fn begin(&mut self, run: RunId, about: About, limits: Limits) -> Arc<Screen> {
        let screen = Arc::new(Screen::new(about, limits));
        self.run = Some(run);
        held(&self.screens.0).live.insert(run, Arc::clone(&screen));
        screen
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut sessions = held(&self.screens.0);
        sessions.seats = sessions.seats.saturating_sub(1);
        let ended = self.run.and_then(|run| sessions.live.remove(&run));
        drop(sessions);
        if let Some(screen) = ended {
            // Whoever still waits for it is told; of no effect where its reason is known.
            screen.change(|live| live.end(Reason::Stopped, Timestamp::default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_and_given_back() {
        let screens = Arc::new(Screens::default());
        let first = screens.seat(2);
        let second = screens.seat(2);
        assert!(first.is_some() && second.is_some() && screens.seat(2).is_none());
        drop(first);
        assert!(screens.seat(2).is_some());
    }

    #[tokio::test]
    async fn a_stop_of_the_run_outlasts_what_interrupts_and_is_never_lost() {
        let limits = Limits { seconds: 60, idle_seconds: 60, pause_seconds: 60 };
        let screen = Screen::new(About::default(), limits);
        let run = watch::Sender::new(None);
        let listened = run.subscribe();
        assert!(screen.thought(&listened).is_none(), "not while it starts");
        screen.change(|live| live.open(Timestamp::default(), None));
        let thought = screen.thought(&listened);
        assert_eq!(thought.map(|heard| *heard.borrow()), Some(None));
        screen.stop(StopCause::ShutDown);
        screen.change(|live| live.end(Reason::Stopped, Timestamp::default()));
        assert_eq!(*screen.hush.borrow(), Some(StopCause::ShutDown));
        let again = Screen::new(About::default(), limits);
        again.change(|live| live.open(Timestamp::default(), None));
        run.send_replace(Some(StopCause::Person));
        let heard = again.thought(&listened).map(|heard| *heard.borrow());
        assert_eq!(heard, Some(Some(StopCause::Person)), "it came before the thought");
    }
}
