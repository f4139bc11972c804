//! The accounts, kept as signed sums of all moves: whatever leaves one enters another.

use std::collections::BTreeMap;

use crate::amount::Credits;
use crate::id::{GrantId, HoldId};
use crate::ledger::account::{Account, Move};
use crate::ledger::audit::report::Findings;
use crate::ledger::audit::states::{self, States};
use crate::ledger::entry::{Entry, Fact};
use crate::ledger::grant::{Class, GrantTerms};
use crate::time::Timestamp;

/// The place of a grant in the order of use, as a key that sorts.
type Place = (u8, bool, Option<Timestamp>, Timestamp, GrantId);

/// Where a grant's credits went for good.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) spent: i128,
    pub(super) to_debt: i128,
    pub(super) expired: i128,
    pub(super) clawed: i128,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    balances: BTreeMap<Account, i128>,
    terms: BTreeMap<GrantId, GrantTerms>,
    /// Grants that have unheld or held credits, in the order of use.
    live: BTreeMap<Place, GrantId>,
    held: BTreeMap<GrantId, i128>,
    gone: BTreeMap<GrantId, Gone>,
    pub(super) states: States,
    /// Of the debt, what claims left: it counts against no limit.
    debt_of_claims: i128,
    /// The most that overdraft and the debt from it were together, and where.
    peak: (i128, u64),
}

