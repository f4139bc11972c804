//! AI Tools: declarations in files, which anybody who runs an installation can write.
//!
//! Owns what a tool is, which files are refused and why, what a form accepts, the template
//! language, what a model's answer must look like, and what a run will probably ask of a model.
//! Never runs a tool, spends, or reaches out: the executor does that through the meter.
//! Where to read on: [`declaration`], [`book`], [`template`]; docs/TOOLS.md for people who write
//! tools.

pub mod book;
mod catalog;
pub mod declaration;
pub mod inputs;
mod lines;
pub mod output;
pub mod plan;
pub mod result;
mod saved;
pub mod schema;
mod soundness;
pub mod template;
mod validation;

pub use book::{Refusal, ToolBook};
pub use catalog::ToolView;
pub(crate) use catalog::likely;
pub use declaration::{Act, Category, Limits, ResultKind, ResultSpec, Step, TextOrJson, Tool};
pub use saved::SavedInputsRow;
