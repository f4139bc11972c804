//! What goes over the wire, and what is read from it.

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, Step};
use ampere_adapters::ai::{
    BreakCause, ChatMessage, Finish, ModelError, ModelEvent, ModelRequest, ToolCall, ToolSpec,
};
use serde_json::json;

use crate::{answer, open, request};

/// The answer to a stream of exactly these bytes.
async fn wire(bytes: &[&[u8]]) -> (String, ModelEvent) {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    provider.push(Script::steps(bytes.iter().map(|b| Step::Bytes(b.to_vec())).collect()));
    answer(&*open(&server.base_url()), request()).await.unwrap()
}

fn stream(events: &[&str]) -> String {
    events
        .iter()
        .map(|data| format!("event: x\r\ndata: {}\r\n\r\n", data.replace('\n', " ")))
        .collect()
}

/// More of a block.
fn more(index: u32, delta: &str) -> String {
    format!("{{\"type\":\"content_block_delta\",\"index\":{index},\"delta\":{delta}}}")
}

const START: &str = r#"{"type":"message_start","message":{"id":"m","role":"assistant","usage":
    {"input_tokens":20,"cache_read_input_tokens":5,"cache_creation_input_tokens":2,
     "output_tokens":1}}}"#;

#[tokio::test]
async fn a_stream_as_the_provider_describes_it_is_read_in_any_split() {
    let text = stream(&[
        START,
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking"}}"#,
        &more(0, r#"{"type":"thinking_delta","thinking":"Hm"}"#),
        &more(0, r#"{"type":"signature_delta","signature":"x"}"#),
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"gr"}}"#,
        &more(1, r#"{"type":"text_delta","text":"ößer 🙂"}"#),
        r#"{"type":"something_new","and":{"more":1}}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"new_kind","x":1}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"message_delta","usage":{"output_tokens":9},
            "delta":{"stop_reason":"end_turn"}}"#,
        r#"{"type":"message_stop"}"#,
    ]);
    let one_by_one: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    for bytes in [vec![text.as_bytes()], one_by_one] {
        let (text, last) = wire(&bytes).await;
        assert_eq!(text, "größer 🙂");
        let finish = Finish::Stop;
        let whole = ModelEvent::Usage { input_tokens: 27, output_tokens: 9, exact: true, finish };
        assert_eq!(last, whole, "what came from a cache was read too");
    }
}

#[tokio::test]
async fn reasons_to_stop_and_counts_are_taken_for_what_they_are() {
    let end = |reason: &str, usage: &str| {
        let delta = format!("{{\"stop_reason\":\"{reason}\"}}");
        stream(&[
            START,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#,
            &format!("{{\"type\":\"message_delta\",\"delta\":{delta},\"usage\":{usage}}}"),
            r#"{"type":"message_stop"}"#,
        ])
    };
    for (reason, expected) in [
        ("end_turn", Finish::Stop),
        ("stop_sequence", Finish::Stop),
        ("refusal", Finish::Stop),
        ("max_tokens", Finish::Length),
        ("model_context_window_exceeded", Finish::Length),
    ] {
        let (_, last) = wire(&[end(reason, "{\"output_tokens\":3}").as_bytes()]).await;
        let counted =
            ModelEvent::Usage { input_tokens: 27, output_tokens: 3, exact: true, finish: expected };
        assert_eq!(last, counted, "{reason}");
    }
    for usage in ["null", "{}", "[]", r#"{"output_tokens":-1}"#, r#"{"output_tokens":"9"}"#] {
        let (_, last) = wire(&[end("end_turn", usage).as_bytes()]).await;
        let ModelEvent::Usage { exact: false, output_tokens: 1, .. } = last else {
            panic!("{usage}: the count at the beginning is none of the answer: {last:?}")
        };
    }
}

