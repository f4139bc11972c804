//! Rows of conversations that are shared.

use ampere_credits::{OrgId, SessionId, Timestamp, UserId};

use crate::rows::{Access, SessionRow};

/// With whom a conversation is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    pub org: OrgId,
    pub session: SessionId,
    /// With whom.
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub access: Access,
    pub shared_by: UserId,
    /// When it was first shared with them.
    pub shared_at: Timestamp,
}

/// A conversation in somebody's list, with what they may do in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub row: SessionRow,
    /// Of one's own: [`Access::Owner`].
    pub access: Access,
}

/// Who shares a conversation, when, and with whom from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    pub by: UserId,
    pub at: Timestamp,
    /// Everybody, each once; who is not named has no access any more.
    pub with: Vec<(UserId, Access)>,
}
