//! A forgotten password: a link by mail that sets a new one, once, within an hour.
//!
//! Never says whether an address has an account: known and unknown ones get the same answer after
//! the same time. Where no mail is sent, whoever runs the installation can set a password.

use std::sync::Arc;

use ampere_store::rows::ResetRow;

use super::fields::{Fields, plain_email};
use super::passwords::weakness;
use super::throttle::Counted;
use super::{Visitor, letters, token};
use crate::app::App;
use crate::error::AppError;

/// A link works this long.
const LIFETIME_SECONDS: i64 = 3_600;
const OVER: &str = "this link was used or is too old; ask for a new one";

impl App {
    /// Sends a link to whoever has an account with this address; false where no mail is sent.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is no address, [`AppError::RateLimited`].
    pub fn forgot_password(self: &Arc<Self>, email: &str, visitor: &Visitor) -> crate::Done<bool> {
        let mut fields = Fields::default();
        let email = fields.email("/email", email);
        fields.checked()?;
        if !self.sends_mail() {
            return Ok(false);
        }
        let by = [Counted::letter(&email), Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        // In a task of its own: how long it takes tells nothing.
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.send_reset(&email).await {
                tracing::error!(%error, "a link to a new password could not be written");
            }
        });
        Ok(true)
    }

    async fn send_reset(&self, email: &str) -> crate::Done<()> {
        let user = self.store.user_by_email(&plain_email(email)).await?;
        let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
            tracing::warn!(target: "security", "a new password was asked for by nobody we know");
            return Ok(());
        };
        let now = self.now();
        let token = token::mint(&*self.entropy);
        // Behind the #: browsers do not send it, so that no log on the way has it.
        let url = format!("{}/reset#{token}", self.public_url);
        let (subject, text) = letters::reset(&user.name, &url);
        let Some(mail) = self.letter(&user.email, &subject, &text)? else { return Ok(()) };
        let expires_at = now.plus_seconds(LIFETIME_SECONDS);
        let row = ResetRow { token_hash: token::hash(&token), user: user.id, expires_at };
        self.store.begin_reset(row, mail, now).await?;
        self.mail_queued.notify_one();
        tracing::info!(target: "security", user = %user.id, "a link to a new password was sent");
        Ok(())
    }

    /// Sets a new password by such a link. It works once, and ends all logins of the person.
    ///
    /// # Errors
    /// [`AppError::Gone`] for a link that was used or is too old, [`AppError::Invalid`] for the
    /// password, [`AppError::RateLimited`].
    pub async fn reset_by_link(
        &self,
        token: &str,
        password: &str,
        visitor: &Visitor,
    ) -> crate::Done<()> {
        let by = [Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        let hash = token::hash(token);
        let Some((user, email)) = self.store.reset_of(hash, self.now()).await? else {
            tracing::warn!(target: "security", "a link to a new password was refused");
            return Err(AppError::Gone(OVER));
        };
        self.people.throttle.succeeded(&by);
        if let Some(error) = weakness("/password", password, &email) {
            return Err(AppError::Invalid(vec![error]));
        }
        let salt = self.people.passwords.salt(&*self.entropy);
        let stored = self.people.passwords.hash(password.to_owned(), salt).await?;
        if !self.store.finish_reset(hash, &stored, self.now()).await? {
            return Err(AppError::Gone(OVER));
        }
        tracing::info!(target: "security", %user, "the password was set by a link");
        let name = self.store.user_by_email(&email).await?.map(|user| user.name);
        let (subject, text) = letters::changed(&name.unwrap_or_default());
        self.mail(&email, &subject, &text).await.map(drop)
    }
}
