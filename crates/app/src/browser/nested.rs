//! A browser within other work: for Joule, and for steps of tools.
//!
//! Owns what whoever asks gives and gets. Its bounds of acts and time end it with what there is;
//! what ends the run ends it too. Read next: `drive`.

use ampere_store::rows::Reason;

use super::drive::{Ended, Errand, drive};
use super::live::Limits;
use super::live::Person;
use super::screen::About;
use super::work::outcome_text;
use crate::agent::Hosts;
use crate::meter::{Meter, Stop};

/// What is to be done with a browser.
#[derive(Debug, Clone)]
pub(crate) struct Browse {
    /// What the agent is to do.
    pub(crate) task: String,
    /// Where it begins; empty: nowhere yet.
    pub(crate) url: String,
    /// The model that it asks.
    pub(crate) model: String,
    /// What the paths of its steps begin with, as `call.3`.
    pub(crate) prefix: String,
    /// The part of the run that it is.
    pub(crate) part: u32,
    /// For so long at most.
    pub(crate) minutes: u32,
    /// So many acts at most.
    pub(crate) acts: u32,
    /// Where it may go and write by itself.
    pub(crate) hosts: Hosts,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browsed {
    /// In Markdown: the answer and what was collected, and why it ended early if it did.
    pub(crate) answer: String,
    /// Where it ended.
    pub(crate) url: String,
}

/// Does a task with a browser of its own.
///
/// # Errors
/// What ends the run; [`Reason::BrowserBusy`] and [`Reason::BrowserFailed`] where there is no
/// browser or it broke.
pub(crate) async fn browse(meter: &mut Meter, asked: Browse) -> Result<Browsed, Stop> {
    let (terms, run) = (meter.app().catalog.browser, meter.run());
    let starter = Person { id: run.started_by, name: run.started_by_name.clone() };
    let seat = meter.app().browsing.seat(terms.parallel).ok_or(Stop(Reason::BrowserBusy))?;
    let minutes = asked.minutes.clamp(1, terms.longest_minutes.max(1));
    let errand = Errand {
        about: About {
            task: Some(asked.task),
            url: Some(asked.url.trim().to_owned()).filter(|url| !url.is_empty()),
        },
        limits: Limits {
            seconds: minutes.saturating_mul(60),
            idle_seconds: terms.idle_seconds,
            pause_seconds: terms.pause_seconds,
        },
        acts: asked.acts,
        model: asked.model,
        hosts: asked.hosts,
        prefix: format!("{}.", asked.prefix),
        part: asked.part,
        starter,
    };
    let ended = drive(meter, errand, seat).await;
    let reason = match ended.how {
        Ok(Reason::BrowserFailed) => return Err(Stop(Reason::BrowserFailed)),
        how => how?,
    };
    let mut answer = outcome_text(&ended);
    if let Some(why) = early(reason) {
        answer = format!("{answer}\n\n{why}").trim().to_owned();
    }
    let Ended { url, .. } = ended;
    Ok(Browsed { answer, url })
}

/// Why it ended before its task was done.
fn early(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Completed => None,
        Reason::TookTooLong => Some("(It ended early: its time was over.)"),
        Reason::IdleTooLong => Some("(It ended early: nothing was done for too long.)"),
        Reason::PausedTooLong => Some("(It ended early: a person paused it for too long.)"),
        _ => Some("(It ended early, at the bounds of what it may do.)"),
    }
}
