//! Joule: conversations, sending a message, and what an answer may cost.
//!
//! Conversations are their author's and of those they are shared with; other people of the
//! organization see their runs by cost only. Where to read on: [`access`] (who may do what),
//! [`turn`] (the work), [`prompt`] (what the model is sent), `answering` (files and hands).

pub(crate) mod access;
mod answering;
mod asking;
mod attached;
mod plan;
mod prompt;
mod sending;
mod sessions;
mod sharing;
mod turn;

pub use ampere_store::rows::{Access, Author, MessageRow, OpenSession, SessionRow, ShareRow};

pub use crate::agent::Effort;
pub use asking::{Ask, Draft};
pub(crate) use prompt::shortest;
pub(crate) use sending::Sending;
pub use sessions::{Answered, NEW_TITLE};
pub use turn::Sent;
