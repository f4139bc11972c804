//! Owns the call log: one JSON line for each call that ended, written before its last answer.
//! Never holds text of a prompt or an answer. Read next: `worker.rs`, which writes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::engine::Outcome;

pub struct CallLog {
    file: Option<Mutex<File>>,
    sha256: String,
}

/// How long a call took.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// From its arrival to its end.
    pub whole: Duration,
    /// From its arrival to its turn.
    pub queued: Duration,
}

impl CallLog {
    pub fn open(path: Option<&Path>, sha256: &str) -> io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        let file = path.map(open).transpose()?.map(Mutex::new);
        Ok(Self { file, sha256: sha256.to_owned() })
    }

    /// Writes one line; it is in the hands of the operating system when this returns.
    pub fn write(&self, call: Option<&str>, outcome: &Outcome, times: Times) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let line = json!({
            "call": call,
            "prompt_tokens": outcome.prompt_tokens,
            "cached_tokens": outcome.cached_tokens,
            "completion_tokens": outcome.completion_tokens,
            "finish": outcome.finish.name(),
            "ms": millis(times.whole),
            "queued_ms": millis(times.queued),
            "pid": std::process::id(),
            "sha256": self.sha256,
        });
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
