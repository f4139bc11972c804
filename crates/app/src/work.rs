//! What a piece of AI work is: what is known of it before it starts, and how it is done.
//!
//! Never starts anything: [`App::spend`](crate::App::spend) does, and the work reaches what costs
//! money through the meter alone. Read next: [`crate::spend`], then [`crate::chat`] and
//! [`crate::tasks`] for works.

use ampere_adapters::ai::ChatMessage;
use ampere_credits::ledger::Draw;
use ampere_credits::rating::{CallBound, TimeBound};
use ampere_credits::{Credits, ScheduleId};
use ampere_store::rows::{Reason, RowWrite, RunKind, RunRow, RunState, Trigger};
use async_trait::async_trait;

use crate::meter::{Meter, Stop};

/// What a work is going to ask of models, as far as it must be known before it starts.
#[derive(Debug, Clone)]
pub enum Bill {
    /// One answer to these messages.
    Answer {
        /// Oldest first.
        messages: Vec<ChatMessage>,
        /// The most it may write.
        max_output_tokens: u32,
    },
    /// Several calls, bounded; and those that it makes at least, where that is fewer or less.
    Calls {
        /// In order.
        calls: Vec<CallBound>,
        /// Empty: the same.
        least: Vec<CallBound>,
    },
    /// Seconds of a browser, and calls as above, which may be none.
    Timed {
        /// How long it may be open.
        time: TimeBound,
        /// As above.
        calls: Vec<CallBound>,
        /// As above.
        least: Vec<CallBound>,
    },
}

impl Bill {
    /// Whether a model is asked for sure: it has to be ready then.
    pub(crate) fn asks(&self) -> bool {
        !matches!(self, Bill::Timed { calls, .. } if calls.is_empty())
    }
}

/// What becomes of a start that finds too few credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenShort {
    /// It is refused; whoever waits for credits may be overtaken (interactive work).
    Overtake,
    /// It is refused, too while others wait for credits.
    Refuse,
    /// It waits for its turn.
    Wait,
}

/// What a work is going to do, as far as it must be known before it starts.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What kind of run it is.
    pub kind: RunKind,
    /// What people see in lists.
    pub title: String,
    /// The tool, workflow or kind of background work that it is a run of.
    pub subject: Option<String>,
    /// What started it.
    pub trigger: Trigger,
    /// The schedule that started it.
    pub schedule: Option<ScheduleId>,
    /// The conversation it belongs to, and the message its answer is written to, if it answers.
    pub place: Option<(ampere_credits::SessionId, Option<ampere_credits::MessageId>)>,
    /// The model's id.
    pub model: String,
    /// What it will ask of it.
    pub bill: Bill,
    /// It may hold and be charged at most this.
    pub cap: Option<Credits>,
    /// Whose credits it takes.
    pub draw: Draw,
    /// What becomes of it when credits are short.
    pub when_short: WhenShort,
}

/// A piece of AI work. It reaches what costs money through the meter alone.
#[async_trait]
pub trait Work: Send + 'static {
    /// What it is going to do.
    fn plan(&self) -> &Plan;
    /// Rows written in the commit that takes the hold or joins the queue.
    fn rows(&self, run: &RunRow) -> Vec<RowWrite>;
    /// Does it, and says how it ended well. Whatever it returns, what the meter saw is settled.
    async fn run(&mut self, meter: &mut Meter) -> Result<Reason, Stop>;
    /// Rows written in the commit that ends the run.
    fn last_rows(&self, _run: &RunRow, _state: RunState) -> Vec<RowWrite> {
        Vec::new()
    }
    /// It can pause for lack of credits and be taken up again from what is kept of it.
    fn pausable(&self) -> bool {
        false
    }
}
