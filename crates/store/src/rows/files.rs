//! Rows of files that people keep as inputs of AI work.

use ampere_credits::{FileId, OrgId, Timestamp, UserId};

/// A file without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub id: FileId,
    pub org: OrgId,
    pub owner: UserId,
    /// From the person's row.
    pub owner_name: String,
    pub name: String,
    pub media_type: String,
    /// Bytes; the store counts them itself.
    pub size: u64,
    pub created_at: Timestamp,
}
