//! What a provider's refusal means.
//!
//! Owns: reading the body of a refused request, which both wires word alike. Never passes a
//! provider's text on: only its meaning leaves this module.

use serde_json::Value;

/// What an error body means, as far as it matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    /// The messages are longer than the model's context.
    InputTooLong,
    /// `max_tokens` must be called `max_completion_tokens`.
    LimitName,
    /// The temperature cannot be chosen.
    Temperature,
    /// The server can hold answers to a schema, but not to this one.
    ThisSchema,
    /// No tools are taken, by this server or by this model.
    Tools,
    /// The account at the provider is out of money or quota.
    QuotaUsedUp,
    Other,
}

/// How providers in use say that the messages are too long,
const TOO_LONG: [&str; 5] = [
    "context length",
    "context size",
    "context window",
    "prompt is too long",
    "exceed context limit",
];
/// that they take no tools, whatever status they choose for it,
const NO_TOOLS: [&str; 5] = [
    "does not support tools",
    "support tool use",
    "tools param requires",
    "tool choice requires",
    "does not support function calling",
];
/// and that one schema does not suit them.
const BAD_SCHEMA: [&str; 2] = ["invalid schema", "input_schema: "];

/// Reads the body of a refused request.
pub(super) fn complaint(body: &[u8]) -> Complaint {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = body.get("error").unwrap_or(&body);
    let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = error.as_str().unwrap_or_else(|| word("message")).to_ascii_lowercase();
    let code_or_type = [word("code"), word("type")];
    let any = |codes: &[&str]| code_or_type.iter().any(|c| codes.contains(c));
    let says = |phrases: &[&str]| phrases.iter().any(|p| message.contains(p));

    if any(&["context_length_exceeded", "exceed_context_size_error", "request_too_large"])
        || says(&TOO_LONG)
    {
        Complaint::InputTooLong
    } else if word("param") == "max_tokens" && says(&["max_completion_tokens"])
        || says(&["use 'max_completion_tokens'", "use max_completion_tokens"])
    {
        Complaint::LimitName
    } else if word("param") == "temperature" || message.starts_with("`temperature`") {
        Complaint::Temperature
    } else if any(&["invalid_json_schema"]) || says(&BAD_SCHEMA) {
        Complaint::ThisSchema
    } else if says(&NO_TOOLS) {
        Complaint::Tools
    } else if any(&["insufficient_quota", "billing_hard_limit_reached", "billing_error"])
        || says(&["credit balance is too low"])
    {
        Complaint::QuotaUsedUp
    } else {
        Complaint::Other
    }
}
