//! Workflows and their versions.

use ampere_credits::{OrgId, WorkflowId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, StoreError, WorkflowStore};
use crate::rows::{WorkflowRow, WorkflowSave, WorkflowVersionRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! workflow_select {
    () => {
        "SELECT w.id, w.org, w.owner, coalesce(u.name, ''), w.name, w.version, v.definition, \
         w.created_at, w.updated_at FROM workflows w JOIN workflow_versions v ON v.org = w.org \
         AND v.workflow = w.id AND v.version = w.version LEFT JOIN users u ON u.id = w.owner "
    };
}
pub(super) use workflow_select;

macro_rules! version_select {
    () => {
        "SELECT v.version, v.definition, coalesce(u.name, ''), v.saved_at \
         FROM workflow_versions v JOIN workflows w ON w.org = v.org AND w.id = v.workflow \
         AND w.hidden = 0 LEFT JOIN users u ON u.id = v.saved_by "
    };
}

statements! {
    /// A new workflow.
    ADD_WORKFLOW = "INSERT INTO workflows (org, id, owner, name, version, created_at, \
                    updated_at, hidden) VALUES ($1, $2, $3, $4, 1, $5, $6, 0) \
                    ON CONFLICT DO NOTHING";
    /// One of its versions.
    ADD_VERSION = "INSERT INTO workflow_versions (org, workflow, version, definition, saved_by, \
                   saved_at) VALUES ($1, $2, $3, $4, $5, $6)";
    /// The next version of what was edited.
    NEXT_VERSION = "UPDATE workflows SET version = version + 1, name = $1, updated_at = $2 \
                    WHERE org = $3 AND id = $4 AND version = $5 AND hidden = 0 \
                    RETURNING version";
    /// All, latest change first.
    WORKFLOWS = concat!(
        workflow_select!(),
        "WHERE w.org = $1 AND w.hidden = 0 ORDER BY w.updated_at DESC, w.id DESC");
    /// One.
    WORKFLOW = concat!(
        workflow_select!(), "WHERE w.org = $1 AND w.id = $2 AND w.hidden = 0");
    /// Its versions.
    VERSIONS = concat!(
        version_select!(), "WHERE v.org = $1 AND v.workflow = $2 ORDER BY v.version DESC");
    /// One version.
    VERSION = concat!(
        version_select!(), "WHERE v.org = $1 AND v.workflow = $2 AND v.version = $3");
    /// It is not shown any more.
    HIDE_WORKFLOW = "UPDATE workflows SET hidden = 1 WHERE org = $1 AND id = $2 AND hidden = 0";
}

pub(super) fn workflow_row(mut row: Row) -> Kept<WorkflowRow> {
    Ok(WorkflowRow {
        id: row.take()?,
        org: row.take()?,
        owner: row.take()?,
        owner_name: row.take()?,
        name: row.take()?,
        version: row.take()?,
        definition: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

fn version_row(mut row: Row) -> Kept<WorkflowVersionRow> {
    Ok(WorkflowVersionRow {
        version: row.take()?,
        definition: row.take()?,
        saved_by_name: row.take()?,
        saved_at: row.take()?,
    })
}

async fn create(tx: &mut dyn Tx, row: WorkflowRow) -> Kept<()> {
    let WorkflowRow { id, org, owner, name, definition, created_at, updated_at, .. } = row;
    let workflow = values![org, id, owner, name, created_at, updated_at];
    if tx.execute(&ADD_WORKFLOW, workflow).await? == 0 {
        return Err(StoreError::Exists("a workflow with this id"));
    }
    let first = values![org, id, 1u32, definition, owner, created_at];
    tx.execute(&ADD_VERSION, first).await.map(drop)
}

async fn save(tx: &mut dyn Tx, org: OrgId, save: WorkflowSave) -> Kept<Option<u32>> {
    let WorkflowSave { id, was, name, definition, by, at } = save;
    let next = tx.query(&NEXT_VERSION, values![name, at, org, id, was]).await?;
    let Some(mut row) = next.into_iter().next() else { return Ok(None) };
    let version: u32 = row.take()?;
    tx.execute(&ADD_VERSION, values![org, id, version, definition, by, at]).await?;
    Ok(Some(version))
}

#[async_trait]
impl<E: Engine> WorkflowStore for Database<E> {
    async fn create_workflow(&self, row: WorkflowRow) -> Kept<()> {
        self.engine.write(move |tx| Box::pin(async move { create(tx, row).await })).await
    }

    async fn save_workflow(&self, org: OrgId, next: WorkflowSave) -> Kept<Option<u32>> {
        self.engine.write(move |tx| Box::pin(async move { save(tx, org, next).await })).await
    }

    async fn workflows(&self, org: OrgId) -> Kept<Vec<WorkflowRow>> {
        self.rows(&WORKFLOWS, values![org], workflow_row).await
    }

    async fn workflow(&self, org: OrgId, id: WorkflowId) -> Kept<Option<WorkflowRow>> {
        self.row(&WORKFLOW, values![org, id], workflow_row).await
    }

    async fn workflow_versions(&self, org: OrgId, id: WorkflowId) -> Kept<Vec<WorkflowVersionRow>> {
        self.rows(&VERSIONS, values![org, id], version_row).await
    }

    async fn workflow_version(
        &self,
        org: OrgId,
        id: WorkflowId,
        version: u32,
    ) -> Kept<Option<WorkflowVersionRow>> {
        self.row(&VERSION, values![org, id, version], version_row).await
    }

    async fn delete_workflow(&self, org: OrgId, id: WorkflowId) -> Kept<bool> {
        Ok(self.change(&HIDE_WORKFLOW, values![org, id]).await? > 0)
    }
}
