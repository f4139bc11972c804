//! Logging in, staying logged in, logging out (security checks S1, S2, S5).

use ampere_credits::{LoginId, OrgId};
use ampere_store::rows::{KnownLogin, LoginRow, MemberRow, UserRow};

use super::entering::Entered;
use super::fields::plain_email;
use super::throttle::Counted;
use super::{Visitor, token};
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// A login's use is noted at most this often.
const NOTE_SECONDS: i64 = 60;

/// How long a login lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginTimes {
    /// Without use, seconds.
    pub idle_seconds: i64,
    /// At the longest, seconds.
    pub absolute_seconds: i64,
}

impl Default for LoginTimes {
    fn default() -> Self {
        LoginTimes { idle_seconds: 7 * 86_400, absolute_seconds: 30 * 86_400 }
    }
}

impl App {
    /// Logs a person in. Unknown people get the same answer after the same time.
    ///
    /// # Errors
    /// [`AppError::WrongCredentials`], [`AppError::RateLimited`]; [`AppError::Gone`] for a person
    /// who proved who they are but belongs to no organization any more.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        visitor: &Visitor,
    ) -> crate::Done<Entered> {
        let user = self.proven(email, password, visitor).await?;
        let Some(member) = self.store.home_of(user.id).await? else {
            tracing::warn!(target: "security", user = %user.id, "a log-in without organization");
            return Err(AppError::Gone("you do not belong to an organization any more"));
        };
        self.enter(user, member, visitor).await
    }

    /// Who has this address and password. Unknown people get the same answer after the same time.
    ///
    /// # Errors
    /// [`AppError::WrongCredentials`], [`AppError::RateLimited`].
    pub(crate) async fn proven(
        &self,
        email: &str,
        password: &str,
        visitor: &Visitor,
    ) -> crate::Done<UserRow> {
        let email = plain_email(email);
        let by = [Counted::account(&email), Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        let user = self.store.user_by_email(&email).await?;
        let known = user.as_ref().map(|user| user.password_hash.clone());
        let right = self.people.passwords.verify(password.to_owned(), known).await?;
        let user = match user {
            Some(user) if right && user.disabled_at.is_none() => user,
            known => {
                let user = known.map(|user| user.id);
                tracing::warn!(target: "security", ?user, "a log-in failed");
                return Err(AppError::WrongCredentials);
            }
        };
        self.people.throttle.succeeded(&by);
        Ok(user)
    }

    /// Makes a login of a person whose right to it was just shown.
    pub(super) async fn enter(
        &self,
        user: UserRow,
        member: MemberRow,
        visitor: &Visitor,
    ) -> crate::Done<Entered> {
        let now = self.now();
        let token = token::mint(&*self.entropy);
        let login = LoginRow {
            id: LoginId::mint(now, &*self.entropy),
            user: user.id,
            org: member.org,
            token_hash: token::hash(&token),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus_seconds(self.people.times.absolute_seconds),
            user_agent: visitor.agent.clone(),
        };
        let organization = self.store.organization(member.org).await?.ok_or(AppError::Internal)?;
        self.store.create_login(login.clone()).await?;
        self.store.touch_login(login.id, now).await?;
        let all = self.memberships(user.id).await?;
        tracing::info!(target: "security", user = %user.id, login = %login.id, "logged in");
        Ok(Entered::of(&KnownLogin { login, user, member, organization }, all, token))
    }

    /// Who carries this token.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] if nobody does, or not any more.
    pub async fn caller(&self, token: &str) -> crate::Done<Caller> {
        let now = self.now();
        let found = self.store.login_by_token(token::hash(token), now).await?;
        let known = found.ok_or(AppError::Unauthenticated)?;
        let LoginRow { id, user, last_seen_at, .. } = known.login;
        let unused = now.seconds_since(last_seen_at);
        if unused >= self.people.times.idle_seconds {
            self.store.end_login(user, id).await?;
            tracing::info!(target: "security", %user, login = %id, "a login ended unused");
            return Err(AppError::Unauthenticated);
        }
        if unused >= NOTE_SECONDS {
            self.store.touch_login(id, now).await?;
        }
        Ok(Caller::of(&known))
    }

    /// Whether a login still holds in an organization, for streams that stay open: looking is no
    /// use of it, so that a forgotten tab does not keep it alive.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn login_holds(&self, token: &str, org: OrgId) -> crate::Done<bool> {
        let now = self.now();
        let found = self.store.login_by_token(token::hash(token), now).await?;
        let idle = self.people.times.idle_seconds;
        Ok(found.is_some_and(|known| {
            known.login.org == org && now.seconds_since(known.login.last_seen_at) < idle
        }))
    }

    /// Ends the login that is used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn log_out(&self, caller: &Caller) -> crate::Done<()> {
        self.store.end_login(caller.user, caller.login).await?;
        let Caller { user, login, .. } = caller;
        tracing::info!(target: "security", %user, %login, "logged out");
        Ok(())
    }
}
