//! The port of an organization's team: roles, ownership, who asks whom.

use ampere_credits::{LoginId, OrgId, Timestamp, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{AuditWrite, MemberChange, MemberRow, OrganizationRow};

/// The people of an organization as a team.
#[async_trait]
pub trait TeamStore: Send + Sync {
    /// Changes role and mark of a member who is not the owner; false if there is none.
    async fn change_member(&self, org: OrgId, user: UserId, change: MemberChange) -> Kept<bool>;
    /// Hands the organization over: the owner becomes an admin, the member the owner. False if
    /// either is not what they are said to be.
    async fn transfer(
        &self,
        org: OrgId,
        from: UserId,
        to: UserId,
        log: Option<AuditWrite>,
    ) -> Kept<bool>;
    /// Everything that a person belongs to, the first joined first.
    async fn memberships(&self, user: UserId) -> Kept<Vec<(MemberRow, OrganizationRow)>>;
    /// Another organization for a login, if its person belongs to it; false if not.
    async fn switch_login(&self, user: UserId, login: LoginId, org: OrgId) -> Kept<bool>;
    /// Notes that a member asks those who can add credits, unless they did after `since`; when
    /// they asked last, this time or before.
    async fn plead(
        &self,
        org: OrgId,
        user: UserId,
        now: Timestamp,
        since: Timestamp,
    ) -> Kept<Timestamp>;
}
