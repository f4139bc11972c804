//! What people write into environment and file, and what they are told.

use std::path::Path;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn read(pairs: &[(&str, &str)], file: &str) -> Result<Config, Vec<String>> {
    let raw = Raw::read(&environment(pairs), Some((Path::new("ampere.toml"), file)));
    let told = |mistakes: Vec<Mistake>| mistakes.iter().map(ToString::to_string).collect();
    Config::of(PathBuf::from("data"), raw).map_err(told)
}

fn fine(pairs: &[(&str, &str)], file: &str) -> Config {
    match read(pairs, file) {
        Ok(config) => config,
        Err(mistakes) => unreachable!("{mistakes:?}"),
    }
}

fn mistakes(pairs: &[(&str, &str)], file: &str) -> Vec<String> {
    match read(pairs, file) {
        Ok(config) => unreachable!("{config:?}"),
        Err(mistakes) => mistakes,
    }
}

#[test]
fn nothing_said_is_loopback_and_everything_by_default() {
    let config = fine(&[], "");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(config.sandbox_payments);
    assert_eq!(config.fixed.login_times, LoginTimes::default());
    let local = config.local_model.map(|local| local.weights);
    assert_eq!(local, Some(PathBuf::from("data/models").join(WEIGHTS)));
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\nmax_streams = 3\nlocal_model = false\n\
                trusted_proxies = [\"10.0.0.1\", \"10.0.0.2\"]\nsign_up_open = true\n";
    let config = fine(&[("AMPERE_LISTEN", "127.0.0.1:2"), ("AMPERE_MAX_BODY_BYTES", "")], file);
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.limits.streams, 3);
    assert_eq!(config.limits.trusted_proxies.len(), 2);
    assert_eq!(config.local_model, None);
    let open = config.fixed.sign_up_open;
    let source = ampere_app::settings::Source::File;
    assert_eq!(open, Some(Given { value: true, source }));
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let pairs = [
        ("AMPERE_LISTEN", "8080"),
        ("AMPERE_LISTNE", "127.0.0.1:1"),
        ("AMPERE_PUBLIC_URL", "ampere.example/app"),
        ("AMPERE_MODEL_INPUT_CREDITS", "-1"),
        ("PATH", "/usr/bin"),
        ("AMPERE_HOST", "of the clients"),
    ];
    let file = "max_streams = 0\nmax_strems = 1\n[table]\n";
    let told = mistakes(&pairs, file).join("\n");
    for part in [
        "AMPERE_LISTEN must be an address and port",
        "AMPERE_LISTNE: there is no such setting",
        "AMPERE_PUBLIC_URL must be http:// or https://",
        "AMPERE_MODEL_INPUT_CREDITS must be credits, 0 or more",
        "ampere.toml: max_streams must be 1 or more",
        "ampere.toml: there is no setting max_strems",
        "ampere.toml: there is no setting table",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert_eq!(told.lines().count(), 7, "{told}");
}

#[test]
fn a_file_that_is_no_toml_is_told() {
    let told = mistakes(&[], "listen 127.0.0.1");
    assert!(told[0].starts_with("ampere.toml: "), "{told:?}");
}

#[test]
fn secrets_are_neither_told_in_mistakes_nor_shown() {
    let told = mistakes(&[("AMPERE_SECRET_KEY", "tooshortsecret")], "").join("\n");
    assert!(!told.contains("tooshortsecret"), "{told}");
    let key = "0f".repeat(32);
    let pairs = [
        ("AMPERE_SECRET_KEY", key.as_str()),
        ("AMPERE_MODEL_URL", "http://127.0.0.1:11434/v1"),
        ("AMPERE_MODEL_NAME", "moon-1"),
        ("AMPERE_MODEL_KEY", "sk-secret"),
    ];
    let config = fine(&pairs, "");
    let environment = environment(&pairs);
    let shown = show::effective(&config, &environment, &Raw::read(&environment, None));
    let debug = format!("{config:?}");
    for text in [shown.as_str(), debug.as_str()] {
        assert!(!text.contains("sk-secret") && !text.contains(&key), "{text}");
    }
    let lines: Vec<&str> = shown.lines().collect();
    let set = |name: &str| lines.iter().any(|l| l.starts_with(name) && l.contains(" set "));
    assert!(set("secret_key") && set("model_key"), "{shown}");
    assert!(shown.contains("moon-1"), "{shown}");
}

#[test]
fn test_cards_are_for_loopback_only_unless_said_otherwise() {
    let sandbox = |pairs: &[(&str, &str)]| fine(pairs, "").sandbox_payments;
    assert!(sandbox(&[("AMPERE_LISTEN", "[::1]:8080")]));
    assert!(sandbox(&[("AMPERE_PUBLIC_URL", "http://localhost:8080/")]));
    assert!(!sandbox(&[("AMPERE_LISTEN", "0.0.0.0:8080")]));
    assert!(!sandbox(&[("AMPERE_LISTEN", "192.168.0.7:8080")]));
    assert!(!sandbox(&[("AMPERE_PUBLIC_URL", "https://ampere.example")]));
    assert!(!sandbox(&[("AMPERE_PUBLIC_URL", "http://localhost.evil.example")]));
    let said = ("AMPERE_SANDBOX_PAYMENTS", "1");
    assert!(sandbox(&[("AMPERE_LISTEN", "0.0.0.0:8080"), said]));
    assert!(!sandbox(&[("AMPERE_SANDBOX_PAYMENTS", "no")]));
}

#[test]
fn a_provider_is_said_whole() {
    let told = mistakes(&[("AMPERE_MODEL_URL", "http://127.0.0.1:11434/v1")], "");
    assert_eq!(told, ["AMPERE_MODEL_URL needs AMPERE_MODEL_NAME with it"]);
    let told = mistakes(&[("AMPERE_MODEL_KEY", "sk-1")], "");
    assert_eq!(told, ["AMPERE_MODEL_URL is needed with a model's name or key"]);
    let told = mistakes(&[("AMPERE_MODEL_URL", "moon"), ("AMPERE_MODEL_NAME", "m")], "");
    assert!(told[0].starts_with("AMPERE_MODEL_URL must be an address"), "{told:?}");
    let said = [("AMPERE_MODEL_URL", "http://moon"), ("AMPERE_MODEL_NAME", "m")];
    assert_eq!(fine(&said, "").fixed.provider.kind, None);
    let of_kind = |word| [said[0], said[1], ("AMPERE_MODEL_KIND", word)];
    let kind = fine(&of_kind("anthropic"), "").fixed.provider.kind;
    assert_eq!(kind, Some(ProviderKind::Anthropic));
    let told = mistakes(&of_kind("claude"), "");
    assert!(told[0].starts_with("AMPERE_MODEL_KIND must be openai or anthropic"), "{told:?}");
}

#[test]
fn every_setting_has_its_own_name_in_both_places() {
    let mut names: Vec<String> = Vec::new();
    for key in keys::ALL {
        let environment = format!("AMPERE_{}", key.file.to_uppercase());
        assert_eq!(environment, key.environment, "the two names are the same word");
        assert!(!names.contains(&environment), "{environment} is there twice");
        names.push(environment);
    }
}

#[test]
fn money_has_one_mover_and_stripes_secrets_go_together() {
    let (key, hooks) = (("AMPERE_STRIPE_SECRET_KEY", "sk"), ("AMPERE_STRIPE_WEBHOOK_SECRET", "wh"));
    let config = fine(&[key, hooks], "");
    assert!(config.stripe.is_some() && !config.sandbox_payments);
    let told = mistakes(&[key, hooks, ("AMPERE_SANDBOX_PAYMENTS", "yes")], "");
    assert!(told[0].contains("choose one"), "{told:?}");
    assert!(mistakes(&[key], "")[0].contains("go together"));
    assert!(mistakes(&[hooks], "")[0].contains("go together"));
    let told = mistakes(&[("AMPERE_STRIPE_URL", "http://127.0.0.1:1")], "");
    assert!(told[0].contains("AMPERE_STRIPE_SECRET_KEY"), "{told:?}");
}
