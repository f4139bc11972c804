//! Before the first byte: who is asked again, what each refusal means, and what is learned of it.

use ampere_adapters::ai::scripted::{Demands, Reply, Script, ScriptedProvider};
use ampere_adapters::ai::{
    Finish, ModelError, ModelEvent, ModelRequest, Provider, ProviderSettings, Retry, SettingsError,
    ToolSpec, anthropic,
};
use serde_json::json;

use crate::{KEY, answer, open, refused, request, settings};

fn exact() -> ModelEvent {
    let finish = Finish::Stop;
    ModelEvent::Usage { input_tokens: 10, output_tokens: 2, exact: true, finish }
}

#[tokio::test]
async fn the_key_goes_in_its_own_header_and_a_wrong_one_is_for_the_operator() {
    let provider = ScriptedProvider::new();
    let wants = |key: &str| Demands { key: Some(key.to_owned()), ..Demands::default() };
    let right = provider.serve(wants(KEY)).await.unwrap();
    let model = open(&right.base_url());
    assert_eq!(model.card().provider, Provider::Anthropic);
    assert_eq!(answer(&*model, request()).await.unwrap().1, exact());
    let without_version = right.base_url().trim_end_matches("/v1").to_owned();
    assert_eq!(answer(&*open(&without_version), request()).await.unwrap().1, exact());
    let other = provider.serve(wants("another")).await.unwrap();
    let error = refused(&*open(&other.base_url())).await;
    let ModelError::Refused { detail } = &error else { panic!("{error:?}") };
    assert!(detail.contains("key") && detail.contains("401"), "{detail}");
    assert_eq!(other.turned_away(), 1, "refused for good: no second attempt");
    let none = ProviderSettings { model: String::new(), ..settings("https://api.anthropic.com") };
    assert_eq!(anthropic::open(none).err(), Some(SettingsError::NoModel));
    assert_eq!(
        anthropic::open(settings("api.anthropic.com")).err(),
        Some(SettingsError::BadAddress)
    );
}

const BUSY: &str = "not reached";
const OPERATOR: &str = "refused";
const LONG: &str = "too long";

/// Status, kind and message of a refusal, and what it means.
const REFUSALS: [(u16, &str, &str, &str); 13] = [
    (529, "overloaded_error", "Overloaded", BUSY),
    (500, "api_error", "Internal server error", BUSY),
    (504, "timeout_error", "The request timed out", BUSY),
    (429, "rate_limit_error", "Number of request tokens has exceeded your rate limit", BUSY),
    (401, "authentication_error", "invalid x-api-key", OPERATOR),
    (403, "permission_error", "Your API key may not use this", OPERATOR),
    (404, "not_found_error", "model: their-name", OPERATOR),
    (402, "billing_error", "Check your payment method", OPERATOR),
    (400, "invalid_request_error", "Your credit balance is too low to use this", OPERATOR),
    (400, "invalid_request_error", "max_tokens: 50 > 8, the most output tokens", OPERATOR),
    (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", LONG),
    (400, "invalid_request_error", "input length and `max_tokens` exceed context limit", LONG),
    (413, "request_too_large", "Request exceeds the maximum allowed number of bytes", LONG),
];

fn refusal(status: u16, kind: &str, message: &str) -> Script {
    let body = json!({ "type": "error", "error": { "type": kind, "message": message } });
    let headers = vec![("content-type", "application/json".to_owned())];
    Script::reply(Reply { status, headers, body: body.to_string() })
}

#[tokio::test]
async fn each_refusal_says_who_can_do_what() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let retry = Retry { times: 0, ..Retry::default() };
    let model =
        anthropic::open(ProviderSettings { retry, ..settings(&server.base_url()) }).unwrap();
    for (status, kind, message, expected) in REFUSALS {
        provider.push(refusal(status, kind, message));
        let error = refused(&*model).await;
        let meaning = match &error {
            ModelError::NotReached { .. } => BUSY,
            ModelError::Refused { .. } => OPERATOR,
            ModelError::InputTooLong => LONG,
            other => panic!("{other:?}"),
        };
        assert_eq!(meaning, expected, "{status} {message}: {error:?}");
        assert!(!error.to_string().contains(message), "its words stay with us");
    }
    provider.push(refusal(400, "invalid_request_error", "Your credit balance is too low"));
    assert!(refused(&*model).await.to_string().contains("money"));
}

#[tokio::test]
async fn an_overloaded_provider_is_asked_twice_more() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    provider.push(refusal(529, "overloaded_error", "Overloaded"));
    provider.push(refusal(429, "rate_limit_error", "Slower"));
    assert_eq!(answer(&*open(&server.base_url()), request()).await.unwrap().1, exact());
    assert_eq!(provider.calls().len(), 3);
    assert!(provider.calls().iter().all(|call| call.call_id == "call_1"));
}

#[tokio::test]
async fn what_a_model_does_not_take_is_left_out_and_remembered() {
    let provider = ScriptedProvider::new();
    let none =
        Demands { no_schemas: true, no_temperature: true, no_tools: true, ..Demands::default() };
    let server = provider.serve(none).await.unwrap();
    let model = open(&server.base_url());
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    let tool = ToolSpec {
        name: "look".to_owned(),
        description: "Looks.".to_owned(),
        parameters: json!({ "type": "object" }),
    };
    for _ in 0..2 {
        let held = ModelRequest { schema: Some(schema.clone()), steady: true, ..request() };
        assert_eq!(answer(&*model, held).await.unwrap().1, exact());
        assert!(!model.card().schemas);
        let offering = ModelRequest { tools: vec![tool.clone()], ..request() };
        assert_eq!(answer(&*model, offering).await.unwrap().1, exact());
        assert!(!model.card().calls);
    }
    assert_eq!(server.turned_away(), 3, "each is learned once");
    let kept = provider.calls();
    assert!(kept.iter().all(|call| !call.steady && call.tools.is_empty() && call.schema.is_none()));
}
