//! One worker process.
//!
//! Owns: starting it, its first word, its end, and its load. The worker's side: one JSON line on
//! its standard output, `{"ready":true,"port":…,"context":…}` or `{"ready":false,"error":"…"}`;
//! exit code 3 for a missing model, 4 for a wrong one, 5 for a processor that cannot run it; it
//! ends when its standard input does, so it never outlives the server.

use std::fs::File;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::settings::LocalModelConfig;
use super::state::{LocalState, Running};
use crate::ai::openai::OpenAi;
use crate::ai::remote::{ProviderSettings, Retry};

/// The longest first word that is read.
const FIRST_WORD_BYTES: u64 = 64 * 1024;

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct WorkerLoad {
    /// Calls that wait for the one in work.
    pub queued: u32,
    /// A call is in work.
    pub busy: bool,
}

/// Why there is no worker.
#[derive(Debug)]
pub(super) enum NoWorker {
    /// Trying again helps only once the files have changed.
    Files { state: LocalState, detail: String },
    /// Trying again may help.
    Failed(String),
}

/// A running worker. Dropping it kills the process.
pub(super) struct Worker {
    child: Child,
    /// Held open: its end is the worker's order to end.
    stdin: Option<ChildStdin>,
    /// Held open, so that the worker never writes into a closed pipe.
    _stdout: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct FirstWord {
    ready: bool,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    context: u32,
    #[serde(default)]
    error: String,
}

impl Worker {
    /// Starts a worker and waits for its word that it is ready.
    pub(super) async fn start(config: &LocalModelConfig) -> Result<(Worker, Running), NoWorker> {
        missing(config).await?;
        let mut child =
            spawn(config).map_err(|error| failed(&format!("it cannot run ({error})")))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("its pipes are not there"));
        };
        let mut stdout = BufReader::new(stdout);
        let word = match timeout(config.patience.start, first_word(&mut stdout)).await {
            Ok(word) => word,
            Err(_) => return Err(failed("it did not become ready in time")),
        };
        let Some(FirstWord { ready: true, port, context, .. }) = word else {
            return Err(refused(child, word, config.patience.start).await);
        };
        let pid = child.id().ok_or_else(|| failed("it ended at once"))?;
        let client = client(config, port, context)?;
        let running = Running { pid, port, context_tokens: context, client: Arc::new(client) };
        Ok((Worker { child, stdin: Some(stdin), _stdout: stdout }, running))
    }

    /// Waits for the process to end, and says how it did.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => ending(status),
            Err(error) => format!("it cannot be watched ({error})"),
        }
    }

    /// Ends the process: its input is closed, and if it does not end in time, it is killed.
    pub(super) async fn end(mut self, farewell: Duration) {
        drop(self.stdin.take());
        if timeout(farewell, self.child.wait()).await.is_err() {
            // It may end in this very moment; either way it is gone afterwards.
            let _ = self.child.kill().await;
        }
    }
}

/// The worker's load; none when it does not answer within a second.
pub(super) async fn load(running: &Running) -> Option<WorkerLoad> {
    let request = running.client.get(&format!("http://127.0.0.1:{}/health", running.port));
    let response = request.timeout(Duration::from_secs(1)).send().await.ok()?;
    response.error_for_status().ok()?.json().await.ok()
}

async fn missing(config: &LocalModelConfig) -> Result<(), NoWorker> {
    for (path, what) in [(&config.binary, "program"), (&config.model, "model file")] {
        if tokio::fs::metadata(path).await.is_err() {
            let detail = format!("Its {what} is not there yet. Run `make model`.");
            return Err(NoWorker::Files { state: LocalState::Missing, detail });
        }
    }
    Ok(())
}

fn spawn(config: &LocalModelConfig) -> io::Result<Child> {
    let mut error_log = config.log.clone().into_os_string();
    error_log.push(".err");
    let stderr = File::create(error_log).map_or_else(|_| Stdio::null(), Stdio::from);
    Command::new(&config.binary)
        .arg("--model")
        .arg(&config.model)
        .args(["--sha256", &config.sha256, "--name", &config.name])
        .arg("--log")
        .arg(&config.log)
        // The server's environment may hold secrets that are none of the worker's business.
        .env_clear()
        .env("AMPERE_WORKER_TOKEN", config.token.expose())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(stderr)
        // A Ctrl-C on the terminal goes to the server alone, which then ends the worker.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

async fn first_word(stdout: &mut BufReader<ChildStdout>) -> Option<FirstWord> {
    let mut line = String::new();
    stdout.take(FIRST_WORD_BYTES).read_line(&mut line).await.ok()?;
    serde_json::from_str(&line).ok()
}

async fn refused(mut child: Child, word: Option<FirstWord>, patience: Duration) -> NoWorker {
    let code = match timeout(patience, child.wait()).await {
        Ok(Ok(status)) => status.code(),
        _ => None,
    };
    let said = word.map(|word| word.error).filter(|error| !error.is_empty());
    let files = |state, detail: String| NoWorker::Files { state, detail };
    match (code, said) {
        (Some(3), _) => {
            files(LocalState::Missing, "Its model file is not there. Run `make model`.".to_owned())
        }
        (Some(4), _) => {
            let detail = "Its model file is not the expected one: the SHA-256 differs. \
                          Delete the file and run `make model`.";
            files(LocalState::Failed, detail.to_owned())
        }
        (Some(5), said) => {
            let detail = said.unwrap_or_else(|| "this processor cannot run it".to_owned());
            files(LocalState::Failed, format!("It cannot run here: {detail}."))
        }
        (_, Some(said)) => NoWorker::Failed(said),
        (Some(code), None) => NoWorker::Failed(format!("it ended with code {code}")),
        (None, None) => failed("it ended before it was ready"),
    }
}

fn client(config: &LocalModelConfig, port: u16, context: u32) -> Result<OpenAi, NoWorker> {
    let settings = ProviderSettings {
        base_url: format!("http://127.0.0.1:{port}/v1"),
        api_key: Some(config.token.clone()),
        model: config.name.clone(),
        id: config.id.clone(),
        name: config.name.clone(),
        note: String::new(),
        context_tokens: context,
        max_output_tokens: config.max_output_tokens,
        limits: config.limits,
        // A full queue is told at once; a dead worker is the supervisor's business.
        retry: Retry { times: 0, ..Retry::default() },
    };
    OpenAi::new(settings).map_err(|error| failed(&error.to_string()))
}

fn failed(detail: &str) -> NoWorker {
    NoWorker::Failed(detail.to_owned())
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;

    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with code {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}"),
        (None, None) => "it ended".to_owned(),
    }
}
