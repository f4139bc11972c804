//! Seconds of use through the meter: a browser that is open.
//!
//! From the moment it is open until it is closed every second counts, rounded up once at the end,
//! also while a model thinks; what is paused does not count. The hold is kept some seconds ahead
//! and never by overdraft: when credits end, what was begun has these seconds to finish.

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::browser::{BrowserSession, OpenOptions};
use ampere_credits::ledger::{Overdraft, Rejected};
use ampere_credits::rating::{Measure, Usage};
use ampere_credits::{Credits, Timestamp};
use ampere_store::rows::{Reason, RunState};
use tokio::time::MissedTickBehavior;

use super::free::Fault;
use super::{Meter, StepSpec, Stop, stopped, usage_of_all};
use crate::rates::BROWSER;

/// The time in use is looked at this often.
pub(super) const BEAT: Duration = Duration::from_millis(250);
/// Seconds that the hold is kept ahead of what was used, and that it begins with.
pub(crate) const FIRST_SECONDS: u64 = 20;
/// Seconds that an extension is made for.
const CHUNK_SECONDS: u64 = 60;
/// The time is recorded at least this often (microseconds).
const RECORD_EVERY_MICROS: i64 = 2_000_000;

/// A browser that is open.
pub(super) struct Timed {
    session: Arc<dyn BrowserSession>,
    /// Its step among all.
    index: usize,
    /// In use since then; none while it rests.
    since: Option<Timestamp>,
    /// Microseconds of use before that.
    counted: i64,
    recorded: Timestamp,
    /// Why the hold cannot be kept ahead any more.
    dry: Option<Reason>,
}

fn seconds(micros: i64) -> u64 {
    u64::try_from(micros.max(0)).unwrap_or(0).div_ceil(1_000_000)
}

impl Meter {
    /// Opens a browser, which is not charged, and counts its seconds from then on, until
    /// [`Meter::close_browser`] or the end of the run.
    ///
    /// # Errors
    /// Why the run cannot go on: credits for the first seconds, a stop, no browser.
    pub async fn open_browser(
        &mut self,
        spec: &StepSpec,
        options: OpenOptions,
    ) -> Result<Arc<dyn BrowserSession>, Stop> {
        if self.timed.is_some() {
            return Err(Stop(Reason::InternalError));
        }
        let mut usage = usage_of_all(&self.steps);
        usage.push(time_of(FIRST_SECONDS));
        let needed = self.priced(&usage)?.less(self.base);
        self.cover_beginning(needed).await?;
        let app = Arc::clone(&self.app);
        let opened = self.during(async move { app.browsers.open(options).await }).await?;
        let session = match opened {
            Ok(session) => session,
            Err(error) => {
                let fault = Fault { reason: Reason::BrowserFailed, note: format!("{error}.") };
                self.do_free(spec, async { Err(fault) }).await?;
                return Err(Stop(Reason::BrowserFailed));
            }
        };
        let mut step = self.begun(spec, BROWSER);
        step.state = RunState::Running;
        step.estimated = false;
        self.record(&step).await?;
        let (number, now) = (step.number, self.app.now());
        self.steps.push(step);
        self.timed = Some(Timed {
            session: Arc::clone(&session),
            index: self.steps.len().saturating_sub(1),
            since: Some(now),
            counted: 0,
            recorded: now,
            dry: None,
        });
        self.feed.stand(|standing| standing.state = RunState::Running);
        self.show_step(number);
        Ok(session)
    }

    /// From now on its seconds do not count.
    pub fn rest_browser(&mut self) {
        let now = self.app.now();
        if let Some(timed) = &mut self.timed
            && let Some(since) = timed.since.take()
        {
            timed.counted = timed.counted.saturating_add(now.micros() - since.micros());
        }
        self.tick();
    }

    /// From now on they count again.
    ///
    /// # Errors
    /// When there are no credits for the next seconds.
    pub async fn wake_browser(&mut self) -> Result<(), Stop> {
        let now = self.app.now();
        if let Some(timed) = &mut self.timed {
            timed.since.get_or_insert(now);
        }
        self.keep_time().await?;
        self.timed.as_ref().and_then(|timed| timed.dry).map_or(Ok(()), |dry| Err(Stop(dry)))
    }

    /// Closes the browser and ends its step; nothing if none is open.
    ///
    /// # Errors
    /// When its end cannot be recorded.
    pub async fn close_browser(&mut self) -> Result<(), Stop> {
        self.rest_browser();
        let Some(timed) = self.timed.take() else { return Ok(()) };
        let now = self.app.now();
        timed.session.close().await;
        let Some(step) = self.steps.get_mut(timed.index) else { return Ok(()) };
        step.state = RunState::Succeeded;
        step.ended_at = Some(now);
        let step = step.clone();
        self.record(&step).await?;
        self.show_step(step.number);
        Ok(())
    }

    /// Why no second more can be paid, if that is so: to be asked before something is begun.
    pub fn dry(&self) -> Option<Stop> {
        self.timed.as_ref().and_then(|timed| timed.dry).map(Stop)
    }

