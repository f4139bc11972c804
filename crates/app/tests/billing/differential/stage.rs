//! The whole application with the real Stripe client, against the fake Stripe in process; one
//! clock for both.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use ampere_adapters::egress::{Egress, EgressConfig};
use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};
use ampere_adapters::secrets::SecretText;
use ampere_app::meter::{Browsers, Models};
use ampere_app::tools::ToolBook;
use ampere_app::{App, Caller, Catalog, Parts};
use ampere_credits::ledger::{
    Balance, Cause, Class, Command, Grant, GrantTerms, Hash, Queueing, Request,
};
use ampere_credits::{
    Cadence, Clock, Credits, Entropy, GrantId, LoginId, OrgId, Timestamp, UserId,
};
use ampere_store::ports::Store;
use ampere_store::rows::{BackgroundSettings, LaneRequest, OrganizationRow, Role, UserRow};
use fake_stripe::{FakeStripe, Handle, Options};
use serde_json::Value;

const SECOND: i64 = 1_000_000;

/// Prices and credits that do not divide well; the last but one adds no credits.
pub const PLANS: [(&str, i64, i64, i64); 6] = [
    ("mini", 999, 9_989, 3_333_333_333),
    ("starter", 2_900, 29_000, 10_000_000_000),
    ("odd", 7_777, 77_773, 12_345_678_901),
    ("team", 9_900, 99_000, 40_000_000_000),
    ("twin", 9_901, 99_001, 40_000_000_000),
    ("scale", 39_900, 399_000, 200_000_000_000),
];

/// What a whole period of a plan costs and gives: cents and micro-credits.
pub fn terms_of(plan: &str, cadence: Cadence) -> (i64, i64) {
    let (_, month, year, micros) = PLANS.into_iter().find(|it| it.0 == plan).unwrap();
    match cadence {
        Cadence::Monthly => (month, micros),
        Cadence::Annual => (year, micros * 12),
    }
}

fn catalog() -> Catalog {
    let plan = |(id, month, year, micros): (&str, i64, i64, i64)| {
        let credits = Credits::from_micros(micros);
        format!(
            "[[plans]]\nid = \"{id}\"\nname = \"{id}\"\ntext = \"\"\nmonthly_cents = {month}\n\
             annual_cents = {year}\ncurrency = \"usd\"\ncredits = \"{credits}\"\npeople = 9\n\
             schedules = 9\nparallel_runs = 9\nbackground_percent = 2\noverdraft = \"200\"\n"
        )
    };
    Catalog::read(&PLANS.map(plan).concat()).unwrap()
}

/// A clock that stands where the fake's does; every look moves it by a microsecond.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Chance that repeats itself with the same seed.
pub struct Chance(AtomicU64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Chance(AtomicU64::new(seed))
    }

    fn draw(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from one to the other, both of them among it.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        let many = u64::try_from(to - from + 1).unwrap();
        from + i64::try_from(self.draw() % many).unwrap()
    }

    pub fn one_in(&self, many: i64) -> bool {
        self.between(1, many) == 1
    }

    pub fn of_all<T: Copy>(&self, all: &[T]) -> T {
        all[usize::try_from(self.draw()).unwrap() % all.len()]
    }
}

impl Entropy for Chance {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = u8::try_from(self.draw() & 0xff).unwrap();
        }
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new() -> Folder {
        static FOLDERS: AtomicU64 = AtomicU64::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("ampere-differential-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("ampere.db")
    }
}

/// What every history begins with alike, and what none of them uses, is made once.
static EMPTY_DATABASE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (folder, hand) = (Folder::new(), Arc::new(Hand(AtomicI64::new(0))));
    drop(ampere_store::open_sqlite(&folder.database(), hand).unwrap());
    std::fs::read(folder.database()).unwrap()
});
static CATALOG: LazyLock<Catalog> = LazyLock::new(catalog);
static EGRESS: LazyLock<Egress> = LazyLock::new(|| Egress::new(EgressConfig::default()));

pub struct Stage {
    pub app: Arc<App>,
    pub fake: Handle,
    pub owner: Caller,
    store: Arc<dyn Store>,
    hand: Arc<Hand>,
    _folder: Folder,
}

