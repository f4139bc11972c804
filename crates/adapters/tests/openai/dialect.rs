//! Servers that do not take every part of a request: asked once more without it, remembered, and
//! the refused attempt leaves no trace in the answer's count.

use std::sync::Arc;

use ampere_adapters::ai::scripted::{Demands, Reply, Script, ScriptedProvider, ScriptedServer};
use ampere_adapters::ai::{
    ChatMessage, Model, ModelError, ModelEvent, ModelRequest, ToolCall, ToolSpec,
};
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
    let demands = Demands {
        newer_limit_name: true,
        no_schemas: true,
        no_temperature: true,
        no_tools: true,
        key: None,
    };
    let (provider, server, model) = served(demands).await;
    for _ in 0..2 {
        let everything = ModelRequest { tools: vec![tool()], ..constrained() };
        assert_eq!(last(&*model, everything).await, Ok(exact(10, 2)));
    }
    assert_eq!(server.turned_away(), 4, "each part is learned once");
    assert_eq!(provider.calls().len(), 2);
    assert!(!model.card().schemas && !model.card().calls);
}

fn tool() -> ToolSpec {
    let parameters = json!({ "type": "object", "properties": {} });
    ToolSpec { name: "look".to_owned(), description: "Looks.".to_owned(), parameters }
}

fn with_tools() -> ModelRequest {
    ModelRequest { tools: vec![tool()], ..request() }
}

fn told_of_calls() -> ModelRequest {
    let call = ToolCall { id: "c".into(), name: "look".into(), arguments: "{}".into() };
    let calls = ChatMessage::assistant_calls("", vec![call]);
    let messages = vec![ChatMessage::user("Hi"), calls, ChatMessage::tool("c", "Nothing.")];
    ModelRequest { messages, ..with_tools() }
}

#[tokio::test]
async fn a_server_without_tools_is_asked_once_more_and_the_card_says_so() {
    let (provider, server, model) = served(Demands { no_tools: true, ..Demands::default() }).await;
    assert!(model.card().calls, "nothing is known yet");
    for _ in 0..3 {
        assert_eq!(last(&*model, with_tools()).await, Ok(exact(10, 2)));
        assert!(!model.card().calls && model.card().schemas);
    }
    assert_eq!(server.turned_away(), 1, "learned once");
    assert!(provider.calls().iter().all(|call| call.tools.is_empty()));
    let error = last(&*model, told_of_calls()).await.unwrap_err();
    assert!(matches!(error, ModelError::Refused { .. }), "{error:?}");
    assert_eq!((provider.calls().len(), server.turned_away()), (3, 1), "nothing was sent");
}

#[tokio::test]
async fn a_conversation_with_calls_is_not_asked_without_them() {
    let (provider, server, model) = served(Demands { no_tools: true, ..Demands::default() }).await;
    let error = last(&*model, told_of_calls()).await.unwrap_err();
    assert!(matches!(error, ModelError::Refused { .. }), "{error:?}");
    assert_eq!((provider.calls().len(), server.turned_away()), (0, 1));
    assert!(model.card().calls, "a refusal alone teaches nothing");
}

#[tokio::test]
async fn servers_say_in_many_ways_that_they_take_no_tools() {
    for (status, message) in [
        (400, "registry/gemma:2b does not support tools"),
        (400, "'auto' tool choice requires --enable-auto-tool-choice to be set"),
        (404, "No endpoints found that support tool use."),
        (500, "tools param requires --jinja flag"),
        (422, "extra fields not permitted"),
    ] {
        let (provider, _server, model) = served(Demands::default()).await;
        provider.push(refusing(status, &json!({ "error": { "message": message } }).to_string()));
        assert_eq!(last(&*model, with_tools()).await, Ok(exact(10, 2)), "{message}");
        assert!(!model.card().calls, "{message}");
    }
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
