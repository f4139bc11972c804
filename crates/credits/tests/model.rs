//! A second pool, written from the law and not from the code: every credit is a unit that lies
//! somewhere, and is moved one at a time to wherever the law says. Slow, simple, no slices, no
//! entries, no sorted lists. It is what the random tests compare with.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Answer, Command, EndKind, Hash, Overdraft, Rejected, Request};
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
    purchased: bool,
    effective: Timestamp,
    expires: Option<Timestamp>,
    pub units: BTreeMap<Place, i64>,
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
}

/// Available, held, included, purchased, outstanding, in units.
pub type Seen = [i64; 5];

#[derive(Debug, Clone)]
pub struct Model {
    /// Micro-credits in one unit.
    pub unit: i64,
    pub grants: BTreeMap<GrantId, ModelGrant>,
    pub holds: BTreeMap<HoldId, ModelHold>,
    charged: BTreeMap<RunId, i64>,
    pub debt: i64,
    pub last: Timestamp,
    pub position: u64,
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
            last: Timestamp::default(),
            position: 0,
            keys: BTreeMap::new(),
        }
    }

    /// One commit.
    pub fn commit(&mut self, requests: &[Request], clock: Timestamp) -> Vec<Reply> {
        let behind = self.last.micros() - clock.micros();
        let now = self.last.max(clock);
        if requests.is_empty() {
            self.time_passes(now);
        }
        requests.iter().map(|request| self.request(request, behind, now)).collect()
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
        let before = self.position;
        self.pay_debt(now);
        let reply = match self.command(&request.command, now) {
            Ok(deed) => {
                let deed = Deed { position: self.booked(now), at: now, ..deed };
                self.keys.insert(request.key.clone(), (request.hash, deed));
                Reply::Done(deed)
            }
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
        while self.debt > 0 {
            let Some(grant) = self.first(Place::Unheld, |grant| grant.good(now)) else { break };
            grant.one(Place::Unheld, Place::PaidDebt);
            self.debt -= 1;
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
                (grant.purchased, end, grant.effective, **id)
            })
            .map(|(_, grant)| grant)
    }

    fn command(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        match *command {
            Command::Grant(_) => self.grant(command, now),
            Command::Hold { .. } => self.hold(command, now),
            Command::Extend { .. } => self.extend(command, now),
            Command::Settle { hold, charge, .. } => self.end(hold, charge, EndKind::Settled, now),
            Command::Release { hold } => self.end(hold, Credits::ZERO, EndKind::Released, now),
            Command::Lapse { hold, charge } => self.end(hold, charge, EndKind::Lapsed, now),
            Command::TakeBack { grant, amount } => self.take_back(grant, amount, now),
        }
    }

    fn grant(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Grant(terms) = *command else { unreachable!() };
        self.wants(terms.amount)?;
        if self.grants.contains_key(&terms.id) {
            return Err(Rejected::GrantExists);
        }
        let never = |end: Timestamp| end <= now || end <= terms.effective;
        if terms.expires.is_some_and(never) {
            return Err(Rejected::NeverUsable);
        }
        self.countable(i128::from(terms.amount.micros()))?;
        let units = terms.amount.micros() / self.unit;
        let grant = ModelGrant {
            purchased: terms.class == ampere_credits::ledger::Class::Purchased,
            effective: terms.effective,
            expires: terms.expires,
            units: BTreeMap::from([(Place::Unheld, units)]),
        };
        self.grants.insert(terms.id, grant);
        Ok(Deed { added: units, ..Deed::default() })
    }

    fn hold(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Hold { hold, run, amount, deadline, cap } = *command else { unreachable!() };
        self.wants(amount)?;
        if self.holds.contains_key(&hold) {
            return Err(Rejected::HoldExists);
        }
        if deadline <= now || deadline > now.plus_days(1) {
            return Err(Rejected::DeadlineOutOfRange);
        }
        for (id, other) in &self.holds {
            if other.run == run && other.ended.is_none() {
                return Err(Rejected::RunHasOpenHold { hold: *id });
            }
        }
        let cap = cap.map(|cap| i128::from(cap.micros()));
        self.within(cap, run, 0, amount)?;
        if i128::from(amount.micros()) > self.can_take(now) {
            return Err(self.lacking(amount, now));
        }
        let new = ModelHold { run, opened: now, deadline, cap, overdraft: 0, ended: None };
        self.holds.insert(hold, new);
        let units = amount.micros() / self.unit;
        self.take(hold, units, now);
        Ok(Deed { added: units, ..Deed::default() })
    }

    fn extend(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Extend { hold: id, amount, deadline, overdraft } = *command else {
            unreachable!()
        };
        self.wants(amount)?;
        let hold = self.open(id)?.clone();
        if deadline < hold.deadline || deadline > hold.opened.plus_days(1) {
            return Err(Rejected::DeadlineOutOfRange);
        }
        if now >= hold.deadline {
            return Err(Rejected::HoldPastDeadline);
        }
        self.within(hold.cap, hold.run, self.inside(id), amount)?;
        let wanted = i128::from(amount.micros());
        let beyond = (wanted - self.can_take(now)).max(0);
        if beyond > 0 {
            let Overdraft::UpTo(limit) = overdraft else {
                return Err(self.lacking(amount, now));
            };
            let used = self.micros(self.debt + self.overdraft());
            let limit_micros = i128::from(limit.micros());
            if used + beyond > limit_micros {
                let room = (limit_micros - used).max(0);
                let could_take = credits(wanted - beyond + room);
                return Err(Rejected::OverdraftLimitReached { limit, could_take });
            }
            self.countable(beyond)?;
        }
        let from_pool = i64::try_from((wanted - beyond) / i128::from(self.unit)).unwrap();
        let over = i64::try_from(beyond / i128::from(self.unit)).unwrap();
        self.take(id, from_pool, now);
        let hold = self.holds.get_mut(&id).unwrap();
        hold.overdraft += over;
        hold.deadline = deadline;
        Ok(Deed { added: from_pool + over, overdraft: over, ..Deed::default() })
    }

    fn end(
        &mut self,
        id: HoldId,
        charge: Credits,
        how: EndKind,
        now: Timestamp,
    ) -> Result<Deed, Rejected> {
        if charge.micros() < 0 {
            return Err(Rejected::AmountNotPositive);
        }
        let hold = self.open(id)?.clone();
        if how == EndKind::Lapsed && now < hold.deadline {
            return Err(Rejected::NotDue);
        }
        let held = self.inside(id);
        if i128::from(charge.micros()) > self.micros(held) {
            return Err(Rejected::ChargeAboveHold { charge, held: credits(self.micros(held)) });
        }
        let charged = charge.micros() / self.unit;
        for _ in 0..charged {
            match self.first(Place::In(id), |_| true) {
                Some(grant) => grant.one(Place::In(id), Place::Spent),
                None => {
                    self.holds.get_mut(&id).unwrap().overdraft -= 1;
                    self.debt += 1;
                }
            }
        }
        for grant in self.grants.values_mut() {
            grant.all(Place::In(id), Place::Unheld);
        }
        let hold = self.holds.get_mut(&id).unwrap();
        hold.overdraft = 0;
        hold.ended = Some(how);
        *self.charged.entry(hold.run).or_default() += charged;
        Ok(Deed { charged, returned: held - charged, ..Deed::default() })
    }

    fn take_back(
        &mut self,
        id: GrantId,
        amount: Credits,
        now: Timestamp,
    ) -> Result<Deed, Rejected> {
        self.wants(amount)?;
        let unit = i128::from(self.unit);
        let Some(grant) = self.grants.get_mut(&id) else { return Err(Rejected::GrantUnknown) };
        let held = grant.in_holds();
        let unheld = grant.count(Place::Unheld);
        if unheld + held == 0 || grant.over(now) {
            return Err(Rejected::GrantUnknown);
        }
        let short = i128::from(amount.micros()) - i128::from(unheld) * unit;
        if short > 0 {
            return Err(Rejected::InsufficientCredits {
                needed: amount,
                available: credits(i128::from(unheld) * unit),
                shortfall: credits(short),
            });
        }
        for _ in 0..amount.micros() / self.unit {
            grant.one(Place::Unheld, Place::TakenBack);
        }
        Ok(Deed::default())
    }

    fn wants(&self, amount: Credits) -> Result<(), Rejected> {
        if amount.micros() < 1 { Err(Rejected::AmountNotPositive) } else { Ok(()) }
    }

    fn open(&self, id: HoldId) -> Result<&ModelHold, Rejected> {
        let hold = self.holds.get(&id).ok_or(Rejected::HoldUnknown)?;
        hold.ended.map_or(Ok(hold), |how| Err(Rejected::HoldEnded { how }))
    }

    fn within(
        &self,
        cap: Option<i128>,
        run: RunId,
        inside: i64,
        amount: Credits,
    ) -> Result<(), Rejected> {
        let Some(cap) = cap else { return Ok(()) };
        let used = self.micros(self.charged.get(&run).copied().unwrap_or_default() + inside);
        if used + i128::from(amount.micros()) > cap {
            return Err(Rejected::CapReached { cap: credits(cap), used: credits(used) });
        }
        Ok(())
    }

    /// All that was ever issued, what is owed and what is overdrawn must fit with this in 63 bits.
    fn countable(&self, more: i128) -> Result<(), Rejected> {
        let issued: i64 = self.grants.values().map(|grant| grant.units.values().sum::<i64>()).sum();
        let sum = self.micros(issued + self.debt + self.overdraft()) + more;
        if sum > i128::from(i64::MAX) { Err(Rejected::OutOfRange) } else { Ok(()) }
    }

    fn lacking(&self, needed: Credits, now: Timestamp) -> Rejected {
        let available = self.can_take(now);
        let with_debt = i128::from(needed.micros()) + self.micros(self.debt);
        if with_debt > i128::from(i64::MAX) {
            return Rejected::OutOfRange;
        }
        let shortfall = credits(with_debt - available);
        Rejected::InsufficientCredits { needed, available: credits(available), shortfall }
    }

    /// Micro-credits that can be taken; none while there is debt.
    fn can_take(&self, now: Timestamp) -> i128 {
        if self.debt > 0 {
            return 0;
        }
        let good = self.grants.values().filter(|grant| grant.good(now));
        self.micros(good.map(|grant| grant.count(Place::Unheld)).sum())
    }

    fn take(&mut self, hold: HoldId, units: i64, now: Timestamp) {
        for _ in 0..units {
            let grant = self.first(Place::Unheld, |grant| grant.good(now)).unwrap();
            grant.one(Place::Unheld, Place::In(hold));
        }
    }

    fn inside(&self, hold: HoldId) -> i64 {
        let units: i64 = self.grants.values().map(|grant| grant.count(Place::In(hold))).sum();
        units + self.holds.get(&hold).map_or(0, |hold| hold.overdraft)
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
        let mut seen = [0; 5];
        for grant in then.grants.values().filter(|grant| grant.good(now)) {
            let (unheld, held) = (grant.count(Place::Unheld), grant.in_holds());
            seen[0] += unheld;
            seen[1] += held;
            seen[2 + usize::from(grant.purchased)] += unheld + held;
        }
        seen[4] = then.debt;
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
        self.expires.is_some_and(|end| now >= end)
    }

    fn good(&self, now: Timestamp) -> bool {
        now >= self.effective && !self.over(now)
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

fn credits(micros: i128) -> Credits {
    Credits::from_micros(i64::try_from(micros).unwrap())
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
        (Reply::Refused(mine), Answer::Refused(theirs)) => mine == theirs,
        _ => false,
    }
}
