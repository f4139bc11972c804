//! Rows of AI work: conversations, runs, steps, rated usage.

use std::fmt;
use std::str::FromStr;

use ampere_credits::rating::{Basis, Measure, Quote};
use ampere_credits::{
    Credits, Day, FileId, MessageId, OrgId, RunId, ScheduleId, SessionId, Timestamp, UserId,
};

use crate::rows::{Author, Reason, RunKind, RunState, StepKind, Trigger};

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
    /// Charged to its messages' runs so far; background work is told apart.
    pub credits: Credits,
    pub message_count: u32,
    /// Its message's run that has not ended.
    pub running: Option<RunId>,
    /// A person gave it its title: no background job changes it any more.
    pub titled_by_person: bool,
    /// What its first messages say in short, for use as context.
    pub summary: Option<String>,
    /// How many messages, from the first, the summary covers.
    pub summarized: u32,
    /// What Joule starts in it without asking costs at most this; none: as the catalog says.
    pub allow_up_to: Option<Credits>,
    /// It is shared with somebody.
    pub shared: bool,
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
    /// JSON: a list of questions that might follow this answer.
    pub follow_ups: Option<String>,
    /// Files that were sent with it; one that was deleted since is named all the same.
    pub attachments: Vec<FileId>,
}

/// One piece of AI work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    pub id: RunId,
    pub org: OrgId,
    pub kind: RunKind,
    /// Id of the tool or workflow, word of the background kind; none of a message.
    pub subject: Option<String>,
    pub title: String,
    pub state: RunState,
    pub reason: Option<Reason>,
    pub session: Option<SessionId>,
    /// The message that the answer is written to.
    pub answer: Option<MessageId>,
    pub started_by: UserId,
    pub started_by_name: String,
    pub trigger: Trigger,
    /// The schedule that started it, which may be gone by now.
    pub schedule: Option<ScheduleId>,
    pub model: String,
    pub quote: QuoteRow,
    /// The most that it may hold and be charged.
    pub cap: Option<Credits>,
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
    /// Its logical name within the run: rows of one path are attempts at the same step.
    pub path: String,
    /// Number of the workflow's step that it belongs to; 0: none.
    pub part: u32,
    pub kind: StepKind,
    pub name: String,
    /// Empty where no model is asked.
    pub model: String,
    pub state: RunState,
    /// 1; more: done again after a restart.
    pub attempt: u32,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Seconds of use, of a step that is rated by time.
    pub seconds: u64,
    pub estimated: bool,
    /// One line for people.
    pub note: Option<String>,
    /// JSON: what came out of it. Once it is there it stays: a later write of the step without
    /// one does not take it away.
    pub result: Option<String>,
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

/// Filter of the runs list: what fits everything that is said here.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// In one of these; empty: in any.
    pub states: Vec<RunState>,
    pub kind: Option<RunKind>,
    pub subject: Option<String>,
    pub trigger: Option<Trigger>,
    pub schedule: Option<ScheduleId>,
    pub session: Option<SessionId>,
    /// Started by this person, by hand, by a schedule of theirs or for them.
    pub member: Option<UserId>,
    /// Asked for at this instant or later.
    pub from: Option<Timestamp>,
    /// Asked for before this instant.
    pub until: Option<Timestamp>,
    /// Charged at least this much so far.
    pub at_least: Option<Credits>,
    pub unended_only: bool,
    pub order: RunOrder,
}

/// How a list of runs is sorted, and with it what its cursors look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunOrder {
    /// Newest first; the cursor is an id.
    #[default]
    Newest,
    /// Most credits charged first, newest first among equals; the cursor is a [`RunPlace`].
    Dearest,
}

/// Where a run stands in a list by credits: its charge and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPlace {
    pub charged: Credits,
    pub run: RunId,
}

impl RunOrder {
    /// The cursor to read on after a run.
    pub fn cursor(self, run: &RunRow) -> String {
        match self {
            RunOrder::Newest => run.id.to_string(),
            RunOrder::Dearest => RunPlace { charged: run.charged, run: run.id }.to_string(),
        }
    }
}

impl fmt::Display for RunPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.charged.micros(), self.run)
    }
}

impl FromStr for RunPlace {
    type Err = NotAPlace;
    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (charged, run) = text.split_once(':').ok_or(NotAPlace)?;
        let charged = Credits::from_micros(charged.parse().map_err(|_| NotAPlace)?);
        Ok(RunPlace { charged, run: run.parse().map_err(|_| NotAPlace)? })
    }
}

/// A text that is no [`RunPlace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of runs by credits")]
pub struct NotAPlace;
