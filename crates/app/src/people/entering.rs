//! Entering: what a new person and a new organization are, and what somebody gets who came in.

use ampere_credits::{OrgId, UserId};
use ampere_store::ports::StoreError;
use ampere_store::rows::{KnownLogin, OrganizationRow, UserRow};

use super::fields::Fields;
use super::logins::Me;
use super::organizations::Membership;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// What a new person says of themselves.
#[derive(Clone)]
pub struct NewAccount {
    /// Their name.
    pub name: String,
    /// Their mail address, in any case.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// What a new organization is called and where it lives.
#[derive(Debug, Clone)]
pub struct Home {
    /// Its name.
    pub name: String,
    /// Its IANA zone, the browser's.
    pub zone: String,
}

/// A login that was just made.
pub struct Entered {
    /// Who it is.
    pub me: Me,
    /// For the cookie; it is kept nowhere.
    pub token: String,
    /// How long the login lives at the longest.
    pub lives_seconds: i64,
}

impl Entered {
    pub(super) fn of(known: &KnownLogin, memberships: Vec<Membership>, token: String) -> Self {
        let me = Me {
            caller: Caller::of(known),
            email: known.user.email.clone(),
            organization: known.organization.clone(),
            memberships,
        };
        let lives_seconds = known.login.expires_at.seconds_since(known.login.created_at);
        Entered { me, token, lives_seconds }
    }
}

impl App {
    /// Checks everything that was typed, then hashes the password: a person ready to be stored.
    pub(super) async fn new_person(
        &self,
        account: &NewAccount,
        operator: bool,
        mut fields: Fields,
    ) -> crate::Done<UserRow> {
        let name = fields.name("/name", &account.name);
        let email = fields.email("/email", &account.email);
        fields.add(super::passwords::weakness("/password", &account.password, &email));
        fields.checked()?;
        let salt = self.people.passwords.salt(&*self.entropy);
        let password_hash = self.people.passwords.hash(account.password.clone(), salt).await?;
        let created_at = self.now();
        let id = UserId::mint(created_at, &*self.entropy);
        Ok(UserRow { id, email, name, password_hash, operator, created_at, disabled_at: None })
    }

    /// Founds an organization with its owner, gives it the trial, and logs the owner in.
    pub(super) async fn found(
        &self,
        owner: UserRow,
        (name, zone): (String, String),
        first: bool,
        visitor: &super::Visitor,
    ) -> crate::Done<Entered> {
        let org = OrgId::mint(owner.created_at, &*self.entropy);
        let background = self.catalog.background.settings();
        let created_at = owner.created_at;
        let organization = OrganizationRow { id: org, name, zone, background, created_at };
        self.store
            .create_organization(organization, owner.clone(), first)
            .await
            .map_err(|error| if first { used_link(error) } else { taken(error) })?;
        tracing::info!(target: "security", user = %owner.id, %org, "an organization was founded");
        self.ensure_trial(org).await?;
        let member = self.store.home_of(owner.id).await?.ok_or(AppError::Internal)?;
        self.enter(owner, member, visitor).await
    }
}

/// Two people with the first-run link at once: one of them was first.
fn used_link(error: StoreError) -> AppError {
    match error {
        StoreError::Exists(_) => AppError::Gone("this link was used already; log in instead"),
        other => other.into(),
    }
}

/// The mail address has an account. That can be learned only by whoever may sign up.
pub(super) fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Exists(_) => AppError::field(
            "/email",
            "taken",
            "There is an account with this mail address. Log in instead.",
        ),
        other => other.into(),
    }
}
