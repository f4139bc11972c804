//! What holds for every server that a provider may run: the part of the Model contract that needs
//! no script. Runs against the scripted servers of both kinds, and against any real one that is
//! named: AMPERE_CONTRACT_URL and AMPERE_CONTRACT_MODEL, with AMPERE_CONTRACT_KIND (`openai` or
//! `anthropic`) and AMPERE_CONTRACT_KEY where it wants them (`make provider-contract` does that).
//! Each test tells on its error output what it saw, for whoever compares servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, ScriptedServer, Step};
use ampere_adapters::ai::{
    ChatMessage, Finish, Limits, Model, ModelError, ModelEvent, ModelRequest, ProviderSettings,
    Retry, ToolCall, ToolSpec, anthropic, likely_tokens, openai, schema_at_most, test_connection,
    tools_at_most,
};
use ampere_adapters::secrets::SecretText;
use futures_util::{StreamExt, future};
use serde_json::{Value, json};

const CONTEXT: u32 = 8_192;
const KEY: &str = "sk-contract";

/// One server, and what keeps it there.
struct Server {
    name: String,
    settings: ProviderSettings,
    anthropic: bool,
    _scripted: Option<ScriptedServer>,
}

impl Server {
    fn open_with(&self, key: &str) -> Arc<dyn Model> {
        let api_key = Some(SecretText::new(key));
        let settings = ProviderSettings { api_key, ..self.settings.clone() };
        let open = if self.anthropic { anthropic::open } else { openai::open };
        open(settings).unwrap()
    }

    fn open(&self) -> Arc<dyn Model> {
        self.open_with(self.settings.api_key.as_ref().map_or("", SecretText::expose))
    }
}

fn settings(base_url: &str, model: &str, key: &str) -> ProviderSettings {
    ProviderSettings {
        base_url: base_url.to_owned(),
        api_key: Some(SecretText::new(key)),
        model: model.to_owned(),
        id: "id".to_owned(),
        name: "Name".to_owned(),
        note: String::new(),
        context_tokens: CONTEXT,
        max_output_tokens: 1_024,
        limits: Limits::default(),
        retry: Retry { first_wait: Duration::from_millis(1), ..Retry::default() },
    }
}

/// What a scripted server answers: like a model that does as it is told.
fn plays(request: &ModelRequest) -> Script {
    let input: u32 = request.messages.iter().map(|it| likely_tokens(&it.content) + 5).sum();
    if input > CONTEXT {
        return Script::refuse(ModelError::InputTooLong);
    }
    let answered = request.messages.iter().any(|message| message.answers.is_some());
    match (&request.schema, request.tools.first()) {
        (Some(schema), _) => Script::fitting(schema, input, 12),
        (None, Some(tool)) if !answered => {
            Script::calls(&[(tool.name.as_str(), json!({ "place": "Paris" }))], input, 9)
        }
        _ => {
            let words = request.max_output_tokens.min(60);
            let finish = if words < 60 { Finish::Length } else { Finish::Stop };
            let mut steps: Vec<Step> = (0..words).map(|_| Step::Text("word ".to_owned())).collect();
            let usage = Step::Usage { input, output: words };
            steps.extend([Step::Finish(finish), usage, Step::Done]);
            Script::steps(steps)
        }
    }
}

async fn servers() -> Vec<Server> {
    let mut servers = Vec::new();
    for anthropic in [false, true] {
        let provider = ScriptedProvider::new();
        provider.otherwise(plays);
        let demands = Demands { key: Some(KEY.to_owned()), ..Demands::default() };
        let server = provider.serve(demands).await.unwrap();
        let settings = settings(&server.base_url(), "scripted", KEY);
        let name = format!("scripted, {}", if anthropic { "anthropic" } else { "openai" });
        servers.push(Server { name, settings, anthropic, _scripted: Some(server) });
    }
    let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    if let Some(url) = said("AMPERE_CONTRACT_URL") {
        let model = said("AMPERE_CONTRACT_MODEL").expect("AMPERE_CONTRACT_MODEL");
        let settings = settings(&url, &model, &said("AMPERE_CONTRACT_KEY").unwrap_or_default());
        let anthropic = said("AMPERE_CONTRACT_KIND").as_deref() == Some("anthropic");
        let name = format!("{url}, {}", if anthropic { "anthropic" } else { "openai" });
        servers.push(Server { name, settings, anthropic, _scripted: None });
    }
    servers
}

