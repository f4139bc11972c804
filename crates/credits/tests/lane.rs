//! A pool's lane in memory, as a store would run it: between commits only what is open is kept,
//! and only what a commit names is loaded. Checks on the way that this never makes a difference.

use std::collections::BTreeMap;

use ampere_credits::ledger::audit::{Bounds, Report, StoredPool, Totals, audit};

use ampere_credits::ledger::canon;
use ampere_credits::ledger::decide::{grant_of, hold_of, run_of};
use ampere_credits::ledger::{
    Answer, Balance, Batch, Command, Entry, Fact, Hash, Hold, Keys, Known, Pool, Queueing, Request,
    SERVED_AT_ONCE, Served, Waiting, execute_batch,
};
use ampere_credits::{Credits, OrgId, RunId, Timestamp};

pub struct Lane {
    /// What a server keeps in memory: open things only.
    working: Pool,
    /// What a database keeps: everything, folded from the journal alone.
    pub full: Pool,
    pub journal: Vec<Entry>,
    charged: BTreeMap<RunId, Credits>,
    pub keys: Keys,
    /// Who waits, in order.
    pub queue: Vec<Waiting>,
    /// The latest instant that the lane has seen on its clock.
    pub clock: Timestamp,
}

/// What one commit did.
pub struct Commit {
    pub answers: Vec<Answer>,
    pub entries: Vec<Entry>,
    pub served: Vec<Served>,
    pub joined: Vec<Waiting>,
    pub more: bool,
}

/// A request whose hash is that of its own words; it overtakes whoever waits.
pub fn request(key: &str, command: Command) -> Request {
    queueing(key, command, Queueing::Overtakes)
}

/// A request that stands so to the queue.
pub fn queueing(key: &str, command: Command, queueing: Queueing) -> Request {
    Request { key: key.to_owned(), hash: hash_of(&command), command, queueing }
}

pub fn hash_of(command: &Command) -> Hash {
    canon::hash(format!("{command:?}").as_bytes())
}

impl Lane {
    pub fn new() -> Self {
        let org = OrgId::from_bits(7);
        Lane {
            working: Pool::empty(org),
            full: Pool::empty(org),
            journal: Vec::new(),
            charged: BTreeMap::new(),
            keys: Keys::new(),
            queue: Vec::new(),
            clock: Timestamp::default(),
        }
    }

    /// One commit of several requests at a reading of the clock.
    pub fn commit(&mut self, requests: &[Request], clock: Timestamp) -> Commit {
        self.clock = self.clock.max(clock);
        self.working.compact();
        for each in requests {
            self.load(&each.command);
            self.load_run(each.queueing.run());
        }
        // As few of the queue as may be.
        let mut queue = self.queue.clone();
        queue.truncate(SERVED_AT_ONCE + 1);
        for each in &queue {
            self.load(&each.command(clock));
        }
        let batch = execute_batch(&mut self.working, requests, &self.keys, &queue, clock).unwrap();
        for entry in &batch.entries {
            assert_eq!(canon::decode(&canon::encode(entry)).as_ref(), Ok(entry));
            self.full.apply(entry).unwrap();
            if let Fact::Ended { run, .. } = entry.fact {
                let charged = self.charged.entry(run).or_default();
                *charged = charged.plus(entry.outcome().unwrap().charged).unwrap();
            }
        }
        for (each, answer) in requests.iter().zip(&batch.answers) {
            if let Answer::Done(outcome) = *answer {
                self.keys.insert(each.key.clone(), Known { hash: each.hash, outcome });
            }
        }
        self.journal.extend(batch.entries.iter().cloned());
        self.keep_queue(&batch);
        self.same_open_state();
        let Batch { answers, entries, served, joined, more } = batch;
        Commit { answers, entries, served, joined, more }
    }

    /// Rows of the queue: those who joined are added, those who were served are gone.
    fn keep_queue(&mut self, batch: &Batch) {
        self.queue.extend(batch.joined.iter().cloned());
        for served in &batch.served {
            self.queue.retain(|waiting| waiting.run != served.run);
            self.keys.extend(served.remembered());
        }
        self.queue.sort_by_key(Waiting::place);
        let mut runs: Vec<RunId> = self.queue.iter().map(|waiting| waiting.run).collect();
        runs.sort();
        assert!(runs.windows(2).all(|pair| pair[0] != pair[1]), "a run waits twice");
    }

    /// One request in a commit of its own.
    pub fn ask(&mut self, key: &str, command: Command, clock: Timestamp) -> Answer {
        self.commit(&[request(key, command)], clock).answers.remove(0)
    }

    /// The pool's numbers at a reading of the clock; the same from memory and from everything.
    pub fn balance(&self, clock: Timestamp) -> Balance {
        let balance = Balance::of(&self.full, clock).unwrap();
        assert_eq!(Balance::of(&self.working, clock), Ok(balance));
        balance
    }

    pub fn stored(&self, overdraft_limit: Credits) -> StoredPool {
        let mut keys: Vec<(String, Known)> =
            self.keys.iter().map(|(key, known)| (key.clone(), *known)).collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        StoredPool {
            pool: Totals::from(&self.full),
            grants: self.full.grants.clone(),
            holds: self.full.holds.values().cloned().collect(),
            keys,
            bounds: Bounds { overdraft_limit, sweep_seconds: 86_400 * 400, now: self.clock },
        }
    }

    pub fn audit(&self, overdraft_limit: Credits) -> Report {
        audit(self.full.org, &self.journal, &self.stored(overdraft_limit))
    }

    fn load(&mut self, command: &Command) {
        let hold = hold_of(command).and_then(|id| self.full.holds.get(&id)).cloned();
        if let Some(hold) = hold.filter(|hold| hold.ended.is_some()) {
            self.working.holds.insert(hold.id, hold);
        }
        let grant = grant_of(command).and_then(|id| self.full.grant(id)).copied();
        if let Some(grant) = grant.filter(|grant| self.working.grant(grant.terms.id).is_none()) {
            self.working.insert_grant(grant);
        }
        self.load_run(run_of(command));
    }

    fn load_run(&mut self, run: Option<RunId>) {
        if let Some(run) = run {
            let charged = self.charged.get(&run).copied().unwrap_or_default();
            self.working.charged.insert(run, charged);
        }
    }

    fn same_open_state(&self) {
        let (mut mine, mut all) = (self.working.clone(), self.full.clone());
        for pool in [&mut mine, &mut all] {
            pool.compact();
            pool.holds.values_mut().for_each(forget_empty_slices);
        }
        assert_eq!(mine, all, "the open state differs from the fold of the whole journal");
    }
}

fn forget_empty_slices(hold: &mut Hold) {
    hold.slices.retain(|slice| !slice.amount.is_zero());
}
