//! The narrow traits through which everything is kept; at most eight methods each.
//!
//! Every look-up is scoped by organization: what belongs to another one is `None`, like what
//! does not exist. All futures may be dropped at any point: an operation that has begun runs to
//! its end, wholly or not at all.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Corrupt, Entry, Pool};
use ampere_credits::{
    CheckoutId, Credits, InvitationId, LoginId, MessageId, OrgId, RunId, SessionId, Timestamp,
    UserId,
};
use async_trait::async_trait;

use crate::rows::*;

mod audit;
mod background;
mod billing;
mod erasure;
mod files;
mod inputs;
mod mails;
mod notices;
mod payments;
mod recharge;
mod resets;
mod schedules;
mod shares;
mod stills;
mod takeout;
mod tasks;
mod team;
mod workflows;

pub use audit::AuditStore;
pub use background::JobStore;
pub use billing::{BillingStore, PlanStore};
pub use erasure::ErasureStore;
pub use files::FileStore;
pub use inputs::SavedInputsStore;
pub use mails::MailStore;
pub use notices::NoticeStore;
pub use payments::{HookStore, PaymentStore};
pub use recharge::{RechargeStore, in_flight, month_of};
pub use resets::ResetStore;
pub use schedules::ScheduleStore;
pub use shares::ShareStore;
pub use stills::StillStore;
pub use takeout::TakeoutStore;
pub use tasks::TaskStore;
pub use team::TeamStore;
pub use workflows::WorkflowStore;

/// Why something could not be kept or read. The caller may try again on [`StoreError::busy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A unique value exists already (named).
    #[error("{0} exists already")]
    Exists(&'static str),
    /// The database could not be reached, written or read; nothing was changed.
    #[error("the database did not do it: {0}")]
    Unavailable(String),
    /// Whether the commit happened is not known; ask by key.
    #[error("the outcome of the commit is unknown: {0}")]
    Unknown(String),
    /// The books do not add up, or a stored row makes no sense. Nothing may be spent.
    #[error("the database holds something that cannot be: {0}")]
    Damaged(String),
    /// The database was written by a newer version, or its migrations were changed.
    #[error("the database does not fit this version: {0}")]
    Version(String),
}

impl StoreError {
    /// Whether the same may be tried again: nothing was changed, and it was not the caller's.
    pub fn busy(&self) -> bool {
        matches!(self, StoreError::Unavailable(_))
    }
}

impl From<Corrupt> for StoreError {
    fn from(corrupt: Corrupt) -> Self {
        StoreError::Damaged(corrupt.to_string())
    }
}

/// What every port answers.
pub type Kept<T> = Result<T, StoreError>;

/// The pools: the journal and what follows from it.
#[async_trait]
pub trait PoolStore: Send + Sync {
    /// One commit of a pool's lane: locks the pool, loads what is newer than known, looks up the
    /// keys, reads the clock, decides all requests in order, serves the queue, appends, commits.
    /// All answers are of committed state. An empty list books only what time has made due and
    /// serves the queue.
    async fn commit(&self, org: OrgId, requests: Vec<LaneRequest>) -> Kept<Committed>;
    /// The open state of a pool as last committed; an empty pool if it has no entry.
    async fn pool(&self, org: OrgId) -> Kept<Pool>;
    /// Every grant of a pool, newest first.
    async fn grants(&self, org: OrgId) -> Kept<Vec<GrantRow>>;
    /// Entries, newest first; the cursor is a position.
    async fn entries(&self, org: OrgId, page: Page) -> Kept<Vec<Entry>>;
    /// The holds of a run, oldest first.
    async fn holds_of(&self, org: OrgId, run: RunId) -> Kept<Vec<HoldRow>>;
    /// The entries of a run's holds, oldest first.
    async fn entries_of(&self, org: OrgId, run: RunId) -> Kept<Vec<Entry>>;
    /// The run that was started under a key and had to wait for credits then.
    async fn started_under(&self, org: OrgId, key: &str) -> Kept<Option<RunId>>;
    /// What time has made due at an instant, in all pools.
    async fn due(&self, now: Timestamp) -> Kept<Due>;
}

/// The whole books of one pool, for `ampere verify`.
#[async_trait]
pub trait BookStore: Send + Sync {
    /// All organizations.
    async fn organizations(&self) -> Kept<Vec<OrganizationRow>>;
    /// Entries after a position, oldest first, at most `limit`.
    async fn journal(&self, org: OrgId, after: u64, limit: u32) -> Kept<Vec<Entry>>;
    /// Locks, frozen grants and claims, oldest first.
    async fn money_entries(&self, org: OrgId) -> Kept<Vec<Entry>>;
    /// Every hold, oldest first.
    async fn holds(&self, org: OrgId) -> Kept<Vec<HoldRow>>;
    /// Every remembered key with what it did.
    async fn keys(&self, org: OrgId) -> Kept<Vec<(String, ampere_credits::ledger::Known)>>;
    /// Sum of the usage lines of every run: run → credits.
    async fn rated(&self, org: OrgId) -> Kept<BTreeMap<RunId, ampere_credits::Credits>>;
    /// Sum charged by the holds of every run: run → credits.
    async fn charged(&self, org: OrgId) -> Kept<BTreeMap<RunId, ampere_credits::Credits>>;
}

