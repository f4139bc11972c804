//! Owns what the integration tests share: the real binary with the real weights, and a caller
//! that reads its answers as they come. Never skips: without weights the tests fail.

// Each test file uses its own part of this, and a helper may fail like a test does.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const NAME: &str = "test-model";
pub const TOKEN: &str = "a secret of this test";
const PATIENCE: Duration = Duration::from_secs(60);

/// Times are measured, so the tests of a file take turns.
static TURN: Mutex<()> = Mutex::new(());

pub fn weights() -> PathBuf {
    let path = std::env::var_os("AMPERE_MODEL_PATH").expect(
        "AMPERE_MODEL_PATH is not set: run `make model` once to fetch the weights, \
         then set it to the full path of the .gguf file",
    );
    let path = PathBuf::from(path);
    assert!(path.is_file(), "there is no file at AMPERE_MODEL_PATH: run `make model`");
    path
}

pub fn weights_hash() -> String {
    static HASH: Mutex<Option<String>> = Mutex::new(None);
    let mut hash = HASH.lock().unwrap_or_else(PoisonError::into_inner);
    hash.get_or_insert_with(|| {
        let digest = Sha256::digest(std::fs::read(weights()).unwrap());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    })
    .clone()
}

pub fn command(hash: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ampere-local-model"));
    command.arg("--model").arg(weights()).args(["--sha256", hash, "--name", NAME]);
    command.env("AMPERE_WORKER_TOKEN", TOKEN);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A running worker; it is ended with the test.
pub struct Worker {
    pub child: Child,
    pub ready: Value,
    port: u16,
    log: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Worker {
    pub fn start(flags: &[&str]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ampere-local-model-{}-{number}.log", std::process::id());
        let log = std::env::temp_dir().join(name);
        drop(std::fs::remove_file(&log));
        let mut command = command(&weights_hash());
        let mut child = command.args(flags).arg("--log").arg(&log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true, "{ready}");
        let port = u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
        Self { child, ready, port, log, _turn: turn }
    }

    /// One request with these lines added to its head, not yet answered.
    pub fn send(&self, start: &str, lines: &str, body: &str) -> Answer {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let head =
            format!("{start} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{lines}\r\n");
        socket.write_all(head.as_bytes()).unwrap();
        // Who is refused early may not take the body.
        drop(socket.write_all(body.as_bytes()));
        Answer { reader: BufReader::new(socket) }
    }

    pub fn chat(&self, call: &str, body: &Value) -> Answer {
        let lines = format!("Authorization: Bearer {TOKEN}\r\nX-Call-Id: {call}\r\n");
        self.send("POST /v1/chat/completions", &lines, &body.to_string())
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let lines = format!("Authorization: Bearer {TOKEN}\r\n");
        self.send(&format!("GET {path}"), &lines, "").whole()
    }

    /// Waits until the worker is in this state; returns how long it took.
    pub fn until(&self, busy: bool, queued: u64) -> Duration {
        let began = Instant::now();
        loop {
            let (_, health) = self.get("/health");
            if health["busy"] == busy && health["queued"] == queued {
                return began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "never busy={busy} queued={queued}: {health}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The one line of the log about this call.
    pub fn logged(&self, call: &str) -> Value {
        let text = self.log_text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut found: Vec<_> = lines.filter(|line| line["call"] == call).collect();
        assert_eq!(found.len(), 1, "lines about {call} in\n{text}");
        found.remove(0)
    }

    /// Waits for its end; returns the exit code and how long it took.
    pub fn end(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), began.elapsed());
            }
            assert!(began.elapsed() < PATIENCE, "the worker does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.log));
    }
}

/// What a stream says, one at a time.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Comment,
    Ahead(u64),
    Chunk(Value),
    Done,
}

/// An answer on its way; dropping it closes the connection.
pub struct Answer {
    reader: BufReader<TcpStream>,
}

impl Answer {
    /// Status and head.
    pub fn head(&mut self) -> (u16, String) {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.reader.read_line(&mut head).unwrap() > 0, "no head: {head:?}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head)
    }

    /// Everything, when it is not a stream.
    pub fn whole(mut self) -> (u16, Value) {
        let (status, _) = self.head();
        let mut body = String::new();
        self.reader.read_to_string(&mut body).unwrap();
        (status, serde_json::from_str(&body).unwrap())
    }

    pub fn stream(mut self) -> Self {
        let (status, head) = self.head();
        assert_eq!(status, 200);
        assert!(head.contains("text/event-stream"), "{head}");
        self
    }

    /// The next event of a stream; None at its proper end.
    pub fn hear(&mut self) -> Option<Heard> {
        let mut size = String::new();
        self.reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).expect("the stream is whole");
        let mut frame = vec![0; size + 2];
        self.reader.read_exact(&mut frame).unwrap();
        let frame = String::from_utf8(frame).expect("whole characters");
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        match frame.trim_end() {
            "" => None,
            "data: [DONE]" => Some(Heard::Done),
            comment if comment.starts_with(':') => Some(Heard::Comment),
            event => Some(match event.strip_prefix("event: queue\ndata: ") {
                Some(queue) => Heard::Ahead(json(queue)["ahead"].as_u64().unwrap()),
                None => Heard::Chunk(json(event.strip_prefix("data: ").unwrap())),
            }),
        }
    }

    /// Listens until this is heard, or something like it.
    pub fn until(&mut self, wanted: impl Fn(&Heard) -> bool) -> Heard {
        loop {
            let heard = self.hear().expect("the stream goes on");
            if wanted(&heard) {
                return heard;
            }
        }
    }

    pub fn until_text(&mut self) {
        self.until(|heard| matches!(heard, Heard::Chunk(chunk) if !text_of(chunk).is_empty()));
    }

    /// All chunks up to the end, which must be a proper one.
    pub fn chunks(&mut self) -> Vec<Value> {
        let mut chunks = Vec::new();
        loop {
            match self.hear().expect("the stream ends with [DONE]") {
                Heard::Chunk(chunk) => chunks.push(chunk),
                Heard::Done => break,
                Heard::Comment | Heard::Ahead(_) => {}
            }
        }
        assert_eq!(self.hear(), None);
        chunks
    }
}

pub fn text_of(chunk: &Value) -> &str {
    chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default()
}

/// A request with one message of a person.
pub fn ask(text: &str, fields: &Value) -> Value {
    let mut body = json!({ "messages": [{ "role": "user", "content": text }], "temperature": 0 });
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A request whose answer is long enough to be left in the middle of it.
pub fn ask_story() -> Value {
    let story = "Write a very long story about every room of an old lighthouse.";
    ask(story, &json!({ "stream": true, "max_tokens": 4000 }))
}

/// A request whose mere reading, some 6,500 tokens, keeps any processor busy for many seconds.
pub fn ask_long() -> Value {
    let text = "The quick brown fox jumps over the lazy dog near the river. ".repeat(500);
    ask(&text, &json!({ "stream": true }))
}
