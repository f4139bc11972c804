//! Rows of going: what is said of a person or an organization that is deleted, and what came of it.

use ampere_credits::{OrgId, Timestamp, UserId};

/// A person who goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonErasure {
    pub user: UserId,
    pub at: Timestamp,
    /// Their schedules go on as those of each organization's owner; else they pause.
    pub hand_on: bool,
    /// What stands at a schedule that pauses. It names nobody.
    pub note: String,
    /// What the audit log of each of their organizations calls it.
    pub act: String,
}

/// What came of deleting a person. Whatever is not [`Erased::Gone`] has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erased {
    /// They are gone from these organizations.
    Gone(Vec<OrgId>),
    /// An organization is theirs.
    OwnsOrganization,
    /// Nobody else runs the installation, and others have accounts.
    LastOperator,
    /// Runs of theirs have not ended in these organizations.
    RunOpen(Vec<OrgId>),
}

/// An organization that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationClosing {
    pub org: OrgId,
    pub by: UserId,
    pub at: Timestamp,
    /// What its audit log calls it.
    pub act: String,
}

/// What came of deleting an organization. Whatever is not [`Closed::Gone`] has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is gone; these belonged to it.
    Gone(Vec<UserId>),
    /// It was gone already, or never was.
    NotThere,
    /// A run of it has not ended.
    RunOpen,
}
