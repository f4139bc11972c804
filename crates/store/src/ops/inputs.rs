//! Inputs of tools that people saved, each for themselves.

use ampere_credits::{OrgId, SavedInputsId, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, SavedInputsStore, StoreError};
use crate::rows::SavedInputsRow;
use crate::tx::statements;
use crate::values::{Row, values};

statements! {
    /// New ones.
    ADD_INPUTS = "INSERT INTO saved_inputs (org, id, user_id, tool, name, inputs, created_at) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// A person's for one tool.
    INPUTS = "SELECT id, org, user_id, tool, name, inputs, created_at FROM saved_inputs \
              WHERE org = $1 AND user_id = $2 AND tool = $3 ORDER BY id DESC";
    /// They go.
    DELETE_INPUTS = "DELETE FROM saved_inputs WHERE org = $1 AND id = $2 AND user_id = $3";
}

pub(super) fn saved_inputs_row(mut row: Row) -> Kept<SavedInputsRow> {
    Ok(SavedInputsRow {
        id: row.take()?,
        org: row.take()?,
        user: row.take()?,
        tool: row.take()?,
        name: row.take()?,
        inputs: row.take()?,
        created_at: row.take()?,
    })
}

#[async_trait]
impl<E: Engine> SavedInputsStore for Database<E> {
    async fn add_saved_inputs(&self, row: SavedInputsRow) -> Kept<()> {
        let SavedInputsRow { id, org, user, tool, name, inputs, created_at } = row;
        let values = values![org, id, user, tool, name, inputs, created_at];
        match self.change(&ADD_INPUTS, values).await? {
            0 => Err(StoreError::Exists("saved inputs with this id")),
            _ => Ok(()),
        }
    }

    async fn saved_inputs(
        &self,
        org: OrgId,
        user: UserId,
        tool: &str,
    ) -> Kept<Vec<SavedInputsRow>> {
        self.rows(&INPUTS, values![org, user, tool.to_owned()], saved_inputs_row).await
    }

    async fn delete_saved_inputs(&self, org: OrgId, user: UserId, id: SavedInputsId) -> Kept<bool> {
        Ok(self.change(&DELETE_INPUTS, values![org, id, user]).await? > 0)
    }
}
