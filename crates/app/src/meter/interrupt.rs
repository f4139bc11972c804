//! Thoughts that somebody may interrupt: a model call that ends early without ending its run.

use tokio::sync::watch;

use super::Meter;
use crate::feed::StopCause;

impl Meter {
    /// From now on calls and steps end by what this says instead; what was delivered until then is
    /// counted as after any stop. Answers what was listened to before: give it back afterwards.
    pub(crate) fn listen(
        &mut self,
        stops: watch::Receiver<Option<StopCause>>,
    ) -> watch::Receiver<Option<StopCause>> {
        std::mem::replace(&mut self.stops, stops)
    }

    /// What the run's calls and steps end by.
    pub(crate) fn stops(&self) -> watch::Receiver<Option<StopCause>> {
        self.stops.clone()
    }
}
