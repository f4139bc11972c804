//! The first account of an installation (security check S32): a link that the server prints.
//!
//! No account exists before it and no default password ever. The token lives in this process's
//! memory only; it is dead once somebody has an account.

use std::sync::{Mutex, PoisonError};

use super::entering::{Entered, Home, NewAccount};
use super::fields::Fields;
use super::throttle::Counted;
use super::{Visitor, token};
use crate::app::App;
use crate::error::AppError;

const USED: &str = "this link was used already or is not the one that was printed last";

/// The hash of the token that was printed.
#[derive(Debug, Default)]
pub(crate) struct FirstRun(Mutex<Option<[u8; 32]>>);

impl FirstRun {
    fn is(&self, given: &str) -> bool {
        let hash = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hash.is_some_and(|hash| token::same(&hash, &token::hash(given)))
    }

    fn set(&self, hash: Option<[u8; 32]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = hash;
    }
}

/// What the person with the first-run link says.
pub struct SetUp {
    /// From the link.
    pub token: String,
    /// The operator, and owner of the first organization.
    pub account: NewAccount,
    /// The first organization.
    pub home: Home,
}

/// What anybody may know of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// Nobody has an account yet.
    pub setup_needed: bool,
    /// Accounts without invitation are allowed.
    pub sign_up_open: bool,
    /// Credits are bought with test cards.
    pub sandbox_payments: bool,
}

impl App {
    /// What anybody may know.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn instance(&self) -> crate::Done<Instance> {
        Ok(Instance {
            setup_needed: !self.store.anybody().await?,
            sign_up_open: self.sign_up_open().await?.value,
            sandbox_payments: self.sandbox.is_some(),
        })
    }

    /// A new first-run link for the server to print, which ends an earlier one; none once
    /// somebody has an account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first_run_link(&self) -> crate::Done<Option<String>> {
        if self.store.anybody().await? {
            return Ok(None);
        }
        let token = token::mint(&*self.entropy);
        self.people.first_run.set(Some(token::hash(&token)));
        // Behind the #: browsers do not send it, so that no log on the way has it.
        Ok(Some(format!("{}/setup#token={token}", self.public_url)))
    }

    /// Makes the first account: the operator, and owner of the first organization with its trial.
    ///
    /// # Errors
    /// [`AppError::Gone`] for a wrong or used link, [`AppError::Invalid`],
    /// [`AppError::RateLimited`].
    pub async fn set_up(&self, wanted: SetUp, visitor: &Visitor) -> crate::Done<Entered> {
        let by = [Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        if !self.people.first_run.is(&wanted.token) {
            tracing::warn!(target: "security", "a first-run link was refused");
            return Err(AppError::Gone(USED));
        }
        self.people.throttle.succeeded(&by);
        let mut fields = Fields::default();
        let name = fields.name("/organization_name", &wanted.home.name);
        let zone = fields.zone("/zone", &wanted.home.zone);
        let owner = self.new_person(&wanted.account, true, fields).await?;
        let entered = self.found(owner, (name, zone), true, visitor).await;
        if matches!(entered, Ok(_) | Err(AppError::Gone(_))) {
            self.people.first_run.set(None);
        }
        entered
    }
}
