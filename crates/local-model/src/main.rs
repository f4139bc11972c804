//! A worker process that runs one small GGUF model and answers on the loopback interface.
//!
//! It owns the model, its memory and the order of calls; it never keeps a text, never reaches
//! out, and never outlives the process that started it: when its standard input ends, it ends.
//! Read next: `server.rs` → `chat.rs` → `queue.rs` → `worker.rs` → `engine.rs`.

mod args;
mod call_log;
mod chat;
mod choice;
mod engine;
mod fault;
mod grammar;
mod http;
mod model;
mod queue;
mod request;
mod server;
mod shapes;
mod template;
mod text;
mod weights;
mod worker;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::args::Args;
use crate::call_log::CallLog;
use crate::engine::Engine;
use crate::model::LocalModel;
use crate::server::{Office, Plate};
use crate::worker::Desk;

const TOKEN: &str = "AMPERE_WORKER_TOKEN";
/// A generation that does not end by itself in this time is abandoned with the process.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why the worker does not start; the number is its exit code.
enum Failure {
    Asked(String),
    Missing(String),
    WrongWeights(String),
    Processor(String),
    Start(String),
}

impl Failure {
    fn parts(self) -> (u8, String) {
        match self {
            Failure::Asked(text) => (2, text),
            Failure::Missing(text) => (3, text),
            Failure::WrongWeights(text) => (4, text),
            Failure::Processor(text) => (5, text),
            Failure::Start(text) => (6, text),
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (code, error) = failure.parts();
            say(&json!({ "ready": false, "error": error }));
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<(), Failure> {
    let args = args::parse(std::env::args().skip(1)).map_err(Failure::Asked)?;
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Failure::Asked(format!("{TOKEN} is not set")))?;
    check_weights(&args)?;
    let log = CallLog::open(args.log.as_deref(), &args.sha256)
        .map_err(|error| Failure::Start(format!("the call log cannot be opened: {error}")))?;
    let desk = Arc::new(Desk::new(log));
    let watched = Arc::clone(&desk);
    std::thread::spawn(move || end_with_stdin(&watched));
    start(args, desk, &token).map_err(Failure::Start)
}

fn check_weights(args: &Args) -> Result<(), Failure> {
    if let Some(feature) = weights::processor_lacks() {
        return Err(Failure::Processor(format!(
            "this computer's processor lacks {feature}, which the local model needs; \
             connect a provider instead"
        )));
    }
    let path = args.model.display();
    let found = weights::sha256(&args.model).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::Missing(format!("there is no model at {path}")),
        _ => Failure::Missing(format!("the model at {path} cannot be read: {error}")),
    })?;
    if found != args.sha256 {
        return Err(Failure::WrongWeights(format!(
            "the model at {path} is not the expected one: its sha256 is {found}"
        )));
    }
    Ok(())
}

/// Loads, says that it is ready, and works until it is told to stop.
fn start(args: Args, desk: Arc<Desk>, token: &str) -> Result<(), String> {
    let model = Arc::new(LocalModel::load(&args.model)?);
    let threads = args.threads.unwrap_or_else(spare_cores);
    let mut engine = Engine::new(&model, model.context(threads, args.context)?);
    let plate = Plate { name: args.name, sha256: args.sha256, context: engine.size() };
    let office = Office::new(plate, Arc::clone(&model), Arc::clone(&desk), token);
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    say(&json!({
        "ready": true, "port": address.port(), "pid": std::process::id(),
        "model": office.name, "sha256": office.sha256, "context": office.context,
    }));
    std::thread::spawn(move || server::listen(&Arc::new(office), &listener));
    worker::work(&desk, &mut engine);
    Ok(())
}

/// One core is left to the server and to people.
fn spare_cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores.saturating_sub(1)).unwrap_or(1).max(1)
}

/// The only two things ever written to standard output: ready, or why not.
fn say(line: &Value) {
    let mut out = io::stdout();
    // Who closed our output does not want to know.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Whoever started us holds the other end; when it dies, however it dies, our input ends.
fn end_with_stdin(desk: &Desk) {
    let mut input = io::stdin().lock();
    let mut buffer = [0_u8; 256];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Err(error) if error.kind() != ErrorKind::Interrupted => break,
            _ => {}
        }
    }
    desk.stop();
    std::thread::sleep(FAREWELL);
    std::process::exit(0);
}
