//! What people do with workflows: make, change, look at versions, delete.
//!
//! Everybody in the organization sees and runs all of them; who made one changes it, and owners.
//! Never runs one: [`crate::tasks`] does.

use ampere_credits::WorkflowId;
use ampere_credits::rating::Quote;
use ampere_store::rows::{RunKind, RunRow, WorkflowSave};
pub use ampere_store::rows::{WorkflowRow, WorkflowVersionRow};
use serde_json::{Value, json};

use super::definition::WorkflowDefinition;
use super::validation;
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::{AppError, FieldError, line_mistake};
use crate::tasks::What;

/// Characters of a name.
const LONGEST_NAME: usize = 80;

/// A workflow as a person sees it.
#[derive(Debug, Clone)]
pub struct WorkflowView {
    /// As it is kept.
    pub row: WorkflowRow,
    /// What it does.
    pub definition: WorkflowDefinition,
    /// Its newest run.
    pub last_run: Option<RunRow>,
    /// What a run may cost; none while that cannot be said.
    pub usual: Option<Quote>,
    /// Whether the caller may change it.
    pub can_edit: bool,
}

/// What is to be different.
#[derive(Debug, Clone)]
pub struct WorkflowChange {
    /// Another name.
    pub name: Option<String>,
    /// Another definition, as JSON.
    pub definition: Option<Value>,
    /// The version that was edited.
    pub was: u32,
}

