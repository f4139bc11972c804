//! Who moves the money: Stripe with the operator's keys, the sandbox, or nobody.
//!
//! Owns the settings and that two providers are never on at once. Whether Stripe takes the keys
//! shows at the first request to it.

use ampere_app::settings::SecretText;

use super::keys;
use super::raw::{Mistake, Raw, yes_or_no};

/// The operator's account at Stripe.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// Signs requests to Stripe.
    pub secret_key: SecretText,
    /// Proves that webhooks come from Stripe.
    pub webhook_secret: SecretText,
    /// Another address than Stripe's own, for trying out.
    pub url: Option<String>,
}

/// Who moves the money, from what was said; the sandbox by itself where only this computer can
/// come in (`loopback`): test cards for others would be free credits.
pub(super) fn money(raw: &mut Raw, loopback: bool) -> (Option<StripeSettings>, bool) {
    let sandbox = raw.value(keys::SANDBOX, "yes or no", yes_or_no);
    let key = |text: &str| Some(SecretText::new(text)).filter(|_| !text.is_empty());
    let secret_key = raw.value(keys::STRIPE_KEY, "a key", key);
    let webhook_secret = raw.value(keys::STRIPE_HOOKS, "a secret", key);
    let url = raw.value(keys::STRIPE_URL, "an address", |text| Some(text.to_owned()));
    let (named, hooks) = (keys::STRIPE_KEY.environment, keys::STRIPE_HOOKS.environment);
    let stripe = match (secret_key, webhook_secret) {
        (Some(secret_key), Some(webhook_secret)) => {
            Some(StripeSettings { secret_key, webhook_secret, url })
        }
        (None, None) => {
            if url.is_some() {
                wrong(raw, format!("{named} is needed with an address of Stripe"));
            }
            None
        }
        _ => {
            wrong(raw, format!("{named} and {hooks} go together"));
            None
        }
    };
    if stripe.is_some() && sandbox == Some(true) {
        let sandbox = keys::SANDBOX.environment;
        wrong(raw, format!("{named} and {sandbox} exclude each other: choose one"));
    }
    let sandbox = stripe.is_none() && sandbox.unwrap_or(loopback);
    (stripe, sandbox)
}

fn wrong(raw: &mut Raw, text: String) {
    raw.mistakes.push(Mistake(text));
}
