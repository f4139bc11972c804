//! The model's commands, rule by rule in the order of precedence.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Cause, Command, Draw, EndKind, Overdraft, Rejected};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

use super::{Claim, Deed, Model, ModelGrant, ModelHold, Place};

fn credits(micros: i128) -> Credits {
    Credits::from_micros(i64::try_from(micros).unwrap())
}

impl Model {
    pub(super) fn command(
        &mut self,
        command: &Command,
        ahead: u32,
        now: Timestamp,
    ) -> Result<Deed, Rejected> {
        match *command {
            Command::Grant(_) => self.grant(command, now),
            Command::Hold { .. } => self.hold(command, ahead, now),
            Command::Extend { .. } => self.extend(command, now),
            Command::Settle { hold, charge, .. } => self.end(hold, charge, EndKind::Settled, now),
            Command::Release { hold } => self.end(hold, Credits::ZERO, EndKind::Released, now),
            Command::Lapse { hold, charge } => self.end(hold, charge, EndKind::Lapsed, now),
            Command::TakeBack { grant, amount } => self.take_back(grant, amount, now),
            Command::Lock
            | Command::Unlock
            | Command::Freeze { .. }
            | Command::Thaw { .. }
            | Command::Claim { .. } => self.money(command, now),
        }
    }

    fn grant(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Grant(terms) = *command else { unreachable!() };
        self.wants(terms.amount)?;
        if self.grants.contains_key(&terms.id) {
            return Err(Rejected::GrantExists);
        }
        let given_anyway = matches!(terms.cause, Cause::Trial | Cause::Adjustment);
        let never = |end: Timestamp| (given_anyway && end <= now) || end <= terms.effective;
        if terms.expires.is_some_and(never) {
            return Err(Rejected::NeverUsable);
        }
        self.countable(i128::from(terms.amount.micros()))?;
        let units = terms.amount.micros() / self.unit;
        let grant = ModelGrant {
            class: terms.class,
            effective: terms.effective,
            expires: terms.expires,
            units: BTreeMap::from([(Place::Unheld, units)]),
            frozen: None,
            claim: Claim::default(),
        };
        self.grants.insert(terms.id, grant);
        Ok(Deed { added: units, ..Deed::default() })
    }

    fn hold(&mut self, command: &Command, ahead: u32, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Hold { hold, run, amount, deadline, cap, draw } = *command else {
            unreachable!()
        };
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
        let wanted = i128::from(amount.micros());
        let wants_of_pool = match draw {
            Draw::Pool => true,
            Draw::Background => false,
            Draw::BackgroundThenPool => wanted > self.can_take(Draw::Background, now),
        };
        if self.locked {
            return Err(Rejected::PoolLocked);
        }
        if ahead > 0 && wants_of_pool {
            return Err(Rejected::WaitsBehind { waiting: ahead });
        }
        if wanted > self.can_take(draw, now) {
            return Err(self.lacking(amount, draw, now));
        }
        let new = ModelHold { run, opened: now, deadline, cap, overdraft: 0, ended: None };
        self.holds.insert(hold, new);
        let units = amount.micros() / self.unit;
        self.take((hold, draw), units, now);
        Ok(Deed { added: units, ..Deed::default() })
    }

    fn extend(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        let Command::Extend { hold: id, amount, deadline, overdraft, draw } = *command else {
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
        let beyond = (wanted - self.can_take(draw, now)).max(0);
        if beyond > 0 {
            if draw != Draw::Pool {
                return Err(self.lacking(amount, draw, now));
            }
            let Overdraft::UpTo(limit) = overdraft else {
                return Err(self.lacking(amount, draw, now));
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
        self.take((id, draw), from_pool, now);
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

    pub(super) fn wants(&self, amount: Credits) -> Result<(), Rejected> {
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

    /// All that was ever issued, what is owed or may be, and what is overdrawn must fit with
    /// this in 63 bits.
    pub(super) fn countable(&self, more: i128) -> Result<(), Rejected> {
        let issued: i64 = self.grants.values().map(|grant| grant.units.values().sum::<i64>()).sum();
        let open: i64 = self.grants.values().map(|grant| grant.claim.open()).sum();
        let sum = self.micros(issued + self.debt + self.owed + self.overdraft() + open) + more;
        if sum > i128::from(i64::MAX) { Err(Rejected::OutOfRange) } else { Ok(()) }
    }

    fn lacking(&self, needed: Credits, draw: Draw, now: Timestamp) -> Rejected {
        let available = self.can_take(draw, now);
        let debt = if draw == Draw::Background { 0 } else { self.debt + self.owed };
        let with_debt = i128::from(needed.micros()) + self.micros(debt);
        if with_debt > i128::from(i64::MAX) {
            return Rejected::OutOfRange;
        }
        let shortfall = credits(with_debt - available);
        Rejected::InsufficientCredits { needed, available: credits(available), shortfall }
    }

    /// Micro-credits that can be taken; none of the pool while there is debt, none at all while it
    /// is locked.
    fn can_take(&self, draw: Draw, now: Timestamp) -> i128 {
        let may = self.may_take(draw, now);
        let good = self.grants.values().filter(|grant| may(grant));
        self.micros(good.map(|grant| grant.count(Place::Unheld)).sum())
    }

    fn may_take(&self, draw: Draw, now: Timestamp) -> impl Fn(&ModelGrant) -> bool + use<> {
        let (in_debt, locked) = (self.debt + self.owed > 0, self.locked);
        move |grant| {
            grant.good(now)
                && !locked
                && if grant.background() {
                    draw != Draw::Pool
                } else {
                    draw != Draw::Background && !in_debt
                }
        }
    }

    fn take(&mut self, (hold, draw): (HoldId, Draw), units: i64, now: Timestamp) {
        for _ in 0..units {
            let may = self.may_take(draw, now);
            self.first(Place::Unheld, may).unwrap().one(Place::Unheld, Place::In(hold));
        }
    }

    fn inside(&self, hold: HoldId) -> i64 {
        let units: i64 = self.grants.values().map(|grant| grant.count(Place::In(hold))).sum();
        units + self.holds.get(&hold).map_or(0, |hold| hold.overdraft)
    }
}
