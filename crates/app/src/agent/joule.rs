//! The loop: Joule thinks, uses its hands, and answers, within the bounds of the message's effort.
//!
//! Owns when enough is enough: turns, calls, time, repeats. At a bound it gets one last turn
//! without hands, so that the person has an answer. Credits and cap are the meter's. Read next:
//! [`super::hands`].

use std::time::Duration;

use ampere_adapters::ai::{ChatMessage, ToolCall, ToolSpec};
use ampere_adapters::browser::BrowserState;
use ampere_credits::Timestamp;
use ampere_store::rows::{Reason, StepKind};
use serde_json::Value;

use super::hands::{Hands, Numbered};
use super::material::make_room;
use super::repeats::Repeats;
use super::specs::specs;
use super::turn::{Asked, Turn, turn};
use crate::catalog::AgentBounds;
use crate::meter::{Meter, StepSpec, Stop};

/// Seconds beyond its bound in which a run may still give its last answer.
const LAST_WORDS_SECONDS: u64 = 120;
/// What a call beyond the bounds is answered.
const NO_MORE: &str = "Not done: no more tools can be used for this message.";
/// What a repeated call is answered.
const REPEATED: &str = "Not done: you repeat yourself. Do something else, or answer.";
/// What the model is told before its last turn.
const LAST: &str = "(From the application: no more tools can be used for this message. Answer now \
                    with what you have, and say what is left undone.)";

/// What is to be answered, and how.
pub(crate) struct Talk {
    /// Oldest first; the question is the last.
    pub(crate) messages: Vec<ChatMessage>,
    pub(crate) hands: Hands,
    pub(crate) bounds: AgentBounds,
    pub(crate) max_output_tokens: u32,
    /// Tokens that fit in one call, its answer not counted.
    pub(crate) room: u64,
}

/// How far it has come.
struct Going {
    messages: Vec<ChatMessage>,
    /// Place of the question among them.
    question: usize,
    /// Something was said to the person.
    said: bool,
    calls: u32,
    turns: u32,
    ends_at: Timestamp,
    repeats: Repeats,
    warned: bool,
    finishing: bool,
}

/// Answers a question with hands.
///
/// # Errors
/// Why the run cannot go on; `stopped_at_bounds` if it never answers.
pub(crate) async fn answer(meter: &mut Meter, talk: Talk) -> Result<Reason, Stop> {
    let Talk { messages, mut hands, bounds, max_output_tokens, room } = talk;
    let seconds = u64::from(bounds.seconds);
    meter.end_within(Duration::from_secs(seconds.saturating_add(LAST_WORDS_SECONDS)));
    let tools = specs(meter.app().browsers.state() == BrowserState::Ready);
    let mut going = Going {
        question: messages.len().saturating_sub(1),
        messages,
        said: false,
        calls: 0,
        turns: 0,
        ends_at: meter.app().now().plus_seconds(i64::from(bounds.seconds)),
        repeats: Repeats::default(),
        warned: false,
        finishing: false,
    };
    loop {
        let last = going.is_last(&bounds, going.time_is_over(meter, &hands));
        if last {
            going.messages.push(ChatMessage::user(LAST));
        }
        let offered = if last { Vec::new() } else { tools.clone() };
        let Turn { text, calls, .. } =
            going.turn(meter, offered, (max_output_tokens, room)).await?;
        going.said |= !text.trim().is_empty();
        if calls.is_empty() {
            if going.said {
                return Ok(Reason::Completed);
            }
            if last {
                return Err(Stop(Reason::StoppedAtBounds));
            }
            going.finishing = true;
            continue;
        }
        going.messages.push(ChatMessage::assistant_calls(text, calls.clone()));
        // What was said before the calls is no answer to the question.
        going.said = false;
        for call in calls {
            let answer = going.call(meter, &mut hands, (&bounds, &call)).await?;
            going.messages.push(ChatMessage::tool(&call.id, answer));
        }
    }
}

impl Going {
    fn is_last(&self, bounds: &AgentBounds, late: bool) -> bool {
        let turns = self.turns.saturating_add(1) >= bounds.turns;
        self.finishing || late || turns || self.calls >= bounds.calls
    }

    /// Whether its time is over; waiting for a person is none of it.
    fn time_is_over(&self, meter: &Meter, hands: &Hands) -> bool {
        meter.app().now() >= self.ends_at.plus_seconds(hands.patience.waited())
    }

    async fn turn(
        &mut self,
        meter: &mut Meter,
        tools: Vec<ToolSpec>,
        (max_output_tokens, room): (u32, u64),
    ) -> Result<Turn, Stop> {
        self.turns = self.turns.saturating_add(1);
        let told: usize = tools.iter().map(|tool| tool.parameters.to_string().len()).sum();
        let told = u64::try_from(told / 3 + 100 * tools.len()).unwrap_or(u64::MAX);
        make_room(&mut self.messages, &mut self.question, room.saturating_sub(told));
        let name = match self.turns {
            1 => "Answer".to_owned(),
            number => format!("Answer, turn {number}"),
        };
        let path = format!("turn.{}", self.turns);
        let asked = Asked {
            step: StepSpec { path, part: 0, kind: StepKind::Answer, name },
            model: meter.run().model.clone(),
            messages: self.messages.clone(),
            tools,
            max_output_tokens,
            shown: true,
            forced: false,
        };
        turn(meter, asked).await
    }

    async fn call(
        &mut self,
        meter: &mut Meter,
        hands: &mut Hands,
        (bounds, call): (&AgentBounds, &ToolCall),
    ) -> Result<String, Stop> {
        let late = self.time_is_over(meter, hands);
        if self.finishing || late || self.calls >= bounds.calls {
            return Ok(NO_MORE.to_owned());
        }
        self.calls = self.calls.saturating_add(1);
        let numbered = Numbered { number: self.calls, call };
        let arguments = serde_json::from_str(&call.arguments).unwrap_or(Value::Null);
        if self.repeats.note(&call.name, &arguments) {
            self.finishing = self.warned;
            self.warned = true;
            return hands.refuse(meter, numbered, REPEATED).await;
        }
        hands.use_one(meter, numbered).await
    }
}
