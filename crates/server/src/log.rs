//! The log: one line an event on standard error, with the instant, the level and the fields.
//!
//! Our own subscriber: levels for all of Ampere, warnings only from libraries. Never holds
//! prompts, keys, mail addresses or bodies: that is the duty of whoever writes an event.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::Arc;

use ampere_credits::Clock;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Nothing at all.
    Off,
    /// What failed.
    Error,
    /// And what is odd.
    Warn,
    /// And what happened (the security log).
    #[default]
    Info,
    /// And every request.
    Debug,
}

impl LogLevel {
    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "off" => LogLevel::Off,
            "error" => LogLevel::Error,
            "warn" => LogLevel::Warn,
            "info" => LogLevel::Info,
            "debug" => LogLevel::Debug,
            _ => return None,
        })
    }

    fn takes(self, level: &Level) -> bool {
        let most = match self {
            LogLevel::Off => return false,
            LogLevel::Error => Level::ERROR,
            LogLevel::Warn => Level::WARN,
            LogLevel::Info => Level::INFO,
            LogLevel::Debug => Level::DEBUG,
        };
        *level <= most
    }
}

/// Writes events of this level and above to standard error from now on.
pub fn begin(level: LogLevel, clock: Arc<dyn Clock>) {
    // Somebody else's subscriber in this process keeps its place.
    let _ = tracing::subscriber::set_global_default(Lines { level, clock });
}

struct Lines {
    level: LogLevel,
    clock: Arc<dyn Clock>,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let ours = target.starts_with("ampere") || matches!(target, "security" | "http");
        let level = if ours || self.level == LogLevel::Off { self.level } else { LogLevel::Warn };
        metadata.is_event() && level.takes(metadata.level())
    }

    fn event(&self, event: &Event<'_>) {
        let line = line(self.clock.now().to_string(), event);
        // A closed standard error leaves nobody to tell.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    // Spans are not used; libraries that open some get one name for all.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn line(at: String, event: &Event<'_>) -> String {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let metadata = event.metadata();
    format!(
        "{at} {:<5} {}: {}{}\n",
        metadata.level().as_str(),
        metadata.target(),
        fields.message,
        fields.rest
    )
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Line feeds in a value must not look like another event. Writing to a string succeeds.
        let text = format!("{value:?}").replace(['\n', '\r'], " ");
        if field.name() == "message" {
            self.message = text;
        } else {
            let _ = write!(self.rest, " {}={text}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_takes_what_is_more_severe() {
        assert!(LogLevel::Info.takes(&Level::ERROR));
        assert!(LogLevel::Info.takes(&Level::INFO));
        assert!(!LogLevel::Info.takes(&Level::DEBUG));
        assert!(!LogLevel::Off.takes(&Level::ERROR));
        assert_eq!(LogLevel::named("debug"), Some(LogLevel::Debug));
        assert_eq!(LogLevel::named("verbose"), None);
    }
}
