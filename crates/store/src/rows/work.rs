//! Rows of AI work: conversations, runs, steps, rated usage.

use ampere_credits::rating::{Basis, Measure, Quote};
use ampere_credits::{Credits, Day, MessageId, OrgId, RunId, SessionId, Timestamp, UserId};

use crate::rows::{Author, Reason, RunKind, RunState};

/// A conversation with Joule, with sums over its messages and runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub org: OrgId,
    pub owner: UserId,
    pub owner_name: String,
    pub title: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Charged to its runs so far.
    pub credits: Credits,
    pub message_count: u32,
    /// Its run that has not ended.
    pub running: Option<RunId>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub id: MessageId,
    pub org: OrgId,
    pub session: SessionId,
    pub author: Author,
    pub text: String,
    pub run: Option<RunId>,
    pub created_at: Timestamp,
}

/// One piece of AI work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    pub id: RunId,
    pub org: OrgId,
    pub kind: RunKind,
    pub title: String,
    pub state: RunState,
    pub reason: Option<Reason>,
    pub session: Option<SessionId>,
    /// The message that the answer is written to.
    pub answer: Option<MessageId>,
    pub started_by: UserId,
    pub started_by_name: String,
    pub model: String,
    pub quote: QuoteRow,
    /// Charged by its ended holds.
    pub charged: Credits,
    /// In its open hold now (overdraft not counted).
    pub held: Credits,
    /// Some of its usage was counted by us, not reported.
    pub estimated: bool,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Day of its settle in the organization's zone then.
    pub day: Option<Day>,
    /// Journal position of its last entry.
    pub position: u64,
    /// The server process that works on it.
    pub server: String,
}

/// A quote as it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteRow {
    pub low: Credits,
    pub typical: Credits,
    pub high: Credits,
    pub hold: Credits,
    pub from_history: bool,
    pub rate_card_version: u32,
}

impl From<Quote> for QuoteRow {
    fn from(quote: Quote) -> Self {
        QuoteRow {
            low: quote.low,
            typical: quote.typical,
            high: quote.high,
            hold: quote.hold,
            from_history: quote.basis == Basis::History,
            rate_card_version: quote.rate_card_version,
        }
    }
}

/// One step of a run with the usage recorded so far: what a restarted server settles from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    pub run: RunId,
    /// 1, 2, 3 …
    pub number: u32,
    pub name: String,
    pub model: String,
    pub state: RunState,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub estimated: bool,
}

/// One measured and rated quantity of a run; written with its settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLineRow {
    pub run: RunId,
    pub number: u32,
    pub step: u32,
    pub kind: RunKind,
    pub user: UserId,
    pub model: String,
    pub measure: Measure,
    pub quantity: u64,
    pub micros_per_million: i64,
    pub credits: Credits,
    pub estimated: bool,
    pub at: Timestamp,
    pub day: Day,
}

/// Sums of settled usage in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// By kind of run: credits and number of runs.
    pub kinds: Vec<(String, Credits, u64)>,
    /// By model.
    pub models: Vec<(String, Credits, u64)>,
    /// By person: id, name.
    pub people: Vec<(UserId, String, Credits, u64)>,
    /// By local day, oldest first.
    pub days: Vec<(Day, Credits)>,
}

/// Filter of the runs list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    pub state: Option<RunState>,
    pub kind: Option<RunKind>,
    pub session: Option<SessionId>,
    pub unended_only: bool,
}
