//! Rows of notices: what people are told, their wishes, and the lines that were crossed.

use ampere_credits::{NoticeId, OrgId, Timestamp, UserId};

/// Something that one person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    pub org: OrgId,
    pub user: UserId,
    pub id: NoticeId,
    /// The application's word.
    pub kind: String,
    /// A sentence.
    pub text: String,
    /// Where it leads; a path of ours.
    pub url: String,
    /// What following it is called.
    pub action: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// On which side of a line something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkRow {
    pub org: OrgId,
    /// What the line is about.
    pub subject: String,
    /// The side.
    pub level: String,
    pub at: Timestamp,
}

/// What a person wants of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeWishRow {
    pub org: OrgId,
    pub user: UserId,
    pub kind: String,
    pub in_app: bool,
    pub email: bool,
}
