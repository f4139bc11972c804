//! Makes journals that no pool would write: chained and hashed as they should be, with whatever
//! facts and moves a test wants, and the stored state that would follow from them.

use std::collections::BTreeMap;

use ampere_credits::ledger::audit::{Bounds, StoredPool, Totals};
use ampere_credits::ledger::canon;
use ampere_credits::ledger::{
    Account, Cause, Class, EndKind, Ended, Entry, Fact, Grant, GrantTerms, Hash, Hold, Known, Move,
    Slice,
};
use ampere_credits::{Credits, GrantId, HoldId, OrgId, RunId, Timestamp};

/// Whole credits of overdraft that the pool may go into.
pub const LIMIT: i64 = 20;

pub fn grant(n: u128) -> GrantId {
    GrantId::from_bits(n)
}

pub fn hold(n: u128) -> HoldId {
    HoldId::from_bits(n)
}

pub fn run(n: u128) -> RunId {
    RunId::from_bits(n)
}

pub fn left(n: u128) -> Account {
    Account::Left(grant(n))
}

fn whole(credits: i64) -> Credits {
    Credits::from_micros(credits * 1_000_000)
}

/// Whole credits of grants, by the grants' numbers.
type Parts<'a> = &'a [(u128, i64)];

pub struct Forge {
    org: OrgId,
    start: Timestamp,
    now: Timestamp,
    skipped: u64,
    /// Seconds from a taking to its deadline.
    lasts: i64,
    drafts: Vec<Entry>,
}

impl Forge {
    pub fn new() -> Self {
        let start = Timestamp::from_micros(1_800_000_000_000_000);
        Forge {
            org: OrgId::from_bits(7),
            start,
            now: start,
            skipped: 0,
            lasts: 3_600,
            drafts: Vec::new(),
        }
    }

    /// Grants 1 (included 10, 30 days), 2 (included 10, 60 days), 3 (purchased 20, for ever).
    pub fn with_grants() -> Self {
        let mut forge = Forge::new();
        forge.granted(1, Class::Included, 10, Some(30));
        forge.granted(2, Class::Included, 10, Some(60));
        forge.granted(3, Class::Purchased, 20, None);
        forge
    }

    /// With 5 outstanding and nothing left.
    pub fn in_debt() -> Self {
        let mut forge = Forge::new();
        forge.granted(1, Class::Included, 10, None);
        forge.held(1, &[(1, 10)]).overdrawn(1, &[], 5);
        let overdraft = Account::HeldOverdraft(hold(1));
        let moves = [
            (Account::Held(hold(1), grant(1)), Account::Spent, 10),
            (overdraft, Account::Spent, 5),
            (Account::Debt, Account::Overdraft, 5),
        ];
        let how = EndKind::Settled;
        let fact = Fact::Ended { hold: hold(1), run: run(1), how, estimated: false };
        forge.book(fact, &moves);
        forge
    }

    pub fn org(&self) -> OrgId {
        OrgId::from_bits(7)
    }

    /// What is booked from now on belongs to another organization.
    pub fn belongs_to(&mut self, org: OrgId) -> &mut Self {
        self.org = org;
        self
    }

    pub fn later(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.plus_seconds(seconds);
        self
    }

    pub fn at_day(&mut self, day: i64) -> &mut Self {
        self.now = self.start.plus_days(day);
        self
    }

    pub fn lasting(&mut self, seconds: i64) -> &mut Self {
        self.lasts = seconds;
        self
    }

    pub fn skip_a_position(&mut self) -> &mut Self {
        self.skipped += 1;
        self
    }

    pub fn terms(&self, n: u128, class: Class, amount: i64, days: Option<i64>) -> GrantTerms {
        GrantTerms {
            id: grant(n),
            class,
            cause: Cause::Adjustment,
            amount: whole(amount),
            effective: self.now,
            expires: days.map(|days| self.now.plus_days(days)),
        }
    }

    pub fn granted(&mut self, n: u128, class: Class, amount: i64, days: Option<i64>) -> &mut Self {
        let terms = self.terms(n, class, amount, days);
        self.book(Fact::Granted(terms), &[(Account::Issued, left(n), amount)])
    }

    pub fn held(&mut self, n: u128, parts: Parts) -> &mut Self {
        self.held_for(n, n, parts)
    }

    pub fn held_for(&mut self, n: u128, of: u128, parts: Parts) -> &mut Self {
        self.takes(n, of, None, parts)
    }

    pub fn capped(&mut self, n: u128, cap: i64, parts: Parts) -> &mut Self {
        self.takes(n, n, Some(whole(cap)), parts)
    }

