//! Whether people may make accounts without an invitation.

use serde_json::json;

use super::{Given, Source};
use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::AppError;

const SIGN_UP_OPEN: &str = "sign_up.open";

impl App {
    /// Whether sign-up is open; closed unless somebody opened it.
    pub(crate) async fn sign_up_open(&self) -> crate::Done<Given<bool>> {
        if let Some(given) = &self.fixed_settings.sign_up_open {
            return Ok(given.clone());
        }
        Ok(match self.store.settings().await?.get(SIGN_UP_OPEN) {
            Some(text) => Given { value: text == "true", source: Source::Screen },
            None => Given { value: false, source: Source::Default },
        })
    }

    /// The operator's settings.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`].
    pub async fn operator_settings(&self, caller: &Caller) -> crate::Done<Given<bool>> {
        caller.may(Act::Operate)?;
        self.sign_up_open().await
    }

    /// Opens or closes sign-up.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`]; [`AppError::Conflict`] if environment or file say it.
    pub async fn set_sign_up_open(
        &self,
        caller: &Caller,
        open: Option<bool>,
    ) -> crate::Done<Given<bool>> {
        caller.may(Act::Operate)?;
        let Some(open) = open else { return self.sign_up_open().await };
        if self.fixed_settings.sign_up_open.is_some() {
            return Err(AppError::Conflict(FIXED));
        }
        let was = self.sign_up_open().await?.value;
        let change = (json!({ "open": was }), json!({ "open": open }));
        let log = self.entry(caller, Deed::SignUpChanged, "installation", change);
        self.store.set(vec![(SIGN_UP_OPEN.to_owned(), Some(open.to_string()))], log).await?;
        tracing::info!(target: "security", by = %caller.user, open, "sign-up was opened or closed");
        self.sign_up_open().await
    }
}

/// Why a setting cannot be changed on the screen.
pub(super) const FIXED: &str =
    "this is set by the server's environment or configuration file; change it there";