fn request(call_id: &str, text: &str, max_output_tokens: u32) -> ModelRequest {
    ModelRequest {
        call_id: call_id.to_owned(),
        model: "id".to_owned(),
        messages: vec![ChatMessage::system("You are helpful."), ChatMessage::user(text)],
        max_output_tokens,
        schema: None,
        steady: false,
        tools: Vec::new(),
    }
}

const LONG: &str = "Write a long story about a lighthouse keeper, with many details.";

/// What a whole answer came to.
#[derive(Debug)]
struct Heard {
    text: String,
    calls: Vec<ToolCall>,
    own_count: u32,
    input: u32,
    output: u32,
    exact: bool,
    finish: Finish,
}

/// Reads a whole answer and checks what holds for each: one end, and counts within the bounds that
/// a hold is made for.
async fn hear(model: &dyn Model, asked: ModelRequest) -> Heard {
    let schema = asked.schema.as_ref().map_or(0, schema_at_most);
    let bound = model.count_tokens(&asked.messages) + schema + tools_at_most(&asked.tools);
    let limit = asked.max_output_tokens;
    let events: Vec<ModelEvent> = model.stream(asked).await.unwrap().collect().await;
    let (mut text, mut calls, mut own_count) = (String::new(), Vec::new(), 0);
    let (last, before) = events.split_last().expect("an end");
    for event in before {
        match event {
            ModelEvent::Delta { text: more, tokens } => {
                text.push_str(more);
                own_count += tokens;
            }
            ModelEvent::Calls(called) => calls.clone_from(called),
            ModelEvent::Queued { .. } => {}
            last => panic!("{last:?} is not last"),
        }
    }
    let ModelEvent::Usage { input_tokens: input, output_tokens: output, exact, finish } = *last
    else {
        panic!("{last:?}")
    };
    assert!(input > 0 && input <= bound, "{input} read, {bound} bounded");
    assert!(output > 0 && output <= limit, "{output} written of {limit}");
    assert_eq!(finish == Finish::Calls, !calls.is_empty());
    Heard { text, calls, own_count, input, output, exact, finish }
}

#[tokio::test]
async fn an_answer_is_whole_and_counted_within_its_bounds() {
    for server in servers().await {
        let asked = request("whole", "What is the capital of France? Answer in a sentence.", 120);
        let heard = hear(&*server.open(), asked).await;
        assert!(!heard.text.trim().is_empty());
        let Heard { own_count, input, output, exact, finish, .. } = heard;
        eprintln!(
            "{}: {input} + {output}, exact {exact}, own {own_count}, {finish:?}",
            server.name
        );
        let report = test_connection(&*server.open(), "test", &|| Duration::ZERO).await.unwrap();
        assert!(report.output_tokens >= 1);
    }
}

#[tokio::test]
async fn the_limit_is_kept_and_said() {
    for server in servers().await {
        let heard = hear(&*server.open(), request("limit", LONG, 7)).await;
        assert_eq!((heard.finish, heard.output), (Finish::Length, 7), "{}: {heard:?}", server.name);
    }
}

