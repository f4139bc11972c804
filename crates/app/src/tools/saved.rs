//! Inputs that a person saved to use again, each for themselves.
//!
//! A saved form need not be whole; what is in it must fit. Costs nothing.

use ampere_credits::SavedInputsId;
pub use ampere_store::rows::SavedInputsRow;
use serde_json::Value;

use super::inputs;
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::{AppError, line_mistake};

/// Characters of a name.
const LONGEST_NAME: usize = 80;
/// Forms that a person may save for one tool.
const MOST: usize = 50;

impl App {
    /// What the caller saved for a tool, newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the tool.
    pub async fn saved_inputs(
        &self,
        caller: &Caller,
        tool: &str,
    ) -> crate::Done<Vec<SavedInputsRow>> {
        let tool = self.tools.get(tool).ok_or(AppError::NotFound)?;
        Ok(self.store.saved_inputs(caller.org, caller.user, &tool.id).await?)
    }

    /// Saves a form of a tool under a name.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the tool, [`AppError::Invalid`] with every mistake,
    /// [`AppError::Conflict`] when there are too many already.
    pub async fn save_inputs(
        &self,
        caller: &Caller,
        tool: &str,
        name: &str,
        given: Value,
    ) -> crate::Done<SavedInputsRow> {
        caller.may(Act::StartWork)?;
        let tool = self.tools.get(tool).ok_or(AppError::NotFound)?;
        let mut mistakes = Vec::from_iter(line_mistake("/name", name, LONGEST_NAME));
        let checked = inputs::check(&tool.inputs, given.clone()).err().unwrap_or_default();
        mistakes.extend(checked.into_iter().filter(|mistake| mistake.code != "required"));
        if !mistakes.is_empty() {
            return Err(AppError::Invalid(mistakes));
        }
        if self.store.saved_inputs(caller.org, caller.user, &tool.id).await?.len() >= MOST {
            return Err(AppError::Conflict("50 are saved for this tool; delete one first"));
        }
        let now = self.now();
        let row = SavedInputsRow {
            id: SavedInputsId::mint(now, &*self.entropy),
            org: caller.org,
            user: caller.user,
            tool: tool.id.clone(),
            name: name.trim().to_owned(),
            inputs: given.to_string(),
            created_at: now,
        };
        self.store.add_saved_inputs(row.clone()).await?;
        Ok(row)
    }

    /// Deletes what the caller saved.
    ///
    /// # Errors
    /// [`AppError::NotFound`], for other people's too.
    pub async fn delete_saved_inputs(&self, caller: &Caller, id: SavedInputsId) -> crate::Done<()> {
        if self.store.delete_saved_inputs(caller.org, caller.user, id).await? {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }
}
