//! How one server wants to be asked, as far as it has shown.
//!
//! Owns: the parts of a request that not every server takes, and what follows from a complaint
//! about one. Never drops a part that nobody complained about. What is learned lasts as long as
//! the opened model, so a server that has been mended is asked in full after a restart.

use super::wire::Complaint;
use crate::ai::ModelRequest;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// The limit is called `max_completion_tokens` instead of `max_tokens`.
    pub(super) newer_limit_name: bool,
    /// The schema of the answer is sent.
    pub(super) schemas: bool,
    /// A temperature is sent.
    pub(super) temperature: bool,
}

impl Default for Dialect {
    /// What most servers take.
    fn default() -> Self {
        Dialect { newer_limit_name: false, schemas: true, temperature: true }
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
            // Servers that do not know the field say so in a hundred ways, or say nothing.
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
        }
    }
}
