//! The contract of the Model port: every test runs on a scripted model in process, and on the
//! OpenAI and the Anthropic adapter over a real socket. The local worker has its own file,
//! `local_model.rs`; what needs no script also runs against anybody's server (`provider.rs`).
//!
//! Read next: `road` (the three roads), then `endings`, `bounds`, `calls`, `schemas`, `tools`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod calls;
mod endings;
mod road;
mod schemas;
mod tools;
