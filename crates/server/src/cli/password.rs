//! `ampere reset-password EMAIL`: asks for the new password without showing it, or reads one line
//! where nobody types.

use std::io::{BufRead, IsTerminal};
use std::process::{Command, Stdio};

use ampere_app::{App, AppError};

use super::{Failure, failed, print, tell};

pub(super) async fn reset(email: &str, app: &App) -> Result<(), Failure> {
    let password = if std::io::stdin().is_terminal() { typed().await? } else { line().await? };
    app.reset_password(email, &password).await.map_err(|error| match error {
        AppError::NotFound => Failure::Failed(format!("Nobody has the mail address {email}.")),
        other => failed(other),
    })?;
    print("The new password holds. All logins of this person have ended.\n")
}

/// Asked for twice, unseen.
async fn typed() -> Result<String, Failure> {
    let unseen = Unseen::begin()?;
    let asked = async {
        tell("New password (8 characters or more; it is not shown):");
        let first = line().await?;
        tell("Once more:");
        Ok::<_, Failure>((first, line().await?))
    };
    let (first, second) = tokio::select! {
        both = asked => both?,
        _ = tokio::signal::ctrl_c() => {
            drop(unseen);
            // A thread still waits for a line; ending the process is what ends it.
            std::process::exit(130);
        }
    };
    drop(unseen);
    if first != second {
        return Err(Failure::Failed("The two are not the same. Nothing was changed.".to_owned()));
    }
    Ok(first)
}

async fn line() -> Result<String, Failure> {
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        std::io::stdin().lock().read_line(&mut text).map(|_| text)
    });
    match read.await {
        Ok(Ok(text)) if !text.is_empty() => Ok(text.trim_end_matches(['\n', '\r']).to_owned()),
        _ => Err(Failure::Failed("No password was given. Nothing was changed.".to_owned())),
    }
}

/// The terminal does not show what is typed until this is dropped.
struct Unseen;

impl Unseen {
    fn begin() -> Result<Self, Failure> {
        if !echo("-echo") {
            let text = "The terminal cannot hide what is typed. Send the password in a pipe.";
            return Err(Failure::Failed(text.to_owned()));
        }
        Ok(Unseen)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        echo("echo");
    }
}

/// `stty` changes the terminal that is our standard input.
fn echo(mode: &str) -> bool {
    let mut stty = Command::new("stty");
    let set = stty.arg(mode).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    set.is_ok_and(|status| status.success())
}
