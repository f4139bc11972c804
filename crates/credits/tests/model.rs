//! A second pool, written from the law and not from the code: every credit is a unit that lies
//! somewhere, and is moved one at a time to wherever the law says. Slow, simple, no slices, no
//! entries, no sorted lists. It is what the random tests compare with. The commands are in
//! `rules`, those that come from money in `money`, the runs that wait in `queue`.

mod money;
mod queue;
mod rules;

use std::collections::BTreeMap;

use ampere_credits::ledger::{Answer, Class, Command, EndKind, Hash, Rejected, Request, Waiting};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

/// Where a unit of a grant lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Unheld,
    In(HoldId),
    Spent,
    PaidDebt,
    Expired,
    TakenBack,
}

#[derive(Debug, Clone)]
pub struct ModelGrant {
    class: Class,
    effective: Timestamp,
    expires: Option<Timestamp>,
    pub units: BTreeMap<Place, i64>,
    /// Its clock stands still since then.
    pub frozen: Option<Timestamp>,
    pub claim: Claim,
}

/// What is to be given back of a grant, and how it was, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Claim {
    pub total: i64,
    pub from_unheld: i64,
    pub had_expired: i64,
    pub owed: i64,
}

#[derive(Debug, Clone)]
pub struct ModelHold {
    run: RunId,
    opened: Timestamp,
    deadline: Timestamp,
    cap: Option<i128>,
    pub overdraft: i64,
    pub ended: Option<EndKind>,
}

/// What a command did, in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deed {
    pub position: u64,
    pub at: Timestamp,
    pub added: i64,
    pub overdraft: i64,
    pub charged: i64,
    pub returned: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Done(Deed),
    Replayed(Deed),
    Refused(Rejected),
    Waits,
}

/// What one commit did.
#[derive(Debug)]
pub struct Told {
    pub replies: Vec<Reply>,
    /// Who left the queue, in order.
    pub served: Vec<(RunId, HoldId, Reply)>,
    pub more: bool,
}

/// Available, held, included, purchased, outstanding, and of the background allowance what is
/// left and what can be taken, then what is locked and what is frozen, in units.
pub type Seen = [i64; 9];

#[derive(Debug, Clone)]
pub struct Model {
    /// Micro-credits in one unit.
    pub unit: i64,
    pub grants: BTreeMap<GrantId, ModelGrant>,
    pub holds: BTreeMap<HoldId, ModelHold>,
    charged: BTreeMap<RunId, i64>,
    /// Owed for overdraft.
    pub debt: i64,
    /// Owed for claims.
    pub owed: i64,
    pub locked: bool,
    pub last: Timestamp,
    pub position: u64,
    /// Everybody who waits, in no order.
    pub queue: Vec<Waiting>,
    keys: BTreeMap<String, (Hash, Deed)>,
}

impl Model {
    pub fn new(unit: i64) -> Self {
        Model {
            unit,
            grants: BTreeMap::new(),
            holds: BTreeMap::new(),
            charged: BTreeMap::new(),
            debt: 0,
            owed: 0,
            locked: false,
            last: Timestamp::default(),
            position: 0,
            queue: Vec::new(),
            keys: BTreeMap::new(),
        }
    }

    /// One commit.
    pub fn commit(&mut self, requests: &[Request], clock: Timestamp) -> Told {
        let behind = self.last.micros() - clock.micros();
        let now = self.last.max(clock);
        if requests.is_empty() {
            self.time_passes(now);
        }
        let replies = requests.iter().map(|request| self.request(request, behind, now)).collect();
        let (served, more) = if behind > 2_000_000 { (Vec::new(), false) } else { self.serve(now) };
        Told { replies, served, more }
    }

    fn request(&mut self, request: &Request, behind_micros: i64, now: Timestamp) -> Reply {
        match self.keys.get(&request.key) {
            Some((hash, deed)) if *hash == request.hash => return Reply::Replayed(*deed),
            Some(_) => return Reply::Refused(Rejected::KeyReused),
            None if behind_micros > 2_000_000 => {
                return Reply::Refused(Rejected::ClockBehind { behind_micros });
            }
            None => {}
        }
        let reply = self.attempt(&request.command, self.ahead_of(request), now);
        if let Reply::Done(deed) = reply {
            self.keys.insert(request.key.clone(), (request.hash, deed));
        }
        self.joins(request, reply)
    }

    /// A command and all that follows from it; `ahead` wait before it, if it may not overtake.
    fn attempt(&mut self, command: &Command, ahead: u32, now: Timestamp) -> Reply {
        let before = self.position;
        self.pay_debt(now);
        let reply = match self.command(command, ahead, now) {
            Ok(deed) => Reply::Done(Deed { position: self.booked(now), at: now, ..deed }),
            Err(rejected) => Reply::Refused(rejected),
        };
        if self.position != before {
            self.time_passes(now);
        }
        reply
    }

    fn booked(&mut self, now: Timestamp) -> u64 {
        self.position += 1;
        self.last = now;
        self.position
    }

