//! Claims: what is to be given back of a grant whose money went back, and how it is met.
//!
//! The law's "Money in and back": a claim takes unheld credits at once and what open holds give
//! back before it can expire; when nothing of the grant is held any more, its expired credits
//! count as given back and the rest becomes debt. Which refund or dispute set it is not known
//! here: the total is what was claimed in all, so that the order of events cannot matter.

use crate::amount::Credits;
use crate::id::GrantId;
use crate::ledger::account::{Account, Move};
use crate::ledger::command::Rejected;
use crate::ledger::decide::{countable, positive};
use crate::ledger::entry::{Draft, Fact};
use crate::ledger::fold::add;
use crate::ledger::grant::Grant;
use crate::ledger::pool::Pool;

/// Sets what is to be given back in all. What follows is booked after it, in the same commit.
pub(super) fn claim(pool: &Pool, id: GrantId, total: Credits) -> Result<Draft, Rejected> {
    positive(total)?;
    let grant = pool.grant(id).ok_or(Rejected::GrantUnknown)?;
    let amount = grant.terms.amount;
    if total > amount {
        return Err(Rejected::ClaimAboveGrant { amount });
    }
    if total <= grant.claim {
        return Err(Rejected::ClaimNotHigher { claimed: grant.claim });
    }
    countable(pool, total.minus(grant.claim)?)?;
    Ok(Draft { fact: Fact::Claimed { grant: id, total }, moves: Vec::new() })
}

/// What the first claim can be given now, if there is one that can be given anything.
pub(super) fn due(pool: &Pool) -> Result<Option<Draft>, Rejected> {
    for grant in pool.grants.iter().filter(|grant| grant.claim_open().is_positive()) {
        if let Some(draft) = meet(grant)? {
            return Ok(Some(draft));
        }
    }
    Ok(None)
}

/// Unheld credits go, frozen, locked or not; what holds still have of the grant is waited for.
fn meet(grant: &Grant) -> Result<Option<Draft>, Rejected> {
    let id = grant.terms.id;
    let taken = grant.claim_open().min(grant.unheld);
    let mut rest = grant.claim_open().minus(taken)?;
    let mut by_expiry = Credits::ZERO;
    let mut moves: Vec<Move> =
        Move::some(Account::Left(id), Account::Clawed, taken).into_iter().collect();
    if grant.held.is_zero() {
        by_expiry = rest.min(grant.expired.minus(grant.claim_by_expiry)?);
        rest = rest.minus(by_expiry)?;
        moves.extend(Move::some(Account::Debt, Account::Clawed, rest));
    }
    let some = by_expiry.is_positive() || !moves.is_empty();
    Ok(some.then_some(Draft { fact: Fact::ClaimMet { grant: id, by_expiry }, moves }))
}

impl Pool {
    /// A claim only grows, and never beyond the grant.
    pub(super) fn set_claim(&mut self, grant: GrantId, total: Credits) -> Result<(), &'static str> {
        let state = self.grant_mut(grant)?;
        if total <= state.claim || total > state.terms.amount {
            return Err("a claim that does not grow within its grant");
        }
        state.claim = total;
        Ok(())
    }

    /// What was moved and what had expired is given back now.
    pub(super) fn meet_claim(
        &mut self,
        grant: GrantId,
        by_expiry: Credits,
        moves: &[Move],
    ) -> Result<(), &'static str> {
        let moved = Credits::sum(moves.iter().map(|each| each.amount));
        let state = self.grant_mut(grant)?;
        add(&mut state.claim_met, moved.map_err(|_| "a sum is out of range")?)?;
        add(&mut state.claim_met, by_expiry)?;
        add(&mut state.claim_by_expiry, by_expiry)?;
        if state.claim_met > state.claim || state.claim_by_expiry > state.expired {
            return Err("more was given back than was claimed, or had expired");
        }
        Ok(())
    }
}
