//! The application: everything that the use cases share, put together once by `main`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ampere_adapters::ai::ModelCard;
use ampere_adapters::egress::Egress;
use ampere_adapters::mail::Mailer;
use ampere_adapters::payments::port::Payments;
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_credits::{Clock, Entropy, RunId, Timestamp};
use ampere_store::ports::Store;
use tokio::sync::{Notify, broadcast, watch};

use crate::agent::Questions;
use crate::background::Waits;
use crate::billing::keeping::Intake;
use crate::billing::recharge::Recharging;
use crate::browser::Screens;
use crate::caller::Caller;
use crate::catalog::Catalog;
use crate::chat::Sending;
use crate::feed::{Feed, Feeds};
use crate::lane::Lanes;
use crate::meter::{Browsers, Models};
use crate::news::{Item, News};
use crate::notices::Watching;
use crate::people::People;
use crate::plans::{PlanBook, Starting};
use crate::privacy::doors::Doors;
use crate::rates::RateBook;
use crate::takeout::Taking;
use crate::tools::ToolBook;

/// What `main` gives.
pub struct Parts {
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
    /// The machine's chance.
    pub entropy: Arc<dyn Entropy>,
    /// Trial, packs, prices.
    pub catalog: Catalog,
    /// The models that are there at start.
    pub models: Models,
    /// The browser of this computer, if there is one.
    pub browsers: Browsers,
    /// Who moves money; none: nothing can be bought.
    pub payments: Option<Arc<dyn Payments>>,
    /// The same, where it is the built-in sandbox: for what people do on its pages.
    pub sandbox: Option<Arc<Sandbox>>,
    /// The key of secrets in the database.
    pub secret_key: [u8; 32],
    /// Settings given by environment or file: name → (value, source); they win over the screen.
    pub fixed_settings: crate::settings::Fixed,
    /// A look at the worker of the local model, if it is not switched off.
    pub local: Option<Arc<dyn crate::settings::LocalWatch>>,
    /// Address people reach us at, without a slash at its end.
    pub public_url: String,
    /// What the agent is called.
    pub agent_name: String,
    /// The AI Tools that could be loaded.
    pub tools: ToolBook,
    /// The only way to other people's pages.
    pub egress: Egress,
    /// The way letters leave, if there is one.
    pub mailer: Option<Arc<dyn Mailer>>,
}

/// The running application.
pub struct App {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) catalog: Catalog,
    pub(crate) models: Models,
    pub(crate) browsers: Browsers,
    pub(crate) rates: RateBook,
    pub(crate) plans: PlanBook,
    /// Starts on their way to their first commit.
    pub(crate) starting: Starting,
    /// Who is being deleted, and starts nothing.
    pub(crate) doors: Doors,
    pub(crate) lanes: Lanes,
    pub(crate) feeds: Feeds,
    /// What running work asks people.
    pub(crate) questions: Questions,
    /// Messages on their way to their holds.
    pub(crate) sending: Sending,
    /// The browser sessions that are live.
    pub(crate) browsing: Arc<Screens>,
    pub(crate) news: Arc<News>,
    pub(crate) payments: Option<Arc<dyn Payments>>,
    pub(crate) sandbox: Option<Arc<Sandbox>>,
    /// What the intake of money keeps in memory.
    pub(crate) intake: Intake,
    pub(crate) secret_key: [u8; 32],
    pub(crate) fixed_settings: crate::settings::Fixed,
    pub(crate) public_url: String,
    pub(crate) agent_name: String,
    pub(crate) people: People,
    pub(crate) local: Option<Arc<dyn crate::settings::LocalWatch>>,
    /// Names this server process on its runs, so that a later one knows which are orphans.
    pub(crate) server: String,
    pub(crate) tools: ToolBook,
    pub(crate) egress: Egress,
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    /// Told when a letter was written.
    pub(crate) mail_queued: Notify,
    /// Told after each commit that booked something.
    pub(crate) freed: Arc<watch::Sender<u64>>,
    /// Who is to be looked at for notices.
    pub(crate) watching: Watching,
    /// Who takes their data out now.
    pub(crate) taking: Taking,
    /// What auto-recharge waits for.
    pub(crate) recharging: Recharging,
    /// What the worker of background work waits for.
    pub(crate) background: Waits,
    /// Told when schedules were made or changed.
    pub(crate) schedules_changed: Notify,
    /// The server ends: nothing that waits is taken up any more.
    pub(crate) ending: AtomicBool,
    /// Last, so that whoever waits for [`App::gone`] finds everything above let go.
    alive: watch::Sender<()>,
}

impl App {
    /// Puts the parts together and reads what is kept: the rate cards first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn new(parts: Parts) -> crate::Done<Arc<App>> {
        let news = Arc::new(News::default());
        let lanes = Lanes::new(Arc::clone(&parts.store), Arc::clone(&news));
        let freed = lanes.freed();
        let rates = RateBook::load(&*parts.store, &parts.catalog, parts.clock.now()).await?;
        let plans = PlanBook::load(&*parts.store, &parts.catalog.plans, parts.clock.now()).await?;
        let people = People::new(&parts.fixed_settings, &*parts.entropy)?;
        let mut mark = [0u8; 8];
        parts.entropy.fill(&mut mark);
        let app = Arc::new(App {
            store: parts.store,
            clock: parts.clock,
            entropy: parts.entropy,
            catalog: parts.catalog,
            models: parts.models,
            browsers: parts.browsers,
            rates,
            plans,
            starting: Starting::default(),
            doors: Doors::default(),
            lanes,
            feeds: Feeds::default(),
            questions: Questions::default(),
            sending: Sending::default(),
            browsing: Arc::default(),
            news,
            payments: parts.payments,
            sandbox: parts.sandbox,
            intake: Intake::default(),
            secret_key: parts.secret_key,
            fixed_settings: parts.fixed_settings,
            public_url: parts.public_url,
            agent_name: parts.agent_name,
            local: parts.local,
            people,
            server: format!("{:016x}", u64::from_be_bytes(mark)),
            tools: parts.tools,
            egress: parts.egress,
            mailer: parts.mailer,
            mail_queued: Notify::new(),
            freed,
            watching: Watching::default(),
            taking: Taking::default(),
            recharging: Recharging::default(),
            background: Waits::default(),
            schedules_changed: Notify::new(),
            ending: AtomicBool::new(false),
            alive: watch::Sender::new(()),
        });
        app.lanes.give_served_to(Box::new(Arc::downgrade(&app)));
        Ok(app)
    }

    /// Waits until nobody uses the application any more and its store is closed. The future
    /// itself holds nothing of it.
    pub fn gone(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut alive = self.alive.subscribe();
        async move {
            // Nothing is ever sent: the error is the end.
            let _ = alive.changed().await;
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The feed of a run, while it works in this process.
    pub fn feed(&self, run: RunId) -> Option<Arc<Feed>> {
        self.feeds.of(run)
    }

    /// The models there are to choose from; the first is the default.
    pub fn model_cards(&self) -> Vec<ModelCard> {
        self.models.cards()
    }

    /// What happens from now on in the caller's organization.
    pub fn news(&self, caller: &Caller) -> broadcast::Receiver<Item> {
        self.news.subscribe(caller.org)
    }

    /// What is sold and given.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }
}
