//! Sharing a conversation with people of the organization. It moves no credit: what somebody
//! starts in it is theirs and the pool's, as everywhere.
//!
//! Owns: with whom it may be shared, and who is told. Who may do what then is [`super::access`].

use ampere_credits::{SessionId, UserId};
use ampere_store::rows::{Access, ShareRow, Sharing};

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::news::Item;
use crate::notices::{Kind, Notice, To};

/// People that a conversation is shared with, beside its author.
const MOST_PEOPLE: usize = 100;

impl App {
    /// With whom a conversation is shared, for everybody who may open it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn shares(&self, caller: &Caller, id: SessionId) -> crate::Done<Vec<ShareRow>> {
        self.session_for(caller, id, Access::View).await?;
        Ok(self.store.shares(caller.org, id).await?)
    }

    /// Shares a conversation with exactly these people, and tells those who are new.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::ForbiddenRole`] for who may open it and not share it;
    /// [`AppError::Invalid`] for somebody who is no member, its author, somebody twice, or too
    /// many; [`AppError::Conflict`] when the team changed meanwhile. Nothing is changed then.
    pub async fn share_session(
        &self,
        caller: &Caller,
        id: SessionId,
        with: Vec<(UserId, Access)>,
    ) -> crate::Done<Vec<ShareRow>> {
        let session = self.session_for(caller, id, Access::Owner).await?.row;
        self.check_shares(caller, session.owner, &with).await?;
        let named: Vec<(UserId, Access)> = with.clone();
        let sharing = Sharing { by: caller.user, at: self.now(), with };
        let Some(before) = self.store.share(caller.org, id, sharing).await? else {
            self.session_for(caller, id, Access::Owner).await?;
            return Err(AppError::Conflict("the team has changed meanwhile; try again"));
        };
        self.news.tell(caller.org, Item::Session(id));
        let lost = before.iter().filter(|row| named.iter().all(|(user, _)| *user != row.user));
        for row in lost {
            self.news.tell(caller.org, Item::Lost(row.user, Some(id)));
        }
        let new = named.into_iter().filter(|(user, _)| before.iter().all(|row| row.user != *user));
        for (user, access) in new.filter(|(user, _)| *user != caller.user) {
            self.tell_shared(caller, (id, user), access).await;
        }
        Ok(self.store.shares(caller.org, id).await?)
    }

    async fn check_shares(
        &self,
        caller: &Caller,
        author: UserId,
        with: &[(UserId, Access)],
    ) -> crate::Done<()> {
        if with.len() > MOST_PEOPLE {
            let detail = format!("At most {MOST_PEOPLE} people.");
            return Err(AppError::field("/data", "too_long", detail));
        }
        let members = self.store.members(caller.org).await?;
        for (index, (user, _)) in with.iter().enumerate() {
            let wrong = |code, detail: &str| {
                Err(AppError::field(&format!("/data/{index}/user_id"), code, detail))
            };
            if *user == author {
                return wrong("invalid_value", "The session is theirs already.");
            }
            if with.iter().take(index).any(|(other, _)| other == user) {
                return wrong("invalid_value", "They are in the list already.");
            }
            if members.iter().all(|member| member.user != *user) {
                return wrong("unknown", "There is no such member.");
            }
        }
        Ok(())
    }

    /// Tells somebody with whom a conversation is newly shared. It is shared whether or not they
    /// can be told; the notice names no title, which is the conversation's own.
    async fn tell_shared(&self, caller: &Caller, (id, user): (SessionId, UserId), access: Access) {
        let may = match access {
            Access::View => "You can read it.",
            Access::Edit => "You can read it and write in it.",
            Access::Owner => "You can read it, write in it and share it.",
        };
        let notice = Notice {
            kind: Kind::SessionShared,
            to: To::Person(user),
            text: format!("{} shared a session with you. {may}", caller.name),
            url: format!("/sessions/{id}"),
            action: "Open the session",
        };
        if let Err(error) = self.notify(caller.org, notice).await {
            tracing::error!(org = %caller.org, %error, "a notice could not be told");
        }
    }
}
