//! The way of a credit through the application: real SQLite, a scripted model, a test clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod books;
mod crash;
mod ends;
mod incidents;
mod purchases;
mod receipts;
mod shortage;
mod simulation;
mod trial;
mod world;
