//! Before the first byte: who is asked again, and what each refusal means.

use std::time::Duration;

use ampere_adapters::ai::openai;
use ampere_adapters::ai::scripted::{
    CallEnd, Demands, Gate, Reply, Script, ScriptedProvider, Step,
};
use ampere_adapters::ai::{BreakCause, Limits, ModelError, ModelEvent, ProviderSettings, Retry};
use tokio::net::TcpListener;

use crate::{answer, ends, exact, open, refused, settings};

#[tokio::test]
async fn a_busy_provider_is_asked_twice_more_with_the_same_call_id() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    provider.push(Script::busy(None));
    provider.push(Script::busy(Some(Duration::ZERO)));
    let (text, last) = answer(&*open(&server.base_url())).await.unwrap();
    assert_eq!((text.as_str(), last), ("Hello.", exact(10, 2)));
    let calls = provider.calls();
    assert_eq!(ends(&calls), [CallEnd::Refused, CallEnd::Refused, CallEnd::Played]);
    assert!(calls.iter().all(|call| call.call_id == "call_1" && call.model == "their-name"));
}

#[tokio::test]
async fn a_provider_that_stays_busy_is_given_up_after_three_attempts() {
    let provider = ScriptedProvider::new();
    provider.otherwise(|_| Script::busy(None));
    let server = provider.serve(Demands::default()).await.unwrap();
    let error = refused(&*open(&server.base_url())).await;
    assert!(matches!(error, ModelError::NotReached { .. }), "{error:?}");
    assert_eq!(provider.calls().len(), 3);
}

#[tokio::test]
async fn a_provider_that_asks_for_a_long_wait_is_not_waited_for() {
    let provider = ScriptedProvider::new();
    provider.otherwise(|_| Script::busy(Some(Duration::from_secs(3_600))));
    let server = provider.serve(Demands::default()).await.unwrap();
    let error = refused(&*open(&server.base_url())).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)));
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test]
async fn nothing_is_tried_again_once_the_provider_may_have_worked() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let model = open(&server.base_url());
    provider.push(Script::refuse(ModelError::Broken(BreakCause::Cut)));
    let error = refused(&*model).await;
    assert!(matches!(error, ModelError::NotReached { .. }), "{error:?}");
    assert_eq!(provider.calls().len(), 1, "the connection was lost before the status");
    provider.push(Script::steps(vec![Step::Cut]));
    let (_, last) = answer(&*model).await.unwrap();
    assert!(matches!(last, ModelEvent::Broken { output_tokens: 0, .. }), "{last:?}");
    assert_eq!(provider.calls().len(), 2, "the connection was lost after the status");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_in_time_is_left() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let gate = Gate::new();
    provider.push(Script::answer(&["late"], 1, 1).held(&gate));
    let limits = Limits { first_byte: Duration::from_millis(100), ..Limits::default() };
    let model = openai::open(ProviderSettings { limits, ..settings(&server.base_url()) }).unwrap();
    let error = refused(&*model).await;
    assert!(matches!(error, ModelError::NotReached { .. }), "{error:?}");
    assert!(provider.calls().len() <= 1, "it may be working: no second attempt");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = refused(&*open(&format!("http://127.0.0.1:{port}/v1"))).await;
    assert!(matches!(&error, ModelError::NotReached { .. }), "{error:?}");
    assert!(error.retryable());
}

fn reply(status: u16, kind: &str, body: &str) -> Script {
    let headers = vec![("content-type", kind.to_owned())];
    Script::reply(Reply { status, headers, body: body.to_owned() })
}

const JSON: &str = "application/json";
const BUSY: &str = "not reached";
const OPERATOR: &str = "refused";
const LONG: &str = "too long";

/// Status, kind and body of an answer, and what it means.
const STATUSES: [(u16, &str, &str, &str); 17] = [
    (500, JSON, "", BUSY),
    (502, "text/html", "<h1>Bad gateway</h1>", BUSY),
    (429, JSON, r#"{"error":{"code":"rate_limit_exceeded"}}"#, BUSY),
    (408, JSON, "", BUSY),
    (429, JSON, r#"{"error":{"code":"insufficient_quota"}}"#, OPERATOR),
    (402, JSON, "", OPERATOR),
    (403, JSON, "", OPERATOR),
    (404, JSON, r#"{"error":{"code":"model_not_found"}}"#, OPERATOR),
    (400, JSON, r#"{"error":"invalid model"}"#, OPERATOR),
    (400, JSON, "not json", OPERATOR),
    (422, JSON, r#"{"detail":[{"msg":"field required"}]}"#, OPERATOR),
    (200, "text/html; charset=utf-8", "<h1>Welcome</h1>", OPERATOR),
    (200, JSON, r#"{"choices":[]}"#, OPERATOR),
    (413, JSON, "", LONG),
    (400, JSON, r#"{"error":{"code":"context_length_exceeded"}}"#, LONG),
    (400, JSON, r#"{"error":{"type":"exceed_context_size_error"}}"#, LONG),
    (400, JSON, r#"{"message":"This model's maximum context length is 4096."}"#, LONG),
];

#[tokio::test]
async fn each_status_says_who_can_do_what() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let retry = Retry { times: 0, ..Retry::default() };
    let model = openai::open(ProviderSettings { retry, ..settings(&server.base_url()) }).unwrap();
    for (status, kind, body, expected) in STATUSES {
        provider.push(reply(status, kind, body));
        let error = refused(&*model).await;
        let meaning = match &error {
            ModelError::NotReached { .. } => BUSY,
            ModelError::Refused { .. } => OPERATOR,
            ModelError::InputTooLong => LONG,
            other => panic!("{other:?}"),
        };
        assert_eq!(meaning, expected, "{status} {body}: {error:?}");
        assert!(body.is_empty() || !error.to_string().contains(body));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = ScriptedProvider::new();
    let target = elsewhere.serve(Demands::default()).await.unwrap();
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let location = format!("{}/chat/completions", target.base_url());
    let headers = vec![("location", location)];
    for status in [301, 302, 307, 308] {
        let body = String::new();
        provider.push(Script::reply(Reply { status, headers: headers.clone(), body }));
        let error = refused(&*open(&server.base_url())).await;
        assert!(error.to_string().contains("redirect"), "{error}");
    }
    assert!(elsewhere.calls().is_empty() && target.turned_away() == 0);
}