#[tokio::test]
async fn a_dropped_call_does_not_keep_the_next_one_waiting() {
    for server in servers().await {
        let model = server.open();
        for round in 0..3 {
            let mut dropped = model.stream(request("dropped", LONG, 1_000)).await.unwrap();
            dropped.next().await.unwrap();
            drop(dropped);
            let next = hear(&*model, request(&format!("next{round}"), "Say hello.", 5));
            let next = tokio::time::timeout(Duration::from_secs(60), next).await;
            next.unwrap_or_else(|_| panic!("{}: it goes on with the dropped call", server.name));
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_and_who_may_not_are_refused() {
    for server in servers().await {
        let long = request("long", &"word ".repeat(40_000), 7);
        let refused = server.open().stream(long).await.err();
        assert_eq!(refused, Some(ModelError::InputTooLong), "{}", server.name);
        if server.settings.api_key.as_ref().is_some_and(|key| !key.expose().is_empty()) {
            let stranger = server.open_with("sk-of-a-stranger");
            let refused = stranger.stream(request("stranger", "Hi", 7)).await.err();
            assert!(matches!(refused, Some(ModelError::Refused { .. })), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_fits_its_schema_where_the_card_says_so() {
    let schema = json!({
        "type": "object",
        "properties": {
            "city": { "type": "string", "maxLength": 30 },
            "mood": { "enum": ["glad", "sad"] },
            "years": {
                "type": "array", "items": { "type": "integer" }, "minItems": 1, "maxItems": 3,
            },
        },
        "required": ["city", "mood", "years"],
        "additionalProperties": false,
    });
    for server in servers().await {
        let model = server.open();
        let asked = ModelRequest {
            schema: Some(schema.clone()),
            steady: true,
            ..request("schema", "Name a city, a mood and a year, as JSON.", 200)
        };
        // What a server cannot do shows at the first call.
        hear(&*model, asked.clone()).await;
        let first = hear(&*model, asked.clone()).await;
        let held = model.card().schemas;
        eprintln!("{}: schemas {held}: {}", server.name, first.text.trim());
        if held {
            let answer: Value = serde_json::from_str(&first.text).expect("JSON");
            assert!(answer["city"].is_string() && answer["years"][0].is_number(), "{answer}");
            assert!(["glad", "sad"].contains(&answer["mood"].as_str().unwrap()), "{answer}");
        }
        assert_eq!(hear(&*model, asked).await.text, first.text, "steady is steady");
    }
}

fn look() -> ToolSpec {
    ToolSpec {
        name: "get_weather".to_owned(),
        description: "Gets the weather of a place. Always use it when asked for the weather."
            .to_owned(),
        parameters: json!({
            "type": "object", "properties": { "place": { "type": "string" } },
            "required": ["place"],
        }),
    }
}

#[tokio::test]
async fn calls_are_well_formed_and_their_answers_are_taken() {
    for server in servers().await {
        let model = server.open();
        let asked = ModelRequest {
            tools: vec![look()],
            steady: true,
            ..request("tools", "What is the weather in Paris? Use the tool get_weather.", 200)
        };
        let first = hear(&*model, asked.clone()).await;
        let (takes, text) = (model.card().calls, first.text.trim());
        eprintln!("{}: calls {takes}: {:?} {text}", server.name, first.calls);
        for call in &first.calls {
            assert_eq!(call.name, "get_weather", "only what is offered");
            assert!(serde_json::from_str::<Value>(&call.arguments).unwrap().is_object());
        }
        // Whether the model called or not: this is how a conversation goes on.
        let arguments = "{\"place\":\"Paris\"}".to_owned();
        let call = ToolCall { id: "call_1".into(), name: "get_weather".into(), arguments };
        let mut told = asked;
        told.messages.push(ChatMessage::assistant_calls("", vec![call]));
        told.messages.push(ChatMessage::tool("call_1", "Sunny, 21 degrees."));
        match model.stream(told.clone()).await {
            Ok(_) => eprintln!("{}: then: {}", server.name, hear(&*model, told).await.text.trim()),
            Err(ModelError::Refused { .. }) => assert!(!takes, "it said that it takes calls"),
            Err(error) => panic!("{}: {error}", server.name),
        }
    }
}

#[tokio::test]
async fn several_calls_at_once_are_all_answered() {
    for server in servers().await {
        let model = server.open();
        let calls = (0..4).map(|n| {
            let (model, asked) = (&model, request(&format!("c{n}"), "Say hello.", 12));
            async move { hear(&**model, asked).await.output }
        });
        assert!(future::join_all(calls).await.into_iter().all(|output| output <= 12));
    }
}