impl Stage {
    /// At an instant, in seconds; renewals of the fake are drafts for so long.
    pub async fn open(at: i64, draft_seconds: i64, seed: u64) -> Stage {
        let options = Options { now: at, draft_seconds, seed, ..Options::default() };
        let secret = |text: &str| SecretText::new(text.to_owned());
        let (secret_key, webhook_secret) =
            (secret(&options.secret_key), secret(&options.webhook_secret));
        let fake = FakeStripe::start(options).await.unwrap();
        let url = Some(fake.base_url().to_owned());
        let timing = Timing::default();
        let stripe = Stripe::new(Settings { secret_key, webhook_secret, url, timing }).unwrap();
        let hand = Arc::new(Hand(AtomicI64::new(at * SECOND + 137)));
        let folder = Folder::new();
        std::fs::write(folder.database(), &*EMPTY_DATABASE).unwrap();
        let store = ampere_store::open_sqlite(&folder.database(), hand.clone()).unwrap();
        let parts = Parts {
            store: Arc::clone(&store),
            clock: hand.clone(),
            entropy: Arc::new(Chance::of(seed)),
            catalog: CATALOG.clone(),
            models: Models::new(None),
            browsers: Browsers::new(None),
            payments: Some(Arc::new(stripe)),
            sandbox: None,
            secret_key: [7; 32],
            fixed_settings: Default::default(),
            local: None,
            public_url: "http://localhost".to_owned(),
            agent_name: "Joule".to_owned(),
            tools: ToolBook::default(),
            egress: EGRESS.clone(),
            mailer: None,
        };
        let app = App::new(parts).await.unwrap();
        let owner = organization(&*store, Timestamp::from_micros(at * SECOND)).await;
        Stage { app, fake, owner, store, hand, _folder: folder }
    }

    pub fn now(&self) -> i64 {
        self.fake.now()
    }

    /// Both clocks go on; the application is told nothing.
    pub fn move_to(&self, at: i64) {
        if at > self.now() {
            self.fake.advance_to(at).unwrap();
            self.hand.0.store(at * SECOND + 137, Ordering::SeqCst);
        }
    }

    /// The application looks at what the provider knows.
    pub async fn hear(&self) {
        self.app.reconcile_now(self.owner.org).await.unwrap();
    }

    /// The person pays on the page of a checkout, and the application hears of it.
    pub async fn pay(&self, id: ampere_credits::CheckoutId) {
        self.pay_unheard(id).await;
        self.hear().await;
    }

    /// The person pays on the page of a checkout; the application is told nothing.
    pub async fn pay_unheard(&self, id: ampere_credits::CheckoutId) {
        let row = self.store.checkout(self.owner.org, id).await.unwrap().unwrap();
        self.fake.pay_page(&row.provider_ref, "pm_card_visa", true).unwrap();
    }

    /// Purchased credits, so that there is something to lock.
    pub async fn purchased(&self, credits: Credits) {
        let terms = GrantTerms {
            id: GrantId::from_bits(77),
            class: Class::Purchased,
            cause: Cause::TopUp,
            amount: credits,
            effective: self.hand.now(),
            expires: None,
        };
        let (key, command) = ("test-grant".to_owned(), Command::Grant(terms));
        let queueing = Queueing::Overtakes;
        let request = Request { key, hash: Hash::default(), command, queueing };
        let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
        self.store.commit(self.owner.org, vec![request]).await.unwrap();
    }

    /// The fake's invoices, oldest first.
    pub fn invoices(&self) -> Vec<Value> {
        self.fake.objects("invoice")
    }

    /// The fake's subscription that lives.
    pub fn subscription(&self) -> Option<Value> {
        let mut all = self.fake.objects("subscription").into_iter();
        all.find(|it| it["status"] != "canceled" && it["status"] != "incomplete_expired")
    }

    /// [start, end) of the present period, as the fake says.
    pub fn period(&self) -> Option<(i64, i64)> {
        let item = self.subscription()?["items"]["data"][0].clone();
        Some((item["current_period_start"].as_i64()?, item["current_period_end"].as_i64()?))
    }

    /// What the ledger was ever given for plans, without the allowance for background work.
    pub async fn plan_grants(&self) -> Vec<Grant> {
        let rows = self.store.grants(self.owner.org).await.unwrap().into_iter();
        let plan = |grant: &Grant| {
            grant.terms.cause == Cause::Plan && grant.terms.class == Class::Included
        };
        rows.map(|row| row.grant).filter(plan).collect()
    }

    pub async fn balance(&self) -> Balance {
        let pool = self.store.pool(self.owner.org).await.unwrap();
        Balance::of(&pool, self.hand.now()).unwrap()
    }

    /// The books add up.
    pub async fn verified(&self) -> bool {
        self.app.verify().await.unwrap().clean()
    }
}

async fn organization(store: &dyn Store, created_at: Timestamp) -> Caller {
    let (org, user) = (OrgId::from_bits(1), UserId::from_bits(1));
    let background =
        BackgroundSettings { titles: false, summaries: false, follow_ups: false, draw: false };
    let (name, zone) = ("Acme".to_owned(), "Europe/Berlin".to_owned());
    let row = OrganizationRow { id: org, name, zone, background, created_at };
    let owner = UserRow {
        id: user,
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        password_hash: "none".to_owned(),
        operator: true,
        created_at,
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
