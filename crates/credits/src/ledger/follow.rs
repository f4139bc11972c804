//! What follows by itself in every commit, after the command: claims, expiry, then debt.
//!
//! The law's order inside a commit is command, claims, expiry, debt, queue (the queue is served by
//! [`crate::ledger::batch`], once for each commit). What claims take is in
//! [`crate::ledger::claims`].

use crate::amount::Credits;
use crate::ledger::account::{Account, Move};
use crate::ledger::claims;
use crate::ledger::command::Rejected;
use crate::ledger::entry::{Draft, Fact};
use crate::ledger::pool::Pool;
use crate::time::Timestamp;

/// The next thing to book at that instant, until there is none.
pub fn follow_up(pool: &Pool, now: Timestamp) -> Result<Option<Draft>, Rejected> {
    if let Some(draft) = claims::due(pool)? {
        return Ok(Some(draft));
    }
    if let Some(draft) = expiry(pool, now) {
        return Ok(Some(draft));
    }
    pay_debt(pool, now)
}

/// Unheld credits of grants past their expiry end now (I16: only what is unheld, once).
fn expiry(pool: &Pool, now: Timestamp) -> Option<Draft> {
    let due = pool.grants.iter().filter(|grant| grant.expired(now));
    let moves: Vec<Move> = due
        .filter_map(|grant| {
            Move::some(Account::Left(grant.terms.id), Account::Expired, grant.unheld)
        })
        .collect();
    (!moves.is_empty()).then_some(Draft { fact: Fact::Expired, moves })
}

/// The law's "Debt": paid first, in the order of use, never from the background allowance or from
/// frozen credits; locked ones pay too.
pub fn pay_debt(pool: &Pool, now: Timestamp) -> Result<Option<Draft>, Rejected> {
    let mut debt = pool.debt;
    let mut moves = Vec::new();
    let paying = pool.grants.iter().filter(|grant| grant.terms.of_pool());
    for grant in paying.filter(|grant| grant.eligible(now)) {
        let part: Credits = debt.min(grant.unheld);
        debt = debt.minus(part)?;
        moves.extend(Move::some(Account::Left(grant.terms.id), Account::Debt, part));
    }
    Ok((!moves.is_empty()).then_some(Draft { fact: Fact::DebtPaid, moves }))
}
