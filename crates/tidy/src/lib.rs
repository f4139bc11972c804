//! The rules of this repository that no compiler holds: sizes, names, edges between crates,
//! words, bans. Each rule is a function from files to findings, so that a planted violation can
//! show that it works.
//!
//! Owns: what a violation is and how it is told. Never: changes a file, or knows the product.
//! Read next: `repo` (what is looked at), `ratchet` (exceptions), `tests/tidy/main.rs` (the run).

pub mod bans;
pub mod doc_paths;
pub mod edges;
pub mod finding;
pub mod glossary;
pub mod names;
pub mod ratchet;
pub mod repo;
pub mod rust_source;
pub mod script_functions;
pub mod size;
pub mod ts_functions;
pub mod ts_tokens;
pub mod words;

pub use finding::Finding;
pub use repo::{Repo, Source};