#[tokio::test]
async fn what_is_no_stream_of_this_api_is_broken() {
    let first =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#;
    for (bad, cause) in [
        ("{oops", BreakCause::Garbled),
        ("[]", BreakCause::Garbled),
        (
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta"}}"#,
            BreakCause::Garbled,
        ),
        (
            r#"{"type":"content_block_start","index":"0","content_block":{"type":"text"}}"#,
            BreakCause::Garbled,
        ),
        (
            r#"{"type":"content_block_start","index":1,
                "content_block":{"type":"tool_use","id":7,"name":"look"}}"#,
            BreakCause::Garbled,
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"SECRET"}}"#,
            BreakCause::Reported,
        ),
    ] {
        let (text, last) = wire(&[stream(&[first, bad]).as_bytes()]).await;
        assert_eq!(text, "a");
        let ModelEvent::Broken { error, output_tokens: 1, .. } = last else { panic!("{last:?}") };
        assert_eq!(error, ModelError::Broken(cause), "{bad}");
    }
}

/// A conversation as the API wants it is what the scripted server takes: it refuses all others.
#[tokio::test]
async fn conversations_of_every_kind_keep_the_rules() {
    let call = |id: &str| {
        let (name, arguments) = ("look".to_owned(), "not json".to_owned());
        ToolCall { id: id.to_owned(), name, arguments }
    };
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let model = open(&server.base_url());
    let (user, assistant) = (ChatMessage::user, ChatMessage::assistant);
    for messages in [
        vec![ChatMessage::system("One."), ChatMessage::system("Two."), user("Hi")],
        vec![assistant("I was cut off"), user("Go on")],
        vec![user("One"), user("Two"), assistant("a"), assistant("b"), user("Three")],
        vec![user("Hi"), assistant("  "), user("Are you there?")],
        vec![
            user("Hi"),
            ChatMessage::assistant_calls(" \n", vec![call("a"), call("b")]),
            ChatMessage::tool("a", " "),
            ChatMessage::tool("b", "Something."),
            user("And?"),
            assistant("No."),
            user("So?"),
        ],
    ] {
        let asked = ModelRequest { messages, ..request() };
        let (text, _) = answer(&*model, asked).await.expect("taken");
        assert_eq!(text, "Hello.");
    }
    let calls = provider.calls();
    assert_eq!(calls[0].messages[0], ChatMessage::system("One.\n\nTwo."));
    assert_eq!(calls[1].messages.len(), 3, "the user begins");
    let arguments = &calls[4].messages[1].calls[0].arguments;
    assert_eq!(arguments, "{}", "what is no object is told back as none");
}

#[tokio::test]
async fn an_answer_is_held_to_objects_and_not_beside_tools() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let model = open(&server.base_url());
    let object = json!({ "type": "object", "properties": { "a": { "const": 1 } } });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let tool = ToolSpec {
        name: "look".to_owned(),
        description: "Looks.".to_owned(),
        parameters: json!({ "type": "object" }),
    };
    let held = ModelRequest { schema: Some(object.clone()), ..request() };
    let beside = ModelRequest { tools: vec![tool.clone()], ..held.clone() };
    let listed = ModelRequest { schema: Some(list), ..request() };
    for asked in [held, beside, listed] {
        answer(&*model, asked).await.unwrap();
    }
    let seen: Vec<_> = provider.calls().into_iter().map(|call| (call.schema, call.tools)).collect();
    assert_eq!(seen, [(Some(object), vec![]), (None, vec![tool]), (None, vec![])]);
}

// Seen at llama.cpp's server.
#[tokio::test]
async fn a_server_that_lets_its_model_speak_instead_is_heard_and_its_card_says_so() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let model = open(&server.base_url());
    let spoken = stream(&[
        START,
        &more(0, r#"{"type":"text_delta","text":"Some words."}"#),
        r#"{"type":"message_stop"}"#,
    ]);
    provider.push(Script::steps(vec![Step::Bytes(spoken.into_bytes())]));
    let schema = Some(json!({ "type": "object", "properties": {} }));
    let held = ModelRequest { schema, ..request() };
    assert!(model.card().schemas);
    assert_eq!(answer(&*model, held.clone()).await.unwrap().0, "Some words.");
    assert!(!model.card().schemas && model.card().calls);
    answer(&*model, held).await.unwrap();
    let asked: Vec<bool> = provider.calls().iter().map(|call| call.schema.is_some()).collect();
    assert_eq!(asked, [true, false]);
}
