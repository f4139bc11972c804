//! The Model port on the real local worker with real weights, and what only a process can do.
//! Needs the built worker at AMPERE_LOCAL_MODEL_BIN and the weights at AMPERE_MODEL_PATH.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::local::{
    self, LocalModel, LocalModelConfig, LocalState, LocalStatus, Patience,
};
use ampere_adapters::ai::{
    ChatMessage, Finish, Limits, Model, ModelError, ModelEvent, ModelRequest, ModelStream,
    Provider, test_connection,
};
use ampere_adapters::secrets::SecretText;
use futures_util::StreamExt;

const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

fn from_environment(name: &str) -> PathBuf {
    let Some(path) = std::env::var_os(name) else {
        panic!(
            "{name} is not set. This test runs the real local model: run `make model`, then set \
             AMPERE_LOCAL_MODEL_BIN to the worker program and AMPERE_MODEL_PATH to the GGUF file \
             (`make test` does both)."
        );
    };
    let path = PathBuf::from(path);
    assert!(path.is_file(), "{name} names no file: {}", path.display());
    path
}

/// A worker of its own for each test, and its call log.
struct Bench {
    local: Option<LocalModel>,
    model: Arc<dyn Model>,
    folder: PathBuf,
}

impl Bench {
    async fn open(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ampere-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let local = local::start(LocalModelConfig {
            binary: from_environment("AMPERE_LOCAL_MODEL_BIN"),
            model: from_environment("AMPERE_MODEL_PATH"),
            sha256: SHA256.to_owned(),
            name: "SmolLM2-135M-Instruct".to_owned(),
            id: "local".to_owned(),
            log: folder.join("calls.log"),
            token: SecretText::new("a token for this test alone"),
            context_tokens: 8_192,
            max_output_tokens: 1_024,
            limits: Limits::default(),
            patience: Patience::default(),
        });
        let model = local.model();
        let bench = Bench { local: Some(local), model, folder };
        bench.comes_to(|status| status.state == LocalState::Ready).await;
        bench
    }

    fn local(&self) -> &LocalModel {
        self.local.as_ref().unwrap()
    }

    async fn comes_to(&self, wanted: impl Fn(&LocalStatus) -> bool) -> LocalStatus {
        let status = self.local().until(wanted);
        tokio::time::timeout(Duration::from_secs(60), status).await.unwrap_or_else(|_| {
            panic!("it stands at {:?}", self.local().status());
        })
    }

