//! The pool that is measured: one organization, one large grant, and what one operation is.
//!
//! An operation is one hold or one settle, submitted to the same lane that the product uses:
//! answered after its commit is on disk, with entries, holds, keys and the hash chain.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ampere_app::lane::Lanes;
use ampere_app::news::News;
use ampere_credits::ledger::{
    Answer, Cause, Class, Command, Draw, GrantTerms, Hash, Queueing, Request,
};
use ampere_credits::{Clock, Credits, GrantId, HoldId, OrgId, RunId};
use ampere_store::open_sqlite;
use ampere_store::ports::Store;
use ampere_store::rows::LaneRequest;

use crate::Outcome;
use crate::machine::MachineClock;

/// Held by each hold; half of it is charged.
const HELD: Credits = Credits::from_micros(2_000);
const CHARGED: Credits = Credits::from_micros(1_000);
/// Enough for every charge that fits into a day of measuring.
const GRANTED: Credits = Credits::whole(1_000_000_000);

/// Holds and settles on one hot pool.
pub struct Ledger {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lanes: Lanes,
    org: OrgId,
    next: AtomicU64,
    done: AtomicU64,
}

impl Ledger {
    /// Opens a new database in a folder.
    pub fn open(folder: &Path) -> Outcome<Ledger> {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock);
        let store = open_sqlite(&folder.join("bench.db"), Arc::clone(&clock))?;
        let lanes = Lanes::new(Arc::clone(&store), Arc::new(News::default()));
        let org = OrgId::from_bits(1);
        let zero = || AtomicU64::new(0);
        Ok(Ledger { store, clock, lanes, org, next: zero(), done: zero() })
    }

    /// Gives the pool what it will spend.
    pub async fn fill(&self) -> Outcome<()> {
        let now = self.clock.now();
        let terms = GrantTerms {
            id: GrantId::from_bits(1),
            class: Class::Purchased,
            cause: Cause::TopUp,
            amount: GRANTED,
            effective: now,
            expires: None,
        };
        self.submit("grant".to_owned(), Command::Grant(terms)).await
    }

    /// A number that names the next hold.
    pub fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// One operation: sets credits aside for a run of its own.
    pub async fn hold(&self, number: u64) -> Outcome<()> {
        let (hold, run) = ids(number);
        let deadline = self.clock.now().plus_seconds(3_600);
        let command =
            Command::Hold { hold, run, amount: HELD, deadline, cap: None, draw: Draw::Pool };
        self.submit(format!("start:{run}"), command).await
    }

    /// One operation: charges half of a hold and gives the rest back.
    pub async fn settle(&self, number: u64) -> Outcome<()> {
        let (hold, _) = ids(number);
        let command = Command::Settle { hold, charge: CHARGED, estimated: false };
        self.submit(format!("end:{hold}"), command).await
    }

    async fn submit(&self, key: String, command: Command) -> Outcome<()> {
        let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
        let request = Request { key, hash, command, queueing };
        let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
        match self.lanes.submit(self.org, request).await?.answer {
            Answer::Done(_) => {
                self.done.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Answer::Replayed(_) => Err("an operation was done before".into()),
            Answer::Waits => Err("an operation waits for credits".into()),
            Answer::Refused(rejected) => Err(rejected.into()),
        }
    }

    /// Entries in the journal.
    pub async fn position(&self) -> Outcome<u64> {
        Ok(self.store.pool(self.org).await?.position)
    }

    /// Every operation that was answered is an entry of the journal, and no other is.
    pub async fn check(&self) -> Outcome<()> {
        let (position, done) = (self.position().await?, self.done.load(Ordering::Relaxed));
        if position != done {
            return Err(format!("{done} operations were answered, {position} booked").into());
        }
        Ok(())
    }
}

fn ids(number: u64) -> (HoldId, RunId) {
    let bits = u128::from(number);
    (HoldId::from_bits(bits), RunId::from_bits(bits))
}
