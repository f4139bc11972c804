//! The moves that there are, and which two balances of a pool each of them changes.
//!
//! The arithmetic under [`Pool::apply`]. Never knows why credits move: facts do.

use crate::amount::Credits;
use crate::id::{GrantId, HoldId};
use crate::ledger::account::{Account, Move};
use crate::ledger::hold::Slice;
use crate::ledger::pool::Pool;

impl Pool {
    /// The only moves there are; each changes two balances.
    pub(super) fn fold(&mut self, each: &Move) -> Result<(), &'static str> {
        use Account::{Clawed, Debt, Expired, Held, HeldOverdraft, Issued, Left, Overdraft, Spent};
        let amount = each.amount;
        if !amount.is_positive() {
            return Err("a move of nothing");
        }
        match (each.from, each.to) {
            (Issued, Left(grant)) => {
                add(&mut self.grant_mut(grant)?.unheld, amount)?;
                add(&mut self.issued, amount)
            }
            (Left(from), Held(hold, grant)) if from == grant => {
                let state = self.grant_mut(grant)?;
                take(&mut state.unheld, amount)?;
                add(&mut state.held, amount)?;
                self.fill_slice(hold, grant, amount)
            }
            (Overdraft, HeldOverdraft(hold)) => {
                let state = self.hold(hold)?;
                add(&mut state.overdraft, amount)?;
                add(&mut state.taken, amount)?;
                add(&mut self.overdraft, amount)
            }
            (Held(hold, grant), Spent) => {
                self.drain_slice(hold, grant, amount)?;
                add(&mut self.grant_mut(grant)?.spent, amount)?;
                add(&mut self.spent, amount)
            }
            (HeldOverdraft(hold), Spent) => {
                take(&mut self.hold(hold)?.overdraft, amount)?;
                add(&mut self.spent, amount)
            }
            (Debt, Overdraft) => {
                take(&mut self.overdraft, amount)?;
                add(&mut self.debt, amount)
            }
            (Held(hold, grant), Left(to)) if to == grant => {
                self.drain_slice(hold, grant, amount)?;
                add(&mut self.grant_mut(grant)?.unheld, amount)
            }
            (HeldOverdraft(hold), Overdraft) => {
                take(&mut self.hold(hold)?.overdraft, amount)?;
                take(&mut self.overdraft, amount)
            }
            (Left(grant), Debt) => self.pay(grant, amount),
            (Left(grant), Expired) => {
                let state = self.grant_mut(grant)?;
                take(&mut state.unheld, amount)?;
                add(&mut state.expired, amount)?;
                add(&mut self.expired, amount)
            }
            (Left(grant), Clawed) => {
                let state = self.grant_mut(grant)?;
                take(&mut state.unheld, amount)?;
                add(&mut state.clawed, amount)?;
                add(&mut self.clawed, amount)
            }
            (Debt, Clawed) => {
                add(&mut self.debt, amount)?;
                add(&mut self.debt_of_claims, amount)?;
                add(&mut self.clawed, amount)
            }
            _ => Err("a move between accounts that do not exchange credits"),
        }
    }

    /// Debt of overdraft is paid first: what claims left is what is still there at the end.
    fn pay(&mut self, grant: GrantId, amount: Credits) -> Result<(), &'static str> {
        let state = self.grant_mut(grant)?;
        take(&mut state.unheld, amount)?;
        add(&mut state.to_debt, amount)?;
        take(&mut self.debt, amount)?;
        self.debt_of_claims = self.debt_of_claims.min(self.debt);
        Ok(())
    }

    fn fill_slice(
        &mut self,
        hold: HoldId,
        grant: GrantId,
        amount: Credits,
    ) -> Result<(), &'static str> {
        let grants = &self.grants;
        let state = self.holds.get_mut(&hold).ok_or("a hold that is not loaded")?;
        add(&mut state.taken, amount)?;
        if let Some(slice) = state.slices.iter_mut().find(|slice| slice.grant == grant) {
            return add(&mut slice.amount, amount);
        }
        state.slices.push(Slice { grant, amount });
        state
            .slices
            .sort_by_key(|slice| grants.iter().position(|grant| grant.terms.id == slice.grant));
        Ok(())
    }

    fn drain_slice(
        &mut self,
        hold: HoldId,
        grant: GrantId,
        amount: Credits,
    ) -> Result<(), &'static str> {
        take(&mut self.grant_mut(grant)?.held, amount)?;
        let state = self.hold(hold)?;
        let slice = state.slices.iter_mut().find(|slice| slice.grant == grant);
        take(&mut slice.ok_or("a slice that the hold does not have")?.amount, amount)
    }
}

/// Puts an amount into a balance.
pub(super) fn add(balance: &mut Credits, amount: Credits) -> Result<(), &'static str> {
    *balance = balance.plus(amount).map_err(|_| "a balance is out of range")?;
    Ok(())
}

/// Takes an amount out of a balance, which never goes below nothing.
pub(super) fn take(balance: &mut Credits, amount: Credits) -> Result<(), &'static str> {
    if *balance < amount {
        return Err("a balance would go below nothing");
    }
    *balance = balance.minus(amount).map_err(|_| "a balance is out of range")?;
    Ok(())
}
