//! Money in: from what a payment provider tells to credits in the pool, and back. Real SQLite, the
//! real sandbox, and recorded truths of it for what only chance would show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod deleting;
mod dump;
mod ending;
mod f4;
mod history;
mod hooks;
mod lane;
mod permutations;
mod planted;
mod recharge;
mod refunds;
mod replay;
mod stage;
mod unknown;
