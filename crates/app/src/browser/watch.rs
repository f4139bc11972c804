//! The beat of a live session: looks at its limits, its browser and its run's Stop, all the time.
//!
//! Never ends a run: it tells the session's screen, and the session's course sees it there. Ends
//! with the session.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ampere_adapters::browser::BrowserSession;
use ampere_store::rows::Reason;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::screen::Screen;
use crate::app::App;
use crate::feed::StopCause;
use crate::meter::Meter;

/// Limits are looked at this often.
const BEAT: Duration = Duration::from_millis(250);

/// Ends the beat when dropped.
pub(super) struct Watch(JoinHandle<()>);

impl Watch {
    /// Watches a session.
    pub(super) fn begin(
        screen: &Arc<Screen>,
        session: &Arc<dyn BrowserSession>,
        meter: &Meter,
    ) -> Self {
        let (screen, app) = (Arc::downgrade(screen), Arc::downgrade(meter.app()));
        Watch(tokio::spawn(beat(screen, app, session.alive(), meter.stops())))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(
    screen: Weak<Screen>,
    app: Weak<App>,
    mut alive: watch::Receiver<bool>,
    mut stops: watch::Receiver<Option<StopCause>>,
) {
    let mut every = tokio::time::interval(BEAT);
    let (mut lives, mut goes) = (true, true);
    loop {
        // A sender that is gone is an end like its last word.
        let happened = tokio::select! {
            _ = alive.wait_for(|alive| !*alive), if lives => Happened::Gone,
            cause = stops.wait_for(Option::is_some), if goes => {
                Happened::Stopped(cause.ok().and_then(|cause| *cause))
            }
            _ = every.tick() => Happened::Time,
        };
        let (Some(screen), Some(app)) = (screen.upgrade(), app.upgrade()) else { return };
        match happened {
            Happened::Gone => {
                lives = false;
                screen.change(|live| live.end(Reason::BrowserFailed, app.now()));
            }
            Happened::Stopped(cause) => {
                goes = false;
                screen.stop(cause.unwrap_or(StopCause::ShutDown));
            }
            Happened::Time => screen.look(app.now()),
        }
    }
}

enum Happened {
    Gone,
    Stopped(Option<StopCause>),
    Time,
}
