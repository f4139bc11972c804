//! The outside world, behind ports that are narrow enough to be replaced.
//!
//! Owns: the Model port and what stands behind it (`ai`), the Payments port and its built-in
//! sandbox (`payments`), the guard of what goes out (`egress`), documents and pages as plain text
//! (`documents`), browsers that act on pages (`browser`), letters to people
//! (`mail`), and the sealing of secrets at rest (`secrets`).
//! Never does: decide what anything costs, write to the database, read the clock, the environment
//! or a random source; those are arguments.
//!
//! Read next: `ai` (the port, its one rule about how an answer ends), then `ai::openai` (the real
//! road to any provider) and `ai::local` (the worker process on this computer); `payments` for
//! money; `egress` and `documents` for what tools read; `browser`; `secrets` last.

pub mod ai;
pub mod browser;
pub mod documents;
pub mod egress;
mod hex;
pub mod mail;
pub mod payments;
pub mod secrets;
