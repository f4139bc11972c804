//! Browser sessions: a real browser that an agent or a person drives, charged by the second.
//!
//! Owns: starting one, who drives, its limits and ends, the agent that reads and acts, what is
//! kept of it. Never opens a browser but through the meter, and never charges. What pages say
//! grants no rights. Where to read on: [`live`] (the rules of driving), `drive` (a session's
//! course), `agent` (one turn), `control` and `view` (what people do and see), `nested` (a
//! browser within other work).

mod acts;
mod agent;
mod control;
mod drive;
pub mod live;
mod nested;
mod page;
mod screen;
mod start;
mod stills;
mod talk;
mod view;
mod watch;
mod words;
mod work;

pub use ampere_adapters::browser::{Action, Frame, Key, OpenOptions};
pub use control::BrowserPage;
pub use live::{Person, Phase};
pub(crate) use nested::{Browse, browse};
pub use screen::{About, Place, Screens};
pub use start::{BrowserAsk, BrowserTermsNow};
pub use view::{BrowserView, StillRow};

/// Acts of the agent in a session that a person starts.
pub(crate) const ACTS: u32 = 40;
