//! Mail: letters to people, kept until a mail server has them.
//!
//! Owns: the outbox. A letter is a row, written in the transaction of what causes it where there
//! is one; its text is sealed, for it may let somebody in. Never waits for a mail server while a
//! person waits. Without a mail server there are no letters: whoever writes one is told so, and
//! shows the link instead. Where to read on: `sending`.

mod sending;

use ampere_adapters::secrets::{NONCE_BYTES, Place, SealingKey, SecretText, open, seal};
use ampere_credits::{MailId, Timestamp};
use ampere_store::rows::{MailRow, MailState};

use crate::app::App;
use crate::error::AppError;

pub use sending::Delivered;

/// Who owns the secrets of letters: the installation.
const OWNER: &str = "mail";
/// What is over is remembered this long.
const REMEMBERED_DAYS: i64 = 30;

impl App {
    /// Whether letters can be sent.
    pub fn sends_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// The address that letters come from, where they can be sent.
    pub fn mail_from(&self) -> Option<String> {
        self.mailer.as_ref().map(|mailer| mailer.capabilities().from)
    }

    /// Writes a letter to one person: plain short words. It is sent soon; false where letters
    /// cannot be sent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mail(&self, to: &str, subject: &str, text: &str) -> crate::Done<bool> {
        let Some(row) = self.letter(to, subject, text)? else { return Ok(false) };
        self.store.queue_mail(row).await?;
        self.mail_queued.notify_one();
        Ok(true)
    }

    /// The row of a letter, for the transaction of what causes it; none where letters cannot be
    /// sent. After the commit the worker is to be told, by `mail_queued`.
    ///
    /// # Errors
    /// A text that is too long to seal.
    pub(crate) fn letter(
        &self,
        to: &str,
        subject: &str,
        text: &str,
    ) -> crate::Done<Option<MailRow>> {
        if !self.sends_mail() {
            return Ok(None);
        }
        let now = self.now();
        let id = MailId::mint(now, &*self.entropy);
        let text = format!("{text}\n\n-- \n{}\n", self.public_url);
        let mut nonce = [0u8; NONCE_BYTES];
        self.entropy.fill(&mut nonce);
        let name = id.to_string();
        let place = Place { owner: OWNER, name: &name };
        let key = SealingKey::new(self.secret_key);
        let body = seal(&key, place, &SecretText::new(text), nonce).map_err(|error| {
            tracing::error!(%error, "a letter could not be sealed");
            AppError::Internal
        })?;
        Ok(Some(MailRow {
            id,
            to: to.to_owned(),
            subject: subject.to_owned(),
            body,
            state: MailState::Pending,
            tries: 0,
            created_at: now,
            due_at: Some(now),
            error: None,
        }))
    }

    /// The text of a letter that is to be sent; none if another key sealed it.
    fn text_of(&self, row: &MailRow) -> Option<SecretText> {
        let name = row.id.to_string();
        let key = SealingKey::new(self.secret_key);
        open(&key, Place { owner: OWNER, name: &name }, &row.body).ok()
    }

    /// Forgets letters that are long over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_mails(&self) -> crate::Done<u64> {
        let before: Timestamp = self.now().plus_days(-REMEMBERED_DAYS);
        Ok(self.store.forget_mails(before).await?)
    }
}
