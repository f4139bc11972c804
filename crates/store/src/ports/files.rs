//! The port of files.

use ampere_credits::{FileId, OrgId, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{FileRow, Page};

/// Files that people keep as inputs.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// Keeps a file; false if the organization's files would be larger than the quota together.
    /// The size is that of the bytes.
    async fn add_file(&self, row: FileRow, bytes: Vec<u8>, quota_bytes: u64) -> Kept<bool>;
    /// Files of one person, or of everybody, newest first; the cursor is an id.
    async fn files(&self, org: OrgId, owner: Option<UserId>, page: Page) -> Kept<Vec<FileRow>>;
    /// One file.
    async fn file(&self, org: OrgId, id: FileId) -> Kept<Option<FileRow>>;
    /// Its bytes.
    async fn file_bytes(&self, org: OrgId, id: FileId) -> Kept<Option<Vec<u8>>>;
    /// Deletes it; false if it is not there.
    async fn delete_file(&self, org: OrgId, id: FileId) -> Kept<bool>;
    /// Bytes of all files together.
    async fn files_size(&self, org: OrgId) -> Kept<u64>;
}
