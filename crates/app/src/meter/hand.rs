//! A use of one of Joule's hands: a step that is open while the steps within it are done, and that
//! may wait for a person.

use std::pin::Pin;
use std::time::Duration;

use ampere_credits::Credits;
use ampere_store::rows::RunState;
use tokio::time::Sleep;

use super::{Meter, StepSpec, Stop, usage_of_all};

/// A call's step among the steps of its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpenCall(usize);

/// How a call stands: what is kept of it (JSON text), and a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallStands {
    pub(crate) state: RunState,
    pub(crate) kept: String,
    pub(crate) note: Option<String>,
}

/// The end of a run's time, laid aside.
pub(crate) struct LaidAside(Option<Pin<Box<Sleep>>>);

impl Meter {
    /// Steps so far.
    pub(crate) fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// What people read of the last step, where that failed.
    pub(crate) fn last_fault(&self) -> Option<&str> {
        let failed = self.steps.last().filter(|step| step.state == RunState::Failed);
        failed.and_then(|step| step.note.as_deref())
    }

    /// What the run has used so far, by the card.
    pub(crate) fn spent(&mut self) -> Credits {
        self.tick();
        self.priced(&usage_of_all(&self.steps)).unwrap_or_default()
    }

    /// A call begins; it costs nothing itself.
    ///
    /// # Errors
    /// A stop by a person; when it cannot be recorded.
    pub(crate) async fn begin_call(
        &mut self,
        spec: &StepSpec,
        kept: String,
    ) -> Result<OpenCall, Stop> {
        let mut step = self.begun(spec, "");
        step.state = RunState::Running;
        step.estimated = false;
        step.result = Some(kept);
        self.record(&step).await?;
        let number = step.number;
        self.steps.push(step);
        self.show_step(number);
        Ok(OpenCall(self.steps.len().saturating_sub(1)))
    }

    /// A call stands otherwise; the run waits for a person while its call does.
    ///
    /// # Errors
    /// When it cannot be recorded.
    pub(crate) async fn change_call(
        &mut self,
        call: OpenCall,
        stands: CallStands,
    ) -> Result<(), Stop> {
        let now = self.app.now();
        let Some(step) = self.steps.get_mut(call.0) else { return Ok(()) };
        step.state = stands.state;
        step.result = Some(stands.kept);
        step.note = stands.note;
        step.ended_at = stands.state.ended().then_some(now);
        let step = step.clone();
        self.record(&step).await?;
        let state = step.state;
        self.feed.stand(|standing| {
            standing.state = if state.ended() { RunState::Running } else { state };
        });
        self.show_step(step.number);
        Ok(())
    }

    /// What follows may take this long, and no longer than the run. Give the rest back with
    /// [`Meter::give_time_back`].
    pub(crate) fn lend_time(&mut self, most: Duration) -> LaidAside {
        let whole = self.late.take();
        let lent = tokio::time::sleep(most);
        let ends = whole.as_ref().map(|late| late.deadline());
        let until = ends.map_or(lent.deadline(), |ends| ends.min(lent.deadline()));
        self.late = Some(Box::pin(tokio::time::sleep_until(until)));
        LaidAside(whole)
    }

    /// The run has its own time again; true if that is over too.
    pub(crate) fn give_time_back(&mut self, laid: LaidAside) -> bool {
        self.late = laid.0;
        self.late.as_ref().is_some_and(|late| late.is_elapsed() || past(late))
    }

    /// The run's time stands still.
    pub(crate) fn stop_time(&mut self) -> LaidAside {
        LaidAside(self.late.take())
    }

    /// The run's time goes on; it stood still for so long.
    pub(crate) fn go_on_after(&mut self, laid: LaidAside, stood: Duration) {
        self.late = laid.0.map(|late| Box::pin(tokio::time::sleep_until(late.deadline() + stood)));
    }
}

/// Whether a sleep that nobody looked at is over.
fn past(late: &Sleep) -> bool {
    late.deadline() <= tokio::time::sleep(Duration::ZERO).deadline()
}
