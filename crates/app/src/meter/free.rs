//! Steps that cost nothing: reading a file or a page, filling in a text, a condition.
//!
//! They are rows of the run like the others, so that people see them and a resumed run does not
//! do them again. Never reaches a model.

use ampere_store::rows::{Reason, RunState};

use super::{Meter, StepSpec, Stop};

/// Why a step without a model failed: what ends the run, and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Ends the run.
    pub reason: Reason,
    /// One line for people; no addresses of ours, no secrets.
    pub note: String,
}

impl Meter {
    /// Does a step that costs nothing and keeps its result (JSON text).
    ///
    /// # Errors
    /// The fault's reason; a stop by a person.
    pub async fn do_free(
        &mut self,
        spec: &StepSpec,
        work: impl Future<Output = Result<String, Fault>> + Send,
    ) -> Result<String, Stop> {
        self.do_noted(spec, None, work).await
    }

    /// The same with a line for people that stands with it from its beginning; a fault's own line
    /// takes its place.
    ///
    /// # Errors
    /// As of [`Meter::do_free`].
    pub(crate) async fn do_noted(
        &mut self,
        spec: &StepSpec,
        note: Option<String>,
        work: impl Future<Output = Result<String, Fault>> + Send,
    ) -> Result<String, Stop> {
        if self.stop_cause().is_some() {
            return Err(Stop(Reason::Stopped));
        }
        let mut step = self.begun(spec, "");
        step.note = note;
        step.state = RunState::Running;
        step.estimated = false;
        self.record(&step).await?;
        self.show_step(step.number);
        let done = self.during(work).await;
        step.ended_at = Some(self.app.now());
        let result = match done {
            Ok(Ok(result)) => {
                step.state = RunState::Succeeded;
                step.result = Some(result.clone());
                Ok(result)
            }
            Ok(Err(fault)) => {
                step.state = RunState::Failed;
                step.note = Some(fault.note);
                Err(Stop(fault.reason))
            }
            Err(stop) if self.is_left(stop) => return Err(stop),
            Err(stop) => {
                step.state = RunState::Cancelled;
                Err(stop)
            }
        };
        self.keep(step, true).await?;
        result
    }
}
