//! The contract of the Model port: every test runs on a scripted model in process and on the
//! OpenAI adapter over a real socket. The local worker has its own file, `local_model.rs`.
//!
//! Read next: `road` (the two roads), then `endings`, `bounds`, `calls`, `schemas`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod calls;
mod endings;
mod road;
mod schemas;
