//! The two roads on which every test of the contract runs, and how an answer is heard.

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::openai::{self, OpenAiSettings, Retry};
use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, ScriptedServer, Step};
use ampere_adapters::ai::{
    BreakCause, ChatMessage, Finish, Limits, Model, ModelError, ModelEvent, ModelRequest,
    ModelStream, Role,
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
    Socket,
}

/// The road, and the server that must outlive it.
pub async fn road(kind: Kind, limits: Limits) -> (Road, Option<ScriptedServer>) {
    let provider = ScriptedProvider::new();
    if kind == Kind::InProcess {
        let model = provider.model_with("scripted", limits);
        return (Road { provider, model }, None);
    }
    let server = provider.serve(Demands::default()).await.unwrap();
    let settings = OpenAiSettings {
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
    let model = openai::open(settings).unwrap();
    (Road { provider, model }, Some(server))
}

/// One test body, two roads; a road's limits may be given.
macro_rules! contract {
    ($name:ident, $body:expr) => {
        contract!($name, Limits::default(), $body);
    };
    ($name:ident, $limits:expr, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn in_process() {
                let body: fn(Road) -> future::BoxFuture<'static, ()> = $body;
                let (road, server) = road(Kind::InProcess, $limits).await;
                body(road).await;
                drop(server);
            }

            #[tokio::test]
            async fn over_a_socket() {
                let body: fn(Road) -> future::BoxFuture<'static, ()> = $body;
                let (road, server) = road(Kind::Socket, $limits).await;
                body(road).await;
                drop(server);
            }
        }
    };
}

pub(crate) use contract;

pub fn request(call_id: &str, max_output_tokens: u32) -> ModelRequest {
    ModelRequest {
        call_id: call_id.to_owned(),
        model: "scripted".to_owned(),
        messages: vec![
            ChatMessage { role: Role::System, content: "Be brief.".to_owned() },
            ChatMessage { role: Role::User, content: "Wie geht's? 日本".to_owned() },
        ],
        max_output_tokens,
        schema: None,
        steady: false,
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
    pub last: ModelEvent,
}

/// Reads to the end, and checks that exactly one last event came, and came last.
pub async fn hear(mut stream: ModelStream) -> Heard {
    let (mut text, mut own_count, mut queue, mut last) = (String::new(), 0, Vec::new(), None);
    while let Some(event) = stream.next().await {
        assert!(last.is_none(), "{event:?} after {last:?}");
        match event {
            ModelEvent::Queued { ahead } => queue.push(ahead),
            ModelEvent::Delta { text: more, tokens } => {
                text.push_str(&more);
                own_count += tokens;
            }
            event => last = Some(event),
        }
    }
    Heard { text, own_count, queue, last: last.expect("a stream ends in usage or broken") }
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