    /// The worker's own log of this call: exactly one line.
    fn logged(&self, call_id: &str) -> serde_json::Value {
        let log = std::fs::read_to_string(self.folder.join("calls.log")).unwrap();
        let lines: Vec<serde_json::Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|line: &serde_json::Value| line["call"] == call_id)
            .collect();
        assert_eq!(lines.len(), 1, "{call_id}: {log}");
        lines[0].clone()
    }

    async fn idle_within(&self, time: Duration) {
        let idle = async {
            loop {
                let load = self.local().load().await.expect("the worker answers");
                if !load.busy && load.queued == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(time, idle).await.expect("the worker stops");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(self.local.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn request(call_id: &str, text: &str, max_output_tokens: u32) -> ModelRequest {
    ModelRequest {
        call_id: call_id.to_owned(),
        model: "local".to_owned(),
        messages: vec![ChatMessage::user(text)],
        max_output_tokens,
        schema: None,
        steady: false,
        tools: Vec::new(),
    }
}

const LONG: &str = "Write a long story about a lighthouse keeper, with many details.";

async fn read_text(stream: &mut ModelStream, characters: usize) -> String {
    let mut text = String::new();
    while text.len() < characters {
        match stream.next().await.expect("more of the answer") {
            ModelEvent::Delta { text: more, .. } => text.push_str(&more),
            ModelEvent::Queued { .. } => {}
            last => panic!("it ended early: {last:?}"),
        }
    }
    text
}

async fn last(stream: ModelStream) -> ModelEvent {
    let events: Vec<ModelEvent> = stream.collect().await;
    let ends = events.iter().filter(|event| event.is_last()).count();
    assert_eq!(ends, 1);
    events.last().unwrap().clone()
}

#[tokio::test]
async fn it_answers_and_its_counts_are_those_of_its_own_log() {
    let bench = Bench::open("answers").await;
    let card = bench.model.card();
    assert_eq!((card.provider, card.context_tokens), (Provider::Local, 8_192));
    assert!(card.ready && card.note.contains("provider"));
    let call = request("call_1", "What is the capital of France?", 40);
    let mut stream = bench.model.stream(call.clone()).await.unwrap();
    let text = read_text(&mut stream, 4).await;
    assert!(!text.trim().is_empty());
    let ModelEvent::Usage { input_tokens, output_tokens, exact: true, .. } = last(stream).await
    else {
        panic!("the worker counts exactly")
    };
    let log = bench.logged("call_1");
    assert_eq!(log["prompt_tokens"], input_tokens);
    assert_eq!(log["completion_tokens"], output_tokens);
    assert_eq!(log["pid"], bench.local().status().pid.unwrap());
    assert_eq!(log["sha256"], SHA256);
    assert!(input_tokens <= bench.model.count_tokens(&call.messages), "the bound holds");
    let report = test_connection(&*bench.model, "call_2", &|| Duration::ZERO).await.unwrap();
    assert!(report.exact && report.output_tokens >= 1);
}

#[tokio::test]
async fn the_limit_is_kept_and_too_long_a_conversation_is_refused() {
    let bench = Bench::open("limit").await;
    let stream = bench.model.stream(request("call_1", LONG, 7)).await.unwrap();
    let ModelEvent::Usage { output_tokens: 7, exact: true, finish: Finish::Length, .. } =
        last(stream).await
    else {
        panic!("seven tokens, then the limit")
    };
    let endless = "word ".repeat(20_000);
    let refused = bench.model.stream(request("call_2", &endless, 7)).await.err();
    assert_eq!(refused, Some(ModelError::InputTooLong));
}

#[tokio::test]
async fn a_dropped_call_stops_within_a_second() {
    let bench = Bench::open("cancel").await;
    let mut stream = bench.model.stream(request("call_1", LONG, 1_024)).await.unwrap();
    read_text(&mut stream, 10).await;
    assert!(bench.local().load().await.unwrap().busy);
    drop(stream);
    bench.idle_within(Duration::from_secs(1)).await;
    assert_eq!(bench.logged("call_1")["finish"], "cancelled");
}

#[tokio::test]
async fn one_answer_at_a_time_and_the_queue_is_visible() {
    let bench = Bench::open("queue").await;
    let mut first = bench.model.stream(request("call_1", LONG, 1_024)).await.unwrap();
    read_text(&mut first, 10).await;
    let mut second = bench.model.stream(request("call_2", "Say hello.", 10)).await.unwrap();
    assert_eq!(second.next().await, Some(ModelEvent::Queued { ahead: 1 }));
    assert_eq!(bench.local().load().await.unwrap().queued, 1);
    drop(first);
    assert_eq!(second.next().await, Some(ModelEvent::Queued { ahead: 0 }));
    assert!(matches!(last(second).await, ModelEvent::Usage { exact: true, .. }));
}

#[tokio::test]
async fn a_worker_killed_in_mid_answer_breaks_it_and_its_successor_answers() {
    let bench = Bench::open("kill").await;
    let pid = bench.local().status().pid.unwrap();
    let mut stream = bench.model.stream(request("call_1", LONG, 1_024)).await.unwrap();
    read_text(&mut stream, 10).await;
    let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
    let ModelEvent::Broken { error, input_tokens, output_tokens } = last(stream).await else {
        panic!("a dead worker cannot end an answer")
    };
    assert!(matches!(error, ModelError::Broken(_)) && error.retryable());
    assert!(input_tokens > 0 && output_tokens > 0, "what was delivered is counted");
    // No waiting here: a call made now waits for the successor by itself.
    let stream = bench.model.stream(request("call_2", "Say hello.", 10)).await.unwrap();
    assert!(matches!(last(stream).await, ModelEvent::Usage { exact: true, .. }));
    let successor = bench.local().status().pid.unwrap();
    assert_ne!(successor, pid);
    assert_eq!(bench.logged("call_2")["pid"], successor);
}

#[tokio::test]
async fn shutting_down_breaks_answers_and_leaves_no_process() {
    let mut bench = Bench::open("shutdown").await;
    let pid = bench.local().status().pid.unwrap();
    let mut stream = bench.model.stream(request("call_1", LONG, 1_024)).await.unwrap();
    read_text(&mut stream, 10).await;
    let shut_down = bench.local.take().unwrap().shut_down();
    tokio::time::timeout(Duration::from_secs(5), shut_down).await.expect("it ends");
    assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
    assert!(matches!(last(stream).await, ModelEvent::Broken { .. }));
    let refused = bench.model.stream(request("call_2", "Hi", 5)).await.err();
    assert_eq!(refused, Some(ModelError::NotReady { state: "off".to_owned() }));
}
