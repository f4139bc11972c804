//! One turn of an agent: it says something, calls tools, or both.
//!
//! Owns: native calls for models that know them, calls in plain text for others, and one polite
//! repair of a call that cannot be read. Never runs a call. Read next: `protocol`, `screen`, then
//! [`super::joule`].

use ampere_adapters::ai::{ChatMessage, ToolCall, ToolSpec};
use ampere_store::rows::Reason;
use serde_json::Value;

use super::protocol::{self, Said};
use super::screen::Screen;
use crate::meter::{Call, Meter, Output, StepSpec, Stop};

/// What is asked in one turn.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The step that it is.
    pub(crate) step: StepSpec,
    /// The model's id.
    pub(crate) model: String,
    /// Oldest first; calls and their answers among them.
    pub(crate) messages: Vec<ChatMessage>,
    /// None: it can only answer.
    pub(crate) tools: Vec<ToolSpec>,
    /// The most it may write.
    pub(crate) max_output_tokens: u32,
    /// Its text is part of the run's answer.
    pub(crate) shown: bool,
    /// It is to call one of the tools: held to that where the model can be.
    pub(crate) forced: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    /// For people; empty where it only calls.
    pub(crate) text: String,
    /// In order; their arguments are JSON objects.
    pub(crate) calls: Vec<ToolCall>,
    /// It was cut at its length limit.
    pub(crate) cut: bool,
}

/// Asks for one turn.
///
/// # Errors
/// Why the run cannot go on.
pub(crate) async fn turn(meter: &mut Meter, mut asked: Asked) -> Result<Turn, Stop> {
    let knows_calls = |meter: &Meter| {
        let card = meter.app().models.card(Some(&asked.model));
        card.map(|card| card.calls).ok_or(Stop(Reason::ProviderError))
    };
    if asked.tools.is_empty() {
        let used_tools = asked.messages.iter().any(|message| !message.calls.is_empty());
        // Whoever offers no tools may not have understood the calls before.
        asked.messages = protocol::plain(&asked.messages, &[], false);
        return answer(meter, asked, used_tools).await;
    }
    if !knows_calls(meter)? {
        return in_text(meter, asked).await;
    }
    let turn = native(meter, asked.clone()).await?;
    if turn.calls.is_empty() && !knows_calls(meter)? {
        // Its provider has just shown that it takes no tools: the model has not seen them.
        return in_text(meter, asked).await;
    }
    Ok(turn)
}

fn call(asked: &Asked) -> Call {
    Call {
        step: asked.step.clone(),
        model: asked.model.clone(),
        messages: asked.messages.clone(),
        max_output_tokens: asked.max_output_tokens,
        schema: None,
        tools: Vec::new(),
        shown: asked.shown,
    }
}

/// The same step once more.
fn again(call: &Call) -> Call {
    let mut again = call.clone();
    again.step.name = format!("{} (asked again)", call.step.name);
    again
}

/// An answer in plain words; what still looks like a call to a model that used tools before is
/// left out.
async fn answer(meter: &mut Meter, asked: Asked, used_tools: bool) -> Result<Turn, Stop> {
    meter.new_paragraph(used_tools);
    let call = call(&asked);
    let Output { text, cut_at_length: cut, .. } = meter.ask(call, &|_| Ok(None)).await?.output;
    let text = match protocol::read(&text, &[], "") {
        Said::Calls { at, .. } | Said::Malformed { at, .. } if used_tools => before(&text, at),
        _ => {
            if used_tools {
                show_rest(meter, &asked, &text, Screen::over(&text).shown());
            }
            text
        }
    };
    Ok(Turn { text, calls: Vec::new(), cut })
}