    fn takes(&mut self, n: u128, of: u128, cap: Option<Credits>, parts: Parts) -> &mut Self {
        let deadline = self.now.plus_seconds(self.lasts);
        let charged_before = Credits::ZERO;
        let fact = Fact::Held { hold: hold(n), run: run(of), deadline, cap, charged_before };
        self.book(fact, &into(n, parts))
    }

    pub fn extended(&mut self, n: u128, parts: Parts) -> &mut Self {
        self.overdrawn(n, parts, 0)
    }

    pub fn overdrawn(&mut self, n: u128, parts: Parts, overdraft: i64) -> &mut Self {
        let mut moves = into(n, parts);
        if overdraft > 0 {
            moves.push((Account::Overdraft, Account::HeldOverdraft(hold(n)), overdraft));
        }
        let deadline = self.now.plus_seconds(self.lasts);
        self.book(Fact::Extended { hold: hold(n), deadline }, &moves)
    }

    pub fn ended(&mut self, n: u128, how: EndKind, charged: Parts, returned: Parts) -> &mut Self {
        let held = |g: u128| Account::Held(hold(n), grant(g));
        let charged = charged.iter().map(|(g, part)| (held(*g), Account::Spent, *part));
        let returned = returned.iter().map(|(g, part)| (held(*g), left(*g), *part));
        let moves: Vec<_> = charged.chain(returned).collect();
        self.book(Fact::Ended { hold: hold(n), run: run(n), how, estimated: false }, &moves)
    }

    pub fn book(&mut self, fact: Fact, moves: &[(Account, Account, i64)]) -> &mut Self {
        let moves = moves.iter().map(|(from, to, amount)| Move {
            from: *from,
            to: *to,
            amount: whole(*amount),
        });
        let previous = self.drafts.last().map_or(Hash::default(), |entry| entry.hash);
        let mut entry = Entry {
            org: self.org,
            position: self.drafts.len() as u64 + 1 + self.skipped,
            at: self.now,
            previous,
            fact,
            moves: moves.collect(),
            hash: Hash::default(),
        };
        entry.hash = canon::hash(&canon::encode(&entry));
        self.drafts.push(entry);
        self
    }

    pub fn journal(&self) -> Vec<Entry> {
        self.drafts.clone()
    }

    /// What a store without any check would hold after that journal.
    pub fn stored(&self, journal: &[Entry]) -> StoredPool {
        let mut kept = Kept::default();
        journal.iter().for_each(|entry| kept.follow(entry));
        let sum = |account: Account| {
            let micros = kept.balances.get(&account).copied().unwrap_or_default();
            Credits::from_micros(if micros < 0 { -micros } else { micros })
        };
        let last = journal.last();
        StoredPool {
            pool: Totals {
                position: last.map_or(0, |entry| entry.position),
                head: last.map_or(Hash::default(), |entry| entry.hash),
                last: journal.iter().map(|entry| entry.at).max().unwrap_or_default(),
                issued: sum(Account::Issued),
                spent: sum(Account::Spent),
                expired: sum(Account::Expired),
                clawed: sum(Account::Clawed),
                debt: sum(Account::Debt),
                debt_of_claims: Credits::from_micros(kept.debt_of_claims),
                overdraft: sum(Account::Overdraft),
                locked: kept.locked,
            },
            grants: kept.grants(),
            holds: kept.holds(),
            keys: kept.keys,
            bounds: Bounds { overdraft_limit: whole(LIMIT), sweep_seconds: 60, now: self.now },
        }
    }
}

fn into(n: u128, parts: Parts) -> Vec<(Account, Account, i64)> {
    let one = |(g, part): &(u128, i64)| (left(*g), Account::Held(hold(n), grant(*g)), *part);
    parts.iter().map(one).collect()
}

#[derive(Default)]
struct Kept {
    balances: BTreeMap<Account, i64>,
    flows: BTreeMap<(GrantId, Account), i64>,
    terms: BTreeMap<GrantId, GrantTerms>,
    /// Of the grants: frozen since, claimed, given back, and of that expired.
    claims: BTreeMap<GrantId, (Option<Timestamp>, [i64; 3])>,
    locked: bool,
    debt_of_claims: i64,
    holds: BTreeMap<HoldId, Hold>,
    keys: Vec<(String, Known)>,
}

