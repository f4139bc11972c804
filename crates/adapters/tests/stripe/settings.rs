//! What the operator may say, and that no secret is ever shown.

use ampere_adapters::payments::port::Payments;
use ampere_adapters::payments::stripe::{API, Settings, SettingsError, Stripe};
use ampere_adapters::secrets::SecretText;

use crate::{open, settings, tells_nothing};

fn refused(settings: Settings) -> SettingsError {
    tells_nothing(&format!("{settings:?}"));
    let error = Stripe::new(settings).err().expect("a refusal");
    tells_nothing(&format!("{error} {error:?}"));
    error
}

#[test]
fn plain_http_is_for_this_computer_only() {
    for url in ["http://api.stripe.com", "http://10.0.0.1", "http://127.0.0.1.example.com"] {
        assert_eq!(refused(settings(url)), SettingsError::NotSecure, "{url}");
    }
    for url in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1/", API] {
        assert!(Stripe::new(settings(url)).is_ok(), "{url}");
    }
    assert!(Stripe::new(Settings { url: None, ..settings("") }).is_ok());
}

#[test]
fn an_address_is_an_address_and_nothing_more() {
    for url in ["", "stripe", "ftp://localhost", "file:///x"] {
        assert_eq!(refused(settings(url)), SettingsError::BadAddress, "{url}");
    }
    for url in ["https://a:b@localhost", "https://localhost?x=1", "https://localhost#x"] {
        assert_eq!(refused(settings(url)), SettingsError::AddressHoldsMore, "{url}");
    }
}

#[test]
fn both_secrets_are_needed() {
    for key in ["", "  ", "sk_test_\n"] {
        let wanted = if key.trim().is_empty() { Some(SettingsError::BadKey) } else { None };
        let settings = Settings { secret_key: SecretText::new(key), ..settings(API) };
        assert_eq!(Stripe::new(settings).err(), wanted, "{key:?}");
    }
    let settings = Settings { webhook_secret: SecretText::new(" "), ..settings(API) };
    assert_eq!(Stripe::new(settings).err(), Some(SettingsError::NoWebhookSecret));
}

#[test]
fn the_key_says_whether_money_moves() {
    assert_eq!(open(API).capabilities().name, "stripe");
    for (key, test_only) in
        [("sk_test_1", true), ("rk_test_1", true), ("sk_live_1", false), ("rk_live_1", false)]
    {
        let settings = Settings { secret_key: SecretText::new(key), ..settings(API) };
        assert_eq!(Stripe::new(settings).unwrap().capabilities().test_only, test_only, "{key}");
    }
}
