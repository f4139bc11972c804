//! The three roads on which every test of the contract runs, and how an answer is heard.

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, ScriptedServer, Step};
use ampere_adapters::ai::{
    BreakCause, ChatMessage, Finish, Limits, Model, ModelError, ModelEvent, ModelRequest,
    ModelStream, ProviderSettings, Retry, ToolCall, anthropic, openai,
};
use futures_util::StreamExt;

/// A model, and the provider behind it.
pub struct Road {
    pub provider: ScriptedProvider,
    pub model: Arc<dyn Model>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    InProcess,
    /// Over a socket that speaks the OpenAI chat shape,
    Chat,
    /// or Anthropic's Messages API.
    Messages,
}

/// The road, and the server that must outlive it.
pub async fn road(kind: Kind, limits: Limits) -> (Road, Option<ScriptedServer>) {
    let provider = ScriptedProvider::new();
    if kind == Kind::InProcess {
        let model = provider.model_with("scripted", limits);
        return (Road { provider, model }, None);
    }
    let server = provider.serve(Demands::default()).await.unwrap();
    let settings = ProviderSettings {
        base_url: server.base_url(),
        api_key: None,
        model: "scripted".to_owned(),
        id: "scripted".to_owned(),
        name: "Scripted".to_owned(),
        note: String::new(),
        context_tokens: 8_192,
        max_output_tokens: 2_048,
        limits,
        retry: Retry { times: 0, ..Retry::default() },
    };
    let open = if kind == Kind::Chat { openai::open } else { anthropic::open };
    let model = open(settings).unwrap();
    (Road { provider, model }, Some(server))
}

/// One test body on one road.
macro_rules! on_a_road {
    ($name:ident, $kind:expr, $limits:expr, $body:expr) => {
        #[tokio::test]
        async fn $name() {
            let body: fn(Road) -> future::BoxFuture<'static, ()> = $body;
            let (road, server) = road($kind, $limits).await;
            body(road).await;
            drop(server);
        }
    };
}

/// One test body, three roads; a road's limits may be given. With `where there is a queue`, two:
/// the Messages API has none.
macro_rules! contract {
    ($name:ident, $body:expr) => {
        contract!($name, Limits::default(), $body);
    };
    ($name:ident, $limits:expr, $body:expr) => {
        mod $name {
            use super::*;

            on_a_road!(in_process, Kind::InProcess, $limits, $body);
            on_a_road!(over_a_socket, Kind::Chat, $limits, $body);
            on_a_road!(as_messages, Kind::Messages, $limits, $body);
        }
    };
    (where there is a queue: $name:ident, $limits:expr, $body:expr) => {
        mod $name {
            use super::*;

            on_a_road!(in_process, Kind::InProcess, $limits, $body);
            on_a_road!(over_a_socket, Kind::Chat, $limits, $body);
        }
    };
}

pub(crate) use {contract, on_a_road};

pub fn request(call_id: &str, max_output_tokens: u32) -> ModelRequest {
    ModelRequest {
        call_id: call_id.to_owned(),
        model: "scripted".to_owned(),
        messages: vec![ChatMessage::system("Be brief."), ChatMessage::user("Wie geht's? 日本")],
        max_output_tokens,
        schema: None,
        steady: false,
        tools: Vec::new(),
    }
}

pub fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

/// What a whole stream came to.
#[derive(Debug)]
pub struct Heard {
    pub text: String,
    pub own_count: u32,
    pub queue: Vec<u32>,
    /// None: no calls were given.
    pub calls: Option<Vec<ToolCall>>,
    pub last: ModelEvent,
}

/// Reads to the end, and checks that exactly one last event came, and came last.
pub async fn hear(mut stream: ModelStream) -> Heard {
    let (mut text, mut own_count, mut queue) = (String::new(), 0, Vec::new());
    let (mut calls, mut last) = (None, None);
    while let Some(event) = stream.next().await {
        assert!(last.is_none(), "{event:?} after {last:?}");
        match event {
            ModelEvent::Queued { ahead } => queue.push(ahead),
            ModelEvent::Delta { text: more, tokens } => {
                assert!(calls.is_none(), "calls come after all text");
                text.push_str(&more);
                own_count += tokens;
            }
            ModelEvent::Calls(called) => assert_eq!(calls.replace(called), None, "once"),
            event => last = Some(event),
        }
    }
    Heard { text, own_count, queue, calls, last: last.expect("a stream ends in usage or broken") }
}

pub async fn answer(road: &Road, script: Script, max_output_tokens: u32) -> Heard {
    road.provider.push(script);
    hear(road.model.stream(request("call_1", max_output_tokens)).await.unwrap()).await
}

pub fn exact(input_tokens: u32, output_tokens: u32, finish: Finish) -> ModelEvent {
    ModelEvent::Usage { input_tokens, output_tokens, exact: true, finish }
}

pub fn estimated(heard: &Heard) -> (u32, u32, Finish) {
    match heard.last {
        ModelEvent::Usage { input_tokens, output_tokens, exact: false, finish } => {
            (input_tokens, output_tokens, finish)
        }
        ref other => panic!("not an estimated usage: {other:?}"),
    }
}

pub fn broken(heard: &Heard) -> (BreakCause, u32, u32) {
    match heard.last {
        ModelEvent::Broken { error: ModelError::Broken(cause), input_tokens, output_tokens } => {
            (cause, input_tokens, output_tokens)
        }
        ref other => panic!("not broken: {other:?}"),
    }
}

/// Long enough for a connection on loopback, short enough for a test.
pub const SOON: Duration = Duration::from_millis(250);
pub const LATER: Duration = Duration::from_secs(1);

pub fn quick(change: fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}
