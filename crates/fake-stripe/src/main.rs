//! `fake-stripe`: the fake as a process, for tests in other languages.
//!
//! Says where it listens on its first line, and stops when its standard input ends.
//! Usage: `fake-stripe [--port N] [--now SECONDS] [--webhook-url URL]`

use std::io::{Read, Write};
use std::process::ExitCode;

use fake_stripe::{FakeStripe, Options};

const USAGE: &str = "usage: fake-stripe [--port N] [--now SECONDS] [--webhook-url URL]";

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--port" => options.port = value.parse().ok()?,
            "--now" => options.now = value.parse().ok()?,
            "--webhook-url" => options.webhook_url = Some(value),
            _ => return None,
        }
    }
    Some(options)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let handle = match FakeStripe::start(options).await {
        Ok(handle) => handle,
        Err(error) => {
            eprintln!("fake-stripe: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut out = std::io::stdout();
    if writeln!(out, "{}", handle.base_url()).and_then(|()| out.flush()).is_err() {
        return ExitCode::FAILURE;
    }
    // Whoever started it holds the other end; when they are gone, so is the fake.
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = ended.await;
    ExitCode::SUCCESS
}
