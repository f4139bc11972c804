//! Notices: what people are told when something happened to their credits, plan or work.
//!
//! Owns: the kinds of notices and who gets them by default ([`kinds`]), which line is crossed
//! ([`lines`], pure), who looks for it ([`watching`]), and the one door to tell anybody anything
//! ([`App::notify`]). A line is crossed once: it is told again only after it was back. Never
//! decides about credits. What people see and want of them is [`reading`].

mod facts;
mod kinds;
mod lines;
mod plan;
mod reading;
mod team;
mod watching;

use ampere_credits::{NoticeId, OrgId, UserId};
pub use ampere_store::rows::NoticeRow;
use ampere_store::rows::{MarkRow, MemberRow, NoticeWishRow};

use crate::Done;
use crate::app::App;
use crate::news::Item;

pub use kinds::Kind;
pub use reading::{KindWish, Notices, WishChange};
pub(crate) use team::TeamNews;
pub(crate) use watching::Watching;

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// Owners and billing admins.
    Billing,
    /// Owners and admins.
    Team,
    /// Owners, billing admins and these.
    BillingAnd(Vec<UserId>),
    /// One person.
    Person(UserId),
}

/// One thing to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) kind: Kind,
    pub(crate) to: To,
    /// A sentence or two.
    pub(crate) text: String,
    /// Where it leads: a path of ours.
    pub(crate) url: String,
    /// What following it is called.
    pub(crate) action: &'static str,
}

/// What the mail of a notice says, where it says more than the notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl App {
    /// Tells it: in the app, and by mail to who wants that.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn notify(&self, org: OrgId, notice: Notice) -> Done<()> {
        self.notify_at(org, None, vec![notice]).await?;
        Ok(())
    }

    /// The same with the mark of the line that was crossed: told only if it is crossed by this.
    pub(crate) async fn notify_at(
        &self,
        org: OrgId,
        mark: Option<MarkRow>,
        notices: Vec<Notice>,
    ) -> Done<bool> {
        let notices = notices.into_iter().map(|notice| (notice, None)).collect();
        self.notify_with(org, mark, notices).await
    }

    /// The same where mails may say more.
    async fn notify_with(
        &self,
        org: OrgId,
        mark: Option<MarkRow>,
        notices: Vec<(Notice, Option<Letter>)>,
    ) -> Done<bool> {
        let members = self.store.members(org).await?;
        let wishes = self.store.notice_wishes(org).await?;
        let now = self.now();
        let (mut rows, mut mails) = (Vec::new(), Vec::new());
        for (notice, letter) in &notices {
            for member in members.iter().filter(|member| notice.to.is_told(member)) {
                let wish = notice.kind.wish(member.user, &wishes);
                if wish.in_app {
                    rows.push(NoticeRow {
                        org,
                        user: member.user,
                        id: NoticeId::mint(now, &*self.entropy),
                        kind: notice.kind.word().to_owned(),
                        text: notice.text.clone(),
                        url: notice.url.clone(),
                        action: notice.action.to_owned(),
                        created_at: now,
                        read_at: None,
                    });
                }
                if wish.email {
                    let (subject, text) = self.letter_of(member, (notice, letter.as_ref()));
                    mails.extend(self.letter(&member.email, &subject, &text)?);
                }
            }
        }
        let people: Vec<UserId> = rows.iter().map(|row| row.user).collect();
        let mailed = !mails.is_empty();
        let told = self.store.add_notices(mark, rows, mails).await?;
        if told {
            people.into_iter().for_each(|user| self.news.tell(org, Item::Notice(user)));
        }
        if told && mailed {
            self.mail_queued.notify_one();
        }
        Ok(told)
    }

    fn letter_of(
        &self,
        member: &MemberRow,
        (notice, letter): (&Notice, Option<&Letter>),
    ) -> (String, String) {
        let Notice { kind, url, action, .. } = notice;
        let text = letter.map_or(&notice.text, |letter| &letter.text);
        let subject = letter.map_or(kind.subject(), |letter| &letter.subject);
        let link = format!("{action}: {}{url}", self.public_url);
        (subject.to_owned(), format!("Hello {},\n\n{text}\n\n{link}", member.name))
    }
}

impl To {
    fn is_told(&self, member: &MemberRow) -> bool {
        use crate::caller::{Act, member_may};
        let may = |act| member_may(member.role, member.billing_admin, act);
        match self {
            To::Billing => may(Act::Billing),
            To::Team => may(Act::ManageTeam),
            To::BillingAnd(people) => may(Act::Billing) || people.contains(&member.user),
            To::Person(user) => member.user == *user,
        }
    }
}

/// A person's wish of a kind, as far as it may be wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// In the app.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
}

impl Kind {
    /// What a person gets.
    pub(crate) fn wish(self, user: UserId, wishes: &[NoticeWishRow]) -> Wish {
        let own = wishes.iter().find(|row| row.user == user && row.kind == self.word());
        let usual = Wish { in_app: true, email: self.mailed() };
        let wanted = own.map_or(usual, |row| Wish { in_app: row.in_app, email: row.email });
        Wish {
            in_app: wanted.in_app || !self.silent_in_app(),
            email: wanted.email || (usual.email && !self.silent_by_mail()),
        }
    }
}
