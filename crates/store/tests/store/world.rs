//! A store in a folder of its own, with a clock that goes only when told.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use ampere_credits::ledger::audit::{Audit, Bounds, Report, StoredPool};
use ampere_credits::ledger::{Answer, Outcome, Pool, Rejected};
use ampere_credits::{Clock, Credits, OrgId, Timestamp};
use ampere_store::open_sqlite;
use ampere_store::ports::{Kept, Store};
use ampere_store::rows::{Committed, LaneRequest};

/// Where every test's time begins: 2026-11-22T10:00:00Z.
pub const START: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

/// The overdraft limit that tests give.
pub const OVERDRAFT: u32 = 200;

/// A clock that goes only when told.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(TestClock(AtomicI64::new(start.micros())))
    }

    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("ampere-store-{process}-{number}"));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("ampere.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind is no failure of what was tested.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the contract runs on.
#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Sqlite,
}

impl Engine {
    pub const ALL: &[Engine] = &[Engine::Sqlite];

    fn open(self, folder: &Folder, clock: Arc<TestClock>) -> Arc<dyn Store> {
        match self {
            Engine::Sqlite => open_sqlite(&folder.database(), clock).unwrap(),
        }
    }
}

/// A store, its clock and its folder.
pub struct World {
    pub store: Arc<dyn Store>,
    pub clock: Arc<TestClock>,
    pub engine: Engine,
    pub folder: Folder,
}

impl World {
    /// An empty one.
    pub fn new(engine: Engine) -> World {
        let (folder, clock) = (Folder::new(), TestClock::at(START));
        World { store: engine.open(&folder, Arc::clone(&clock)), clock, engine, folder }
    }

    /// An empty one on the embedded engine.
    pub fn sqlite() -> World {
        World::new(Engine::Sqlite)
    }

    /// The same database, opened by another process as it were: nothing is known by heart.
    pub fn reopened(self) -> World {
        let World { store, clock, engine, folder } = self;
        assert_eq!(Arc::strong_count(&store), 1, "somebody still uses the store");
        drop(store);
        World { store: engine.open(&folder, Arc::clone(&clock)), clock, engine, folder }
    }

    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// One commit.
    pub async fn commit(&self, org: OrgId, requests: Vec<LaneRequest>) -> Committed {
        self.store.commit(org, requests).await.unwrap()
    }

    /// The answer to one request.
    pub async fn ask(&self, org: OrgId, request: LaneRequest) -> Answer {
        self.commit(org, vec![request]).await.answers.remove(0)
    }

    /// One request that must be booked.
    pub async fn done(&self, org: OrgId, request: LaneRequest) -> Outcome {
        match self.ask(org, request).await {
            Answer::Done(outcome) => outcome,
            other => panic!("not booked: {other:?}"),
        }
    }

    /// One request that must be refused.
    pub async fn refused(&self, org: OrgId, request: LaneRequest) -> Rejected {
        match self.ask(org, request).await {
            Answer::Refused(rejected) => rejected,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Holds all the books of a pool against its journal; the pool as it is stored.
    pub async fn audit(&self, org: OrgId) -> Pool {
        audit(&*self.store, org, self.clock.now()).await
    }
}

/// Holds all the books of a pool against its journal (every invariant of the core's audit).
pub async fn audit(store: &dyn Store, org: OrgId, now: Timestamp) -> Pool {
    let (pool, report) = examine(store, org, now).await.unwrap();
    assert!(report.clean(), "{:#?}", report.findings);
    pool
}

/// The pool as it is stored, and what the core's audit says to all of its books.
pub async fn examine(store: &dyn Store, org: OrgId, now: Timestamp) -> Kept<(Pool, Report)> {
    let mut audit = Audit::new(org);
    let mut after = 0;
    loop {
        let entries = store.journal(org, after, 100).await?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        entries.iter().for_each(|entry| audit.entry(entry));
    }
    let pool = store.pool(org).await?;
    let overdraft_limit = Credits::whole(OVERDRAFT);
    let stored = StoredPool {
        pool: (&pool).into(),
        grants: store.grants(org).await?.iter().map(|row| row.grant).collect(),
        holds: store.holds(org).await?.into_iter().map(|row| row.hold).collect(),
        keys: store.keys(org).await?,
        bounds: Bounds { overdraft_limit, sweep_seconds: 3_600, now },
    };
    Ok((pool, audit.finish(&stored)))
}

/// Every row of every table of a database file, by table.
pub fn dump(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut text = String::new();
    for table in tables.map(Result::unwrap) {
        let mut rows = rows_of(&connection, &table);
        rows.sort();
        text.push_str(&format!("{table}: {}\n{}\n", rows.len(), rows.join("\n")));
    }
    text
}

fn rows_of(connection: &rusqlite::Connection, table: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
        cells.collect::<Result<Vec<_>, _>>()
    });
    rows.unwrap().map(|row| format!("{:?}", row.unwrap())).collect()
}