impl Books {
    pub(super) fn balance(&self, account: Account) -> i128 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(super) fn terms(&self, grant: GrantId) -> Option<&GrantTerms> {
        self.terms.get(&grant)
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = &GrantTerms> {
        self.terms.values()
    }

    pub(super) fn unheld(&self, grant: GrantId) -> i128 {
        self.balance(Account::Left(grant))
    }

    pub(super) fn held(&self, grant: GrantId) -> i128 {
        self.held.get(&grant).copied().unwrap_or_default()
    }

    pub(super) fn gone(&self, grant: GrantId) -> Gone {
        self.gone.get(&grant).copied().unwrap_or_default()
    }

    pub(super) fn debt(&self) -> i128 {
        -self.balance(Account::Debt)
    }

    pub(super) fn debt_of_claims(&self) -> i128 {
        self.debt_of_claims
    }

    pub(super) fn peak(&self) -> (i128, u64) {
        self.peak
    }

    /// Effective, not expired and not frozen at an instant: half-open (I15).
    pub(super) fn inside(&self, terms: &GrantTerms, at: Timestamp) -> bool {
        let frozen = self.states.frozen(terms.id).is_some();
        at >= terms.effective && !frozen && !self.over(terms, at)
    }

    /// Past its expiry; the clock of a frozen grant stands at when it was frozen.
    pub(super) fn over(&self, terms: &GrantTerms, at: Timestamp) -> bool {
        let at = self.states.frozen(terms.id).unwrap_or(at);
        terms.expires.is_some_and(|end| end <= at)
    }

    /// Grants that can be taken from at an instant, with their unheld credits, in the order of
    /// use (I13): the background allowance, included, purchased. A lock is not looked at: debt is
    /// paid of locked credits too.
    pub(super) fn takeable(&self, at: Timestamp) -> impl Iterator<Item = (&GrantTerms, i128)> {
        self.live
            .values()
            .filter_map(|grant| self.terms.get(grant))
            .filter(move |terms| self.inside(terms, at))
            .map(|terms| (terms, self.unheld(terms.id)))
            .filter(|(_, unheld)| *unheld > 0)
    }

    /// What a hold has of each grant, in the order of use.
    pub(super) fn slices(&self, hold: HoldId) -> Vec<(GrantId, i128)> {
        let nobody = GrantId::from_bits(0);
        let everybody = GrantId::from_bits(u128::MAX);
        let range = Account::Held(hold, nobody)..=Account::Held(hold, everybody);
        let mut slices: Vec<(GrantId, i128)> = self
            .balances
            .range(range)
            .filter_map(|(account, balance)| match account {
                Account::Held(_, grant) if *balance != 0 => Some((*grant, *balance)),
                _ => None,
            })
            .collect();
        slices.sort_by_key(|(grant, _)| self.terms.get(grant).map(place));
        slices
    }

    /// Whatever claim, expiry or debt was due at an instant has been booked by the time it is over.
    pub(super) fn all_due_is_booked(&self, at: Timestamp, position: u64, out: &mut Findings) {
        for grant in self.states.open_claims() {
            let due = states::due(self, grant);
            out.require("I3", Some(position), due.is_nothing(), || {
                format!("the claim on {grant} leaves {due} to be given back")
            });
        }
        for terms in self.live.values().filter_map(|grant| self.terms.get(grant)) {
            let unheld = self.unheld(terms.id);
            if self.over(terms, at) {
                out.require("I16", Some(position), unheld == 0, || {
                    format!("{} of {} stay unheld past their expiry", told(unheld), terms.id)
                });
            }
        }
        let mut paying = self.takeable(at).filter(|(terms, _)| terms.class != Class::Background);
        if let Some((terms, unheld)) = paying.next() {
            let debt = self.debt();
            out.require("I5", Some(position), debt <= 0, || {
                let (debt, unheld) = (told(debt), told(unheld));
                format!("debt of {debt} stays although {unheld} of {} could pay", terms.id)
            });
        }
    }

    /// I1: the moves are ones that this fact may make, each of a positive amount.
    pub(super) fn fits(&self, entry: &Entry, out: &mut Findings) {
        let here = Some(entry.position);
        let mut sum: BTreeMap<Account, i128> = BTreeMap::new();
        for each in &entry.moves {
            let micros = i128::from(each.amount.micros());
            *sum.entry(each.from).or_default() -= micros;
            *sum.entry(each.to).or_default() += micros;
            out.require("I1", here, micros > 0 && may(&entry.fact, each), || {
                let kind = entry.fact.kind();
                format!("{kind} may not move {} from {:?} to {:?}", each.amount, each.from, each.to)
            });
        }
        let total: i128 = sum.values().sum();
        let still = matches!(
            entry.fact,
            Fact::Locked
                | Fact::Unlocked
                | Fact::Frozen { .. }
                | Fact::Thawed { .. }
                | Fact::Claimed { .. }
                | Fact::ClaimMet { .. }
        );
        out.require("I1", here, total == 0 && (still || !sum.is_empty()), || {
            format!("its {} moves sum to {}", entry.moves.len(), told(total))
        });
    }

    /// Books the entry's moves; I3 for grants, I5 for every account touched.
    pub(super) fn book(&mut self, entry: &Entry, out: &mut Findings) {
        let here = Some(entry.position);
        if let Fact::Granted(terms) = entry.fact {
            self.open(&terms, entry, out);
        }
        if let Fact::Thawed { grant, expires } = entry.fact {
            self.move_on(grant, expires);
        }
        for each in &entry.moves {
            let micros = i128::from(each.amount.micros());
            *self.balances.entry(each.from).or_default() -= micros;
            *self.balances.entry(each.to).or_default() += micros;
            self.follow_grant(each, micros);
            match (each.from, each.to) {
                (Account::Debt, Account::Clawed) => self.debt_of_claims += micros,
                (_, Account::Debt) => self.debt_of_claims = self.debt_of_claims.min(self.debt()),
                _ => {}
            }
        }
        self.states.follow(entry);
        for each in &entry.moves {
            for account in [each.from, each.to] {
                let balance = self.balance(account);
                out.count("I5");
                let below = matches!(account, Account::Issued | Account::Debt | Account::Overdraft);
                out.require("I5", here, if below { balance <= 0 } else { balance >= 0 }, || {
                    format!("{account:?} stands at {}", told(balance))
                });
                self.keep_live(account);
            }
        }
        let beyond = self.debt() - self.debt_of_claims - self.balance(Account::Overdraft);
        if beyond > self.peak.0 {
            self.peak = (beyond, entry.position);
        }
    }

    fn open(&mut self, terms: &GrantTerms, entry: &Entry, out: &mut Findings) {
        let here = Some(entry.position);
        let given: i128 = entry.moves.iter().map(|each| i128::from(each.amount.micros())).sum();
        out.require("I3", here, given == i128::from(terms.amount.micros()), || {
            format!("{} is a grant of {} but gets {}", terms.id, terms.amount, told(given))
        });
        if let Some(before) = self.terms.insert(terms.id, *terms) {
            out.add("I3", here, format!("{} was granted before", terms.id));
            self.live.remove(&place(&before));
        }
        self.keep_live(Account::Left(terms.id));
    }

    /// A thaw moves an expiry on, and with it the grant's place.
    fn move_on(&mut self, grant: GrantId, expires: Option<Timestamp>) {
        if let Some(terms) = self.terms.get_mut(&grant) {
            self.live.remove(&place(terms));
            terms.expires = expires;
            self.keep_live(Account::Left(grant));
        }
    }

    fn follow_grant(&mut self, each: &Move, micros: i128) {
        if let Account::Held(_, grant) = each.to {
            *self.held.entry(grant).or_default() += micros;
        }
        if let Account::Held(_, grant) = each.from {
            *self.held.entry(grant).or_default() -= micros;
        }
        let (Account::Left(grant) | Account::Held(_, grant)) = each.from else {
            return;
        };
        let gone = self.gone.entry(grant).or_default();
        match each.to {
            Account::Spent => gone.spent += micros,
            Account::Debt => gone.to_debt += micros,
            Account::Expired => gone.expired += micros,
            Account::Clawed => gone.clawed += micros,
            _ => {}
        }
    }

    /// Keeps `live` to the grants that have credits, and balances to those that are not nothing.
    fn keep_live(&mut self, account: Account) {
        if self.balance(account) == 0 {
            self.balances.remove(&account);
        }
        let (Account::Left(grant) | Account::Held(_, grant)) = account else {
            return;
        };
        let Some(terms) = self.terms.get(&grant) else {
            return;
        };
        let place = place(terms);
        if self.unheld(grant) == 0 && self.held(grant) == 0 {
            self.live.remove(&place);
        } else {
            self.live.insert(place, grant);
        }
    }
}

fn may(fact: &Fact, each: &Move) -> bool {
    use Account::{Clawed, Debt, Expired, Held, HeldOverdraft, Issued, Left, Overdraft, Spent};
    match (fact, each.from, each.to) {
        (Fact::Granted(terms), Issued, Left(grant)) => grant == terms.id,
        (Fact::Held { hold, .. }, Left(from), Held(h, to)) => from == to && h == *hold,
        (Fact::Extended { hold, .. }, Left(from), Held(h, to)) => from == to && h == *hold,
        (Fact::Extended { hold, .. }, Overdraft, HeldOverdraft(h)) => h == *hold,
        (Fact::Ended { hold, .. }, Held(h, _), Spent) => h == *hold,
        (Fact::Ended { hold, .. }, Held(h, from), Left(to)) => from == to && h == *hold,
        (Fact::Ended { hold, .. }, HeldOverdraft(h), Spent | Overdraft) => h == *hold,
        (Fact::Ended { .. }, Debt, Overdraft) => true,
        (Fact::TakenBack { grant }, Left(from), Clawed) => from == *grant,
        (Fact::Expired, Left(_), Expired) => true,
        (Fact::DebtPaid, Left(_), Debt) => true,
        (Fact::ClaimMet { grant, .. }, Left(from), Clawed) => from == *grant,
        (Fact::ClaimMet { .. }, Debt, Clawed) => true,
        _ => false,
    }
}

fn place(terms: &GrantTerms) -> Place {
    let class = match terms.class {
        Class::Background => 0,
        Class::Included => 1,
        Class::Purchased => 2,
    };
    (class, terms.expires.is_none(), terms.expires, terms.effective, terms.id)
}

/// Micro-credits in words.
pub(super) fn told(micros: i128) -> String {
    match i64::try_from(micros) {
        Ok(micros) => Credits::from_micros(micros).to_string(),
        Err(_) => format!("{micros} micro-credits"),
    }
}