/// Runs and what was recorded of them while they worked.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// One run.
    async fn run(&self, org: OrgId, run: RunId) -> Kept<Option<RunRow>>;
    /// Runs, newest first.
    async fn runs(&self, org: OrgId, filter: RunFilter, page: Page) -> Kept<Vec<RunRow>>;
    /// The steps of a run, in order.
    async fn steps(&self, org: OrgId, run: RunId) -> Kept<Vec<StepRow>>;
    /// Records a step's usage so far and, with it, the answer's text so far. The run's state
    /// follows the step's while it neither has ended nor waits for credits. What has ended stays
    /// as it is; only a later attempt begins a step anew.
    async fn record(
        &self,
        org: OrgId,
        step: StepRow,
        answer: Option<(SessionId, MessageId, String)>,
    ) -> Kept<()>;
    /// The rated lines of a run, in order.
    async fn usage_lines(&self, org: OrgId, run: RunId) -> Kept<Vec<UsageLineRow>>;
    /// Runs that have not ended and belong to another server process than this one.
    async fn orphans(&self, server: &str) -> Kept<Vec<RunRow>>;
    /// Output tokens of the last `limit` succeeded runs of a kind and model.
    async fn history(&self, org: OrgId, kind: RunKind, model: &str, limit: u32) -> Kept<Vec<u64>>;
    /// Sums of usage settled in [from, to).
    async fn usage(&self, org: OrgId, from: Timestamp, to: Timestamp) -> Kept<UsageSums>;
}

/// Conversations.
#[async_trait]
pub trait ChatStore: Send + Sync {
    /// A new conversation.
    async fn create_session(&self, row: SessionRow) -> Kept<()>;
    /// Conversations of a person and those shared with them, latest activity first; the cursor
    /// is opaque text given back by [`ChatStore::session_cursor`].
    async fn sessions(&self, org: OrgId, user: UserId, page: Page) -> Kept<Vec<OpenSession>>;
    /// One conversation that is not deleted.
    async fn session(&self, org: OrgId, session: SessionId) -> Kept<Option<SessionRow>>;
    /// A person renames it, and from then on only persons do; false if it is not there.
    async fn rename_session(
        &self,
        org: OrgId,
        session: SessionId,
        title: &str,
        at: Timestamp,
    ) -> Kept<bool>;
    /// Deletes the conversation and its messages' texts; runs and receipts stay.
    async fn delete_session(&self, org: OrgId, session: SessionId, at: Timestamp) -> Kept<bool>;
    /// All messages, oldest first.
    async fn messages(&self, org: OrgId, session: SessionId) -> Kept<Vec<MessageRow>>;
    /// From now on its calls start without asking up to this; false if it is not there.
    async fn allow_up_to(&self, org: OrgId, session: SessionId, most: Credits) -> Kept<bool>;
    /// The cursor after a conversation in the list.
    fn session_cursor(&self, row: &SessionRow) -> String;
}

/// People and organizations.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// Whether anybody has an account.
    async fn anybody(&self) -> Kept<bool>;
    /// A new organization with its owner, in one transaction. With `first`, refused as
    /// `Exists("an operator")` when anybody has an account already.
    async fn create_organization(
        &self,
        organization: OrganizationRow,
        owner: UserRow,
        first: bool,
    ) -> Kept<()>;
    /// By mail address (any case).
    async fn user_by_email(&self, email: &str) -> Kept<Option<UserRow>>;
    /// Changes a password and ends all logins of the person.
    async fn set_password(&self, user: UserId, hash: &str) -> Kept<()>;
    /// Members, oldest first.
    async fn members(&self, org: OrgId) -> Kept<Vec<MemberRow>>;
    /// Removes a member who is not the owner, ends their logins there and does with their
    /// schedules what is said; false if there is none.
    async fn remove_member(
        &self,
        org: OrgId,
        user: UserId,
        left: LeftBehind,
        log: Option<AuditWrite>,
    ) -> Kept<bool>;
    /// One organization.
    async fn organization(&self, org: OrgId) -> Kept<Option<OrganizationRow>>;
    /// Changes name and zone.
    async fn update_organization(
        &self,
        org: OrgId,
        name: &str,
        zone: &str,
        log: Option<AuditWrite>,
    ) -> Kept<()>;
}

/// Invitations.
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// A new invitation, with the mail that carries its link if there is one.
    async fn create_invitation(&self, row: InvitationRow, mail: Option<MailRow>) -> Kept<()>;
    /// Gives one that nobody accepted or revoked another link, and a mail that carries it; only
    /// token, link's time, end and mail are taken from the row. False if its link was made after
    /// `before` or it is not there.
    async fn renew_invitation(
        &self,
        row: InvitationRow,
        mail: Option<MailRow>,
        before: Timestamp,
    ) -> Kept<bool>;
    /// Newest first.
    async fn invitations(&self, org: OrgId) -> Kept<Vec<InvitationRow>>;
    /// By the hash of its token, with its organization.
    async fn invitation_by_token(
        &self,
        hash: [u8; 32],
    ) -> Kept<Option<(InvitationRow, OrganizationRow)>>;
    /// Revokes a pending one; false if there is none.
    async fn revoke_invitation(
        &self,
        org: OrgId,
        invitation: InvitationId,
        at: Timestamp,
    ) -> Kept<bool>;
    /// Accepts a pending, unexpired one and makes the person a member, in one transaction; false
    /// if it cannot be accepted any more.
    async fn accept_invitation(&self, hash: [u8; 32], user: UserRow, at: Timestamp) -> Kept<bool>;
}

