//! The lists behind the balance: grants in their order of use, the ledger, the rate card.
//!
//! Only reads. Sums of what is listed are the numbers of the balance at the same position.

use std::collections::{BTreeMap, BTreeSet};

use ampere_credits::ledger::{Account, Entry, Fact, Grant, Move};
use ampere_credits::{Credits, GrantId, HoldId, Overflow, RunId, Timestamp};
use ampere_store::rows::Page;

use crate::app::App;
use crate::credits::Reading;
use crate::rates::Published;
use crate::{Caller, Done};

/// Where a grant is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// Can be used, or is held by running work.
    Active,
    /// Nothing is left.
    UsedUp,
    /// Its expiry has passed.
    Expired,
    /// Its time has not come.
    NotYetEffective,
    /// The plan has ended: owned, but starts nothing.
    Locked,
    /// Its payment is disputed.
    Frozen,
}

impl GrantState {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            GrantState::Active => "active",
            GrantState::UsedUp => "used_up",
            GrantState::Expired => "expired",
            GrantState::NotYetEffective => "not_yet_effective",
            GrantState::Locked => "locked",
            GrantState::Frozen => "frozen",
        }
    }
}

/// A grant as people see it: amount = left + spent + expired + taken back (+ what running work
/// still holds of an expired one).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// The grant, with what is due counted.
    pub grant: Grant,
    /// Unheld and held; 0 once it has expired.
    pub left: Credits,
    /// Charged, or taken to pay debt.
    pub spent: Credits,
    /// In one word.
    pub state: GrantState,
    /// 1 is used next; none if it cannot be used now.
    pub order: Option<u32>,
}

/// All grants at one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantList {
    /// In the order of use, those that cannot be used any more last, newest first.
    pub grants: Vec<GrantView>,
    /// Journal position they were read at.
    pub position: u64,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its position.
    pub position: u64,
    /// When it was booked.
    pub at: Timestamp,
    /// What happened.
    pub kind: &'static str,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The grant it made or took from.
    pub grant: Option<GrantId>,
    /// The hold it took, extended or ended.
    pub hold: Option<HoldId>,
    /// By how much the pool's unheld credits changed; negative when they became fewer. The
    /// allowance of background work is not among them.
    pub available_change: Credits,
    /// Which credits moved between which accounts.
    pub moves: Vec<Move>,
}

impl App {
    /// Every grant of the caller's organization.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn grants(&self, caller: &Caller) -> Done<GrantList> {
        Ok(list_grants(&self.reading(caller.org).await?)?)
    }

    /// Every movement of credits, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ledger(&self, caller: &Caller, page: Page) -> Done<Vec<LedgerLine>> {
        let open = self.store.pool(caller.org).await?.holds;
        let entries = self.store.entries(caller.org, page).await?;
        let mut runs: BTreeMap<HoldId, RunId> =
            open.into_values().map(|hold| (hold.id, hold.run)).collect();
        runs.extend(entries.iter().filter_map(|entry| match entry.fact {
            Fact::Held { hold, run, .. } | Fact::Ended { hold, run, .. } => Some((hold, run)),
            _ => None,
        }));
        let grants = self.store.grants(caller.org).await?;
        let apart = grants.iter().map(|row| row.grant.terms).filter(|terms| !terms.of_pool());
        let apart: BTreeSet<GrantId> = apart.map(|terms| terms.id).collect();
        let lines = entries.into_iter().map(|entry| line(entry, &runs, &apart));
        Ok(lines.collect::<Result<_, Overflow>>()?)
    }

    /// The prices that hold now.
    ///
    /// # Errors
    /// When none was ever published.
    pub fn rate_card(&self, _: &Caller) -> Done<Published> {
        self.rates.current()
    }
}

pub(crate) fn list_grants(reading: &Reading) -> Result<GrantList, Overflow> {
    let mut order = 0;
    let mut usable = Vec::new();
    let mut rest = Vec::new();
    for grant in &reading.grants {
        let seen = see(grant, reading)?;
        if seen.state == GrantState::Active && !grant.terms.of_pool() {
            // Background work draws on it alone: it has no turn among the others.
            usable.push(seen);
        } else if seen.state == GrantState::Active {
            order += 1;
            usable.push(GrantView { order: Some(order), ..seen });
        } else if matches!(seen.state, GrantState::Locked | GrantState::Frozen) {
            usable.push(seen);
        } else {
            rest.push(seen);
        }
    }
    rest.sort_by_key(|seen| {
        let waiting = seen.state == GrantState::NotYetEffective;
        let terms = seen.grant.terms;
        std::cmp::Reverse((waiting, terms.effective, terms.id))
    });
    usable.append(&mut rest);
    Ok(GrantList { grants: usable, position: reading.balance.position })
}

fn see(grant: &Grant, reading: &Reading) -> Result<GrantView, Overflow> {
    let at = reading.balance.at;
    let inside = grant.unheld.plus(grant.held)?;
    let (state, left) = if grant.expired(at) {
        (GrantState::Expired, Credits::ZERO)
    } else if !grant.owned(at) {
        (GrantState::NotYetEffective, inside)
    } else if inside.is_zero() {
        (GrantState::UsedUp, inside)
    } else if grant.frozen_since.is_some() {
        (GrantState::Frozen, inside)
    } else if reading.locked && grant.unheld.is_positive() {
        (GrantState::Locked, inside)
    } else {
        (GrantState::Active, inside)
    };
    let spent = grant.spent.plus(grant.to_debt)?;
    Ok(GrantView { grant: *grant, left, spent, state, order: None })
}

fn line(
    entry: Entry,
    runs: &BTreeMap<HoldId, RunId>,
    apart: &BTreeSet<GrantId>,
) -> Result<LedgerLine, Overflow> {
    let (grant, hold) = match entry.fact {
        Fact::Held { hold, .. } | Fact::Extended { hold, .. } | Fact::Ended { hold, .. } => {
            (None, Some(hold))
        }
        _ => (entry.fact.grant(), None),
    };
    Ok(LedgerLine {
        position: entry.position,
        at: entry.at,
        kind: entry.fact.kind(),
        run: hold.and_then(|hold| runs.get(&hold).copied()),
        grant,
        hold,
        available_change: available_change(&entry.moves, apart)?,
        moves: entry.moves,
    })
}

/// By how much the moves change unheld credits, but for those of grants that stand apart.
pub(crate) fn available_change(
    moves: &[Move],
    apart: &BTreeSet<GrantId>,
) -> Result<Credits, Overflow> {
    let counts = |account: Account| match account {
        Account::Left(grant) => !apart.contains(&grant),
        _ => false,
    };
    moves.iter().try_fold(Credits::ZERO, |sum, each| {
        let sum = if counts(each.to) { sum.plus(each.amount)? } else { sum };
        if counts(each.from) { sum.minus(each.amount) } else { Ok(sum) }
    })
}

/// An account's name in lists and exports, e.g. `left:grt_…`.
pub fn account_name(account: Account) -> String {
    match account {
        Account::Issued => "issued".to_owned(),
        Account::Left(grant) => format!("left:{grant}"),
        Account::Held(hold, grant) => format!("hold:{hold}:{grant}"),
        Account::HeldOverdraft(hold) => format!("hold:{hold}:od"),
        Account::Spent => "spent".to_owned(),
        Account::Expired => "expired".to_owned(),
        Account::Clawed => "clawed".to_owned(),
        Account::Debt => "debt".to_owned(),
        Account::Overdraft => "overdraft".to_owned(),
    }
}
