//! The course of one session, from its browser's opening to its end, whoever drives.
//!
//! Owns: opening, the turns of agent and people, pauses, the end and its last still. Never asks a
//! model itself (`agent` does), never decides who may drive (`live` does). Charged by the meter:
//! from the opening on, but for pauses. Read next: `agent`.

use std::sync::Arc;

use ampere_adapters::browser::{Action, BrowserError, BrowserSession, OpenOptions, Seen};
use ampere_store::rows::{Reason, StepKind};
use serde_json::json;

use super::live::{Limits, Person, Phase};
use super::screen::{About, Screen, Seat};
use super::stills::Stills;
use super::watch::Watch;
use super::words;
use crate::agent::Hosts;
use crate::meter::{Fault, Meter, StepSpec, Stop};

/// Acts that took too long, one after the other, end the session.
const MOST_SLOW: u32 = 3;

/// What a session is to do, and within which bounds.
pub(super) struct Errand {
    pub(super) about: About,
    pub(super) limits: Limits,
    /// Acts of the agent at most.
    pub(super) acts: u32,
    /// The model that the agent asks.
    pub(super) model: String,
    /// Where the agent may go and write by itself.
    pub(super) hosts: Hosts,
    /// What the paths of its steps begin with.
    pub(super) prefix: String,
    /// The part of the run that it is.
    pub(super) part: u32,
    /// Who drives from the start where there is no task.
    pub(super) starter: Person,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// What the agent answered; empty: nothing.
    pub(super) answer: String,
    /// What it collected.
    pub(super) notes: Vec<String>,
    /// Where it ended.
    pub(super) url: String,
    /// Why it ended by itself, or what ended the run.
    pub(super) how: Result<Reason, Stop>,
}

/// What an act led to.
pub(super) enum Done {
    /// The page afterwards.
    Seen(Box<Seen>),
    /// It could not be done, and this is why; the session goes on.
    Failed(String),
    /// It ends the session.
    Over(Reason),
}

/// A session at work.
pub(super) struct Drive<'a> {
    pub(super) meter: &'a mut Meter,
    pub(super) screen: Arc<Screen>,
    pub(super) errand: Errand,
    session: Arc<dyn BrowserSession>,
    stills: Stills,
    /// Acts so far, with those that were refused.
    pub(super) acts: u32,
    slow: u32,
    /// Turns of people in the log so far, and up to which of all they tell,
    handovers: u32,
    told: u64,
    /// and pauses.
    pauses: u32,
    /// What was done last, in words.
    last: String,
}

/// Drives a session to its end. Its browser is closed afterwards, whatever came of it.
pub(super) async fn drive(meter: &mut Meter, errand: Errand, mut seat: Seat) -> Ended {
    let run = meter.run().id;
    let screen = seat.begin(run, errand.about.clone(), errand.limits);
    let mut ended = Ended::nothing(Ok(Reason::Completed));
    let spec = step(&errand, "time", StepKind::Time, "Browser");
    let session = match meter.open_browser(&spec, OpenOptions::default()).await {
        Ok(session) => session,
        Err(stop) => return Ended::nothing(Err(stop)),
    };
    let watch = Watch::begin(&screen, &session, meter);
    let stills = Stills::of(meter, &session).await;
    let mut drive = Drive {
        screen: Arc::clone(&screen),
        session,
        stills,
        meter,
        errand,
        acts: 0,
        slow: 0,
        handovers: 0,
        told: 0,
        pauses: 0,
        last: "Opened the browser".to_owned(),
    };
    ended.how = drive.through(&mut ended).await;
    drive.stills.keep(drive.meter, &drive.last, true).await;
    ended.url = screen.place().url;
    let reason = ended.how.unwrap_or_else(|stop| stop.0);
    screen.change(|live| live.end(reason, drive.meter.app().now()));
    drop(watch);
    if let Err(stop) = meter.close_browser().await {
        ended.how = ended.how.and(Err(stop));
    }
    ended
}

fn step(errand: &Errand, name: &str, kind: StepKind, words: &str) -> StepSpec {
    let (path, part) = (format!("{}{name}", errand.prefix), errand.part);
    StepSpec { path, part, kind, name: words.to_owned() }
}

impl Ended {
    fn nothing(how: Result<Reason, Stop>) -> Self {
        Ended { answer: String::new(), notes: Vec::new(), url: String::new(), how }
    }
}

