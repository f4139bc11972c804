//! `ampere reset-password`: for people who can reach the data folder, not the screens.

use super::fields::plain_email;
use super::passwords::weakness;
use crate::app::App;
use crate::error::AppError;

impl App {
    /// Sets a new password and ends all logins of the person.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if nobody has this mail address, [`AppError::Invalid`].
    pub async fn reset_password(&self, email: &str, password: &str) -> crate::Done<()> {
        let email = plain_email(email);
        let user = self.store.user_by_email(&email).await?.ok_or(AppError::NotFound)?;
        if let Some(error) = weakness("/password", password, &email) {
            return Err(AppError::Invalid(vec![error]));
        }
        let salt = self.people.passwords.salt(&*self.entropy);
        let hash = self.people.passwords.hash(password.to_owned(), salt).await?;
        self.store.set_password(user.id, &hash).await?;
        tracing::info!(target: "security", user = %user.id, "the password was reset");
        Ok(())
    }
}
