//! Mail: the port through which letters leave the house.
//!
//! Owns: what a letter is and how its sending can fail. Never keeps a letter and never tries
//! twice: that is the application's outbox. Never writes an address, a text or a password into a
//! log. Where to read on: [`smtp`], the one implementation; without it no mail is sent.

#[cfg(feature = "scripted")]
pub mod scripted;
mod smtp;

use async_trait::async_trait;
use thiserror::Error;

pub use smtp::{SmtpMistake, smtp};

/// What is sent to one person: plain text.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Names it for ever: the same letter sent twice can be told by it.
    pub id: &'a str,
    /// A mail address.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// In lines.
    pub text: &'a str,
    /// When it was written, microseconds since 1970 UTC.
    pub at: i64,
}

/// What a way of sending can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The address that people see letters come from.
    pub from: String,
}

/// Why a letter was not sent. The texts are for the operator, cut to a length people read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undelivered {
    /// The mail server will never take it.
    #[error("{0}")]
    Refused(String),
    /// It was not taken this time, or whether it was is not known: the same may be tried again.
    #[error("{0}")]
    NotNow(String),
}

/// A way of sending letters.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Sends one letter: done once a mail server has taken it.
    ///
    /// # Errors
    /// [`Undelivered`].
    async fn send(&self, letter: &Letter<'_>) -> Result<(), Undelivered>;
}
