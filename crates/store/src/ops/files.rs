//! Files that people keep as inputs, within their organization's quota.

use ampere_credits::{FileId, OrgId, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::shares::end_file;
use crate::ports::{FileStore, Kept, StoreError};
use crate::rows::{FileRow, Page};
use crate::tx::{Tx, statements};
use crate::values::{Row, Stored, Value, values};

macro_rules! file_select {
    () => {
        "SELECT f.id, f.org, f.owner, coalesce(u.name, ''), f.name, f.media_type, f.size, \
         f.created_at FROM files f LEFT JOIN users u ON u.id = f.owner "
    };
}

statements! {
    /// Room for so many bytes, if the quota has it.
    TAKE_ROOM = "UPDATE organizations SET files_size = files_size + $1 \
                 WHERE id = $2 AND files_size + $1 <= $3";
    /// Room that is free again.
    GIVE_ROOM = "UPDATE organizations SET files_size = files_size - $1 WHERE id = $2";
    /// Room that is taken.
    ROOM_TAKEN = "SELECT files_size FROM organizations WHERE id = $1";
    /// A new file.
    ADD_FILE = "INSERT INTO files (org, id, owner, name, media_type, size, created_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Its bytes.
    ADD_BYTES = "INSERT INTO file_bytes (org, id, bytes) VALUES ($1, $2, $3)";
    /// Files before an id.
    FILES = concat!(
        file_select!(), "WHERE f.org = $1 AND f.id < $2 ORDER BY f.id DESC LIMIT $3");
    /// A person's files before an id.
    FILES_OF = concat!(
        file_select!(),
        "WHERE f.org = $1 AND f.owner = $2 AND f.id < $3 ORDER BY f.id DESC LIMIT $4");
    /// One file.
    FILE = concat!(file_select!(), "WHERE f.org = $1 AND f.id = $2");
    /// One file's bytes.
    FILE_BYTES = "SELECT bytes FROM file_bytes WHERE org = $1 AND id = $2";
    /// A file that goes: its bytes …
    DELETE_BYTES = "DELETE FROM file_bytes WHERE org = $1 AND id = $2";
    /// … and itself, telling its size.
    DELETE_FILE = "DELETE FROM files WHERE org = $1 AND id = $2 RETURNING size";
}

fn file_row(mut row: Row) -> Kept<FileRow> {
    Ok(FileRow {
        id: row.take()?,
        org: row.take()?,
        owner: row.take()?,
        owner_name: row.take()?,
        name: row.take()?,
        media_type: row.take()?,
        size: row.take()?,
        created_at: row.take()?,
    })
}

async fn add(tx: &mut dyn Tx, row: FileRow, bytes: Vec<u8>, quota_bytes: u64) -> Kept<bool> {
    let FileRow { id, org, owner, name, media_type, created_at, .. } = row;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if tx.execute(&TAKE_ROOM, values![size, org, quota_bytes]).await? == 0 {
        return Ok(false);
    }
    let file = values![org, id, owner, name, media_type, size, created_at];
    if tx.execute(&ADD_FILE, file).await? == 0 {
        return Err(StoreError::Exists("a file with this id"));
    }
    tx.execute(&ADD_BYTES, vec![org.value(), id.value(), Value::Bytes(bytes)]).await?;
    Ok(true)
}

/// Deletes one and gives its room back.
pub(super) async fn delete(tx: &mut dyn Tx, org: OrgId, id: FileId) -> Kept<bool> {
    tx.execute(&DELETE_BYTES, values![org, id]).await?;
    end_file(tx, org, id).await?;
    let deleted = tx.query(&DELETE_FILE, values![org, id]).await?;
    let Some(mut row) = deleted.into_iter().next() else { return Ok(false) };
    let size: u64 = row.take()?;
    tx.execute(&GIVE_ROOM, values![size, org]).await?;
    Ok(true)
}

#[async_trait]
impl<E: Engine> FileStore for Database<E> {
    async fn add_file(&self, row: FileRow, bytes: Vec<u8>, quota_bytes: u64) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { add(tx, row, bytes, quota_bytes).await }))
            .await
    }

    async fn files(&self, org: OrgId, owner: Option<UserId>, page: Page) -> Kept<Vec<FileRow>> {
        let (before, rows) = (page.before_id(), page.rows());
        match owner {
            Some(owner) => self.rows(&FILES_OF, values![org, owner, before, rows], file_row).await,
            None => self.rows(&FILES, values![org, before, rows], file_row).await,
        }
    }

    async fn file(&self, org: OrgId, id: FileId) -> Kept<Option<FileRow>> {
        self.row(&FILE, values![org, id], file_row).await
    }

    async fn file_bytes(&self, org: OrgId, id: FileId) -> Kept<Option<Vec<u8>>> {
        self.row(&FILE_BYTES, values![org, id], |mut row| row.take()).await
    }

    async fn delete_file(&self, org: OrgId, id: FileId) -> Kept<bool> {
        self.engine.write(move |tx| Box::pin(async move { delete(tx, org, id).await })).await
    }

    async fn files_size(&self, org: OrgId) -> Kept<u64> {
        let taken = self.row(&ROOM_TAKEN, values![org], |mut row| row.take()).await?;
        Ok(taken.unwrap_or_default())
    }
}
