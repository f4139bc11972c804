//! Errors as Stripe's wire tells them.
//!
//! Owns: their types, codes and status. Never decides whether what was done stays done, but for
//! one mark: a declined payment is kept. Read next: `route`.

use serde_json::{Value, json};

/// `{"error": {…}}` with its HTTP status.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub error: Value,
    /// What was done before stays: the payment that was declined is there.
    pub stays: bool,
}

impl Refusal {
    pub fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        let error = json!({"type": kind, "message": message.into()});
        Refusal { status, error, stays: false }
    }

    /// A request that cannot be, e.g. for the state of what it names.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    pub fn missing(param: &str) -> Self {
        let told = format!("Missing required param: {param}.");
        Self::invalid(told).code("parameter_missing").param(param)
    }

    pub fn bad(param: &str, value: &str) -> Self {
        Self::invalid(format!("Invalid {param}: {value}")).code("parameter_invalid").param(param)
    }

    pub fn unknown_parameter(param: &str) -> Self {
        let told = format!("Received unknown parameter: {param}");
        Self::invalid(told).code("parameter_unknown").param(param)
    }

    pub fn no_such(kind: &str, id: &str) -> Self {
        let told = format!("No such {kind}: '{id}'");
        let mut refusal = Self::invalid(told).code("resource_missing").param("id");
        refusal.status = 404;
        refusal
    }

    pub fn card(code: &str, decline: Option<&str>, message: &str) -> Self {
        let mut refusal = Self::new(402, "card_error", message).code(code);
        if let Some(decline) = decline {
            refusal.error["decline_code"] = json!(decline);
        }
        refusal
    }

    pub fn code(mut self, code: &str) -> Self {
        self.error["code"] = json!(code);
        self.error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{code}"));
        self
    }

    pub fn param(mut self, param: &str) -> Self {
        self.error["param"] = json!(param);
        self
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.error[name] = value;
        self
    }

    pub fn staying(mut self) -> Self {
        self.stays = true;
        self
    }

    pub fn body(&self) -> Value {
        json!({"error": self.error})
    }
}