async fn native(meter: &mut Meter, asked: Asked) -> Result<Turn, Stop> {
    meter.new_paragraph(false);
    let mut call = call(&asked);
    call.tools.clone_from(&asked.tools);
    let judge = |output: &Output| match output.calls.iter().find_map(unreadable) {
        Some(fault) => Err(fault),
        None => Ok(None),
    };
    let first = meter.ask(call.clone(), &judge).await?;
    let Output { text, cut_at_length: cut, calls } = first.output;
    if first.fault.is_none() {
        return Ok(Turn { text, calls, cut });
    }
    let mut again = again(&call);
    again.messages.push(ChatMessage::assistant_calls(&text, calls.iter().map(mended).collect()));
    for call in &calls {
        let said = unreadable(call).unwrap_or_else(|| "This was not done.".to_owned());
        let said = format!("{said} Nothing was done; call again.");
        again.messages.push(ChatMessage::tool(&call.id, &said));
    }
    meter.new_paragraph(false);
    let second = meter.ask(again, &judge).await?.output;
    // What is still no call is not done.
    let calls = second.calls.into_iter().filter(|call| unreadable(call).is_none()).collect();
    Ok(Turn { text: joined(&text, &second.text), calls, cut: second.cut_at_length })
}

/// What is wrong with the arguments of a call, if anything.
fn unreadable(call: &ToolCall) -> Option<String> {
    match serde_json::from_str::<Value>(&call.arguments) {
        Ok(Value::Object(_)) => None,
        Ok(_) => Some(format!("The arguments of `{}` must be a JSON object.", call.name)),
        Err(error) => Some(format!("The arguments of `{}` are no JSON: {error}.", call.name)),
    }
}

/// The call as a provider takes it back: one refuses arguments that are no object.
fn mended(call: &ToolCall) -> ToolCall {
    let arguments = match unreadable(call) {
        Some(_) => "{}".to_owned(),
        None => call.arguments.clone(),
    };
    ToolCall { arguments, ..call.clone() }
}

async fn in_text(meter: &mut Meter, asked: Asked) -> Result<Turn, Stop> {
    let card = meter.app().models.card(Some(&asked.model)).ok_or(Stop(Reason::ProviderError))?;
    let forced = asked.forced && card.schemas;
    meter.new_paragraph(true);
    let mut call = call(&asked);
    call.messages = protocol::plain(&asked.messages, &asked.tools, asked.forced);
    call.schema = forced.then(|| protocol::schema(&asked.tools));
    let ids = format!("{}:{}", asked.step.path, meter.step_count() + 1);
    let read = |text: &str| protocol::read(text, &asked.tools, &ids);
    let judge = |output: &Output| match read(&output.text) {
        Said::Malformed { fault, .. } => Err(fault),
        Said::Text | Said::Calls { .. } => Ok(None),
    };
    let Output { text, cut_at_length: cut, .. } = meter.ask(call.clone(), &judge).await?.output;
    let veiled = Screen::over(&text).shown();
    let at = match read(&text) {
        Said::Calls { at, calls } => {
            return Ok(Turn { text: before(&text, at), calls, cut });
        }
        Said::Text => {
            show_rest(meter, &asked, &text, veiled);
            return Ok(Turn { text, calls: Vec::new(), cut });
        }
        Said::Malformed { at, fault } => {
            call.messages.push(ChatMessage::assistant(&text));
            call.messages.push(ChatMessage::user(protocol::again(&fault)));
            at
        }
    };
    let call = Call { shown: false, ..again(&call) };
    let second = meter.ask(call, &judge).await?.output;
    let cut = second.cut_at_length;
    if let Said::Calls { calls, .. } = read(&second.text) {
        return Ok(Turn { text: before(&text, at), calls, cut });
    }
    // It was meant as text after all.
    meter.new_paragraph(false);
    show_rest(meter, &asked, &second.text, 0);
    Ok(Turn { text: joined(&before(&text, at), &second.text), calls: Vec::new(), cut })
}

/// Shows what was held back and turned out to be ordinary text.
fn show_rest(meter: &mut Meter, asked: &Asked, text: &str, from: usize) {
    if asked.shown {
        meter.show(text.get(from..).unwrap_or_default());
    }
}

/// The text in front of a call.
fn before(text: &str, at: usize) -> String {
    text.get(..at).unwrap_or_default().trim_end().to_owned()
}

/// Two texts of one answer.
fn joined(first: &str, second: &str) -> String {
    match (first.trim().is_empty(), second.trim().is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        (false, false) => format!("{first}\n\n{second}"),
    }
}