impl Drive<'_> {
    /// Through all turns to the end.
    async fn through(&mut self, ended: &mut Ended) -> Result<Reason, Stop> {
        let driver = self.errand.about.task.is_none().then(|| self.errand.starter.clone());
        let hands = Arc::clone(&self.screen);
        let opening = hands.for_opening().await;
        let now = self.meter.app().now();
        self.screen.open(&self.session, now, driver);
        let first = match self.errand.about.url.clone() {
            Some(url) => Some((url.clone(), self.act(Action::Navigate { url }, None, None).await?)),
            None => None,
        };
        drop(opening);
        let mut agent = self.agent(first)?;
        loop {
            let now = self.meter.app().now();
            self.screen.look(now);
            let live = self.screen.live();
            if let Some(reason) = live.over() {
                return Ok(reason);
            }
            if let Some(stop) = self.meter.dry() {
                return Err(stop);
            }
            match (live.phase(), &mut agent) {
                (Phase::Paused, _) => self.rest().await?,
                (Phase::Controlled, _) => self.handed_over(live.person().cloned()).await?,
                (Phase::Running, Some(agent)) => {
                    if let Some(reason) = agent.turn(self, ended).await? {
                        return Ok(reason);
                    }
                }
                (Phase::Running, None) => {
                    let screen = Arc::clone(&self.screen);
                    let changed = screen.until(|live| live.phase() != Phase::Running);
                    self.meter.during(changed).await?;
                }
                (Phase::Starting | Phase::Finished, _) => return Err(Stop(Reason::InternalError)),
            }
        }
    }

    pub(super) fn spec(&self, name: &str, kind: StepKind, words: &str) -> StepSpec {
        step(&self.errand, name, kind, words)
    }

    /// Paused: seconds do not count until it goes on.
    async fn rest(&mut self) -> Result<(), Stop> {
        self.meter.rest_browser();
        self.screen.set_awake(false);
        self.pauses += 1;
        let spec = self.spec(&format!("pause.{}", self.pauses), StepKind::Browse, "Paused");
        let screen = Arc::clone(&self.screen);
        let paused = async {
            screen.until(|live| live.phase() != Phase::Paused).await;
            Ok(json!({}).to_string())
        };
        self.meter.do_free(&spec, paused).await?;
        if self.screen.live().over().is_none() {
            self.meter.wake_browser().await?;
            self.screen.set_awake(true);
        }
        Ok(())
    }

    /// A person drives until they give the browser back, pause it, or it ends.
    async fn handed_over(&mut self, person: Option<Person>) -> Result<(), Stop> {
        let Some(person) = person else { return Err(Stop(Reason::InternalError)) };
        self.told = self.screen.live().handed();
        let screen = Arc::clone(&self.screen);
        let driven = async move { screen.until(|live| live.phase() != Phase::Controlled).await };
        self.in_control(&person, driven).await
    }

    /// Somebody drove for so short a time that nobody noticed: it stands in the log all the same.
    pub(super) async fn note_driver(&mut self) -> Result<(), Stop> {
        let live = self.screen.live();
        match live.last_person().filter(|_| live.handed() > self.told) {
            Some(person) => {
                self.told = live.handed();
                self.in_control(person, async {}).await
            }
            None => Ok(()),
        }
    }

    async fn in_control(
        &mut self,
        person: &Person,
        driven: impl Future<Output = ()> + Send,
    ) -> Result<(), Stop> {
        self.handovers += 1;
        let words = format!("{} was in control", person.name);
        let spec = self.spec(&format!("control.{}", self.handovers), StepKind::Browse, &words);
        let driven = async {
            driven.await;
            Ok(json!({}).to_string())
        };
        self.meter.do_free(&spec, driven).await?;
        if self.screen.live().phase() == Phase::Running {
            self.stills.keep(self.meter, &words, false).await;
        }
        self.last = words;
        Ok(())
    }

    /// One act of ours as a step, with its still. Whoever calls holds the page.
    pub(super) async fn act(
        &mut self,
        action: Action,
        page: Option<&Seen>,
        reason: Option<String>,
    ) -> Result<Done, Stop> {
        self.acts += 1;
        let empty = Seen::default();
        let words = words::of(&action, page.unwrap_or(&empty));
        let spec = self.spec(&format!("act.{}", self.acts), StepKind::Browse, &words);
        let (session, mut done) = (Arc::clone(&self.session), None);
        let result = self.meter.do_noted(&spec, reason, acting(&*session, action, &mut done)).await;
        let now = self.meter.app().now();
        match (result, done) {
            (Ok(_), Some(Ok(seen))) => {
                self.slow = 0;
                self.screen.saw(&seen, now);
                self.last = words.clone();
                self.meter.during(self.stills.newer()).await?;
                self.stills.keep(self.meter, &words, false).await;
                Ok(Done::Seen(Box::new(seen)))
            }
            (Err(Stop(Reason::PageFailed)), Some(Err(error))) => {
                self.screen.change(|live| live.acted(now));
                Ok(self.failed(&error))
            }
            (Err(stop), _) => Err(stop),
            (Ok(_), _) => Err(Stop(Reason::InternalError)),
        }
    }

    fn failed(&mut self, error: &BrowserError) -> Done {
        let slow = *error == BrowserError::TooSlow;
        self.slow = if slow { self.slow + 1 } else { 0 };
        if *error == BrowserError::Gone || self.slow >= MOST_SLOW {
            return Done::Over(Reason::BrowserFailed);
        }
        Done::Failed(format!("Not done: {error}."))
    }

    /// An act that is not even tried: it stands in the log with its fault.
    pub(super) async fn refuse(
        &mut self,
        action: &Action,
        page: Option<&Seen>,
        note: &str,
    ) -> Result<(), Stop> {
        self.acts += 1;
        let empty = Seen::default();
        let words = words::of(action, page.unwrap_or(&empty));
        let spec = self.spec(&format!("act.{}", self.acts), StepKind::Browse, &words);
        let fault = Fault { reason: Reason::PageFailed, note: note.to_owned() };
        match self.meter.do_free(&spec, async { Err(fault) }).await {
            Ok(_) | Err(Stop(Reason::PageFailed)) => Ok(()),
            Err(stop) => Err(stop),
        }
    }
}

/// Does it; what came of it is left in `done`.
async fn acting(
    session: &dyn BrowserSession,
    action: Action,
    done: &mut Option<Result<Seen, BrowserError>>,
) -> Result<String, Fault> {
    let result = done.insert(session.act(action).await);
    match result {
        Ok(seen) => Ok(json!({ "url": seen.url, "title": seen.title }).to_string()),
        Err(error) => {
            let note = format!("Not done: {error}.");
            Err(Fault { reason: Reason::PageFailed, note })
        }
    }
}
