//! The port of notices.

use ampere_credits::{NoticeId, OrgId, Timestamp, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{MailRow, MarkRow, NoticeRow, NoticeWishRow, Page};

/// What people are told, what they want to be told, and which lines were crossed.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Keeps notices and mails, together with the mark of the line that was crossed: all of it, or
    /// nothing if the mark stands at this level already. Without a mark always.
    async fn add_notices(
        &self,
        mark: Option<MarkRow>,
        notices: Vec<NoticeRow>,
        mails: Vec<MailRow>,
    ) -> Kept<bool>;
    /// The marks of an organization.
    async fn marks(&self, org: OrgId) -> Kept<Vec<MarkRow>>;
    /// A person's notices, newest first; the cursor is an id.
    async fn notices(&self, org: OrgId, user: UserId, page: Page) -> Kept<Vec<NoticeRow>>;
    /// How many a person has not read.
    async fn unread(&self, org: OrgId, user: UserId) -> Kept<u32>;
    /// A person has read some, or all (none named).
    async fn read_notices(
        &self,
        org: OrgId,
        user: UserId,
        ids: Vec<NoticeId>,
        at: Timestamp,
    ) -> Kept<()>;
    /// What the people of an organization want, where it differs from what everybody gets.
    async fn notice_wishes(&self, org: OrgId) -> Kept<Vec<NoticeWishRow>>;
    /// A person wants it so from now on.
    async fn set_notice_wish(&self, row: NoticeWishRow) -> Kept<()>;
    /// Forgets notices from before an instant.
    async fn forget_notices(&self, before: Timestamp) -> Kept<u64>;
}
