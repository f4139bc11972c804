//! What a test may set before it begins.
//!
//! Owns: the settings and their defaults, none of which asks the machine. Read next: `handle`.

/// What becomes of a subscription whose renewal was never paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRetries {
    Unpaid,
    Canceled,
    PastDue,
}

/// Settings of a fake.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seconds since 1970: where the clock stands at first. It moves only when told to.
    pub now: i64,
    /// Ids and the scrambler's chance come from it.
    pub seed: u64,
    pub secret_key: String,
    /// Of the one webhook endpoint that is there from the beginning.
    pub webhook_secret: String,
    /// Where that endpoint is, `http://127.0.0.1:port/path`; None: events wait to be taken.
    pub webhook_url: Option<String>,
    /// Seconds between a renewal and its first attempt to be paid (Stripe: about an hour).
    pub draft_seconds: i64,
    /// Seconds from one failed attempt of a renewal to the next.
    pub retries: Vec<i64>,
    pub after_retries: AfterRetries,
    /// Seconds until a new customer is found by searching (Stripe: up to a minute).
    pub search_lag: i64,
    /// Amounts below it are not charged but carried over to the next invoice (Stripe: 50 for usd).
    pub minimum_charge: i64,
    /// Proration lines say so under `subscription_item_details` (a line's parent may be either).
    pub proration_on_item: bool,
    /// A new default card pays what is open at once (Stripe: at the next retry).
    pub new_card_pays: bool,
    /// Loopback port; 0: any that is free.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            now: 1_767_225_600, // 2026-01-01T00:00:00Z
            seed: 1,
            secret_key: "sk_test_fake".to_owned(),
            webhook_secret: "whsec_fake".to_owned(),
            webhook_url: None,
            draft_seconds: 3_600,
            retries: vec![172_800, 172_800, 259_200],
            after_retries: AfterRetries::Unpaid,
            search_lag: 0,
            minimum_charge: 0,
            proration_on_item: false,
            new_card_pays: false,
            port: 0,
        }
    }
}