    fn time_passes(&mut self, now: Timestamp) {
        self.meet_claims(now);
        let mut any = false;
        for grant in self.grants.values_mut().filter(|grant| grant.over(now)) {
            any |= grant.all(Place::Unheld, Place::Expired) > 0;
        }
        if any {
            self.booked(now);
        }
        self.pay_debt(now);
    }

    fn pay_debt(&mut self, now: Timestamp) {
        let mut any = false;
        while self.debt + self.owed > 0 {
            let pays = |grant: &ModelGrant| grant.good(now) && !grant.background();
            let Some(grant) = self.first(Place::Unheld, pays) else { break };
            grant.one(Place::Unheld, Place::PaidDebt);
            if self.debt > 0 {
                self.debt -= 1;
            } else {
                self.owed -= 1;
            }
            any = true;
        }
        if any {
            self.booked(now);
        }
    }

    /// The grant with a unit at that place that comes first in the order of use.
    fn first(
        &mut self,
        place: Place,
        wanted: impl Fn(&ModelGrant) -> bool,
    ) -> Option<&mut ModelGrant> {
        let candidates = self.grants.iter_mut();
        let candidates = candidates.filter(|(_, grant)| grant.count(place) > 0 && wanted(grant));
        candidates
            .min_by_key(|(id, grant)| {
                let end = grant.expires.map_or(i128::MAX, |end| i128::from(end.micros()));
                let class = match grant.class {
                    Class::Background => 1,
                    Class::Included => 2,
                    Class::Purchased => 3,
                };
                (class, end, grant.effective, **id)
            })
            .map(|(_, grant)| grant)
    }

    pub fn overdraft(&self) -> i64 {
        self.holds.values().map(|hold| hold.overdraft).sum()
    }

    fn micros(&self, units: i64) -> i128 {
        i128::from(units) * i128::from(self.unit)
    }

    /// What a person sees, at a reading of the clock.
    pub fn seen(&self, clock: Timestamp) -> Seen {
        let now = clock.max(self.last);
        let mut then = self.clone();
        then.time_passes(now);
        let mut seen = [0; 9];
        let mine = |grant: &&ModelGrant| now >= grant.effective && !grant.over(now);
        for grant in then.grants.values().filter(mine) {
            let (mut unheld, held) = (grant.count(Place::Unheld), grant.in_holds());
            let apart = match (grant.frozen, self.locked) {
                (Some(_), _) => Some(8),
                (None, true) => Some(7),
                (None, false) => None,
            };
            if grant.background() {
                seen[5] += held + if grant.frozen.is_some() { 0 } else { unheld };
                seen[6] += if apart.is_some() { 0 } else { unheld };
                continue;
            }
            if let Some(apart) = apart {
                seen[apart] += unheld;
                unheld = 0;
            }
            seen[0] += unheld;
            seen[1] += held;
            seen[2 + usize::from(grant.class == Class::Purchased)] += unheld + held;
        }
        seen[4] = then.debt + then.owed;
        seen
    }
}

impl ModelGrant {
    pub fn count(&self, place: Place) -> i64 {
        self.units.get(&place).copied().unwrap_or_default()
    }

    pub fn in_holds(&self) -> i64 {
        let held = self.units.iter().filter(|(place, _)| matches!(place, Place::In(_)));
        held.map(|(_, units)| units).sum()
    }

    fn over(&self, now: Timestamp) -> bool {
        let now = self.frozen.map_or(now, |since| since.min(now));
        self.expires.is_some_and(|end| now >= end)
    }

    fn background(&self) -> bool {
        self.class == Class::Background
    }

    fn good(&self, now: Timestamp) -> bool {
        now >= self.effective && !self.over(now) && self.frozen.is_none()
    }

    fn one(&mut self, from: Place, to: Place) {
        *self.units.get_mut(&from).unwrap() -= 1;
        *self.units.entry(to).or_default() += 1;
    }

    fn all(&mut self, from: Place, to: Place) -> i64 {
        let units = self.units.remove(&from).unwrap_or_default();
        *self.units.entry(to).or_default() += units;
        units
    }
}

/// The same reply as the pool's answer, if both agree.
pub fn agrees(reply: &Reply, answer: &Answer, unit: i64) -> bool {
    let same = |deed: &Deed, outcome: &ampere_credits::ledger::Outcome| {
        let wide = |units: i64| Credits::from_micros(units * unit);
        deed.position == outcome.position
            && deed.at == outcome.at
            && wide(deed.added) == outcome.added
            && wide(deed.overdraft) == outcome.overdraft
            && wide(deed.charged) == outcome.charged
            && wide(deed.returned) == outcome.returned
    };
    match (reply, answer) {
        (Reply::Done(deed), Answer::Done(outcome)) => same(deed, outcome),
        (Reply::Replayed(deed), Answer::Replayed(outcome)) => same(deed, outcome),
        (Reply::Waits, Answer::Waits) => true,
        (Reply::Refused(mine), Answer::Refused(theirs)) => mine == theirs,
        _ => false,
    }
}
