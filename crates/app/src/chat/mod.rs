//! Joule: conversations, sending a message, and what an answer may cost.
//!
//! Conversations are their owner's; other people of the organization see their runs by cost only.
//! Where to read on: [`turn`] (the work), [`prompt`] (what the model is sent), `answering` (files
//! and hands).

mod answering;
mod asking;
mod attached;
mod plan;
mod prompt;
mod sessions;
mod turn;

pub use ampere_store::rows::{Author, MessageRow, SessionRow};

pub use crate::agent::Effort;
pub use asking::{Ask, Draft};
pub(crate) use prompt::shortest;
pub use sessions::{Answered, NEW_TITLE};
pub use turn::Sent;
