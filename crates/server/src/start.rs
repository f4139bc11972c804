//! From a configuration to a running server, and to its end in good order.
//!
//! Owns: the order of things at start (settle what a dead server left before the first request)
//! and at the end (accept nothing, end streams, settle runs, end the worker, close the store).
//! Read next: `serve`, `http`.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ampere_app::App;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{Config, FAREWELL};
use crate::http::{self, Shared};
use crate::outside::{LocalProcess, Opened, Outside, Plan};
use crate::{data, serve};

/// How often old replies are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(6 * 3_600);

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The application.
    pub app: Arc<App>,
    /// What to tell the person who started it.
    pub greeting: String,
    ending: watch::Sender<bool>,
    serving: JoinHandle<()>,
    chores: Vec<JoinHandle<()>>,
    local: Option<Arc<dyn LocalProcess>>,
    close: Close,
}

/// Closes the store if nobody else has it any more.
type Close = Box<dyn FnMut() -> bool + Send>;
/// How often it is asked whether everybody has let go of the store.
const LETTING_GO: Duration = Duration::from_millis(5);

/// Starts everything.
///
/// # Errors
/// A sentence for the person.
pub async fn start(config: Config, outside: &dyn Outside) -> Result<Running, String> {
    data::prepare(&config.data)?;
    let secret_key =
        data::secret_key(&config.data, config.secret_key.as_ref(), &*outside.entropy())?;
    let listener = listen(config.listen).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let public_url = config.public_url.clone().unwrap_or_else(|| reached_at(address));
    let database = data::database(&config.data);
    let plan = Plan { config, database, secret_key, public_url };
    let Opened { parts, local } = outside.open_server(&plan)?;
    let mut store = Some(Arc::clone(&parts.store));
    let close: Close = Box::new(move || {
        let alone = store.as_ref().is_none_or(|store| Arc::strong_count(store) == 1);
        if alone {
            store = None;
        }
        alone
    });
    let started = begin(parts).await;
    let app = started.map_err(|error| format!("Ampere could not start: {error}."))?;
    let (ending, ends) = watch::channel(false);
    let limits = plan.config.limits.clone();
    let shared = Shared::new(
        Arc::clone(&app),
        &plan.public_url,
        limits.clone(),
        outside.entropy(),
        ends.clone(),
    );
    let greeting = greeting(&app, &plan, local.as_ref()).await?;
    let router = http::router(Arc::new(shared));
    let serving = tokio::spawn(async move {
        serve::serve(listener, router, &limits, ends, FAREWELL).await;
    });
    let chores = vec![
        tokio::spawn(Arc::clone(&app).keep_sweeping()),
        tokio::spawn(Arc::clone(&app).keep_background()),
        tokio::spawn(Arc::clone(&app).keep_recharging()),
        tokio::spawn(Arc::clone(&app).keep_noticing()),
        tokio::spawn(Arc::clone(&app).keep_scheduling()),
        tokio::spawn(Arc::clone(&app).keep_billing()),
        tokio::spawn(Arc::clone(&app).keep_mailing()),
        tokio::spawn(keep_forgetting(Arc::clone(&app))),
    ];
    Ok(Running { address, app, greeting, ending, serving, chores, local, close })
}

/// What must be in order before the first request.
async fn begin(parts: ampere_app::Parts) -> ampere_app::Done<Arc<App>> {
    let app = App::new(parts).await?;
    app.forget_replies().await?;
    app.ensure_trials().await?;
    if let Err(error) = app.apply_model_provider().await {
        // The operator can mend it on the screen, so the server must start.
        tracing::error!(%error, "the model provider is not in use");
    }
    // After the models: what is taken up asks them at once.
    let settled = app.recover().await?;
    if settled > 0 {
        tracing::warn!(settled, "runs that an earlier server left were settled");
    }
    Ok(app)
}

async fn keep_forgetting(app: Arc<App>) {
    let mut every = tokio::time::interval(FORGET_EVERY);
    every.tick().await;
    loop {
        every.tick().await;
        if let Err(error) = app.forget_replies().await {
            tracing::error!(%error, "old replies could not be forgotten");
        }
        if let Err(error) = app.forget_mails().await {
            tracing::error!(%error, "old letters could not be forgotten");
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "{address} is taken by another program (perhaps another Ampere). Stop that one, or \
             choose another address: AMPERE_LISTEN=127.0.0.1:8081"
        ),
        _ => format!("Ampere cannot listen on {address}: {error}. Set AMPERE_LISTEN."),
    })
}

/// What a browser on this machine can open.
fn reached_at(address: SocketAddr) -> String {
    let mut shown = address;
    if address.ip().is_unspecified() {
        shown.set_ip([127, 0, 0, 1].into());
    }
    format!("http://{shown}")
}

async fn greeting(
    app: &App,
    plan: &Plan,
    local: Option<&Arc<dyn LocalProcess>>,
) -> Result<String, String> {
    let link = app.first_run_link().await.map_err(|error| format!("{error}."))?;
    let data = &plan.config.data;
    let folder = std::fs::canonicalize(data).unwrap_or_else(|_| data.clone());
    let mut text = format!("\nAmpere {}\n\n", env!("CARGO_PKG_VERSION"));
    let mut line = |name: &str, said: &str| {
        // Writing to a string succeeds.
        let _ = writeln!(text, "  {name:<10} {said}");
    };
    line("Open", &plan.public_url);
    if let Some(link) = link {
        line("First run", &link);
        line("", "(this link works once and makes the first account)");
    }
    if let Some(from) = app.mail_from() {
        line("Mail", &format!("from {from}"));
    }
    line("Data", &folder.display().to_string());
    for card in app.model_cards() {
        line("Model", &format!("{} ({})", card.name, card.state));
    }
    match local {
        Some(local) => {
            let look = local.look().await;
            if !matches!(look.state, "ready" | "starting") {
                line("", &look.detail);
            }
        }
        None => line("", "The model on this computer is switched off."),
    }
    if plan.config.sandbox_payments {
        line("Payments", "sandbox: test cards, no money moves");
    }
    text.push_str("\nCtrl-C ends everything.\n");
    Ok(text)
}

impl Running {
    /// Ends everything in good order: nothing new is accepted, streams end, runs are settled,
    /// the worker ends, the store is closed.
    pub async fn end(mut self) {
        self.ending.send_replace(true);
        // First those who still ask: what they begin now is stopped and settled with the rest.
        if self.serving.await.is_err() {
            tracing::error!("the accept loop panicked");
        }
        self.app.shut_down(FAREWELL).await;
        for chore in self.chores {
            chore.abort();
            // An error here is the abort itself.
            let _ = chore.await;
        }
        if let Some(local) = self.local {
            local.shut_down().await;
        }
        drop(self.app);
        // Tasks that were told to end let go of the store one by one; no event says which is last.
        let closed = async {
            while !(self.close)() {
                tokio::time::sleep(LETTING_GO).await;
            }
        };
        if tokio::time::timeout(FAREWELL, closed).await.is_err() {
            tracing::warn!("the store is still in use; what is committed is safe");
        }
    }
}
