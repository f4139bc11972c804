//! The machine of a test: a clock that it moves, a scripted model and a scripted browser, cheap
//! password hashes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ampere_adapters::ai::scripted::ScriptedProvider;
use ampere_adapters::browser::scripted::ScriptedBrowser;
use ampere_adapters::egress::{Egress, EgressConfig, HostPort};
use ampere_adapters::mail::{Mailer, smtp};
use ampere_adapters::payments::Payments;
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};
use ampere_adapters::secrets::SecretText;
use ampere_app::meter::{Browsers, Models};
use ampere_app::people::PasswordCost;
use ampere_app::rates::LOCAL_MODEL;
use ampere_app::settings::{LocalLook, LocalWatch};
use ampere_app::tools::ToolBook;
use ampere_app::{Catalog, Parts};
use ampere_credits::{Clock, Entropy, Timestamp};
use ampere_server::outside::{Opened, Outside, Plan};
use ampere_server::system::System;
use async_trait::async_trait;

/// When every test begins.
pub const START: &str = "2026-11-22T09:00:00Z";

/// The same, in seconds since 1970.
pub fn start_seconds() -> i64 {
    let start: Timestamp = START.parse().unwrap();
    start.micros() / 1_000_000
}

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn new() -> Self {
        let start: Timestamp = START.parse().unwrap();
        TestClock(AtomicI64::new(start.micros()))
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // Every look moves it by a millisecond, so that ids made one after the other sort so.
        Timestamp::from_micros(self.0.fetch_add(1_000, Ordering::SeqCst))
    }
}

/// A folder that goes with its last owner.
pub struct Folder(pub PathBuf);

static FOLDERS: AtomicU64 = AtomicU64::new(0);

impl Folder {
    pub fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("ampere-http-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The machine.
#[derive(Clone)]
pub struct Machine {
    pub clock: Arc<TestClock>,
    pub provider: ScriptedProvider,
    pub browser: ScriptedBrowser,
    /// What is given and sold; without background work and its allowance, so that pools hold
    /// exactly what tests say.
    pub catalog: Catalog,
}

impl Machine {
    /// With a catalog of the test's own.
    pub fn new(mut catalog: Catalog) -> Self {
        let background = &mut catalog.background;
        (background.titles, background.summaries, background.follow_ups) = (false, false, false);
        background.allowance_percent = 0;
        let (clock, provider) = (Arc::new(TestClock::new()), ScriptedProvider::new());
        Machine { clock, provider, browser: ScriptedBrowser::new(), catalog }
    }
}

impl Outside for Machine {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::new(System)
    }

    fn open_server(&self, plan: &Plan) -> Result<Opened, String> {
        let sandbox = plan.config.sandbox_payments.then(|| sandbox(plan, self.clock()));
        let clock = sandbox.as_ref().map_or_else(|| self.clock(), |sandbox| sandbox.clock());
        let store = ampere_store::open_sqlite(&plan.database, Arc::clone(&clock)).unwrap();
        let mut fixed = plan.config.fixed.clone();
        fixed.password_cost = PasswordCost { memory_kib: 64, passes: 1 };
        let parts = Parts {
            store,
            clock,
            entropy: self.entropy(),
            catalog: self.catalog.clone(),
            models: Models::new(Some(self.provider.model(LOCAL_MODEL))),
            browsers: Browsers::new(Some(Arc::new(self.browser.clone()))),
            payments: sandbox.clone().map(|it| it as Arc<dyn Payments>).or(stripe(plan)),
            sandbox,
            secret_key: plan.secret_key,
            fixed_settings: fixed,
            local: Some(Arc::new(Scripted)),
            public_url: plan.public_url.clone(),
            agent_name: "Joule".to_owned(),
            tools: tools(plan),
            egress: egress(plan),
            mailer: mailer(plan),
        };
        Ok(Opened { parts, local: None })
    }

    fn open_beside(&self, _: &Plan) -> Result<Parts, String> {
        unreachable!("only the command line opens a database beside a server")
    }
}

/// Where a test has given its keys, with the client of production.
fn stripe(plan: &Plan) -> Option<Arc<dyn Payments>> {
    let keys = plan.config.stripe.as_ref()?;
    let settings = Settings {
        secret_key: keys.secret_key.clone(),
        webhook_secret: keys.webhook_secret.clone(),
        url: keys.url.clone(),
        timing: Timing::default(),
    };
    Some(Arc::new(Stripe::new(settings).unwrap()))
}

fn sandbox(plan: &Plan, clock: Arc<dyn Clock>) -> Arc<Sandbox> {
    let secret = SecretText::new("a secret for the sandbox of tests only, long enough");
    let books = ampere_server::data::sandbox_books(&plan.config.data);
    Arc::new(Sandbox::open(secret, clock, Some(books)).unwrap())
}

fn tools(plan: &Plan) -> ToolBook {
    let folder = plan.config.tools.as_deref().expect("the harness names one");
    ToolBook::built_in().with_folder(folder)
}

fn mailer(plan: &Plan) -> Option<Arc<dyn Mailer>> {
    let mail = plan.config.mail.as_ref()?;
    Some(smtp(&mail.url, &mail.from).unwrap())
}

fn egress(plan: &Plan) -> Egress {
    let pair = |(host, port): &(String, u16)| HostPort::new(host, *port).unwrap();
    let allow = plan.config.egress_allow.iter().map(pair).collect();
    Egress::new(EgressConfig { allow, ..EgressConfig::default() })
}

/// In place of the worker process.
struct Scripted;

#[async_trait]
impl LocalWatch for Scripted {
    async fn look(&self) -> LocalLook {
        LocalLook {
            state: "ready",
            detail: "Plays a test's script.".to_owned(),
            name: "Scripted".to_owned(),
            pid: Some(4_711),
            queued: 2,
        }
    }
}
