//! Every setting that environment or file can give: one table.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file.
    pub file: &'static str,
    /// Its name in the environment.
    pub environment: &'static str,
    /// It is never shown.
    pub secret: bool,
    /// What it does.
    pub help: &'static str,
}

const fn key(file: &'static str, environment: &'static str, help: &'static str) -> Key {
    Key { file, environment, secret: false, help }
}

const fn secret(file: &'static str, environment: &'static str, help: &'static str) -> Key {
    Key { file, environment, secret: true, help }
}

/// Where the data folder and the file are said; these two are in the environment only.
pub const DATA: Key = key("", "AMPERE_DATA", "folder of everything that is kept (./data)");
/// The configuration file.
pub const FILE: Key =
    key("", "AMPERE_CONFIG", "configuration file (ampere.toml in the data folder)");

pub const LISTEN: Key =
    key("listen", "AMPERE_LISTEN", "address and port to listen on (127.0.0.1:8080)");
pub const PUBLIC_URL: Key =
    key("public_url", "AMPERE_PUBLIC_URL", "where people reach it, as https://ampere.example");
pub const LOG: Key = key("log", "AMPERE_LOG", "off, error, warn, info or debug (info)");
pub const SANDBOX: Key = key(
    "sandbox_payments",
    "AMPERE_SANDBOX_PAYMENTS",
    "buy with test cards: yes or no (yes on loopback only)",
);
pub const STRIPE_KEY: Key = secret(
    "stripe_secret_key",
    "AMPERE_STRIPE_SECRET_KEY",
    "real payments: the secret key of your Stripe account (none)",
);
pub const STRIPE_HOOKS: Key = secret(
    "stripe_webhook_secret",
    "AMPERE_STRIPE_WEBHOOK_SECRET",
    "its webhook endpoint's signing secret (none)",
);
pub const STRIPE_URL: Key = key(
    "stripe_url",
    "AMPERE_STRIPE_URL",
    "another address than Stripe's, for trying out (https://api.stripe.com)",
);
pub const SMTP_URL: Key = secret(
    "smtp_url",
    "AMPERE_SMTP_URL",
    "the mail server, as smtps://user:password@mail.example (no mail is sent)",
);
pub const MAIL_FROM: Key =
    key("mail_from", "AMPERE_MAIL_FROM", "whom mail comes from, as Ampere <ampere@example.com>");
pub const SIGN_UP: Key = key(
    "sign_up_open",
    "AMPERE_SIGN_UP_OPEN",
    "accounts without invitation: yes or no (the operator's screen)",
);
pub const LOGIN_IDLE: Key =
    key("login_idle_hours", "AMPERE_LOGIN_IDLE_HOURS", "a login ends unused after (168)");
pub const LOGIN_LONGEST: Key =
    key("login_longest_hours", "AMPERE_LOGIN_LONGEST_HOURS", "a login ends after (720)");
pub const SECRET_KEY: Key = secret(
    "secret_key",
    "AMPERE_SECRET_KEY",
    "64 hexadecimal digits that seal secrets (secret.key in the data folder)",
);
pub const CATALOG: Key =
    key("catalog", "AMPERE_CATALOG", "file of trial, packs and default prices (built in)");
pub const TOOLS: Key =
    key("tools", "AMPERE_TOOLS", "folder of AI Tools beside the built-in ones (none)");
pub const EGRESS_ALLOW: Key = key(
    "egress_allow",
    "AMPERE_EGRESS_ALLOW",
    "host:port pairs of your own network that tools and browsers may reach (none)",
);
pub const BROWSER: Key =
    key("browser", "AMPERE_BROWSER", "Chromium's program, or off (found on this computer)");
pub const BROWSER_USER: Key =
    key("browser_user", "AMPERE_BROWSER_USER", "as whom it runs where the server is root (nobody)");
