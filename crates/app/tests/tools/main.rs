//! Tests of AI Tools: those that come with Ampere, and what becomes of files that are wrong. One
//! program of their own: no pool, no store, no model. `rehearsal` plays the executor's part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod built_in;
mod plans;
mod refusals;
mod rehearsal;
