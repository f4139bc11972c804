//! Shows how the worker begins and ends: its ready line, its refusals, and that it never stays.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{NAME, Worker, ask_story, command, weights_hash};

/// Exit code and the one line of a worker that does not start.
fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["ready"], false);
    (output.status.code(), line["error"].as_str().unwrap().to_owned())
}

#[test]
fn says_when_it_is_ready() {
    let worker = Worker::start(&["--context", "1024", "--threads", "1"]);
    assert_eq!(worker.ready["pid"], worker.child.id());
    assert_eq!(worker.ready["model"], NAME);
    assert_eq!(worker.ready["sha256"], weights_hash());
    assert_eq!(worker.ready["context"], 1024);
    let (status, health) = worker.get("/health");
    assert_eq!(status, 200);
    for (field, value) in worker.ready.as_object().unwrap() {
        if field != "ready" && field != "port" {
            assert_eq!(&health[field], value, "{field}");
        }
    }
    assert_eq!(health["busy"], false);
    assert_eq!(health["tokens_per_second"], Value::Null);
    let (status, models) = worker.get("/v1/models");
    assert_eq!((status, &models["data"][0]["id"]), (200, &Value::from(NAME)));
}

#[test]
fn refuses_other_weights() {
    let (code, error) = refusal(&mut command(&"0".repeat(64)));
    assert_eq!(code, Some(4));
    assert!(error.contains(&weights_hash()), "{error}");
}

#[test]
fn refuses_missing_weights() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ampere-local-model"));
    command.args(["--model", "not/there.gguf", "--name", NAME, "--sha256", &"0".repeat(64)]);
    let (code, error) = refusal(command.env("AMPERE_WORKER_TOKEN", "t"));
    assert_eq!(code, Some(3));
    assert!(error.contains("there is no model at not/there.gguf"), "{error}");
}

#[test]
fn refuses_a_file_that_is_no_model() {
    let path = std::env::temp_dir().join(format!("ampere-no-model-{}", std::process::id()));
    std::fs::write(&path, b"abc").unwrap();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let mut command = Command::new(env!("CARGO_BIN_EXE_ampere-local-model"));
    command.arg("--model").arg(&path).args(["--name", NAME, "--sha256", hash]);
    let (code, error) = refusal(command.env("AMPERE_WORKER_TOKEN", "t"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(code, Some(6), "{error}");
}

#[test]
fn refuses_to_work_without_a_secret() {
    let mut command = command(&weights_hash());
    let (code, error) = refusal(command.env_remove("AMPERE_WORKER_TOKEN"));
    assert_eq!(code, Some(2));
    assert!(error.contains("AMPERE_WORKER_TOKEN"), "{error}");
}

#[test]
fn ends_with_its_input_even_in_mid_answer() {
    let mut worker = Worker::start(&[]);
    let mut answer = worker.chat("left", &ask_story()).stream();
    answer.until_text();
    drop(worker.child.stdin.take());
    let (code, took) = worker.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(worker.logged("left")["finish"], "cancelled");
}

#[test]
fn ends_when_it_is_told_to() {
    let mut worker = Worker::start(&[]);
    let pid = worker.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let (_, took) = worker.end();
    assert!(took < Duration::from_secs(1), "{took:?}");
}
