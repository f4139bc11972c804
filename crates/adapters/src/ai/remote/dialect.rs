//! How one server wants to be asked, as far as it has shown.
//!
//! Owns: the parts of a request that not every server takes, and what follows from a complaint
//! about one. Never drops a part that nobody complained about. What is learned lasts as long as
//! the opened model, so a server that has been mended is asked in full after a restart.

use super::complaint::Complaint;
use crate::ai::{ModelRequest, talk};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ai) struct Dialect {
    /// The limit is called `max_completion_tokens` instead of `max_tokens`.
    pub(in crate::ai) newer_limit_name: bool,
    /// The schema of the answer is sent.
    pub(in crate::ai) schemas: bool,
    /// A temperature is sent.
    pub(in crate::ai) temperature: bool,
    /// Tools are offered.
    pub(in crate::ai) calls: bool,
}

impl Default for Dialect {
    /// What most servers take.
    fn default() -> Self {
        Dialect { newer_limit_name: false, schemas: true, temperature: true, calls: true }
    }
}

impl Dialect {
    /// How to ask once more after a complaint; none if that would change nothing. Each answer
    /// differs from all before it, so a server that always complains is soon given up.
    pub(super) fn after(self, complaint: Complaint, request: &ModelRequest) -> Option<Dialect> {
        match complaint {
            Complaint::LimitName if !self.newer_limit_name => {
                Some(Dialect { newer_limit_name: true, ..self })
            }
            Complaint::Temperature if self.temperature && request.steady => {
                Some(Dialect { temperature: false, ..self })
            }
            // Servers that do not know a field say so in a hundred ways, or say nothing.
            Complaint::Tools | Complaint::Other
                if self.calls
                    && !request.tools.is_empty()
                    && talk::without_calls(&request.messages).is_ok() =>
            {
                Some(Dialect { calls: false, ..self })
            }
            Complaint::ThisSchema | Complaint::Other
                if self.schemas && request.schema.is_some() =>
            {
                Some(Dialect { schemas: false, ..self })
            }
            _ => None,
        }
    }

    /// What is known once a server has accepted a call that was asked in the way of `other`.
    pub(super) fn with(self, other: Dialect) -> Dialect {
        Dialect {
            newer_limit_name: self.newer_limit_name || other.newer_limit_name,
            schemas: self.schemas && other.schemas,
            temperature: self.temperature && other.temperature,
            calls: self.calls && other.calls,
        }
    }
}
