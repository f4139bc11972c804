//! The port of conversations that are shared: who may open which, and the files in them.

use ampere_credits::{FileId, OrgId, SessionId, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{Access, ShareRow, Sharing};

/// Who may open whose conversation.
#[async_trait]
pub trait ShareStore: Send + Sync {
    /// What a person may do in a conversation: the one whose it is everything, also with what
    /// stays of it once it is deleted; others as it is shared with them. None: nothing.
    async fn access(&self, org: OrgId, session: SessionId, user: UserId) -> Kept<Option<Access>>;
    /// The same of several conversations, in their order.
    async fn accesses(
        &self,
        org: OrgId,
        sessions: Vec<SessionId>,
        user: UserId,
    ) -> Kept<Vec<Option<Access>>>;
    /// With whom a conversation is shared, by name.
    async fn shares(&self, org: OrgId, session: SessionId) -> Kept<Vec<ShareRow>>;
    /// Shares a conversation with exactly these people and answers with whom it was shared
    /// before. None, and nothing is changed: it is deleted, or somebody named is no member or
    /// the one whose it is.
    async fn share(
        &self,
        org: OrgId,
        session: SessionId,
        sharing: Sharing,
    ) -> Kept<Option<Vec<ShareRow>>>;
    /// Notes that a file was made in a conversation, unless it is deleted.
    async fn add_session_file(&self, org: OrgId, session: SessionId, file: FileId) -> Kept<()>;
    /// Whether a file belongs to a conversation that a person may open.
    async fn opens_file(&self, org: OrgId, file: FileId, user: UserId) -> Kept<bool>;
}
