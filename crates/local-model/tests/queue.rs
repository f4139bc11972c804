//! Shows the queue: one at a time, in order, everybody told, and gone callers gone within a second.

mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use support::{Answer, Heard, Worker, ask, ask_long, ask_story, text_of};

const SOON: Duration = Duration::from_secs(1);

fn short(worker: &Worker, call: &str) -> Answer {
    worker.chat(call, &ask("Say hello.", &json!({ "stream": true, "max_tokens": 8 }))).stream()
}

fn has_text(heard: &Heard) -> bool {
    matches!(heard, Heard::Chunk(chunk) if !text_of(chunk).is_empty())
}

#[test]
fn the_second_waits_and_knows_it() {
    let worker = Worker::start(&[]);
    let first = worker.chat("first", &ask_long()).stream();
    worker.until(true, 0);
    let mut second = short(&worker, "second");
    assert_eq!(second.until(|heard| *heard != Heard::Comment), Heard::Ahead(1));

    // Silence is never longer than half a second.
    let mut last = Instant::now();
    for _ in 0..3 {
        assert_eq!(second.hear(), Some(Heard::Comment));
        assert!(last.elapsed() < Duration::from_millis(500), "{:?}", last.elapsed());
        last = Instant::now();
    }
    drop(first);
    assert_eq!(second.until(|heard| *heard != Heard::Comment), Heard::Ahead(0));
    let chunks = second.chunks();
    assert!(chunks.iter().any(|chunk| !text_of(chunk).is_empty()));
    assert!(worker.logged("second")["queued_ms"].as_u64().unwrap() >= 900);
    assert_eq!(worker.logged("first")["finish"], "cancelled");
}

#[test]
fn a_gone_caller_frees_the_engine() {
    let worker = Worker::start(&[]);
    let mut answer = worker.chat("streaming", &ask_story()).stream();
    answer.until_text();
    answer.until_text();
    drop(answer);
    let took = worker.until(false, 0);
    assert!(took < SOON, "{took:?}");
    let line = worker.logged("streaming");
    assert_eq!(line["finish"], "cancelled");
    let made = line["completion_tokens"].as_u64().unwrap();
    assert!((2..1000).contains(&made), "{line}");

    let mut whole = ask_story();
    whole["stream"] = json!(false);
    let answer = worker.chat("whole", &whole);
    worker.until(true, 0);
    drop(answer);
    let took = worker.until(false, 0);
    assert!(took < SOON, "{took:?}");
    assert_eq!(worker.logged("whole")["finish"], "cancelled");
}

#[test]
fn a_gone_caller_frees_the_engine_in_mid_prompt() {
    let worker = Worker::start(&[]);
    let text = "The quick brown fox jumps over the lazy dog near the river. ".repeat(500);
    let began = Instant::now();
    let mut answer = worker.chat("reading", &ask(&text, &json!({ "stream": true }))).stream();
    let mut last = began;
    while began.elapsed() < Duration::from_secs(8) {
        assert_eq!(answer.hear(), Some(Heard::Comment), "6,500 tokens are not read yet");
        assert!(last.elapsed() < Duration::from_millis(600), "{:?}", last.elapsed());
        last = Instant::now();
    }
    drop(answer);
    let took = worker.until(false, 0);
    assert!(took < SOON, "{took:?}");
    let line = worker.logged("reading");
    assert_eq!((&line["finish"], &line["completion_tokens"]), (&json!("cancelled"), &json!(0)));
}

#[test]
fn a_gone_caller_leaves_the_queue() {
    let worker = Worker::start(&[]);
    let first = worker.chat("a", &ask_long()).stream();
    worker.until(true, 0);
    let mut second = short(&worker, "b");
    assert_eq!(second.until(|heard| *heard != Heard::Comment), Heard::Ahead(1));
    let mut third = short(&worker, "c");
    assert_eq!(third.until(|heard| *heard != Heard::Comment), Heard::Ahead(2));
    drop(second);
    let took = worker.until(true, 1);
    assert!(took < SOON, "{took:?}");
    assert_eq!(third.until(|heard| *heard != Heard::Comment), Heard::Ahead(1));
    let line = worker.logged("b");
    assert_eq!((&line["finish"], &line["completion_tokens"]), (&json!("cancelled"), &json!(0)));

    drop(first);
    assert!(has_text(&third.until(has_text)));
    third.chunks();
    assert_eq!(worker.logged("c")["finish"], "length");
}

#[test]
fn the_queue_has_an_end() {
    let worker = Worker::start(&[]);
    let mut first = worker.chat("running", &ask_long()).stream();
    worker.until(true, 0);
    let waiting: Vec<_> = (0..64).map(|number| short(&worker, &format!("w{number}"))).collect();
    let (status, body) = worker.chat("late", &ask("Hi", &json!({}))).whole();
    assert_eq!((status, &body["error"]["code"]), (429, &json!("queue_full")));
    drop(waiting);
    let took = worker.until(true, 0);
    assert!(took < SOON, "{took:?}");
    assert_eq!(worker.logged("w63")["finish"], "cancelled");
    assert_eq!(first.hear(), Some(Heard::Comment), "the running one is not disturbed");
}
