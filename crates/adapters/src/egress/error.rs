//! What went wrong with a fetch, said as what the caller may do about it.
//!
//! Owns: the error vocabulary of the guard. Never carries what a server sent or which address a
//! name has: the first may hold anything, the second tells about the network inside.

use thiserror::Error;

/// A fetch that brought nothing. The texts are for the person who named the address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EgressError {
    /// Correct the address.
    #[error("this address cannot be used: {reason}")]
    BadUrl { reason: &'static str },
    /// Nothing to be done by the person; the operator may allow this host and port.
    #[error("this address is not on the public internet")]
    AddressRefused,
    /// Use an address on a usual port; the operator may allow this host and port.
    #[error("port {0} is not one of web pages")]
    PortRefused(u16),
    /// The page redirects in circles or too often: use the final address.
    #[error("the page redirects too often")]
    TooManyRedirects,
    /// The page moved from https to http: use the http address if that is meant.
    #[error("the page redirects from a secure address to an insecure one")]
    Downgrade,
    /// Nothing of a body that is too large is kept.
    #[error("the page is larger than {max_bytes} bytes")]
    TooBig { max_bytes: usize },
    /// Trying again later may help.
    #[error("the page took too long")]
    TooSlow,
    /// No connection, or it broke: trying again later may help.
    #[error("the page could not be reached: {detail}")]
    NotReached { detail: &'static str },
    /// What came is not an answer that can be read; trying again hardly helps.
    #[error("the page's answer cannot be read: {detail}")]
    BadAnswer { detail: &'static str },
    /// The site answered, but not with the page (not 200 to 299, and no redirect).
    #[error("the page answered with status {0}")]
    Status(u16),
}

impl EgressError {
    /// Whether the same fetch may succeed later without anybody changing anything.
    pub fn retryable(&self) -> bool {
        match self {
            EgressError::TooSlow | EgressError::NotReached { .. } => true,
            EgressError::Status(status) => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }
}
