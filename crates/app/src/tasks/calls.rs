//! One question of a tool to the model: its size, its answer's shape, one repair attempt.

use ampere_adapters::ai::{ChatMessage, Role};
use ampere_store::rows::Reason;
use serde_json::Value;

use super::scope::Scope;
use super::step::failed;
use crate::meter::{Call, Fault, Judged, Meter, Output, StepSpec, Stop, likely_input};
use crate::tools::output;

/// What is asked.
pub(super) struct Question {
    pub(super) spec: StepSpec,
    pub(super) system: Option<String>,
    pub(super) prompt: String,
    pub(super) max_output_tokens: u32,
    /// The answer is to be JSON of this schema.
    pub(super) schema: Option<Value>,
}

/// Asks, checks the answer, and asks once more where it does not fit.
pub(super) async fn put(
    meter: &mut Meter,
    question: Question,
    scope: &Scope,
) -> Result<Value, Stop> {
    let Question { spec, system, mut prompt, max_output_tokens, schema } = question;
    // A model that is held to the schema needs no example of it, and a small one copies it.
    if let Some(schema) = schema.as_ref().filter(|_| !scope.schemas) {
        prompt.push_str("\n\n");
        prompt.push_str(&output::asked(schema));
    }
    let message = |role, content: String| ChatMessage::new(role, content);
    let mut messages: Vec<ChatMessage> =
        system.into_iter().map(|system| message(Role::System, system)).collect();
    messages.push(message(Role::User, prompt));
    let room = u64::from(scope.context_tokens.saturating_sub(max_output_tokens));
    let tokens = likely_input(&messages);
    if tokens > room {
        let note = format!("About {tokens} tokens; the model takes {room} beside its answer.");
        return Err(failed(meter, &spec, Fault { reason: Reason::InputTooLong, note }).await);
    }
    let shape = schema.clone();
    let judge =
        |output: &Output| judged(output, shape.as_ref()).map_err(|faults| faults.join("; "));
    let model = scope.model.clone();
    let call = Call {
        step: spec.clone(),
        model,
        messages,
        max_output_tokens,
        schema,
        tools: Vec::new(),
        shown: false,
    };
    let first = meter.ask(call.clone(), &judge).await?;
    let Some(fault) = first.fault else { return kept(meter, &spec) };
    let mut again = call;
    again.step.name = format!("{} (asked again)", spec.name);
    let demand = match &again.schema {
        Some(schema) => output::again(schema, &[fault]),
        None => format!("That cannot be used: {fault}. Answer again."),
    };
    let asked = again.messages.len();
    again.messages.push(message(Role::Assistant, first.output.text));
    again.messages.push(message(Role::User, demand));
    if likely_input(&again.messages) > room {
        // The bad answer does not fit beside the question: the question alone is asked again.
        again.messages.truncate(asked);
    }
    match meter.ask(again, &judge).await? {
        Judged { fault: None, .. } => kept(meter, &spec),
        Judged { .. } => Err(Stop(Reason::BadOutput)),
    }
}

fn kept(meter: &Meter, spec: &StepSpec) -> Result<Value, Stop> {
    let text = meter.finished(&spec.path).ok_or(Stop(Reason::InternalError))?;
    serde_json::from_str(text).map_err(|_| Stop(Reason::InternalError))
}

/// The answer without the marks that the prompts put around material: small models repeat them.
fn without_marks(text: &str) -> String {
    let mark = |line: &str| {
        let line = line.trim();
        line.len() >= 3 && line.chars().all(|letter| matches!(letter, '<' | '>'))
    };
    let kept: Vec<&str> = text.lines().filter(|line| !mark(line)).collect();
    kept.join("\n").trim().to_owned()
}

/// What is kept of an answer as JSON text, or why it cannot be used.
fn judged(answer: &Output, schema: Option<&Value>) -> Result<Option<String>, Vec<String>> {
    let text = without_marks(&answer.text);
    if text.is_empty() {
        return Err(vec!["the model wrote nothing".to_owned()]);
    }
    let Some(schema) = schema else {
        return Ok(Some(Value::String(text).to_string()));
    };
    output::read(schema, &text).map(|value| Some(value.to_string())).map_err(|mut faults| {
        faults.truncate(3);
        if answer.cut_at_length {
            faults.push("it was cut at its length limit".to_owned());
        }
        faults
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(text: &str) -> Output {
        Output { text: text.to_owned(), cut_at_length: false, calls: Vec::new() }
    }

    #[test]
    fn json_is_taken_out_of_its_fence_and_checked() {
        let schema = json!({
            "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } }
        });
        let fenced = judged(&said("Here:\n```json\n{\"a\": \"b\"}\n```"), Some(&schema));
        assert_eq!(fenced, Ok(Some("{\"a\":\"b\"}".to_owned())));
        assert!(judged(&said("{\"a\": 1}"), Some(&schema)).is_err());
        assert!(judged(&said("no JSON"), Some(&schema)).is_err());
    }

    #[test]
    fn text_is_kept_without_outer_blanks_and_nothing_is_no_answer() {
        assert_eq!(judged(&said(" Hi \n"), None), Ok(Some("\"Hi\"".to_owned())));
        assert!(judged(&said(" \n"), None).is_err());
    }
}
