//! The tests of the core, in one program.
//!
//! `scenarios` are tables for accountants, `property` compares random work with the independent
//! `model`, `audit_bites` shows that the auditor catches planted faults, `incidents` are what
//! befell others. `lane` is the pool in memory that most of them drive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod audit_bites;
mod canon;
mod chance;
mod incidents;
mod lane;
mod model;
mod periods;
mod plans;
mod property;
mod purity;
mod rating;
mod scenarios;
