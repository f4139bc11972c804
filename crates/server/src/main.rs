//! `ampere`: puts the store and the adapters together and does what the command line says.
//!
//! The one file of the server that knows them. Read next: `cli`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ampere_adapters::ai::Limits;
use ampere_adapters::ai::local::{self, LocalModel, LocalModelConfig, Patience};
use ampere_adapters::browser::{self, Browser, BrowserState, ChromiumConfig, NoBrowser};
use ampere_adapters::egress::{Egress, EgressConfig, HostPort};
use ampere_adapters::mail::{self, Mailer};
use ampere_adapters::payments::Payments;
use ampere_adapters::payments::sandbox::{Sandbox, ShiftedClock};
use ampere_adapters::payments::stripe::{self, Stripe};
use ampere_adapters::secrets::SecretText;
use ampere_app::meter::{Browsers, Models};
use ampere_app::rates::LOCAL_MODEL;
use ampere_app::settings::{LocalLook, LocalWatch};
use ampere_app::tools::ToolBook;
use ampere_app::{Catalog, Parts};
use ampere_credits::{Clock, Entropy};
use ampere_server::config::LocalModel as LocalSettings;
use ampere_server::outside::{LocalProcess, Opened, Outside, Plan};
use ampere_server::system::System;
use ampere_server::{cli, data};
use ampere_store::ports::Store;
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

/// The most memory of one browser with all of its processes.
const BROWSER_MEMORY_BYTES: u64 = 1 << 30;
/// The worker program's name.
const WORKER: &str = "ampere-local-model";
/// Where `make` builds it, from the checkout.
const WORKER_BUILT: &str = "crates/local-model/target/release/ampere-local-model";
/// What the worker's model fits, until it says so itself.
const CONTEXT_TOKENS: u32 = 2_048;
/// The longest answer of the local model.
const MAX_OUTPUT_TOKENS: u32 = 512;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let environment = std::env::vars().collect();
    cli::run(&arguments, &environment, &Machine).await
}

struct Machine;

impl Outside for Machine {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(System)
    }

    fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::new(System)
    }

    fn open_server(&self, plan: &Plan) -> Result<Opened, String> {
        let money = Money::open(plan, self.clock())?;
        let store = ampere_store::open_sqlite(&plan.database, Arc::clone(&money.clock));
        let store = store.map_err(|error| format!("{}: {error}.", plan.database.display()))?;
        let mut parts = self.parts(plan, store, Arc::clone(&money.clock))?;
        (parts.payments, parts.sandbox) = (money.payments, money.sandbox);
        parts.browsers = Browsers::new(browser(plan, &parts)?);
        let worker = plan.config.local_model.as_ref().map(|local| Worker::start(plan, local));
        if let Some((worker, model)) = &worker {
            parts.models = Models::new(Some(Arc::clone(model)));
            parts.local = Some(Arc::clone(worker) as Arc<dyn LocalWatch>);
        }
        let local = worker.map(|(worker, _)| worker as Arc<dyn LocalProcess>);
        Ok(Opened { parts, local })
    }

    fn open_beside(&self, plan: &Plan) -> Result<Parts, String> {
        // The server has the sandbox's books; beside it only their clock is looked at.
        let ahead = Sandbox::ahead(&data::sandbox_books(&plan.config.data));
        let ahead = ahead.map_err(|error| format!("{error}."))?;
        let clock: Arc<dyn Clock> = Arc::new(ShiftedClock::new(self.clock(), ahead));
        let store = ampere_store::open_sqlite_shared(&plan.database, Arc::clone(&clock));
        let store = store.map_err(|error| format!("{}: {error}.", plan.database.display()))?;
        self.parts(plan, store, clock)
    }
}

impl Machine {
    fn parts(
        &self,
        plan: &Plan,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Parts, String> {
        let catalog = match &plan.config.catalog {
            None => Catalog::built_in(),
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| format!("{}: {error}.", path.display()))?;
                Catalog::read(&text)
            }
        };
        Ok(Parts {
            store,
            clock,
            entropy: self.entropy(),
            catalog: catalog.map_err(|error| format!("{error}."))?,
            models: Models::new(None),
            browsers: Browsers::new(None),
            payments: None,
            sandbox: None,
            secret_key: plan.secret_key,
            fixed_settings: plan.config.fixed.clone(),
            local: None,
            public_url: plan.public_url.clone(),
            agent_name: "Joule".to_owned(),
            tools: tools(plan),
            egress: egress(plan)?,
            mailer: mailer(plan)?,
        })
    }
}

/// The built-in tools and those of the operator's folder.
fn tools(plan: &Plan) -> ToolBook {
    let built_in = ToolBook::built_in();
    match &plan.config.tools {
        Some(folder) => built_in.with_folder(folder),
        None => built_in,
    }
}

/// The browser of this computer: other people's pages, behind the same guard.
fn browser(plan: &Plan, parts: &Parts) -> Result<Option<Arc<dyn Browser>>, String> {
    let Some(settings) = &plan.config.browser else { return Ok(None) };
    let Some(program) = settings.program.clone().or_else(browser::usual_program) else {
        let detail = "Chromium is not on this computer; install it (Debian: apt install \
                      chromium) or set AMPERE_BROWSER"
            .to_owned();
        return Ok(Some(Arc::new(NoBrowser(BrowserState::Missing { detail }))));
    };
    let parallel = usize::try_from(parts.catalog.browser.parallel).unwrap_or(usize::MAX);
    Ok(Some(browser::chromium(ChromiumConfig {
        program,
        user: settings.user.clone(),
        folder: data::browsers(&plan.config.data),
        egress: parts.egress.clone(),
        parallel,
        memory_bytes: BROWSER_MEMORY_BYTES,
    })))
}