    /// Waits for something while time counts.
    ///
    /// # Errors
    /// A stop by a person; the end of the run's time; of what can be paid.
    pub async fn during<T>(&mut self, work: impl Future<Output = T> + Send) -> Result<T, Stop> {
        let mut stops = self.stops.clone();
        let mut late = self.late.take();
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        let done = loop {
            let time_is_over = async {
                match late.as_mut() {
                    Some(late) => late.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopped(&mut stops) => break Err(Stop(Reason::Stopped)),
                () = time_is_over => break Err(Stop(Reason::TookTooLong)),
                done = &mut work => break Ok(done),
                _ = beat.tick(), if self.counts() => {
                    if let Err(stop) = self.keep_time().await {
                        break Err(stop);
                    }
                }
            }
        };
        self.late = late;
        // What was used until now is what is paid, however long the next thing takes to begin.
        self.tick();
        done
    }

    /// Waits for something that watches for stops itself, while time counts.
    pub(super) async fn counting<T>(
        &mut self,
        work: impl Future<Output = T> + Send,
    ) -> Result<T, Stop> {
        let mut beat = tokio::time::interval(BEAT);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                _ = beat.tick(), if self.counts() => self.keep_time().await?,
            }
        }
    }

    /// Whether seconds count now.
    pub(super) fn counts(&self) -> bool {
        self.timed.as_ref().is_some_and(|timed| timed.since.is_some())
    }

    /// Brings the step of the open browser up to now.
    pub(super) fn tick(&mut self) {
        let now = self.app.now();
        let Some(timed) = &self.timed else { return };
        let running = timed.since.map_or(0, |since| now.micros() - since.micros());
        if let Some(step) = self.steps.get_mut(timed.index) {
            step.seconds = seconds(timed.counted.saturating_add(running));
        }
    }

    /// The seconds that are to be held beyond what was used.
    pub(super) fn time_ahead(&self) -> Option<Usage> {
        self.counts().then(|| time_of(FIRST_SECONDS))
    }

    /// What this hold has to pay if the open browser goes on for so long.
    fn price_after(&mut self, seconds: u64) -> Result<Credits, Stop> {
        self.tick();
        let mut usage = usage_of_all(&self.steps);
        usage.push(time_of(seconds));
        Ok(self.priced(&usage)?.less(self.base))
    }

    /// Keeps the hold ahead of the time in use.
    pub(super) async fn keep_time(&mut self) -> Result<(), Stop> {
        self.show_time();
        let kept = self.keep_held().await;
        // After the hold: what a restarted server settles from should be held.
        self.record_time().await?;
        kept
    }

    async fn keep_held(&mut self) -> Result<(), Stop> {
        let needed = self.price_after(FIRST_SECONDS)?;
        if needed <= self.held {
            self.set_dry(None);
            return Ok(());
        }
        let more = self.price_after(FIRST_SECONDS + CHUNK_SECONDS)?;
        let short = match self.extend(more.less(self.held), Overdraft::Never).await? {
            None => None,
            Some(Rejected::CapReached { cap, used }) => {
                Some((Reason::StoppedAtCap, cap.less(used)))
            }
            Some(Rejected::InsufficientCredits { available, .. }) => {
                Some((Reason::StoppedAtCredits, available))
            }
            Some(rejected) => return Err(self.refused_extension(&rejected)),
        };
        if let Some((_, could_take)) = short
            && could_take.is_positive()
        {
            // Not a minute, but what is needed or there is; others may have been faster.
            let wanted = could_take.min(needed.less(self.held));
            self.extend(wanted, Overdraft::Never).await?;
        }
        let dry = short.filter(|_| needed > self.held).map(|(reason, _)| reason);
        self.set_dry(dry);
        // What is held may last until that which was begun is done.
        match dry {
            Some(reason) if self.price_after(1)? > self.held => Err(Stop(reason)),
            _ => Ok(()),
        }
    }

    fn set_dry(&mut self, dry: Option<Reason>) {
        if let Some(timed) = &mut self.timed {
            timed.dry = dry;
        }
    }

    /// Tells watchers what was used so far.
    fn show_time(&mut self) {
        self.tick();
        let Some(timed) = &self.timed else { return };
        let seconds = self.steps.get(timed.index).map_or(0, |step| step.seconds);
        if seconds == self.feed.standing().seconds {
            return;
        }
        let used = self.priced(&usage_of_all(&self.steps)).unwrap_or_default();
        self.feed.stand(|standing| (standing.used, standing.seconds) = (used, seconds));
    }

    /// Writes what a restarted server would settle from.
    async fn record_time(&mut self) -> Result<(), Stop> {
        self.tick();
        let now = self.app.now();
        let Some(timed) = &mut self.timed else { return Ok(()) };
        if now.micros().saturating_sub(timed.recorded.micros()) < RECORD_EVERY_MICROS {
            return Ok(());
        }
        timed.recorded = now;
        match self.steps.get(timed.index).cloned() {
            Some(step) => self.record(&step).await,
            None => Ok(()),
        }
    }
}

fn time_of(seconds: u64) -> Usage {
    Usage { model: BROWSER.to_owned(), measure: Measure::Seconds, quantity: seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts_once() {
        let seen: Vec<u64> = [-1, 0, 1, 999_999, 1_000_000, 1_000_001].map(seconds).to_vec();
        assert_eq!(seen, [0, 0, 1, 1, 1, 2]);
    }
}
