//! The port of ways to a new password.

use ampere_credits::{Timestamp, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{MailRow, ResetRow};

/// Links by which people set a new password.
#[async_trait]
pub trait ResetStore: Send + Sync {
    /// A new one, with the mail that carries it. Those whose time is over go.
    async fn begin_reset(&self, row: ResetRow, mail: MailRow, now: Timestamp) -> Kept<()>;
    /// Whose it is: the person and their mail address; none if it was used or its time is over.
    async fn reset_of(&self, hash: [u8; 32], now: Timestamp) -> Kept<Option<(UserId, String)>>;
    /// Sets the password of the person whose it is and ends all their links and logins; false if
    /// it was used or its time is over.
    async fn finish_reset(&self, hash: [u8; 32], password: &str, now: Timestamp) -> Kept<bool>;
}
