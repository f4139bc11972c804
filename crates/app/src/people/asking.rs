//! "Ask them": a person who cannot add credits asks those who can, once a day.

use ampere_credits::Timestamp;

use super::letters;
use crate::app::App;
use crate::caller::{Act, Caller, member_may};
use crate::error::AppError;
use crate::notices::TeamNews;

const DAY_SECONDS: i64 = 86_400;

/// What became of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who was asked, oldest member first.
    pub names: Vec<String>,
    /// When; earlier than now if they had asked already.
    pub at: Timestamp,
    /// From when on they may ask again.
    pub again_at: Timestamp,
    /// Whether a mail went out, now or then.
    pub mailed: bool,
}

impl App {
    /// Asks the people with billing access for credits. Who asked within a day gets the same
    /// answer, and nobody hears of it twice.
    ///
    /// # Errors
    /// [`AppError::Conflict`] for people who can add credits themselves.
    pub async fn ask_for_credits(&self, caller: &Caller) -> crate::Done<Asked> {
        if caller.billing_access() {
            return Err(AppError::Conflict("you can add credits yourself"));
        }
        let now = self.now();
        let since = now.plus_seconds(-DAY_SECONDS);
        let at = self.store.plead(caller.org, caller.user, now, since).await?;
        let mut members = self.store.members(caller.org).await?;
        members.retain(|row| member_may(row.role, row.billing_admin, Act::Billing));
        if at == now {
            let organization = self.organization(caller).await?.name;
            let url = format!("{}/billing?buy=1", self.public_url);
            let (subject, text) = letters::plea(&caller.name, &organization, &url);
            for member in &members {
                self.mail(&member.email, &subject, &text).await?;
            }
            self.tell_team(caller.org, TeamNews::Asks(&caller.name)).await;
            tracing::info!(user = %caller.user, org = %caller.org, "asked for credits");
        }
        let names = members.into_iter().map(|member| member.name).collect();
        let again_at = at.plus_seconds(DAY_SECONDS);
        Ok(Asked { names, at, again_at, mailed: self.sends_mail() })
    }
}
