//! A person's notices, and what they want to be told.

use ampere_credits::NoticeId;
use ampere_store::rows::{NoticeRow, NoticeWishRow, Page};

use super::Kind;
use crate::app::App;
use crate::{AppError, Caller, Done};

/// A page of a person's notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// Newest first.
    pub rows: Vec<NoticeRow>,
    /// Not read, all together.
    pub unread: u32,
}

/// What a person gets of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindWish {
    /// The kind.
    pub kind: Kind,
    /// In the app.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
}

/// What a person wants of a kind from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishChange {
    /// The kind's stable word.
    pub kind: String,
    /// In the app.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
}

impl App {
    /// The caller's notices.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notices(&self, caller: &Caller, page: Page) -> Done<Notices> {
        let rows = self.store.notices(caller.org, caller.user, page).await?;
        Ok(Notices { rows, unread: self.store.unread(caller.org, caller.user).await? })
    }

    /// The caller has read these, or all where none is named. Those of others stay as they are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read_notices(&self, caller: &Caller, ids: Vec<NoticeId>) -> Done<u32> {
        self.store.read_notices(caller.org, caller.user, ids, self.now()).await?;
        Ok(self.store.unread(caller.org, caller.user).await?)
    }

    /// What the caller gets of each kind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notice_wishes(&self, caller: &Caller) -> Done<Vec<KindWish>> {
        let kept = self.store.notice_wishes(caller.org).await?;
        let of = |kind: Kind| {
            let wish = kind.wish(caller.user, &kept);
            KindWish { kind, in_app: wish.in_app, email: wish.email }
        };
        Ok(Kind::ALL.into_iter().map(of).collect())
    }

    /// Sets what the caller wants: all of it, or nothing.
    ///
    /// # Errors
    /// An unknown kind; one that cannot be switched off.
    pub async fn set_notice_wishes(
        &self,
        caller: &Caller,
        changes: Vec<WishChange>,
    ) -> Done<Vec<KindWish>> {
        let mut rows = Vec::new();
        for (index, change) in changes.into_iter().enumerate() {
            let wrong = |field: &str, code, detail: &str| {
                AppError::field(&format!("/data/{index}/{field}"), code, detail)
            };
            let kind = Kind::from_word(&change.kind)
                .ok_or_else(|| wrong("kind", "unknown", "There is no such kind of notice."))?;
            if !change.in_app && !kind.silent_in_app() {
                let detail = "This is always told in the app.";
                return Err(wrong("in_app", "mandatory", detail));
            }
            if !change.email && kind.mailed() && !kind.silent_by_mail() {
                return Err(wrong("email", "mandatory", "This is always mailed."));
            }
            let (in_app, email, kind) = (change.in_app, change.email, change.kind);
            rows.push(NoticeWishRow { org: caller.org, user: caller.user, kind, in_app, email });
        }
        for row in rows {
            self.store.set_notice_wish(row).await?;
        }
        self.notice_wishes(caller).await
    }
}
