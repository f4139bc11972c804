//! Stills: pictures that are kept of a session, and reading them.
//!
//! Owns when one is kept: at the beginning, after the agent's acts, when a person gives the
//! browser back, at the end; only where the picture changed, and never of a person's single acts.

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::browser::{BrowserSession, Frame};
use ampere_store::rows::StillRow;
use bytes::Bytes;
use tokio::sync::watch;

use crate::app::App;
use crate::meter::Meter;

/// Stills of a session at most; the last place is the last picture's.
const MOST: u32 = 60;
/// A picture of what was just done may come a little later.
const LATER: Duration = Duration::from_millis(250);

/// The stills of one session.
pub(super) struct Stills {
    frames: watch::Receiver<Frame>,
    /// Numbers go on where an earlier session of the run ended.
    kept: u32,
    last: Bytes,
    number: u64,
    most: u32,
}

impl Stills {
    /// Of a session; a run that has had one before goes on counting.
    pub(super) async fn of(meter: &Meter, session: &Arc<dyn BrowserSession>) -> Self {
        let run = meter.run();
        let earlier = meter.app().store.stills(run.org, run.id).await.unwrap_or_default();
        let kept = earlier.iter().map(|still| still.number).max().unwrap_or(0);
        let frames = session.frames();
        Stills { frames, kept, last: Bytes::new(), number: 0, most: MOST.saturating_sub(kept) }
    }

    /// Waits a moment for a picture that is newer than the last one.
    pub(super) async fn newer(&self) {
        let (mut frames, number) = (self.frames.clone(), self.number);
        let newer = frames.wait_for(|frame| frame.number > number);
        // None comes where nothing changed: then there is nothing to keep.
        let _ = tokio::time::timeout(LATER, newer).await;
    }

    /// Keeps the present picture, unless it is the last one again.
    pub(super) async fn keep(&mut self, meter: &Meter, action: &str, last: bool) {
        let frame = self.frames.borrow_and_update().clone();
        let room = self.most > u32::from(!last);
        if frame.number <= self.number || frame.jpeg == self.last || !room {
            return;
        }
        let (app, run) = (meter.app(), meter.run());
        let still = StillRow {
            org: run.org,
            run: run.id,
            number: self.kept.saturating_add(1),
            taken_at: app.now(),
            url: frame.url,
            title: frame.title,
            action: action.to_owned(),
        };
        if let Err(error) = keep(app, still, frame.jpeg.to_vec()).await {
            // A picture is no reason to end what is paid for.
            tracing::warn!(run = %run.id, %error, "a still could not be kept");
            return;
        }
        self.kept = self.kept.saturating_add(1);
        self.most = self.most.saturating_sub(1);
        (self.number, self.last) = (frame.number, frame.jpeg);
    }
}

async fn keep(app: &App, still: StillRow, jpeg: Vec<u8>) -> ampere_store::ports::Kept<()> {
    app.store.keep_still(still, jpeg).await
}