impl App {
    /// All workflows of the organization, latest change first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn workflows(&self, caller: &Caller) -> crate::Done<Vec<WorkflowView>> {
        let mut views = Vec::new();
        for row in self.store.workflows(caller.org).await? {
            views.push(self.workflow_view(caller, row).await?);
        }
        Ok(views)
    }

    /// One.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn workflow(&self, caller: &Caller, id: WorkflowId) -> crate::Done<WorkflowView> {
        let row = self.store.workflow(caller.org, id).await?.ok_or(AppError::NotFound)?;
        self.workflow_view(caller, row).await
    }

    /// Makes a workflow of the caller's.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every mistake.
    pub async fn create_workflow(
        &self,
        caller: &Caller,
        name: &str,
        definition: Value,
    ) -> crate::Done<WorkflowView> {
        caller.may(Act::StartWork)?;
        let mut mistakes = Vec::from_iter(line_mistake("/name", name, LONGEST_NAME));
        let definition = self.sound(caller, definition, &mut mistakes).await?;
        let Some(definition) = definition.filter(|_| mistakes.is_empty()) else {
            return Err(AppError::Invalid(mistakes));
        };
        let now = self.now();
        let row = WorkflowRow {
            id: WorkflowId::mint(now, &*self.entropy),
            org: caller.org,
            owner: caller.user,
            owner_name: caller.name.clone(),
            name: name.trim().to_owned(),
            version: 1,
            definition: text(&definition)?,
            created_at: now,
            updated_at: now,
        };
        self.store.create_workflow(row.clone()).await?;
        self.workflow_view(caller, row).await
    }

    /// Saves the next version of a workflow. Runs that began, and those that wait, keep theirs.
    ///
    /// # Errors
    /// [`AppError::Conflict`] if another version than the edited one is the newest;
    /// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn update_workflow(
        &self,
        caller: &Caller,
        id: WorkflowId,
        change: WorkflowChange,
    ) -> crate::Done<WorkflowView> {
        let row = self.own_workflow(caller, id).await?;
        let name = change.name.unwrap_or_else(|| row.name.clone());
        let mut mistakes = Vec::from_iter(line_mistake("/name", &name, LONGEST_NAME));
        let definition = match change.definition {
            Some(given) => match self.sound(caller, given, &mut mistakes).await? {
                Some(definition) => text(&definition)?,
                None => String::new(),
            },
            None => row.definition,
        };
        if !mistakes.is_empty() {
            return Err(AppError::Invalid(mistakes));
        }
        let (was, by, at) = (change.was, caller.user, self.now());
        let name = name.trim().to_owned();
        let save = WorkflowSave { id, was, name, definition, by, at };
        if self.store.save_workflow(caller.org, save).await?.is_none() {
            return Err(AppError::Conflict("the workflow has changed since; look at it again"));
        }
        self.workflow(caller, id).await
    }

    /// Deletes a workflow; its runs stay, with what they did.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn delete_workflow(&self, caller: &Caller, id: WorkflowId) -> crate::Done<()> {
        self.own_workflow(caller, id).await?;
        if self.store.delete_workflow(caller.org, id).await? {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }

    /// The versions of a workflow, newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn workflow_versions(
        &self,
        caller: &Caller,
        id: WorkflowId,
    ) -> crate::Done<Vec<WorkflowVersionRow>> {
        let versions = self.store.workflow_versions(caller.org, id).await?;
        if versions.is_empty() { Err(AppError::NotFound) } else { Ok(versions) }
    }

    /// One version.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn workflow_version(
        &self,
        caller: &Caller,
        id: WorkflowId,
        version: u32,
    ) -> crate::Done<(WorkflowVersionRow, WorkflowDefinition)> {
        let row = self.store.workflow_version(caller.org, id, version).await?;
        let row = row.ok_or(AppError::NotFound)?;
        let definition = kept(id, &row.definition)?;
        Ok((row, definition))
    }

    /// A definition that is being edited, as far as an estimate needs it: of the right shape, and
    /// with tools that are there.
    ///
    /// # Errors
    /// [`AppError::Invalid`].
    pub fn draft_workflow(&self, definition: Value) -> crate::Done<WorkflowDefinition> {
        let definition = validation::read(definition).map_err(AppError::Invalid)?;
        let unknown = validation::unknown_tools(&definition, &self.tools);
        if unknown.is_empty() { Ok(definition) } else { Err(AppError::Invalid(unknown)) }
    }

    /// A definition in which nothing is wrong; else none, with what is wrong added to `mistakes`.
    async fn sound(
        &self,
        caller: &Caller,
        given: Value,
        mistakes: &mut Vec<FieldError>,
    ) -> crate::Done<Option<WorkflowDefinition>> {
        let found = match validation::read(given) {
            Ok(definition) => match validation::mistakes(&definition, &self.tools) {
                none if none.is_empty() => {
                    self.check_fixed_files(caller, &definition).await?;
                    return Ok(Some(definition));
                }
                found => found,
            },
            Err(found) => found,
        };
        mistakes.extend(found);
        Ok(None)
    }

    /// Files that stand in a definition must be the editor's to read: everybody may run it.
    async fn check_fixed_files(
        &self,
        caller: &Caller,
        definition: &WorkflowDefinition,
    ) -> crate::Done<()> {
        for (index, tool, fixed) in validation::fixed(definition, &self.tools) {
            let checked = self.check_files(caller, &tool.inputs, &fixed).await;
            checked.map_err(|error| match error {
                AppError::Invalid(found) => {
                    let of_step = |error| validation::in_step(index, error);
                    AppError::Invalid(found.into_iter().map(of_step).collect())
                }
                other => other,
            })?;
        }
        Ok(())
    }

    /// A workflow that the caller may change.
    async fn own_workflow(&self, caller: &Caller, id: WorkflowId) -> crate::Done<WorkflowRow> {
        let row = self.store.workflow(caller.org, id).await?.ok_or(AppError::NotFound)?;
        caller.may_direct(row.owner)?;
        Ok(row)
    }

    async fn workflow_view(&self, caller: &Caller, row: WorkflowRow) -> crate::Done<WorkflowView> {
        let what = What::Workflow(row.id);
        Ok(WorkflowView {
            definition: kept(row.id, &row.definition)?,
            last_run: self.last_run_of(caller, RunKind::Workflow, &row.id.to_string()).await?,
            usual: self.usual_cost(caller, &what, &json!({})).await?,
            can_edit: caller.directs(row.owner),
            row,
        })
    }
}

/// A definition as it is kept.
pub(super) fn kept(id: WorkflowId, text: &str) -> crate::Done<WorkflowDefinition> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(workflow = %id, %error, "a kept workflow cannot be read");
        AppError::Internal
    })
}

fn text(definition: &WorkflowDefinition) -> crate::Done<String> {
    serde_json::to_string(definition).map_err(|_| AppError::Internal)
}
