//! Schedules: AI Tools and workflows that start by themselves.
//!
//! Owns: when that is ([`rule`], [`recurrence`], [`words`]), what people do with schedules
//! ([`manage`], [`view`]) and the starts themselves ([`tick`]). Never spends: a start is a task
//! like any other, by [`App::start_task`](crate::App::start_task), with its owner's present rights.
//!
//! A schedule starts exactly once for each of its instants, whatever number of servers look: the
//! key of the run's hold names schedule and instant, and the commit of that hold counts the run and
//! moves the schedule on.

pub mod manage;
pub mod reading;
pub mod recurrence;
pub mod rule;
mod starts;
mod table;
pub mod tick;
pub mod view;
pub mod words;

pub use ampere_store::rows::{ScheduleRow, ScheduleState};
pub use manage::ScheduleDraft;
pub use view::{Preview, PreviewAsk, ScheduleView};
