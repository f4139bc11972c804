//! `ampere config`: what is in force and where it comes from; secrets only as `set`.

use std::fmt::Write as _;

use ampere_app::settings::Source;

use super::keys::{self, Key};
use super::{Config, Environment, Raw, data_folder, file_of};

/// The settings that were given, then the ones that follow from them.
pub fn effective(config: &Config, environment: &Environment, raw: &Raw) -> String {
    let mut text = String::new();
    let (file, _) = file_of(environment);
    let there = if file.exists() { "" } else { " (not there)" };
    // Writing to a string succeeds.
    let _ = writeln!(text, "# data folder: {}", data_folder(environment).display());
    let _ = writeln!(text, "# file: {}{there}", file.display());
    for key in keys::ALL {
        let (value, source) = match raw.text(*key) {
            Some(said) if key.secret => ("set".to_owned(), word(said.source)),
            Some(said) => (said.text.clone(), word(said.source)),
            None => (usual(config, *key), "default"),
        };
        let _ = writeln!(text, "{:<24} {value:<44} # {source}", key.file);
    }
    text
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Environment => "environment",
        Source::File => "file",
        Source::Screen => "screen",
        Source::Default => "default",
    }
}

/// What holds when nothing was said.
fn usual(config: &Config, key: Key) -> String {
    let local = config.local_model.as_ref();
    match key.file {
        "listen" => config.listen.to_string(),
        "public_url" => format!("http://{}", config.listen),
        "log" => format!("{:?}", config.log).to_lowercase(),
        "sandbox_payments" => if config.sandbox_payments { "yes" } else { "no" }.to_owned(),
        "stripe_secret_key" | "stripe_webhook_secret" => "none".to_owned(),
        "stripe_url" => "Stripe's own".to_owned(),
        "login_idle_hours" => (config.fixed.login_times.idle_seconds / 3_600).to_string(),
        "login_longest_hours" => (config.fixed.login_times.absolute_seconds / 3_600).to_string(),
        "smtp_url" | "mail_from" => "no mail is sent".to_owned(),
        "secret_key" => "in secret.key".to_owned(),
        "local_model" => "on".to_owned(),
        "local_model_path" => local.map_or(String::new(), |l| l.weights.display().to_string()),
        "local_model_sha256" => local.map_or(String::new(), |l| l.sha256.clone()),
        "local_model_name" => local.map_or(String::new(), |l| l.name.clone()),
        "max_body_bytes" => config.limits.body_bytes.to_string(),
        "max_connections" => config.limits.connections.to_string(),
        "max_requests" => config.limits.requests.to_string(),
        "max_streams" => config.limits.streams.to_string(),
        "sign_up_open"
        | "model_url"
        | "model_kind"
        | "model_key"
        | "model_name"
        | "model_title"
        | "model_input_credits"
        | "model_output_credits" => "as on the operator's screen".to_owned(),
        _ => "built in".to_owned(),
    }
}
