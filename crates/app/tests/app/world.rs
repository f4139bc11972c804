//! One installation for a test: a database file of its own, a scripted provider, a clock that
//! tests move.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ampere_adapters::ai::scripted::{Script, ScriptedProvider, Step};
use ampere_adapters::browser::scripted::ScriptedBrowser;
use ampere_adapters::egress::{Egress, EgressConfig};
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_adapters::secrets::SecretText;
use ampere_app::chat::{Ask, Effort, Sent};
use ampere_app::feed::FeedEvent;
use ampere_app::meter::{Browsers, Models};
use ampere_app::rates::LOCAL_MODEL;
use ampere_app::spend::Intent;
use ampere_app::tools::ToolBook;
use ampere_app::{App, AppError, Caller, Catalog, Parts};
use ampere_credits::ledger::{
    Answer, Balance, Cause, Class, Command, Entry, GrantTerms, Hash, Queueing, Request,
};
use ampere_credits::{
    Clock, Credits, Entropy, GrantId, LoginId, OrgId, RunId, SessionId, Timestamp, UserId,
};
use ampere_store::ports::Store;
use ampere_store::rows::{
    BackgroundSettings, LaneRequest, OrganizationRow, Page, Role, RunRow, UserRow,
};

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance_seconds(&self, seconds: i64) {
        self.advance_micros(seconds * 1_000_000);
    }

    pub fn advance_micros(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // Every look moves it by a microsecond, so that instants are distinct.
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Chance that repeats itself with the same seed.
pub struct TestEntropy(AtomicU64);

impl Entropy for TestEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = u8::try_from((z ^ (z >> 31)) & 0xff).unwrap();
        }
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

static FOLDERS: AtomicU64 = AtomicU64::new(0);

pub struct World {
    pub app: Arc<App>,
    pub store: Arc<dyn Store>,
    pub provider: ScriptedProvider,
    pub browser: ScriptedBrowser,
    pub clock: Arc<TestClock>,
    /// The payment provider; it outlives the application, as a real one.
    pub sandbox: Arc<Sandbox>,
    pub owner: Caller,
    pub session: SessionId,
    catalog: Catalog,
    seed: AtomicU64,
    folder: Arc<Folder>,
}

impl World {
    /// An installation with one organization and this many included credits.
    pub async fn with(credits: &str) -> World {
        World::under(Catalog::built_in().unwrap(), credits).await
    }

