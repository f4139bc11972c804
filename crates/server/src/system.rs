//! The machine: its clock and its chance. The only place that asks for either; everybody else
//! takes them as arguments.

#![allow(clippy::disallowed_methods)]

use std::time::{SystemTime, UNIX_EPOCH};

use ampere_credits::{Clock, Entropy, Timestamp};

/// The machine's clock and chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is a machine that was never set; its time is the beginning then.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

impl Entropy for System {
    fn fill(&self, buffer: &mut [u8]) {
        if getrandom::fill(buffer).is_err() {
            // Secrets from anything else would be guessable: nothing may go on.
            tracing::error!("this machine gives no random bytes");
            std::process::abort();
        }
    }
}
