//! Joule: conversations, sending a message, and what an answer may cost.
//!
//! Conversations are their owner's; other people of the organization see their runs by cost only.
//! Where to read on: [`turn`] (the work), [`prompt`] (what the model is sent).

mod prompt;
mod sessions;
mod turn;

pub use ampere_store::rows::{Author, MessageRow, SessionRow};

pub(crate) use prompt::shortest;
pub use sessions::{Answered, NEW_TITLE};
pub use turn::{Ask, Sent};
