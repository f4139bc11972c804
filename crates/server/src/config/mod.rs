//! Configuration: environment over file, checked at start; every mistake is said at once.
//!
//! What people may change while it runs is on the operator's screen instead, and loses against
//! both (`ampere_app::settings`). Secrets are never shown. Read next: `keys`, the one table.

pub mod keys;
mod money;
mod raw;
pub mod show;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ampere_app::people::LoginTimes;
use ampere_app::settings::{Fixed, FixedProvider, Given, ProviderKind, SecretText};
use ampere_credits::Credits;

use crate::http::Limits;
use crate::log::LogLevel;

pub use money::StripeSettings;
pub use raw::{Environment, Mistake, Raw, data_folder, file_of};

/// The weights that `make model` fetches.
const WEIGHTS: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const WEIGHTS_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const WEIGHTS_NAME: &str = "SmolLM2 135M";

/// Everything that is known at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of everything that is kept.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach us; otherwise where we listen.
    pub public_url: Option<String>,
    /// How much is logged.
    pub log: LogLevel,
    /// Whether credits can be bought with test cards.
    pub sandbox_payments: bool,
    /// The operator's account at Stripe; with it the sandbox is off.
    pub stripe: Option<StripeSettings>,
    /// The mail server and whom letters come from, if letters are sent.
    pub mail: Option<Mail>,
    /// Key of sealed secrets, 64 hexadecimal digits; otherwise the file in the data folder.
    pub secret_key: Option<SecretText>,
    /// A catalog instead of the built-in one.
    pub catalog: Option<PathBuf>,
    /// A folder of AI Tools beside the built-in ones.
    pub tools: Option<PathBuf>,
    /// Hosts and ports within the operator's own network that tools may fetch pages from.
    pub egress_allow: Vec<(String, u16)>,
    /// The browser of this computer, unless it is off.
    pub browser: Option<Browser>,
    /// The model on this computer, unless it is off.
    pub local_model: Option<LocalModel>,
    /// Bounds on requests.
    pub limits: Limits,
    /// What the application takes as fixed.
    pub fixed: Fixed,
}

/// The browser of this computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Browser {
    /// Its program, if it was said.
    pub program: Option<PathBuf>,
    /// As whom it runs where the server is root, if it was said.
    pub user: Option<String>,
}

/// How letters are sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The mail server, with its password.
    pub url: SecretText,
    /// Whom letters come from.
    pub from: String,
}

/// The model on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalModel {
    /// Its worker program, if it was said.
    pub binary: Option<PathBuf>,
    /// Its weights.
    pub weights: PathBuf,
    /// Their SHA-256.
    pub sha256: String,
    /// What people read.
    pub name: String,
}

impl Config {
    /// Reads and checks.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(environment: &Environment) -> Result<Self, Vec<Mistake>> {
        let (path, named) = file_of(environment);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => None,
            Err(error) => {
                return Err(vec![Mistake(format!("{}: {error}", path.display()))]);
            }
        };
        let file = text.as_deref().map(|text| (path.as_path(), text));
        Config::of(data_folder(environment), Raw::read(environment, file))
    }

    /// From what was said.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn of(data: PathBuf, mut raw: Raw) -> Result<Self, Vec<Mistake>> {
        let listen = raw.value(keys::LISTEN, "an address and port, as 127.0.0.1:8080", parse);
        let listen = listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let public_url = raw.value(keys::PUBLIC_URL, "http:// or https:// and a host", origin);
        let loopback =
            listen.ip().is_loopback() && public_url.as_deref().is_none_or(is_loopback_url);
        let (stripe, sandbox_payments) = money::money(&mut raw, loopback);
        let log = raw.value(keys::LOG, "off, error, warn, info or debug", LogLevel::named);
        let secret_key = raw.value(keys::SECRET_KEY, "64 hexadecimal digits", sealing_key);
        let config = Config {
            listen,
            public_url,
            log: log.unwrap_or_default(),
            sandbox_payments,
            stripe,
            mail: mail(&mut raw),
            secret_key,
            catalog: raw.value(keys::CATALOG, "a path", parse),
            tools: raw.value(keys::TOOLS, "a path", parse),
            egress_allow: raw
                .value(keys::EGRESS_ALLOW, "host:port pairs with commas between", hosts_and_ports)
                .unwrap_or_default(),
            browser: browser(&mut raw),
            local_model: local_model(&mut raw, &data),
            limits: limits(&mut raw),
            fixed: fixed(&mut raw),
            data,
        };
        if raw.mistakes.is_empty() { Ok(config) } else { Err(raw.mistakes) }
    }
}

fn parse<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn hosts_and_ports(text: &str) -> Option<Vec<(String, u16)>> {
    let each = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    let pair = |text: &str| {
        let (host, port) = text.rsplit_once(':')?;
        Some((host.to_owned(), port.parse().ok()?)).filter(|_| !host.is_empty())
    };
    each.map(pair).collect()
}

/// Scheme and authority, nothing more.
fn origin(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then(|| text.to_owned())
}