/// Logins.
#[async_trait]
pub trait LoginStore: Send + Sync {
    /// A new login of a member.
    async fn create_login(&self, row: LoginRow) -> Kept<()>;
    /// By the hash of its token; none if ended, past its end, or the person was disabled or
    /// removed.
    async fn login_by_token(&self, hash: [u8; 32], now: Timestamp) -> Kept<Option<KnownLogin>>;
    /// Notes that it was used.
    async fn touch_login(&self, login: LoginId, at: Timestamp) -> Kept<()>;
    /// A person's logins that have not ended, newest first.
    async fn logins(&self, user: UserId, now: Timestamp) -> Kept<Vec<LoginRow>>;
    /// Ends one of a person's; false if there is none.
    async fn end_login(&self, user: UserId, login: LoginId) -> Kept<bool>;
    /// The organization that a person was active in last (else: the first joined).
    async fn home_of(&self, user: UserId) -> Kept<Option<MemberRow>>;
}

/// Settings of the whole installation, and remembered replies.
#[async_trait]
pub trait SettingStore: Send + Sync {
    /// All settings; secrets among them are encrypted text.
    async fn settings(&self) -> Kept<BTreeMap<String, String>>;
    /// Sets (`Some`) and removes (`None`) settings, in one transaction.
    async fn set(
        &self,
        changes: Vec<(String, Option<String>)>,
        log: Option<AuditWrite>,
    ) -> Kept<()>;
    /// The rate cards that were published, oldest first, as their JSON text.
    async fn rate_cards(&self) -> Kept<Vec<(u32, Timestamp, String)>>;
    /// Publishes the next version; false if that version exists.
    async fn publish_rate_card(&self, version: u32, at: Timestamp, json: &str) -> Kept<bool>;
    /// Takes an idempotency key (scope = caller and path) for a request with this body hash.
    async fn begin_reply(
        &self,
        scope: &str,
        key: &str,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Kept<ReplyLookup>;
    /// Remembers the reply of a taken key, or gives the key back (`None`: nothing committed).
    async fn end_reply(&self, scope: &str, key: &str, reply: Option<ReplyRow>) -> Kept<()>;
    /// Forgets replies from before an instant, and keys taken before the server started.
    async fn forget_replies(&self, before: Timestamp) -> Kept<u64>;
}

/// Purchases.
#[async_trait]
pub trait PurchaseStore: Send + Sync {
    /// A new purchase.
    async fn create_checkout(&self, row: CheckoutRow, log: Option<AuditWrite>) -> Kept<()>;
    /// One purchase of an organization.
    async fn checkout(&self, org: OrgId, id: CheckoutId) -> Kept<Option<CheckoutRow>>;
    /// How it stands, unless it is granted.
    async fn set_checkout(&self, org: OrgId, id: CheckoutId, change: CheckoutChange) -> Kept<()>;
    /// Organizations with a purchase made since an instant that may still be paid.
    async fn unpaid_checkouts(&self, since: Timestamp) -> Kept<Vec<OrgId>>;
    /// Purchases, newest first; the cursor is an id.
    async fn checkouts(&self, org: OrgId, page: Page) -> Kept<Vec<CheckoutRow>>;
}

/// Everything that is kept.
pub trait Store:
    PoolStore
    + BookStore
    + RunStore
    + ChatStore
    + PeopleStore
    + InvitationStore
    + LoginStore
    + SettingStore
    + PurchaseStore
    + PlanStore
    + BillingStore
    + TaskStore
    + FileStore
    + WorkflowStore
    + ScheduleStore
    + ShareStore
    + JobStore
    + SavedInputsStore
    + MailStore
    + ResetStore
    + TeamStore
    + RechargeStore
    + NoticeStore
    + StillStore
    + TakeoutStore
    + HookStore
    + PaymentStore
    + AuditStore
    + ErasureStore
{
}

impl<T> Store for T where
    T: PoolStore
        + BookStore
        + RunStore
        + ChatStore
        + PeopleStore
        + InvitationStore
        + LoginStore
        + SettingStore
        + PurchaseStore
        + PlanStore
        + BillingStore
        + TaskStore
        + FileStore
        + WorkflowStore
        + ScheduleStore
        + ShareStore
        + JobStore
        + SavedInputsStore
        + MailStore
        + ResetStore
        + TeamStore
        + RechargeStore
        + NoticeStore
        + StillStore
        + TakeoutStore
        + HookStore
        + PaymentStore
        + AuditStore
        + ErasureStore
{
}