impl Kept {
    fn follow(&mut self, entry: &Entry) {
        for each in &entry.moves {
            *self.balances.entry(each.from).or_default() -= each.amount.micros();
            *self.balances.entry(each.to).or_default() += each.amount.micros();
            match (each.from, each.to) {
                (Account::Debt, Account::Clawed) => self.debt_of_claims += each.amount.micros(),
                (_, Account::Debt) => {
                    let debt = -self.balances[&Account::Debt];
                    self.debt_of_claims = self.debt_of_claims.min(debt);
                }
                _ => {}
            }
            if let Account::Left(id) | Account::Held(_, id) = each.from {
                *self.flows.entry((id, each.to)).or_default() += each.amount.micros();
            }
            if let Account::Held(id, _) | Account::HeldOverdraft(id) = each.to {
                let taken = self.holds.get(&id).map_or(Credits::ZERO, |hold| hold.taken);
                self.set(entry, id, taken.plus(each.amount).unwrap());
            }
        }
        match entry.fact {
            Fact::Granted(terms) => drop(self.terms.insert(terms.id, terms)),
            Fact::Extended { hold, deadline } => {
                self.holds.entry(hold).and_modify(|row| row.deadline = deadline);
            }
            Fact::Ended { hold, how, .. } => {
                let charged = entry.outcome().unwrap().charged;
                let ended = Ended { kind: how, charged, position: entry.position };
                self.holds.entry(hold).and_modify(|row| row.ended = row.ended.or(Some(ended)));
            }
            _ => self.follow_money(entry),
        }
        let follows = matches!(entry.fact, Fact::Expired | Fact::DebtPaid | Fact::ClaimMet { .. });
        if !follows {
            let known = Known { hash: Hash::default(), outcome: entry.outcome().unwrap() };
            self.keys.push((format!("key {}", self.keys.len()), known));
        }
    }

    fn follow_money(&mut self, entry: &Entry) {
        let moved: i64 = entry.moves.iter().map(|each| each.amount.micros()).sum();
        match entry.fact {
            Fact::Locked => self.locked = true,
            Fact::Unlocked => self.locked = false,
            Fact::Frozen { grant } => self.claims.entry(grant).or_default().0 = Some(entry.at),
            Fact::Thawed { grant, expires } => {
                self.claims.entry(grant).or_default().0 = None;
                self.terms.entry(grant).and_modify(|terms| terms.expires = expires);
            }
            Fact::Claimed { grant, total } => {
                self.claims.entry(grant).or_default().1[0] = total.micros();
            }
            Fact::ClaimMet { grant, by_expiry } => {
                let claim = &mut self.claims.entry(grant).or_default().1;
                claim[1] += moved + by_expiry.micros();
                claim[2] += by_expiry.micros();
            }
            _ => {}
        }
    }

    fn set(&mut self, entry: &Entry, id: HoldId, taken: Credits) {
        if let Fact::Held { run, deadline, cap, charged_before, .. } = entry.fact {
            self.holds.entry(id).or_insert(Hold {
                id,
                run,
                opened: entry.at,
                deadline,
                cap,
                charged_before,
                taken,
                slices: Vec::new(),
                overdraft: Credits::ZERO,
                ended: None,
            });
        }
        self.holds.entry(id).and_modify(|row| row.taken = taken);
    }

    fn grants(&self) -> Vec<Grant> {
        let of = |account: Account| {
            Credits::from_micros(self.balances.get(&account).copied().unwrap_or_default())
        };
        let to = |id: GrantId, account: Account| {
            Credits::from_micros(self.flows.get(&(id, account)).copied().unwrap_or_default())
        };
        let held =
            |id: GrantId| self.holds.keys().map(|hold| of(Account::Held(*hold, id)).micros()).sum();
        let claim = |id: GrantId| self.claims.get(&id).copied().unwrap_or_default();
        let claimed = |id: GrantId, part: usize| Credits::from_micros(claim(id).1[part]);
        let row = |terms: &GrantTerms| Grant {
            terms: *terms,
            frozen_since: claim(terms.id).0,
            claim: claimed(terms.id, 0),
            claim_met: claimed(terms.id, 1),
            claim_by_expiry: claimed(terms.id, 2),
            unheld: of(Account::Left(terms.id)),
            held: Credits::from_micros(held(terms.id)),
            spent: to(terms.id, Account::Spent),
            to_debt: to(terms.id, Account::Debt),
            expired: to(terms.id, Account::Expired),
            clawed: to(terms.id, Account::Clawed),
        };
        self.terms.values().map(row).collect()
    }

    fn holds(&self) -> Vec<Hold> {
        let of = |account: Account| {
            Credits::from_micros(self.balances.get(&account).copied().unwrap_or_default())
        };
        let row = |hold: &Hold| Hold {
            slices: self
                .terms
                .keys()
                .map(|id| Slice { grant: *id, amount: of(Account::Held(hold.id, *id)) })
                .collect(),
            overdraft: of(Account::HeldOverdraft(hold.id)),
            ..hold.clone()
        };
        self.holds.values().map(row).collect()
    }
}
