//! The port of saved inputs.

use ampere_credits::{OrgId, SavedInputsId, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::SavedInputsRow;

/// Inputs of tools that people saved, each for themselves.
#[async_trait]
pub trait SavedInputsStore: Send + Sync {
    /// Keeps them.
    async fn add_saved_inputs(&self, row: SavedInputsRow) -> Kept<()>;
    /// A person's for one tool, newest first.
    async fn saved_inputs(&self, org: OrgId, user: UserId, tool: &str)
    -> Kept<Vec<SavedInputsRow>>;
    /// Deletes one of a person's; false if it is not there.
    async fn delete_saved_inputs(&self, org: OrgId, user: UserId, id: SavedInputsId) -> Kept<bool>;
}
