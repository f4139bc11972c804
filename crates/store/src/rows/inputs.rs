//! Rows of inputs that a person saved to use again.

use ampere_credits::{OrgId, SavedInputsId, Timestamp, UserId};

/// Inputs of a tool under a name, a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedInputsRow {
    pub id: SavedInputsId,
    pub org: OrgId,
    pub user: UserId,
    pub tool: String,
    pub name: String,
    /// JSON.
    pub inputs: String,
    pub created_at: Timestamp,
}
