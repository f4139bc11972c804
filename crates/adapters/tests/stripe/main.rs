//! Stripe's client on its own: what each kind of answer means, who is asked again, what a webhook
//! must be, and what the operator may say. The port's contract runs in `payments_contract`.
//!
//! Read next: `road` (a server that answers as it is told) with `refusals`, `hooks`, `settings`;
//! `shop` (a stateful Stripe) with `lost` and `stateful`; `second_opinion` (a fake that others
//! wrote; optional).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cutter;
mod hooks;
mod lost;
mod refusals;
mod road;
mod second_opinion;
mod settings;
mod shop;
mod stateful;

use std::time::Duration;

use ampere_adapters::payments::port::{ChargeRequest, CheckoutRequest, Payer, Purchase};
use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};
use ampere_adapters::secrets::SecretText;

const KEY: &str = "sk_test_0123456789abcdef";
const HOOKS: &str = "whsec_fedcba9876543210";

/// Quick to ask again, patient for an answer.
fn settings(url: &str) -> Settings {
    let timing = Timing { first_wait: Duration::from_millis(1), ..Timing::default() };
    Settings {
        secret_key: SecretText::new(KEY),
        webhook_secret: SecretText::new(HOOKS),
        url: Some(url.to_owned()),
        timing,
    }
}

fn open(url: &str) -> Stripe {
    Stripe::new(settings(url)).unwrap()
}

/// Neither secret, nor the part of a key that tells it from others, is in a text.
fn tells_nothing(text: &str) {
    for secret in [KEY, HOOKS, &KEY[8..], &HOOKS[6..]] {
        assert!(!text.contains(secret), "{text}");
    }
}

fn payer(customer: Option<&str>) -> Payer {
    Payer {
        organization: "org_1".to_owned(),
        name: "Ada's works".to_owned(),
        email: "ada@example.com".to_owned(),
        customer: customer.map(str::to_owned),
    }
}

fn page(reference: &str, customer: Option<&str>, what: Purchase) -> CheckoutRequest {
    CheckoutRequest {
        reference: reference.to_owned(),
        payer: payer(customer),
        what,
        return_url: "https://ampere.example/back".to_owned(),
        cancel_url: "https://ampere.example/away".to_owned(),
    }
}

fn charge(reference: &str, customer: &str) -> ChargeRequest {
    ChargeRequest {
        reference: reference.to_owned(),
        customer: customer.to_owned(),
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        description: "10,000 credits".to_owned(),
    }
}
