//! Rows of people: organizations, members, logins, invitations.

use ampere_credits::{InvitationId, LoginId, OrgId, Timestamp, UserId};

use crate::rows::{AuditWrite, BackgroundSettings, MailState, Role};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRow {
    pub id: OrgId,
    pub name: String,
    /// IANA zone; a change applies forward.
    pub zone: String,
    pub created_at: Timestamp,
    pub background: BackgroundSettings,
}

/// A person. The mail address is stored in lower case and is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    pub operator: bool,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    pub org: OrgId,
    pub user: UserId,
    pub role: Role,
    pub billing_admin: bool,
    pub joined_at: Timestamp,
    /// When they last did anything there.
    pub last_active_at: Option<Timestamp>,
    /// From the person's row.
    pub name: String,
    /// From the person's row.
    pub email: String,
}

/// A person's web session; the token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRow {
    pub id: LoginId,
    pub user: UserId,
    pub org: OrgId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// Absolute end.
    pub expires_at: Timestamp,
    pub user_agent: String,
}

/// A login with everything that says who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLogin {
    pub login: LoginRow,
    pub user: UserRow,
    pub member: MemberRow,
    pub organization: OrganizationRow,
}

/// An invitation; the token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub org: OrgId,
    pub token_hash: [u8; 32],
    pub role: Role,
    pub invited_by: UserId,
    /// Name of the inviting person.
    pub invited_by_name: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_by: Option<UserId>,
    pub revoked_at: Option<Timestamp>,
    /// Whom it is for; none: whoever has the link.
    pub email: Option<String>,
    /// When its link was made, last.
    pub linked_at: Timestamp,
    /// What became of the mail that carries its link; written by the mail alone.
    pub mail: Option<MailState>,
}

/// A way to a new password; the token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetRow {
    pub token_hash: [u8; 32],
    pub user: UserId,
    pub expires_at: Timestamp,
}

/// What becomes of the schedules of somebody who is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftBehind {
    /// They pause, with this line for people.
    Paused { note: String, at: Timestamp },
    /// They go on as this member's.
    Given { to: UserId, at: Timestamp },
}

/// What changes of a member; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberChange {
    pub role: Option<Role>,
    pub billing_admin: Option<bool>,
    /// The schedules that run pause, with this line for people.
    pub pause: Option<(String, Timestamp)>,
    /// What the audit log says of it, kept with the change.
    pub log: Vec<AuditWrite>,
}