/// The way letters leave, if there is one.
fn mailer(plan: &Plan) -> Result<Option<Arc<dyn Mailer>>, String> {
    let Some(mail) = &plan.config.mail else { return Ok(None) };
    mail::smtp(&mail.url, &mail.from).map(Some).map_err(|error| format!("{error}."))
}

/// The guard before other people's pages.
fn egress(plan: &Plan) -> Result<Egress, String> {
    let pair = |(host, port): &(String, u16)| {
        HostPort::new(host, *port).map_err(|_| format!("{host}:{port} is not a host and a port."))
    };
    let allow = plan.config.egress_allow.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    Ok(Egress::new(EgressConfig { allow, ..EgressConfig::default() }))
}

/// Who moves the money, and the clock that goes with it.
struct Money {
    payments: Option<Arc<dyn Payments>>,
    sandbox: Option<Arc<Sandbox>>,
    clock: Arc<dyn Clock>,
}

impl Money {
    fn open(plan: &Plan, machine: Arc<dyn Clock>) -> Result<Self, String> {
        let books = data::sandbox_books(&plan.config.data);
        if plan.config.sandbox_payments {
            let sandbox = Sandbox::open(sandbox_secret(plan), machine, Some(books));
            let sandbox = Arc::new(sandbox.map_err(|error| format!("{error}."))?);
            let payments = Some(Arc::clone(&sandbox) as Arc<dyn Payments>);
            return Ok(Money { payments, clock: sandbox.clock(), sandbox: Some(sandbox) });
        }
        if Sandbox::ahead(&books).map_err(|error| format!("{error}."))? > 0 {
            return Err("The clock of this installation was moved on in the sandbox, so what it \
                        holds is ahead of the present. Switch the sandbox on \
                        (AMPERE_SANDBOX_PAYMENTS=yes), or begin with an empty data folder."
                .to_owned());
        }
        let payments = plan.config.stripe.as_ref().map(|keys| {
            let stripe = Stripe::new(stripe::Settings {
                secret_key: keys.secret_key.clone(),
                webhook_secret: keys.webhook_secret.clone(),
                url: keys.url.clone(),
                timing: stripe::Timing::default(),
            });
            stripe.map(|stripe| Arc::new(stripe) as Arc<dyn Payments>)
        });
        let payments = payments.transpose().map_err(|error| format!("{error}."))?;
        Ok(Money { payments, sandbox: None, clock: machine })
    }
}

/// Follows from the installation's key, so that webhooks sent before a restart are taken.
fn sandbox_secret(plan: &Plan) -> SecretText {
    let mut hash = Sha256::new();
    hash.update(b"ampere sandbox payments 1");
    hash.update(plan.secret_key);
    SecretText::new(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The local model's worker, ended once.
struct Worker {
    model: Mutex<Option<LocalModel>>,
    name: String,
}

impl Worker {
    fn start(
        plan: &Plan,
        settings: &LocalSettings,
    ) -> (Arc<Self>, Arc<dyn ampere_adapters::ai::Model>) {
        let mut token = [0u8; 32];
        System.fill(&mut token);
        let worker = local::start(LocalModelConfig {
            binary: settings.binary.clone().unwrap_or_else(worker_program),
            model: settings.weights.clone(),
            sha256: settings.sha256.clone(),
            name: settings.name.clone(),
            id: LOCAL_MODEL.to_owned(),
            log: data::worker_log(&plan.config.data),
            token: SecretText::new(hex(&token)),
            context_tokens: CONTEXT_TOKENS,
            max_output_tokens: MAX_OUTPUT_TOKENS,
            limits: Limits::default(),
            patience: Patience::default(),
        });
        let model = worker.model();
        let model_kept = Mutex::new(Some(worker));
        (Arc::new(Worker { model: model_kept, name: settings.name.clone() }), model)
    }
}

/// Where `make` builds it if we run in a checkout, else beside this program.
fn worker_program() -> PathBuf {
    let built = PathBuf::from(WORKER_BUILT);
    if built.exists() {
        return built;
    }
    let own = std::env::current_exe().ok();
    let beside = own.and_then(|own| Some(own.parent()?.join(WORKER)));
    beside.filter(|beside| beside.exists()).unwrap_or(built)
}

#[async_trait]
impl LocalWatch for Worker {
    async fn look(&self) -> LocalLook {
        let kept = self.model.lock().await;
        let name = self.name.clone();
        let Some(model) = kept.as_ref() else {
            let detail = "It was shut down.".to_owned();
            return LocalLook { state: "off", detail, name, pid: None, queued: 0 };
        };
        let status = model.status();
        let queued = model.load().await.map_or(0, |load| load.queued);
        let (state, detail, pid) = (status.state.word(), status.detail, status.pid);
        LocalLook { state, detail, name, pid, queued }
    }
}

#[async_trait]
impl LocalProcess for Worker {
    async fn shut_down(&self) {
        let model = self.model.lock().await.take();
        if let Some(model) = model {
            model.shut_down().await;
        }
    }
}
