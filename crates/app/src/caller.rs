//! Who is asking, and what they may do: one table of rights, pure.

use ampere_credits::{LoginId, OrgId, UserId};
use ampere_store::rows::{KnownLogin, Role};

use crate::error::AppError;

/// A logged-in person in one organization.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization all look-ups are scoped by.
    pub org: OrgId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their role in the organization.
    pub role: Role,
    /// The mark an owner can give to any member; owners always have it.
    pub billing_admin: bool,
    /// Runs the installation.
    pub operator: bool,
    /// The login that was used.
    pub login: LoginId,
    /// The organization's zone.
    pub zone: String,
}

/// What can be asked for; the rows of the role matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Start and stop AI work.
    StartWork,
    /// See prices, activity and buy credits.
    Billing,
    /// Invite and remove people, change the organization.
    ManageTeam,
    /// Configure the installation.
    Operate,
}

impl Caller {
    /// From a known login.
    pub fn of(known: &KnownLogin) -> Self {
        Caller {
            org: known.organization.id,
            user: known.user.id,
            name: known.user.name.clone(),
            role: known.member.role,
            billing_admin: known.member.billing_admin,
            operator: known.user.operator,
            login: known.login.id,
            zone: known.organization.zone.clone(),
        }
    }

    /// Owners and billing admins.
    pub fn billing_access(&self) -> bool {
        self.role == Role::Owner || self.billing_admin
    }

    /// Whether this caller sees the content of everybody's tasks and files.
    pub fn sees_all(&self) -> bool {
        self.role == Role::Owner
    }

    /// Whether this caller may do it.
    pub fn may(&self, act: Act) -> Result<(), AppError> {
        match act {
            Act::StartWork => Ok(()),
            Act::Billing if self.billing_access() => Ok(()),
            Act::Billing => Err(AppError::BillingAccessRequired),
            Act::ManageTeam if self.role == Role::Owner => Ok(()),
            Act::ManageTeam => Err(AppError::ForbiddenRole),
            Act::Operate if self.operator => Ok(()),
            Act::Operate => Err(AppError::OperatorOnly),
        }
    }
}
