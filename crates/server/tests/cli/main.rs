//! The program as a person has it: started as a process of its own.
//!
//! Read next: `program`, which starts it and reads what it prints.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod killed;
mod money;
mod processes;
mod program;
mod serving;
