//! The model's lock, frozen grants and claims.

use ampere_credits::ledger::{Command, Rejected};
use ampere_credits::{Credits, GrantId, Timestamp};

use super::{Claim, Deed, Model, ModelGrant, Place};

impl Model {
    pub(super) fn money(&mut self, command: &Command, now: Timestamp) -> Result<Deed, Rejected> {
        match *command {
            Command::Lock if self.locked => return Err(Rejected::AlreadyLocked),
            Command::Unlock if !self.locked => return Err(Rejected::NotLocked),
            Command::Lock | Command::Unlock => self.locked = !self.locked,
            Command::Freeze { grant } => self.freeze(grant, now)?,
            Command::Thaw { grant } => self.thaw(grant, now)?,
            Command::Claim { grant, total } => self.claim(grant, total)?,
            _ => unreachable!("not a command about money"),
        }
        Ok(Deed::default())
    }

    fn known(&mut self, id: GrantId) -> Result<&mut ModelGrant, Rejected> {
        self.grants.get_mut(&id).ok_or(Rejected::GrantUnknown)
    }

    fn freeze(&mut self, id: GrantId, now: Timestamp) -> Result<(), Rejected> {
        let grant = self.known(id)?;
        if grant.frozen.is_some() {
            return Err(Rejected::AlreadyFrozen);
        }
        grant.frozen = Some(now);
        Ok(())
    }

    /// As much time is left as was left when it was frozen.
    fn thaw(&mut self, id: GrantId, now: Timestamp) -> Result<(), Rejected> {
        let grant = self.known(id)?;
        let Some(since) = grant.frozen.take() else { return Err(Rejected::NotFrozen) };
        if let Some(end) = grant.expires {
            let left = end.micros() - since.micros();
            if left > 0 {
                grant.expires = Some(Timestamp::from_micros(now.micros() + left));
            }
        }
        Ok(())
    }

    fn claim(&mut self, id: GrantId, total: Credits) -> Result<(), Rejected> {
        self.wants(total)?;
        let unit = self.unit;
        let grant = self.known(id)?;
        let amount: i64 = grant.units.values().sum();
        if total.micros() > amount * unit {
            return Err(Rejected::ClaimAboveGrant { amount: Credits::from_micros(amount * unit) });
        }
        let claimed = grant.claim.total;
        if total.micros() <= claimed * unit {
            let claimed = Credits::from_micros(claimed * unit);
            return Err(Rejected::ClaimNotHigher { claimed });
        }
        let units = total.micros() / unit;
        self.countable(i128::from(total.micros() - claimed * unit))?;
        self.known(id)?.claim.total = units;
        Ok(())
    }

    /// Grant by grant, unit by unit; each grant's part is an entry of its own.
    pub(super) fn meet_claims(&mut self, now: Timestamp) {
        let ids: Vec<GrantId> = self.grants.keys().copied().collect();
        for id in ids {
            let grant = self.grants.get_mut(&id).unwrap();
            let owed_before = grant.claim.owed;
            let before = grant.claim.met();
            while grant.claim.open() > 0 {
                if grant.count(Place::Unheld) > 0 {
                    grant.one(Place::Unheld, Place::TakenBack);
                    grant.claim.from_unheld += 1;
                } else if grant.in_holds() > 0 {
                    break;
                } else if grant.count(Place::Expired) > grant.claim.had_expired {
                    grant.claim.had_expired += 1;
                } else {
                    grant.claim.owed += 1;
                }
            }
            self.owed += grant.claim.owed - owed_before;
            if grant.claim.met() > before {
                self.booked(now);
            }
        }
    }
}

impl Claim {
    pub fn met(&self) -> i64 {
        self.from_unheld + self.had_expired + self.owed
    }

    pub fn open(&self) -> i64 {
        self.total - self.met()
    }
}
