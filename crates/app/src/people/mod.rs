//! People: the first account, accounts by invitation, logging in and out, members, organization.
//!
//! Owns: every rule about who gets in (security checks S1–S5, S19, S32). Never decides what a
//! logged-in person may do: that is [`crate::caller`]. Never writes a password, a token or a mail
//! address into a log. Where to read on: `entering` (one way in for all), `login`, `setup`.

mod asking;
mod entering;
mod fields;
mod forgotten;
mod invitations;
mod letters;
mod login;
mod logins;
mod members;
mod organization;
mod organizations;
mod passwords;
mod reset;
mod setup;
mod sign_up;
mod throttle;
mod token;

use std::net::IpAddr;

use ampere_credits::Entropy;

pub use ampere_store::rows::{
    InvitationRow, LoginRow, MailState, MemberRow, OrganizationRow, Role,
};
pub use asking::Asked;
pub use entering::{Entered, Home, NewAccount};
pub use invitations::{InvitationMade, InvitationState, Invited, resend_at};
pub use login::LoginTimes;
pub use logins::Me;
pub use members::{MemberActs, MemberView};
pub use organizations::Membership;
pub use passwords::PasswordCost;
pub use setup::{Instance, SetUp};
pub use sign_up::SignUp;
pub use throttle::Throttle;

use crate::settings::Fixed;

/// Where a request comes from, for throttling and for the list of logins.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The client's address.
    pub address: IpAddr,
    /// What its browser or program calls itself.
    pub agent: String,
}

/// What the use cases of people share; in memory only.
pub(crate) struct People {
    pub(crate) throttle: Throttle,
    pub(crate) first_run: setup::FirstRun,
    pub(crate) passwords: passwords::Passwords,
    pub(crate) times: LoginTimes,
}

impl People {
    pub(crate) fn new(fixed: &Fixed, entropy: &dyn Entropy) -> crate::Done<Self> {
        Ok(People {
            throttle: Throttle::default(),
            first_run: setup::FirstRun::default(),
            passwords: passwords::Passwords::new(fixed.password_cost, entropy)?,
            times: fixed.login_times,
        })
    }
}
