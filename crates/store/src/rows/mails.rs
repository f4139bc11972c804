//! Rows of mails.

use ampere_credits::{MailId, Timestamp};

use crate::rows::MailState;

/// A mail that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    pub id: MailId,
    /// A mail address.
    pub to: String,
    pub subject: String,
    /// As the application seals it; empty once it was sent or given up.
    pub body: String,
    pub state: MailState,
    /// Tries that have begun.
    pub tries: u32,
    pub created_at: Timestamp,
    /// When it is tried next, while it is pending.
    pub due_at: Option<Timestamp>,
    /// Of the last try that failed.
    pub error: Option<String>,
}
