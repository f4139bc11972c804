//! The port of mails.

use ampere_credits::{MailId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{MailRow, MailState};

/// Mails that were written, until a mail server has them.
#[async_trait]
pub trait MailStore: Send + Sync {
    /// Keeps one that is to be sent.
    async fn queue_mail(&self, row: MailRow) -> Kept<()>;
    /// Those whose time has come, the most overdue first.
    async fn due_mails(&self, now: Timestamp, limit: u32) -> Kept<Vec<MailRow>>;
    /// When the next is due.
    async fn next_mail(&self) -> Kept<Option<Timestamp>>;
    /// Takes one that is due for a try, which is counted; until `again` nobody else does. False
    /// if somebody else was faster.
    async fn take_mail(&self, mail: &MailRow, again: Timestamp) -> Kept<bool>;
    /// What became of a try: still pending with the next one's time, or over; then its text goes.
    async fn mail_tried(
        &self,
        mail: MailId,
        state: MailState,
        due_at: Option<Timestamp>,
        error: Option<String>,
    ) -> Kept<()>;
    /// Forgets those that were written before an instant and are over; says how many.
    async fn forget_mails(&self, before: Timestamp) -> Kept<u64>;
}
