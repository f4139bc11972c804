//! What teams are told: somebody joined, may do other things now, asks for credits.
//!
//! What happened has happened: that it cannot be told is logged and changes nothing.

use ampere_credits::OrgId;

use super::{Kind, Notice, To};
use crate::app::App;

/// Something that happened among people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TeamNews<'a> {
    /// Somebody accepted an invitation.
    Joined(&'a str),
    /// Somebody has another role.
    Role(&'a str, &'static str),
    /// Somebody got the billing mark, or lost it.
    Billing(&'a str, bool),
    /// Somebody asks for credits.
    Asks(&'a str),
}

impl App {
    /// Tells who should know.
    pub(crate) async fn tell_team(&self, org: OrgId, news: TeamNews<'_>) {
        let (kind, to, text) = match news {
            TeamNews::Joined(name) => (Kind::Team, To::Team, format!("{name} has joined.")),
            TeamNews::Role(name, role) => {
                (Kind::Team, To::Team, format!("{name} has another role now: {role}."))
            }
            TeamNews::Billing(name, true) => {
                (Kind::Team, To::Team, format!("{name} is a billing admin now."))
            }
            TeamNews::Billing(name, false) => {
                (Kind::Team, To::Team, format!("{name} is not a billing admin any more."))
            }
            TeamNews::Asks(name) => {
                (Kind::Asked, To::Billing, format!("{name} asks you for more credits."))
            }
        };
        let (url, action) = match kind {
            Kind::Asked => ("/billing?buy=1".to_owned(), "Add credits"),
            _ => ("/team".to_owned(), "See the team"),
        };
        let notice = Notice { kind, to, text, url, action };
        if let Err(error) = self.notify(org, notice).await {
            tracing::error!(%org, %error, "a notice could not be told");
        }
    }
}
