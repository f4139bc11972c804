//! The way of a credit through the application: real SQLite, a scripted model, a test clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accuracy;
mod background;
mod books;
mod crash;
mod ends;
mod incidents;
mod purchases;
mod receipts;
mod shortage;
mod simulation;
mod step_tests;
mod task_life;
mod tasks;
mod tool_pages;
mod trial;
mod workflows;
mod world;
