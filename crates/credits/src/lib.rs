//! What credits ARE: exact amounts, typed ids, instants and periods, the pool's ledger, rating.
//!
//! Pure: no I/O, no async, no clock, no randomness, no floats; the same answer on every machine
//! for ever. Where to read on: [`ledger`] (its `decide` first), then [`rating`].

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod amount;
pub mod id;
pub mod ledger;
pub mod period;
pub mod plans;
pub mod rating;
pub mod time;

pub use amount::{AmountError, Credits, Money, Overflow};
pub use id::{
    CheckoutId, FileId, GrantId, HoldId, IdError, InvitationId, JobId, LoginId, MailId, MessageId,
    NoticeId, OrgId, PreviewId, RechargeId, RunId, SavedInputsId, ScheduleId, SessionId, UserId,
    WorkflowId,
};
pub use plans::Cadence;
pub use time::{Clock, Day, Entropy, TimeError, Timestamp, Zone};