    /// The same under another catalog.
    pub async fn under(catalog: Catalog, credits: &str) -> World {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("ampere-app-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        let start: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(start.micros())));
        let store = ampere_store::open_sqlite(&path.join("ampere.db"), clock.clone()).unwrap();
        let (provider, browser) = (ScriptedProvider::new(), ScriptedBrowser::new());
        let folder = Arc::new(Folder(path));
        let outside = (&provider, browsers(&browser));
        let sandbox = Arc::new(open_sandbox(&clock));
        let app = start_app(&store, (&clock, &sandbox), outside, (1, &catalog)).await;
        let owner = create_organization(&*store, &clock, number).await;
        let session = app.create_session(&owner, None).await.unwrap().row.id;
        let seed = AtomicU64::new(1);
        let world = World {
            app,
            store,
            provider,
            browser,
            clock,
            sandbox,
            owner,
            session,
            catalog,
            seed,
            folder,
        };
        if credits != "0" {
            world.grant(credits).await;
        }
        world
    }

    /// The same database under another server process; the first one is gone, as after a kill.
    pub async fn restarted(&self) -> World {
        self.restarted_under(self.catalog.clone()).await
    }

    /// The same, as a version with another catalog.
    pub async fn restarted_under(&self, catalog: Catalog) -> World {
        let browser = ScriptedBrowser::new();
        let with = browsers(&browser);
        World { browser, ..self.restarted_with(catalog, with).await }
    }

    /// The same with other browsers than the scripted ones.
    pub async fn restarted_with(&self, catalog: Catalog, browsers: Browsers) -> World {
        let seed = 1_000 + self.seed.fetch_add(1, Ordering::SeqCst);
        let (provider, browser) = (ScriptedProvider::new(), ScriptedBrowser::new());
        let outside = (&provider, browsers);
        World {
            app: start_app(&self.store, (&self.clock, &self.sandbox), outside, (seed, &catalog))
                .await,
            store: Arc::clone(&self.store),
            provider,
            browser,
            clock: Arc::clone(&self.clock),
            sandbox: Arc::clone(&self.sandbox),
            owner: self.owner.clone(),
            session: self.session,
            catalog,
            seed: AtomicU64::new(seed),
            folder: Arc::clone(&self.folder),
        }
    }

    pub fn unique(&self) -> u64 {
        self.seed.fetch_add(1, Ordering::SeqCst)
    }

    /// Puts included credits into the pool.
    pub async fn grant(&self, credits: &str) -> GrantId {
        self.grant_until(credits, None).await
    }

    pub async fn grant_until(&self, credits: &str, expires: Option<Timestamp>) -> GrantId {
        let number = u128::from(self.unique());
        let id = GrantId::from_bits(number);
        let terms = GrantTerms {
            id,
            class: Class::Included,
            cause: Cause::Adjustment,
            amount: credits.parse().unwrap(),
            effective: self.clock.now(),
            expires,
        };
        let request = Request {
            key: format!("test-grant:{number}"),
            hash: Hash::default(),
            command: Command::Grant(terms),
            queueing: Queueing::Overtakes,
        };
        let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
        let done = self.store.commit(self.owner.org, vec![request]).await.unwrap();
        assert!(matches!(done.answers[0], Answer::Done(_)), "{:?}", done.answers);
        id
    }

    pub fn intent(&self, key: &str) -> Intent {
        Intent { key: key.to_owned(), hash: Hash::default() }
    }

    /// Asks in the world's session under a fresh key.
    pub async fn ask(&self, text: &str) -> Result<Sent, AppError> {
        let key = format!("ask-{}", self.unique());
        self.ask_with(text, &key).await
    }

    pub async fn ask_with(&self, text: &str, key: &str) -> Result<Sent, AppError> {
        let ask = Ask { text: Some(text.to_owned()), effort: Effort::Low, ..Ask::default() };
        self.app.send_message(&self.owner, self.session, ask, self.intent(key)).await
    }

    /// Waits for the committed end of a run. What was just committed may not work yet.
    pub async fn ended(&self, run: RunId) -> RunRow {
        let mut looks = 0;
        loop {
            self.until_over(run).await;
            let row = self.store.run(self.owner.org, run).await.unwrap().unwrap();
            if row.state.ended() {
                return row;
            }
            looks += 1;
            assert!(looks < 20_000, "{row:?}");
            tokio::task::yield_now().await;
        }
    }

    async fn until_over(&self, run: RunId) {
        if let Some(feed) = self.app.feed(run) {
            let mut watcher = feed.watch(0);
            while watcher.next().await.is_some() {}
        }
    }

    /// Waits until no more tasks live than before something was begun.
    pub async fn until_tasks(&self, count: usize) {
        while tokio::runtime::Handle::current().metrics().num_alive_tasks() > count {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the answer has at least this text.
    pub async fn shown(&self, run: RunId, text: &str) {
        let feed = self.app.feed(run).expect("the run works");
        let mut watcher = feed.watch(0);
        let mut seen = String::new();
        while !seen.contains(text) {
            match watcher.next().await.expect("the run goes on") {
                FeedEvent::Delta { text, .. } => seen.push_str(&text),
                FeedEvent::Standing(_) => {}
            }
        }
    }

    /// Waits until the run's usage is in the database.
    pub async fn recorded(&self, run: RunId) {
        loop {
            let steps = self.store.steps(self.owner.org, run).await.unwrap();
            if steps.iter().any(|step| step.output_tokens > 0) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    pub async fn balance(&self) -> Balance {
        let pool = self.store.pool(self.owner.org).await.unwrap();
        Balance::of(&pool, self.clock.now()).unwrap()
    }

    pub async fn journal(&self) -> Vec<Entry> {
        let page = Page { before: None, limit: 200 };
        let mut entries = self.store.entries(self.owner.org, page).await.unwrap();
        entries.reverse();
        entries
    }

    /// The books add up, and no hold is open.
    pub async fn assert_settled(&self) {
        let pool = self.store.pool(self.owner.org).await.unwrap();
        assert_eq!(pool.holds.len(), 0, "no hold is open");
        let report = self.app.verify().await.unwrap();
        assert!(report.clean(), "{report:?}");
    }
}

fn browsers(scripted: &ScriptedBrowser) -> Browsers {
    Browsers::new(Some(Arc::new(scripted.clone())))
}

fn open_sandbox(clock: &Arc<TestClock>) -> Sandbox {
    let secret = SecretText::new("a test's sandbox secret, 32 bytes long");
    Sandbox::open(secret, clock.clone(), None).unwrap()
}

async fn start_app(
    store: &Arc<dyn Store>,
    (clock, sandbox): (&Arc<TestClock>, &Arc<Sandbox>),
    (provider, browsers): (&ScriptedProvider, Browsers),
    (seed, catalog): (u64, &Catalog),
) -> Arc<App> {
    let parts = Parts {
        store: Arc::clone(store),
        clock: clock.clone(),
        entropy: Arc::new(TestEntropy(AtomicU64::new(seed))),
        catalog: catalog.clone(),
        models: Models::new(Some(provider.model(LOCAL_MODEL))),
        browsers,
        payments: Some(sandbox.clone()),
        sandbox: Some(Arc::clone(sandbox)),
        secret_key: [7; 32],
        fixed_settings: Default::default(),
        local: None,
        public_url: "http://localhost".to_owned(),
        agent_name: "Joule".to_owned(),
        tools: ToolBook::built_in().with_folder(&fixtures()),
        egress: Egress::new(EgressConfig::default()),
        mailer: None,
    };
    App::new(parts).await.unwrap()
}

async fn create_organization(store: &dyn Store, clock: &TestClock, number: u64) -> Caller {
    let at = clock.now();
    let org = OrgId::from_bits(u128::from(number) + 1);
    let user = UserId::from_bits(u128::from(number) + 1);
    let row = OrganizationRow {
        id: org,
        name: "Acme".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        background: BackgroundSettings {
            titles: false,
            summaries: false,
            follow_ups: false,
            draw: false,
        },
        created_at: at,
    };
    let owner = UserRow {
        id: user,
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        password_hash: "none".to_owned(),
        operator: true,
        created_at: at,
        disabled_at: None,
    };
    store.create_organization(row, owner, true).await.unwrap();
    Caller {
        org,
        user,
        name: "Ada".to_owned(),
        role: Role::Owner,
        billing_admin: false,
        operator: true,
        login: LoginId::from_bits(1),
        zone: "Europe/Berlin".to_owned(),
    }
}

/// Text pieces that a script sends, without an end.
pub fn pieces(texts: &[&str]) -> Vec<Step> {
    texts.iter().map(|text| Step::Text((*text).to_owned())).collect()
}

/// Pieces and then what follows.
pub fn script(texts: &[&str], end: Vec<Step>) -> Script {
    let mut steps = pieces(texts);
    steps.extend(end);
    Script::steps(steps)
}

pub fn credits(text: &str) -> Credits {
    text.parse().unwrap()
}

/// Tools that only tests have.
fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/app/tools")
}
