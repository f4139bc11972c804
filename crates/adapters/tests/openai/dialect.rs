//! Servers that do not take every part of a request: asked once more without it, remembered, and
//! the refused attempt leaves no trace in the answer's count.

use std::sync::Arc;

use ampere_adapters::ai::scripted::{Demands, Reply, Script, ScriptedProvider, ScriptedServer};
use ampere_adapters::ai::{Model, ModelError, ModelEvent, ModelRequest};
use futures_util::StreamExt;
use serde_json::json;

use crate::{exact, open, request};

fn constrained() -> ModelRequest {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    ModelRequest { schema: Some(schema), steady: true, ..request() }
}

async fn last(model: &dyn Model, request: ModelRequest) -> Result<ModelEvent, ModelError> {
    let events: Vec<ModelEvent> = model.stream(request).await?.collect().await;
    Ok(events.last().unwrap().clone())
}

async fn served(demands: Demands) -> (ScriptedProvider, ScriptedServer, Arc<dyn Model>) {
    let provider = ScriptedProvider::new();
    let server = provider.serve(demands).await.unwrap();
    let model = open(&server.base_url());
    (provider, server, model)
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_once_more_and_remembered() {
    let (provider, server, model) =
        served(Demands { no_schemas: true, ..Demands::default() }).await;
    assert!(model.card().schemas, "nothing is known yet");
    for _ in 0..3 {
        assert_eq!(last(&*model, constrained()).await, Ok(exact(10, 2)));
        assert!(!model.card().schemas);
    }
    assert_eq!(server.turned_away(), 1, "learned once");
    let calls = provider.calls();
    assert_eq!(calls.len(), 3, "the refused attempt was none of the provider's calls");
    assert!(calls.iter().all(|call| call.schema.is_none() && call.steady));
    assert!(open(&server.base_url()).card().schemas, "a model opened anew knows nothing of it");
}

#[tokio::test]
async fn a_server_without_temperature_gets_none() {
    let (provider, server, model) =
        served(Demands { no_temperature: true, ..Demands::default() }).await;
    for _ in 0..2 {
        assert_eq!(last(&*model, constrained()).await, Ok(exact(10, 2)));
    }
    assert_eq!(server.turned_away(), 1);
    assert!(provider.calls().iter().all(|call| !call.steady && call.schema.is_some()));
    assert!(model.card().schemas);
}

#[tokio::test]
async fn a_server_that_takes_nothing_new_is_asked_in_the_oldest_way() {
    let demands =
        Demands { newer_limit_name: true, no_schemas: true, no_temperature: true, key: None };
    let (provider, server, model) = served(demands).await;
    for _ in 0..2 {
        assert_eq!(last(&*model, constrained()).await, Ok(exact(10, 2)));
    }
    assert_eq!(server.turned_away(), 3, "each part is learned once");
    assert_eq!(provider.calls().len(), 2);
}

fn refusing(status: u16, body: &str) -> Script {
    let headers = vec![("content-type", "application/json".to_owned())];
    Script::reply(Reply { status, headers, body: body.to_owned() })
}

#[tokio::test]
async fn one_schema_that_does_not_suit_says_nothing_of_others() {
    let (provider, _server, model) = served(Demands::default()).await;
    for body in [
        r#"{"error":{"code":"invalid_json_schema","message":"no"}}"#,
        r#"{"error":{"message":"Invalid schema for response_format 'answer': no"}}"#,
    ] {
        provider.push(refusing(400, body));
        assert_eq!(last(&*model, constrained()).await, Ok(exact(10, 2)));
        assert!(model.card().schemas);
    }
    let sent: Vec<bool> = provider.calls().iter().map(|call| call.schema.is_some()).collect();
    assert_eq!(sent, [true, false, true, false]);
}

#[tokio::test]
async fn a_refusal_that_stays_teaches_nothing() {
    let (provider, _server, model) = served(Demands::default()).await;
    for _ in 0..2 {
        provider.push(refusing(400, r#"{"error":"invalid model"}"#));
    }
    let error = last(&*model, constrained()).await.unwrap_err();
    assert!(matches!(error, ModelError::Refused { .. }), "{error:?}");
    assert_eq!(provider.calls().len(), 2);
    assert!(model.card().schemas, "the schema was not what was wrong");
    for (status, body) in
        [(401, ""), (500, ""), (400, r#"{"error":{"code":"context_length_exceeded"}}"#)]
    {
        let before = provider.calls().len();
        provider.otherwise(move |_| refusing(status, body));
        assert!(last(&*model, constrained()).await.is_err());
        let calls = provider.calls();
        assert!(calls[before..].iter().all(|call| call.schema.is_some()), "{status}");
    }
    let before = provider.calls().len();
    provider.otherwise(|_| refusing(400, ""));
    assert!(last(&*model, request()).await.is_err());
    assert_eq!(
        provider.calls().len(),
        before + 1,
        "without a schema there is nothing to leave out"
    );
}
