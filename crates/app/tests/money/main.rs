//! Money in: from what a payment provider tells to credits in the pool, and back. Real SQLite, the
//! real sandbox, and recorded truths of it for what only chance would show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dump;
mod history;
mod hooks;
mod permutations;
mod recharge;
mod refunds;
mod replay;
mod stage;
mod unknown;