pub const MODEL_URL: Key = key(
    "model_url",
    "AMPERE_MODEL_URL",
    "a model provider, as http://127.0.0.1:11434/v1 (the operator's screen)",
);
pub const MODEL_KIND: Key = key(
    "model_kind",
    "AMPERE_MODEL_KIND",
    "openai or anthropic: what the provider speaks (openai)",
);
pub const MODEL_KEY: Key = secret("model_key", "AMPERE_MODEL_KEY", "its key, if it wants one");
pub const MODEL_NAME: Key = key("model_name", "AMPERE_MODEL_NAME", "the model's name there");
pub const MODEL_TITLE: Key =
    key("model_title", "AMPERE_MODEL_TITLE", "what people read (the model's name)");
pub const MODEL_INPUT: Key = key(
    "model_input_credits",
    "AMPERE_MODEL_INPUT_CREDITS",
    "credits for 1,000 tokens read (the catalog's)",
);
pub const MODEL_OUTPUT: Key = key(
    "model_output_credits",
    "AMPERE_MODEL_OUTPUT_CREDITS",
    "credits for 1,000 tokens written (the catalog's)",
);
pub const MODEL_CONTEXT: Key = key(
    "model_context_tokens",
    "AMPERE_MODEL_CONTEXT_TOKENS",
    "tokens that fit in one call (32768)",
);
pub const MODEL_LONGEST: Key = key(
    "model_max_output_tokens",
    "AMPERE_MODEL_MAX_OUTPUT_TOKENS",
    "the longest answer in tokens (4096)",
);
pub const LOCAL: Key = key("local_model", "AMPERE_LOCAL_MODEL", "on or off (on)");
pub const LOCAL_BIN: Key =
    key("local_model_bin", "AMPERE_LOCAL_MODEL_BIN", "its worker program (where make builds it)");
pub const LOCAL_PATH: Key =
    key("local_model_path", "AMPERE_LOCAL_MODEL_PATH", "its weights (models/ in the data folder)");
pub const LOCAL_SHA256: Key = key(
    "local_model_sha256",
    "AMPERE_LOCAL_MODEL_SHA256",
    "SHA-256 of the weights (of the ones that make fetches)",
);
pub const LOCAL_NAME: Key =
    key("local_model_name", "AMPERE_LOCAL_MODEL_NAME", "what people read (SmolLM2 135M)");
pub const PROXIES: Key = key(
    "trusted_proxies",
    "AMPERE_TRUSTED_PROXIES",
    "addresses whose X-Forwarded-For is believed, with commas between (none)",
);
pub const BODY: Key =
    key("max_body_bytes", "AMPERE_MAX_BODY_BYTES", "bytes of a request's body (1048576)");
pub const CONNECTIONS: Key =
    key("max_connections", "AMPERE_MAX_CONNECTIONS", "connections at once (4096)");
pub const REQUESTS: Key = key("max_requests", "AMPERE_MAX_REQUESTS", "requests at once (1024)");
pub const STREAMS: Key =
    key("max_streams", "AMPERE_MAX_STREAMS", "event streams of one person at once (16)");

/// Those that a file can hold, in the order in which they are shown.
pub const ALL: &[Key] = &[
    LISTEN,
    PUBLIC_URL,
    LOG,
    SANDBOX,
    STRIPE_KEY,
    STRIPE_HOOKS,
    STRIPE_URL,
    SMTP_URL,
    MAIL_FROM,
    SIGN_UP,
    LOGIN_IDLE,
    LOGIN_LONGEST,
    SECRET_KEY,
    CATALOG,
    TOOLS,
    EGRESS_ALLOW,
    BROWSER,
    BROWSER_USER,
    MODEL_URL,
    MODEL_KIND,
    MODEL_KEY,
    MODEL_NAME,
    MODEL_TITLE,
    MODEL_INPUT,
    MODEL_OUTPUT,
    MODEL_CONTEXT,
    MODEL_LONGEST,
    LOCAL,
    LOCAL_BIN,
    LOCAL_PATH,
    LOCAL_SHA256,
    LOCAL_NAME,
    PROXIES,
    BODY,
    CONNECTIONS,
    REQUESTS,
    STREAMS,
];

/// Names that begin like ours and belong to others: our clients, and the tests of this repository.
pub const OF_OTHERS: &[&str] = &["AMPERE_HOST", "AMPERE_KEY", "AMPERE_SERVER", "AMPERE_MODEL_PATH"];
