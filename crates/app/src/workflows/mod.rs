//! Workflows: AI Tools, questions to Joule and conditions, one after the other, as one run.
//!
//! Owns what a workflow is, who changes it, and how values pass between its steps. Never runs one:
//! [`crate::tasks`] does. Read next: `definition`, then `mapping`, `validation`, `manage`,
//! `testing`.

pub mod definition;
mod manage;
pub mod mapping;
mod testing;
mod validation;

pub use definition::{
    InputKind, Source, Test, WorkflowAct, WorkflowDefinition, WorkflowInput, WorkflowStep,
};
pub use manage::{WorkflowChange, WorkflowRow, WorkflowVersionRow, WorkflowView};
pub use testing::{ConditionTested, StepTest, StepTested};
