//! One installation for a test, with the payment provider that the test wants.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ampere_adapters::egress::{Egress, EgressConfig};
use ampere_adapters::payments::port::Payments;
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_adapters::secrets::SecretText;
use ampere_app::meter::{Browsers, Models};
use ampere_app::tools::ToolBook;
use ampere_app::{App, Caller, Catalog, Parts};
use ampere_credits::ledger::{Balance, Command, Entry, Grant, Hash, Queueing, Request};
use ampere_credits::{Clock, Credits, Entropy, LoginId, OrgId, Timestamp, UserId};
use ampere_store::faults::CommitFaults;
use ampere_store::ports::Store;
use ampere_store::rows::{BackgroundSettings, LaneRequest, OrganizationRow, Page, Role, UserRow};

use crate::replay::Line;

pub const GOOD: &str = "4242424242424242";
pub const POOR: &str = "4000000000009995";
pub const START: &str = "2026-01-10T09:00:00Z";

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn new() -> Arc<Self> {
        let start: Timestamp = START.parse().unwrap();
        Arc::new(TestClock(AtomicI64::new(start.micros())))
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // Every look moves it by a microsecond, so that instants are distinct.
        Timestamp::from_micros(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Chance that repeats itself with the same seed.
pub struct TestEntropy(pub AtomicU64);

impl TestEntropy {
    pub fn next(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `most`.
    pub fn below(&self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }
}

impl Entropy for TestEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = u8::try_from(self.next() & 0xff).unwrap();
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

pub struct Stage {
    pub app: Arc<App>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<TestClock>,
    pub owner: Caller,
    /// Commits that lose their answers.
    pub faults: Arc<CommitFaults>,
    _folder: Folder,
}

impl Stage {
    /// With a provider, and with the sandbox where that is what stands behind it.
    pub async fn with(
        clock: Arc<TestClock>,
        payments: Arc<dyn Payments>,
        sandbox: Option<Arc<Sandbox>>,
    ) -> Stage {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("ampere-billing-{}-{number}", std::process::id());
        // In memory where that can be had: thousands of small commits wait for no disk.
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let path = folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        let faults = Arc::<CommitFaults>::default();
        let database = path.join("ampere.db");
        let store =
            ampere_store::open_sqlite_with(&database, clock.clone(), faults.clone()).unwrap();
        let parts = Parts {
            store: Arc::clone(&store),
            clock: clock.clone(),
            entropy: Arc::new(TestEntropy(AtomicU64::new(number))),
            catalog: Catalog::built_in().unwrap(),
            models: Models::new(None),
            browsers: Browsers::new(None),
            payments: Some(payments),
            sandbox,
            secret_key: [7; 32],
            fixed_settings: Default::default(),
            local: None,
            public_url: "http://localhost".to_owned(),
            agent_name: "Joule".to_owned(),
            tools: ToolBook::built_in(),
            egress: Egress::new(EgressConfig::default()),
            mailer: None,
        };
        let app = App::new(parts).await.unwrap();
        let owner = found(&*store, 1).await;
        Stage { app, store, clock, owner, faults, _folder: Folder(path) }
    }

    /// With the sandbox behind a line that tests cut.
    pub async fn on_a_line() -> (Stage, Arc<Line>) {
        let clock = TestClock::new();
        let sandbox = sandbox(&clock);
        let line = Arc::new(Line {
            sandbox: Arc::clone(&sandbox),
            cuts: Default::default(),
            asked: Default::default(),
            down: Default::default(),
        });
        (Stage::with(clock, line.clone(), Some(sandbox)).await, line)
    }

    /// Later than anything that waits.
    pub fn clock_far(&self) -> Timestamp {
        self.clock.now().plus_days(30)
    }

    pub async fn journal(&self) -> Vec<Entry> {
        let page = Page { before: None, limit: 200 };
        let mut entries = self.store.entries(self.owner.org, page).await.unwrap();
        entries.reverse();
        entries
    }

    pub async fn balance(&self) -> Balance {
        let pool = self.store.pool(self.owner.org).await.unwrap();
        Balance::of(&pool, self.clock.now()).unwrap()
    }

    pub async fn grants(&self) -> Vec<Grant> {
        let rows = self.store.grants(self.owner.org).await.unwrap();
        rows.into_iter().map(|row| row.grant).collect()
    }

    /// Uses credits up, as a run would.
    pub async fn spend(&self, run: u128, amount: &str) {
        let hold = ampere_credits::HoldId::from_bits(run);
        let amount: Credits = amount.parse().unwrap();
        let held = Command::Hold {
            hold,
            run: ampere_credits::RunId::from_bits(run),
            amount,
            deadline: self.clock.now().plus_seconds(3_600),
            cap: None,
            draw: ampere_credits::ledger::Draw::Pool,
        };
        let settled = Command::Settle { hold, charge: amount, estimated: false };
        for (kind, command) in [("hold", held), ("settle", settled)] {
            let key = format!("{kind}:{run}");
            let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
            let request = Request { key, hash, command, queueing };
            let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
            let done = self.store.commit(self.owner.org, vec![request]).await.unwrap();
            assert!(
                matches!(done.answers[0], ampere_credits::ledger::Answer::Done(_)),
                "{:?}",
                done.answers
            );
        }
    }

    /// The books add up, and payments, periods and grants tell the same.
    pub async fn assert_sound(&self) {
        let report = self.app.verify().await.unwrap();
        // What tests spend has no run.
        let without = |text: &&String| !text.contains("Usage by") && !text.contains("no row");
        let found: Vec<_> = report.differences.iter().filter(without).collect();
        assert!(found.is_empty(), "{found:?}");
        assert!(report.audit.is_none_or(|audit| audit.clean()));
    }
}

pub fn sandbox(clock: &Arc<TestClock>) -> Arc<Sandbox> {
    let secret = SecretText::new("a test's sandbox secret, 32 bytes long");
    Arc::new(Sandbox::open(secret, clock.clone(), None).unwrap())
}

/// A new organization with its owner.
pub async fn found(store: &dyn Store, number: u128) -> Caller {
    let at: Timestamp = START.parse().unwrap();
    let (org, user) = (OrgId::from_bits(number), UserId::from_bits(number));
    let background =
        BackgroundSettings { titles: false, summaries: false, follow_ups: false, draw: false };
    let (name, zone) = ("Acme".to_owned(), "Europe/Berlin".to_owned());
    let row = OrganizationRow { id: org, name, zone: zone.clone(), background, created_at: at };
    let owner = UserRow {
        id: user,
        email: format!("ada{number}@example.com"),
        name: "Ada".to_owned(),
        password_hash: "none".to_owned(),
        operator: false,
        created_at: at,
        disabled_at: None,
    };
    store.create_organization(row, owner, false).await.unwrap();
    Caller {
        org,
        user,
        name: "Ada".to_owned(),
        role: Role::Owner,
        billing_admin: false,
        operator: false,
        login: LoginId::from_bits(number),
        zone,
    }
}