fn is_loopback_url(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    match host.parse::<SocketAddr>() {
        Ok(address) => address.ip().is_loopback(),
        Err(_) => {
            let name = host.split(':').next().unwrap_or_default();
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
    }
}

fn sealing_key(text: &str) -> Option<SecretText> {
    let fits = text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    fits.then(|| SecretText::new(text))
}

fn at_least_one<T: std::str::FromStr + PartialOrd + From<u8>>(text: &str) -> Option<T> {
    parse(text).filter(|number: &T| *number >= T::from(1))
}

fn limits(raw: &mut Raw) -> Limits {
    let usual = Limits::default();
    let mut count = |key, usual| raw.value(key, "1 or more", at_least_one).unwrap_or(usual);
    let body_bytes = count(keys::BODY, usual.body_bytes);
    let connections = count(keys::CONNECTIONS, usual.connections);
    let requests = count(keys::REQUESTS, usual.requests);
    let streams = count(keys::STREAMS, usual.streams);
    let addresses = |text: &str| {
        let each = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        each.map(|text| text.parse::<IpAddr>().ok()).collect::<Option<Vec<_>>>()
    };
    let trusted_proxies =
        raw.value(keys::PROXIES, "addresses with commas between", addresses).unwrap_or_default();
    Limits { body_bytes, connections, requests, streams, trusted_proxies, ..usual }
}

fn fixed(raw: &mut Raw) -> Fixed {
    let source = |raw: &Raw, key| raw.text(key).map(|text| text.source);
    let sign_up = raw.value(keys::SIGN_UP, "yes or no", raw::yes_or_no);
    let sign_up_open =
        sign_up.zip(source(raw, keys::SIGN_UP)).map(|(value, source)| Given { value, source });
    let hours = |text: &str| at_least_one::<u32>(text).map(|hours| i64::from(hours) * 3_600);
    let usual = LoginTimes::default();
    let idle_seconds = raw.value(keys::LOGIN_IDLE, "hours, 1 or more", hours);
    let absolute_seconds = raw.value(keys::LOGIN_LONGEST, "hours, 1 or more", hours);
    Fixed {
        sign_up_open,
        provider: provider(raw),
        login_times: LoginTimes {
            idle_seconds: idle_seconds.unwrap_or(usual.idle_seconds),
            absolute_seconds: absolute_seconds.unwrap_or(usual.absolute_seconds),
        },
        ..Fixed::default()
    }
}

fn provider(raw: &mut Raw) -> FixedProvider {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let url = raw.value(keys::MODEL_URL, "an address", |url| {
        text(url.trim_end_matches('/')).filter(|url| url.starts_with("http"))
    });
    let source = raw.text(keys::MODEL_URL).map(|text| text.source);
    let base_url = url.zip(source).map(|(value, source)| Given { value, source });
    let price = |text: &str| parse::<Credits>(text).filter(|price| *price >= Credits::ZERO);
    let kind = raw.value(keys::MODEL_KIND, "openai or anthropic", ProviderKind::from_word);
    let fixed = FixedProvider {
        kind,
        base_url,
        api_key: raw.value(keys::MODEL_KEY, "a key", |key| text(key).map(SecretText::new)),
        model: raw.value(keys::MODEL_NAME, "a name", text),
        name: raw.value(keys::MODEL_TITLE, "a name", text),
        input: raw.value(keys::MODEL_INPUT, "credits, 0 or more", price),
        output: raw.value(keys::MODEL_OUTPUT, "credits, 0 or more", price),
        context_tokens: raw.value(keys::MODEL_CONTEXT, "1 or more", at_least_one),
        max_output_tokens: raw.value(keys::MODEL_LONGEST, "1 or more", at_least_one),
    };
    if fixed.base_url.is_some() && fixed.model.is_none() {
        let text = format!(
            "{} needs {} with it",
            keys::MODEL_URL.environment,
            keys::MODEL_NAME.environment
        );
        raw.mistakes.push(Mistake(text));
    }
    if fixed.base_url.is_none() && (fixed.model.is_some() || fixed.api_key.is_some()) {
        let text = format!("{} is needed with a model's name or key", keys::MODEL_URL.environment);
        raw.mistakes.push(Mistake(text));
    }
    fixed
}

fn mail(raw: &mut Raw) -> Option<Mail> {
    let wanted = "smtps://user:password@host, or smtp://…";
    let url = raw.value(keys::SMTP_URL, wanted, |url| {
        let known = url.starts_with("smtps://") || url.starts_with("smtp://");
        known.then(|| SecretText::new(url))
    });
    let address = |text: &str| Some(text.to_owned()).filter(|text| text.contains('@'));
    let from = raw.value(keys::MAIL_FROM, "a mail address", address);
    if url.is_some() != from.is_some() {
        let (one, other) = (keys::SMTP_URL.environment, keys::MAIL_FROM.environment);
        raw.mistakes.push(Mistake(format!("{one} and {other} are needed together")));
    }
    let (url, from) = url.zip(from)?;
    Some(Mail { url, from })
}

fn browser(raw: &mut Raw) -> Option<Browser> {
    let said = raw.value(keys::BROWSER, "a path or off", parse::<PathBuf>);
    let user = raw.value(keys::BROWSER_USER, "a name", parse);
    let off = said.as_ref().is_some_and(|said| said.as_os_str() == "off");
    (!off).then_some(Browser { program: said, user })
}

fn local_model(raw: &mut Raw, data: &std::path::Path) -> Option<LocalModel> {
    let on = raw.value(keys::LOCAL, "on or off", raw::yes_or_no).unwrap_or(true);
    let hash = |text: &str| {
        let fits = text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
        fits.then(|| text.to_ascii_lowercase())
    };
    let weights = raw.value(keys::LOCAL_PATH, "a path", parse);
    let sha256 = raw.value(keys::LOCAL_SHA256, "64 hexadecimal digits", hash);
    let local = LocalModel {
        binary: raw.value(keys::LOCAL_BIN, "a path", parse),
        weights: weights.unwrap_or_else(|| data.join("models").join(WEIGHTS)),
        sha256: sha256.unwrap_or_else(|| WEIGHTS_SHA256.to_owned()),
        name: raw.value(keys::LOCAL_NAME, "a name", parse).unwrap_or(WEIGHTS_NAME.to_owned()),
    };
    on.then_some(local)
}

/// How long the server waits for what is being worked on when it is asked to end.
pub const FAREWELL: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
