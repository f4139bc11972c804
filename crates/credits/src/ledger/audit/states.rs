//! Lock, frozen grants and claims as the journal tells them (I3, I15, I20).
//!
//! What a claim must take is reckoned anew from the accounts, and compared.

use std::collections::BTreeMap;

use crate::id::GrantId;
use crate::ledger::account::Account;
use crate::ledger::audit::books::{Books, told};
use crate::ledger::audit::report::Findings;
use crate::ledger::entry::{Entry, Fact};
use crate::time::Timestamp;

/// A claim on a grant: in all, given back so far, and of that what had expired.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) total: i128,
    pub(super) met: i128,
    pub(super) by_expiry: i128,
}

/// What moves nothing by itself and still decides what may move.
#[derive(Debug, Default)]
pub(super) struct States {
    pub(super) locked: bool,
    frozen: BTreeMap<GrantId, Timestamp>,
    claims: BTreeMap<GrantId, Claim>,
}

impl States {
    pub(super) fn frozen(&self, grant: GrantId) -> Option<Timestamp> {
        self.frozen.get(&grant).copied()
    }

    pub(super) fn claim(&self, grant: GrantId) -> Claim {
        self.claims.get(&grant).copied().unwrap_or_default()
    }

    /// Grants of which more is claimed than was given back.
    pub(super) fn open_claims(&self) -> impl Iterator<Item = GrantId> {
        let open = self.claims.iter().filter(|(_, claim)| claim.total > claim.met);
        open.map(|(grant, _)| *grant)
    }

    /// Follows the entry, whatever was found in it.
    pub(super) fn follow(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::Locked => self.locked = true,
            Fact::Unlocked => self.locked = false,
            Fact::Frozen { grant } => {
                self.frozen.insert(grant, entry.at);
            }
            Fact::Thawed { grant, .. } => {
                self.frozen.remove(&grant);
            }
            Fact::Claimed { grant, total } => {
                self.claims.entry(grant).or_default().total = i128::from(total.micros());
            }
            Fact::ClaimMet { grant, by_expiry } => {
                let moved: i128 =
                    entry.moves.iter().map(|each| i128::from(each.amount.micros())).sum();
                let claim = self.claims.entry(grant).or_default();
                claim.met += moved + i128::from(by_expiry.micros());
                claim.by_expiry += i128::from(by_expiry.micros());
            }
            _ => {}
        }
    }
}

/// Judges an entry about a lock, a freeze or a claim before it is booked.
pub(super) fn check(books: &Books, entry: &Entry, out: &mut Findings) {
    let here = Some(entry.position);
    match entry.fact {
        Fact::Locked | Fact::Unlocked => {
            out.count("I20");
            let changes = books.states.locked != (entry.fact == Fact::Locked);
            out.require("I20", here, changes && entry.moves.is_empty(), || {
                "a lock or unlock that changes nothing, or moves credits".to_owned()
            });
        }
        Fact::Frozen { grant } => {
            out.count("I15");
            let fine = books.terms(grant).is_some() && books.states.frozen(grant).is_none();
            out.require("I15", here, fine, || format!("{grant} is unknown or was frozen before"));
        }
        Fact::Thawed { grant, expires } => thawed(books, entry, (grant, expires), out),
        Fact::Claimed { grant, total } => {
            out.count("I3");
            let total = i128::from(total.micros());
            let amount = books.terms(grant).map_or(0, |terms| i128::from(terms.amount.micros()));
            let before = books.states.claim(grant).total;
            out.require("I3", here, before < total && total <= amount, || {
                let (before, total, amount) = (told(before), told(total), told(amount));
                format!("{total} of {grant} are claimed, of {amount} with {before} before")
            });
        }
        Fact::ClaimMet { grant, by_expiry } => {
            out.count("I3");
            let due = due(books, grant);
            let sum = |wanted: Account| -> i128 {
                let of = entry.moves.iter().filter(|each| each.from == wanted);
                of.map(|each| i128::from(each.amount.micros())).sum()
            };
            let (left, debt) = (sum(Account::Left(grant)), sum(Account::Debt));
            let told_by_it = Due { left, debt, by_expiry: i128::from(by_expiry.micros()) };
            out.require("I3", here, told_by_it == due && !due.is_nothing(), || {
                format!("the claim on {grant} was met by {told_by_it}; due was {due}")
            });
        }
        _ => {}
    }
}

/// The time that a grant was frozen is added to its expiry, unless that had passed before.
fn thawed(
    books: &Books,
    entry: &Entry,
    (grant, expires): (GrantId, Option<Timestamp>),
    out: &mut Findings,
) {
    out.count("I15");
    let here = Some(entry.position);
    let Some(since) = books.states.frozen(grant) else {
        out.add("I15", here, format!("{grant} was thawed, but was not frozen"));
        return;
    };
    let ended = books.terms(grant).and_then(|terms| terms.expires);
    let due = ended.map(|end| match end > since {
        true => Timestamp::from_micros(end.micros() - since.micros() + entry.at.micros()),
        false => end,
    });
    out.require("I15", here, expires == due, || {
        format!("{grant} expires at {expires:?} after its thaw; due is {due:?}")
    });
}

/// What a claim takes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    left: i128,
    debt: i128,
    by_expiry: i128,
}

impl Due {
    pub(super) fn is_nothing(&self) -> bool {
        self.left == 0 && self.debt == 0 && self.by_expiry == 0
    }
}

impl std::fmt::Display for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (left, debt, expired) = (told(self.left), told(self.debt), told(self.by_expiry));
        write!(f, "{left} unheld, {expired} expired and {debt} of debt")
    }
}

/// Unheld credits go first; once nothing is held, what expired counts and the rest becomes debt.
pub(super) fn due(books: &Books, grant: GrantId) -> Due {
    let claim = books.states.claim(grant);
    let open = claim.total - claim.met;
    let left = books.unheld(grant).min(open);
    if books.held(grant) > 0 {
        return Due { left, debt: 0, by_expiry: 0 };
    }
    let by_expiry = (books.gone(grant).expired - claim.by_expiry).min(open - left);
    Due { left, debt: open - left - by_expiry, by_expiry }
}
