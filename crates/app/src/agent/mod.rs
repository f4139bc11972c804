//! Joule as an agent: turns, the hands it may use in a message, and what keeps it within bounds.
//!
//! Owns: how a model that calls tools (or cannot) is asked, which hands there are and what they
//! may do with the caller's present rights, when a person is asked first, and when enough is
//! enough. Never spends: everything goes through the meter of the message's own run. Read next:
//! `joule` (the loop), `hands` (one call), `turn` (one question to a model).

mod bounds;
mod consent;
mod deed;
mod hands;
mod hosts;
pub(crate) mod joule;
mod list;
pub(crate) mod material;
mod protocol;
mod questions;
mod repeats;
mod screen;
mod specs;
pub(crate) mod turn;

pub use bounds::{Effort, hands_note};
pub(crate) use consent::Patience;
pub(crate) use hands::Hands;
pub(crate) use hosts::Hosts;
pub(crate) use questions::Questions;
pub use questions::{Decision, Question};
pub(crate) use repeats::Repeats;
pub(crate) use screen::Screen;
pub(crate) use specs::specs;
