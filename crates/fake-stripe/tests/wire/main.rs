//! The fake as a client sees it, over its socket. Amounts and instants are computed by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod faults;
mod hooks;
mod lists;
mod pages;
mod payments;
mod renewals;
mod schedules;
mod switches;
