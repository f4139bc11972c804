//! The command line: `ampere [COMMAND]`.
//!
//! Owns: arguments, exit codes (0 done, 1 failed, 2 used wrongly, 130 interrupted), and what is
//! printed. Results go to standard output, everything else to standard error. Read next: `start`.

mod password;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use ampere_app::{App, AppError};

use crate::config::{Config, Environment, Mistake, Raw, file_of, keys, show};
use crate::outside::{Outside, Plan};
use crate::start::start;
use crate::{data, http, log};

/// Why a command did not do what was asked.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// It failed; the text says how.
    Failed(String),
    /// It was asked wrongly.
    Usage(String),
    /// A person pressed Ctrl-C.
    Interrupted,
}

impl From<Vec<Mistake>> for Failure {
    fn from(mistakes: Vec<Mistake>) -> Self {
        let lines: Vec<String> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
        Failure::Usage(format!("The configuration has mistakes:\n{}", lines.join("\n")))
    }
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Serve,
    ResetPassword { email: String },
    Verify,
    OpenApi,
    Config,
    Version,
    Help,
}

/// Reads the arguments after the program's name.
fn parse(arguments: &[String]) -> Result<Command, Failure> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
        return Ok(Command::Help);
    }
    match words.as_slice() {
        [] | ["serve"] => Ok(Command::Serve),
        ["reset-password", email] if !email.starts_with('-') => {
            Ok(Command::ResetPassword { email: (*email).to_owned() })
        }
        ["reset-password", ..] => {
            Err(Failure::Usage("Say whose: ampere reset-password EMAIL".to_owned()))
        }
        ["verify"] => Ok(Command::Verify),
        ["openapi"] => Ok(Command::OpenApi),
        ["config"] => Ok(Command::Config),
        ["version" | "--version" | "-V"] => Ok(Command::Version),
        ["help"] => Ok(Command::Help),
        [word, ..] => Err(Failure::Usage(format!("There is no command like this: {word}"))),
    }
}

/// Does what the arguments say.
pub async fn run(
    arguments: &[String],
    environment: &Environment,
    outside: &dyn Outside,
) -> ExitCode {
    let done = match parse(arguments) {
        Ok(command) => carry_out(command, environment, outside).await,
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(text)) => {
            tell(&text);
            ExitCode::from(1)
        }
        Err(Failure::Usage(text)) => {
            tell(&format!("{text}\nampere --help shows what there is."));
            ExitCode::from(2)
        }
        Err(Failure::Interrupted) => ExitCode::from(130),
    }
}

async fn carry_out(
    command: Command,
    environment: &Environment,
    outside: &dyn Outside,
) -> Result<(), Failure> {
    match command {
        Command::Serve => serve(environment, outside).await,
        Command::ResetPassword { email } => {
            password::reset(&email, &*beside(environment, outside).await?).await
        }
        Command::Verify => verify::verify(&*beside(environment, outside).await?).await,
        Command::OpenApi => print(&http::document()),
        Command::Config => config(environment),
        Command::Version => print(&format!("ampere {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Help => print(&help()),
    }
}

async fn serve(environment: &Environment, outside: &dyn Outside) -> Result<(), Failure> {
    let config = Config::read(environment)?;
    log::begin(config.log, outside.clock());
    let mut stop = Signals::new()?;
    let running = start(config, outside).await.map_err(Failure::Failed)?;
    print(&running.greeting)?;
    stop.next().await;
    tell("\nEnding: what is being worked on is settled first. Ctrl-C again ends at once.");
    tokio::select! {
        () = running.end() => Ok(()),
        () = stop.next() => Err(Failure::Interrupted),
    }
}

/// Ctrl-C and the system's wish that we end.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error| Failure::Failed(format!("Signals cannot be received: {error}"));
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Signals { interrupt, terminate })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The application for one act on the command line, beside a running server.
async fn beside(environment: &Environment, outside: &dyn Outside) -> Result<Arc<App>, Failure> {
    let config = Config::read(environment)?;
    log::begin(log::LogLevel::Error, outside.clock());
    let database = data::database(&config.data);
    if !database.exists() {
        let folder = config.data.display();
        return Err(Failure::Failed(format!("There is no database in {folder} (AMPERE_DATA).")));
    }
    let given = config.secret_key.as_ref();
    let secret_key = data::secret_key(&config.data, given, &*outside.entropy());
    let secret_key = secret_key.map_err(Failure::Failed)?;
    let plan = Plan { config, database, secret_key, public_url: String::new() };
    let parts = outside.open_beside(&plan).map_err(Failure::Failed)?;
    App::new(parts).await.map_err(failed)
}

fn failed(error: AppError) -> Failure {
    match error {
        AppError::Invalid(errors) => {
            let said: Vec<String> = errors.into_iter().map(|error| error.detail).collect();
            Failure::Failed(said.join(" "))
        }
        other => Failure::Failed(format!("It failed: {other}.")),
    }
}

fn config(environment: &Environment) -> Result<(), Failure> {
    let config = Config::read(environment)?;
    let (path, _) = file_of(environment);
    let text = std::fs::read_to_string(&path).ok();
    let raw = Raw::read(environment, text.as_deref().map(|text| (path.as_path(), text)));
    print(&show::effective(&config, environment, &raw))
}

fn help() -> String {
    let mut text = String::from(
        "ampere: AI work paid from one shared credit pool\n\n\
         ampere [serve]                 start the server\n\
         ampere reset-password EMAIL    set a new password and end all logins of a person\n\
         ampere verify                  prove the books of the database\n\
         ampere config                  show what is configured, and where it comes from\n\
         ampere openapi                 print the API's OpenAPI document\n\
         ampere version\n\n\
         Settings, in the environment (or in lower case without AMPERE_ in the file):\n",
    );
    for key in [keys::DATA, keys::FILE].iter().chain(keys::ALL) {
        text.push_str(&format!("  {:<31}{}\n", key.environment, key.help));
    }
    text
}

/// To standard output. Somebody who stopped reading is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("Nothing can be printed: {error}")))
        }
        _ => Ok(()),
    }
}

/// To standard error, where there is nobody else to tell if it is closed.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(parsed(""), Ok(Command::Serve));
        assert_eq!(parsed("serve"), Ok(Command::Serve));
        let email = "mia@example.com".to_owned();
        assert_eq!(parsed("reset-password mia@example.com"), Ok(Command::ResetPassword { email }));
        assert_eq!(parsed("reset-password --help"), Ok(Command::Help));
        assert_eq!(parsed("-V"), Ok(Command::Version));
        for wrong in ["reset-password", "reset-password a b", "serve fast", "--port 1", "x"] {
            assert!(matches!(parsed(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn the_help_names_every_setting() {
        let help = help();
        for key in keys::ALL {
            assert!(help.contains(key.environment), "{}", key.environment);
        }
    }
}
