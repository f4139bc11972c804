//! Plain rows: what the ports take and give. No behaviour, no SQL.
//!
//! Where to read on: [`crate::ports`], which says what is done with them.

mod audit;
mod background;
mod billing;
mod erasure;
mod files;
mod inputs;
mod mails;
mod notices;
mod payments;
mod people;
mod pool;
mod recharge;
mod schedules;
mod shares;
mod stills;
mod tasks;
mod words;
mod work;
mod workflows;

pub use audit::*;
pub use background::*;
pub use billing::*;
pub use erasure::*;
pub use files::*;
pub use inputs::*;
pub use mails::*;
pub use notices::*;
pub use payments::*;
pub use people::*;
pub use pool::*;
pub use recharge::*;
pub use schedules::*;
pub use shares::*;
pub use stills::*;
pub use tasks::*;
pub use words::*;
pub use work::*;
pub use workflows::*;

/// Part of a longer list: newest first, `before` is the cursor.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Only what sorts before this id or position (its text); none: from the newest.
    pub before: Option<String>,
    /// At most so many, 1–200.
    pub limit: u32,
}

/// An HTTP reply that is remembered for replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyRow {
    pub status: u16,
    pub body: String,
}

/// What is known of an idempotency key when a request with it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyLookup {
    /// Never seen (or not committed then): the request may run; the key is taken.
    Fresh,
    /// Another request with this key is running.
    InProgress,
    /// It was answered: the same reply again.
    Done(ReplyRow),
    /// The key belongs to another body.
    Mismatch,
}
