//! What the operator sets: the address, the key, the Test button.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ampere_adapters::ai::openai;
use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, Step};
use ampere_adapters::ai::{
    BreakCause, ModelError, ProviderSettings, SettingsError, test_connection,
};
use ampere_adapters::secrets::SecretText;

use crate::{KEY, answer, exact, open, refused, settings};

#[tokio::test]
async fn the_key_is_sent_and_a_wrong_one_is_for_the_operator() {
    let provider = ScriptedProvider::new();
    let wants = |key: &str| Demands { key: Some(key.to_owned()), ..Demands::default() };
    let right = provider.serve(wants(KEY)).await.unwrap();
    assert_eq!(answer(&*open(&right.base_url())).await.unwrap().1, exact(10, 2));
    let other = provider.serve(wants("another")).await.unwrap();
    // The server's answer quotes the key; `refused` checks that the error does not.
    let error = refused(&*open(&other.base_url())).await;
    let ModelError::Refused { detail } = &error else { panic!("{error:?}") };
    assert!(detail.contains("key") && detail.contains("401"), "{detail}");
    assert_eq!(other.turned_away(), 1, "refused for good: no second attempt");
    assert!(!format!("{:?}", settings("http://localhost")).contains(KEY));
}

#[tokio::test]
async fn a_server_that_wants_the_newer_name_of_the_limit_gets_it() {
    let provider = ScriptedProvider::new();
    let demands = Demands { newer_limit_name: true, ..Demands::default() };
    let server = provider.serve(demands).await.unwrap();
    let model = open(&server.base_url());
    for _ in 0..2 {
        assert_eq!(answer(&*model).await.unwrap().1, exact(10, 2));
    }
    assert_eq!(server.turned_away(), 1, "learned once");
    assert!(provider.calls().iter().all(|call| call.max_output_tokens == 50));
}

#[tokio::test]
async fn the_test_button_makes_one_tiny_real_call() {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    let model = open(&server.base_url());
    let ticks = AtomicU64::new(0);
    let clock = || Duration::from_millis(ticks.fetch_add(25, Ordering::SeqCst));
    let report = test_connection(&*model, "call_test", &clock).await.unwrap();
    assert_eq!((report.input_tokens, report.output_tokens, report.exact), (10, 2, true));
    assert_eq!(report.took, Duration::from_millis(25));
    let calls = provider.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].call_id, "call_test");
    assert!(calls[0].max_output_tokens <= 16);
    provider.push(Script::steps(vec![Step::Report]));
    let error = test_connection(&*model, "call_test", &clock).await.unwrap_err();
    assert_eq!(error, ModelError::Broken(BreakCause::Reported));
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    let address = |url: &str| openai::open(settings(url)).err();
    for url in ["", "localhost:11434", "ftp://host/v1", "http://", "file:///etc/passwd"] {
        assert_eq!(address(url), Some(SettingsError::BadAddress), "{url}");
    }
    for url in ["https://user:pass@host/v1", "https://host/v1?key=1", "https://host/v1#x"] {
        assert_eq!(address(url), Some(SettingsError::AddressHoldsMore), "{url}");
    }
    for url in ["http://127.0.0.1:11434/v1/", " https://host/v1 ", "http://[::1]:8000"] {
        assert_eq!(address(url), None, "{url}");
    }
    let key = Some(SecretText::new("two\nlines"));
    let bad_key = ProviderSettings { api_key: key, ..settings("http://host/v1") };
    assert_eq!(openai::open(bad_key).err(), Some(SettingsError::BadKey));
    let no_model = ProviderSettings { model: " ".to_owned(), ..settings("http://host/v1") };
    assert_eq!(openai::open(no_model).err(), Some(SettingsError::NoModel));
}
