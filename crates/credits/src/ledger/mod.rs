//! The pool of one organization and its journal: what may happen, and what then is true.
//!
//! Reading order: [`command`] (what may be asked, and every refusal), [`decide`] (the rules),
//! [`claims`] and [`lock`] (refunds, disputes, ended plans), [`pool`] (what an entry changes),
//! [`batch`] (one commit of the lane), [`queue`] (who waits for credits), [`balance`] (what people
//! see), [`audit`] (the invariants as checks). Never does I/O, never reads a clock.

pub mod account;
pub mod audit;
pub mod balance;
pub mod batch;
pub mod canon;
pub mod claims;
pub mod command;
pub mod decide;
pub mod entry;
mod fold;
pub mod follow;
pub mod grant;
pub mod hold;
pub mod lock;
pub mod pool;
pub mod queue;

pub use account::{Account, Move};
pub use balance::{Balance, Shown};
pub use batch::{Answer, Batch, Keys, Known, Request, execute_batch};
pub use command::{Command, Draw, Overdraft, Rejected};
pub use decide::decide;
pub use entry::{Draft, EndKind, Entry, Fact, Hash, Outcome};
pub use grant::{Cause, Class, Grant, GrantTerms};
pub use hold::{Ended, Hold, Slice};
pub use pool::{Corrupt, Pool};
pub use queue::{Queueing, SERVED_AT_ONCE, Served, Turn, Waiting};
