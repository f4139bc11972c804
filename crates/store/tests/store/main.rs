//! The store's tests: one contract for any engine, then what only a database can get wrong:
//! dropped futures, racing tasks, crashes, migrations, full disks.
//!
//! Where to read on: `world`, what every test stands on; `contract`, one file for each port.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asks;
mod cancellation;
mod contract;
mod crash;
mod disk;
mod erasure;
mod files;
mod forged;
mod lane;
mod migrations;
mod people;
mod statements;
mod unanswered;
mod waiting;
mod work;
mod world;
