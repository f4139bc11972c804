//! What the operator says of Stripe: two secrets and, for tests, another address.
//!
//! Owns: checking them. Plain http is for this computer only: the key travels in every request.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use thiserror::Error;

use crate::secrets::SecretText;

/// Where Stripe is.
pub const API: &str = "https://api.stripe.com";

/// The version of Stripe's API that every request names: shapes do not change under us.
pub const VERSION: &str = "2026-10-28.endive";

/// How long an answer is waited for, and how patiently a busy Stripe is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// For the whole of an answer.
    pub answer: Duration,
    /// Attempts after the first one, always under the same key.
    pub times: u32,
    /// The wait before the second attempt; doubled before each further one.
    pub first_wait: Duration,
    /// The longest `Retry-After` that is waited for; beyond it the call fails at once.
    pub longest_wait: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            answer: Duration::from_secs(30),
            times: 2,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(5),
        }
    }
}

impl Timing {
    /// The wait before the attempt after `tried` retries; none if there is to be no other.
    pub(super) fn wait(&self, tried: u32, asked: Option<Duration>) -> Option<Duration> {
        if tried >= self.times || asked.is_some_and(|asked| asked > self.longest_wait) {
            return None;
        }
        let own = self.first_wait.saturating_mul(1 << tried.min(16));
        Some(own.max(asked.unwrap_or_default()))
    }
}

/// What the operator says. `Debug` shows neither secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `sk_test_…`, `rk_live_…`: says whose account it is, and whether money moves.
    pub secret_key: SecretText,
    /// `whsec_…`: signs the webhooks.
    pub webhook_secret: SecretText,
    /// Another address than [`API`].
    pub url: Option<String>,
    pub timing: Timing,
}

/// Why settings cannot be used. The texts are for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    #[error("Stripe's address is not a URL that begins with https://")]
    BadAddress,
    #[error("Stripe's address must begin with https:// unless it is on this computer")]
    NotSecure,
    #[error("Stripe's address must hold no user name, password, query or fragment")]
    AddressHoldsMore,
    #[error("Stripe's key is empty or holds characters that cannot be sent")]
    BadKey,
    #[error("the secret of Stripe's webhooks is empty")]
    NoWebhookSecret,
    #[error("this computer's certificates could not be loaded")]
    NoTls,
}

impl Settings {
    /// Whether the key moves money.
    pub(super) fn live(&self) -> bool {
        ["sk_live_", "rk_live_"].iter().any(|mode| self.secret_key.expose().starts_with(mode))
    }

    /// Where calls go.
    pub(super) fn address(&self) -> Result<Url, SettingsError> {
        let text = self.url.as_deref().unwrap_or(API);
        let url = Url::parse(text).map_err(|_| SettingsError::BadAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if loopback(&url) => {}
            "http" => return Err(SettingsError::NotSecure),
            _ => return Err(SettingsError::BadAddress),
        }
        let more = !url.username().is_empty() || url.password().is_some();
        if more || url.query().is_some() || url.fragment().is_some() {
            return Err(SettingsError::AddressHoldsMore);
        }
        Ok(url)
    }
}

/// By its number, not by a name that somebody else might resolve; `localhost` is this computer's.
fn loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || number.is_ok_and(|number| number.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stripes_wish_is_met_up_to_a_bound() {
        let wait = |tried, asked: Option<u64>| {
            Timing::default().wait(tried, asked.map(Duration::from_millis)).map(|w| w.as_millis())
        };
        assert_eq!([wait(0, None), wait(1, None), wait(2, None)], [Some(500), Some(1_000), None]);
        assert_eq!([wait(0, Some(0)), wait(0, Some(3_000))], [Some(500), Some(3_000)]);
        assert_eq!([wait(0, Some(5_000)), wait(0, Some(5_001))], [Some(5_000), None]);
    }
}
