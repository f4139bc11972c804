//! What is stored beside the journal, against what the journal says (I2 to I5, I8, I11, I12,
//! I21, I24).

use std::collections::{BTreeMap, BTreeSet};

use crate::amount::Credits;
use crate::id::{GrantId, HoldId};
use crate::ledger::account::Account;
use crate::ledger::audit::StoredPool;
use crate::ledger::audit::books::{Books, told};
use crate::ledger::audit::journal::Journal;
use crate::ledger::audit::lives::{Life, Lives, inside};
use crate::ledger::audit::report::Findings;
use crate::ledger::batch::Known;
use crate::ledger::entry::{Fact, Outcome};
use crate::ledger::grant::Grant;
use crate::ledger::hold::Hold;

pub(super) fn compare(
    journal: &Journal,
    books: &Books,
    lives: &Lives,
    stored: &StoredPool,
    out: &mut Findings,
) {
    head(journal, stored, out);
    totals(books, stored, out);
    conserved(stored, out);
    grants(books, &stored.grants, out);
    holds(books, lives, stored, out);
    bounds(books, lives, stored, out);
    keys(journal.outcomes(), &stored.keys, out);
}

fn wide(credits: Credits) -> i128 {
    i128::from(credits.micros())
}

/// Compares one stored number with the journal's.
fn equal(out: &mut Findings, what: &dyn Fn() -> String, stored: i128, journal: i128) {
    out.count("I4");
    out.count("I5");
    out.require("I4", None, stored == journal, || {
        format!("{} is stored as {}; the journal says {}", what(), told(stored), told(journal))
    });
    out.require("I5", None, stored >= 0, || format!("{} is stored as {}", what(), told(stored)));
}

fn head(journal: &Journal, stored: &StoredPool, out: &mut Findings) {
    let pool = &stored.pool;
    out.require("I24", None, pool.position == journal.position(), || {
        format!(
            "the pool is stored at {}, the journal ends at {}",
            pool.position,
            journal.position()
        )
    });
    out.require("I24", None, pool.head == journal.head(), || {
        format!("the pool's head is stored as {}, the journal's is {}", pool.head, journal.head())
    });
    out.require("I25", None, pool.last == journal.last(), || {
        format!("the pool's last instant is stored as {}, not {}", pool.last, journal.last())
    });
}

fn totals(books: &Books, stored: &StoredPool, out: &mut Findings) {
    let pool = &stored.pool;
    let each = [
        ("issued", pool.issued, -books.balance(Account::Issued)),
        ("spent", pool.spent, books.balance(Account::Spent)),
        ("expired", pool.expired, books.balance(Account::Expired)),
        ("taken back", pool.clawed, books.balance(Account::Clawed)),
        ("debt", pool.debt, -books.balance(Account::Debt)),
        ("debt of claims", pool.debt_of_claims, books.debt_of_claims()),
        ("overdraft", pool.overdraft, -books.balance(Account::Overdraft)),
    ];
    for (name, kept, journal) in each {
        equal(out, &|| name.to_owned(), wide(kept), journal);
    }
    out.require("I4", None, pool.locked == books.states.locked, || {
        format!("the pool is stored as locked: {}; the journal says otherwise", pool.locked)
    });
}

/// I2 over the stored rows alone.
fn conserved(stored: &StoredPool, out: &mut Findings) {
    out.count("I2");
    let pool = &stored.pool;
    let sources = wide(pool.issued) + wide(pool.debt) + wide(pool.overdraft);
    let unheld: i128 = stored.grants.iter().map(|grant| wide(grant.unheld)).sum();
    let held: i128 = stored.holds.iter().map(in_hold).sum();
    let gone = wide(pool.spent) + wide(pool.expired) + wide(pool.clawed);
    out.require("I2", None, sources == unheld + held + gone, || {
        format!(
            "{} were issued, owed or overdrawn; unheld {}, held {}, gone {}",
            told(sources),
            told(unheld),
            told(held),
            told(gone)
        )
    });
    let by_grant: i128 = stored.grants.iter().map(|grant| wide(grant.held)).sum();
    let held = held - wide(pool.overdraft);
    out.require("I2", None, by_grant == held, || {
        format!("grants say that {} are held, holds say {}", told(by_grant), told(held))
    });
}

fn in_hold(hold: &Hold) -> i128 {
    let slices: i128 = hold.slices.iter().map(|slice| wide(slice.amount)).sum();
    slices + wide(hold.overdraft)
}

/// I3 and I4 of every grant.
fn grants(books: &Books, rows: &[Grant], out: &mut Findings) {
    let mut seen: BTreeSet<GrantId> = BTreeSet::new();
    for row in rows {
        let id = row.terms.id;
        out.require("I4", None, seen.insert(id), || format!("{id} is stored twice"));
        out.require("I4", None, books.terms(id) == Some(&row.terms), || {
            format!("{id} is stored with other terms than the journal's, or is not in it")
        });
        let gone = books.gone(id);
        let parts = [
            ("unheld", row.unheld, books.unheld(id)),
            ("held", row.held, books.held(id)),
            ("spent", row.spent, gone.spent),
            ("paid to debt", row.to_debt, gone.to_debt),
            ("expired", row.expired, gone.expired),
            ("taken back", row.clawed, gone.clawed),
        ];
        for (name, kept, journal) in parts {
            equal(out, &|| format!("{name} of {id}"), wide(kept), journal);
        }
        let sum: i128 = parts.iter().map(|(_, kept, _)| wide(*kept)).sum();
        accounted(out, id, row.terms.amount, sum);
        let claim = books.states.claim(id);
        for (name, kept, journal) in [
            ("claimed", row.claim, claim.total),
            ("given back", row.claim_met, claim.met),
            ("given back as expired", row.claim_by_expiry, claim.by_expiry),
        ] {
            equal(out, &|| format!("{name} of {id}"), wide(kept), journal);
        }
        out.require("I4", None, row.frozen_since == books.states.frozen(id), || {
            format!("{id} is stored as frozen since {:?}; the journal differs", row.frozen_since)
        });
    }
    for terms in books.grants() {
        out.count("I3");
        let id = terms.id;
        out.require("I4", None, seen.contains(&id), || format!("{id} is not stored"));
        let gone = books.gone(id);
        let out_of_pool = gone.spent + gone.to_debt + gone.expired + gone.clawed;
        accounted(out, id, terms.amount, books.unheld(id) + books.held(id) + out_of_pool);
    }
}

fn accounted(out: &mut Findings, id: GrantId, amount: Credits, sum: i128) {
    out.require("I3", None, wide(amount) == sum, || {
        format!("{id} was given {amount}; {} are accounted for", told(sum))
    });
}

fn holds(books: &Books, lives: &Lives, stored: &StoredPool, out: &mut Findings) {
    let mut seen: BTreeSet<HoldId> = BTreeSet::new();
    for row in &stored.holds {
        let id = row.id;
        out.require("I8", None, seen.insert(id), || format!("{id} is stored twice"));
        let Some(life) = lives.hold(id) else {
            out.add("I4", None, format!("{id} is stored, but not in the journal"));
            continue;
        };
        hold(books, row, life, out);
    }
    for (id, _) in lives.holds() {
        out.count("I8");
        out.count("I11");
        out.require("I4", None, seen.contains(id), || format!("{id} is not stored"));
    }
}

fn hold(books: &Books, row: &Hold, life: &Life, out: &mut Findings) {
    let id = row.id;
    let same = (row.run, row.opened, row.deadline) == (life.run, life.opened, life.deadline)
        && (row.cap, row.charged_before) == (life.cap, life.charged_before);
    out.require("I4", None, same, || format!("{id} is stored otherwise than the journal tells"));
    equal(out, &|| format!("taken by {id}"), wide(row.taken), life.taken);
    let overdraft = books.balance(Account::HeldOverdraft(id));
    equal(out, &|| format!("overdraft of {id}"), wide(row.overdraft), overdraft);
    let mut kept: Vec<(GrantId, i128)> = row
        .slices
        .iter()
        .map(|slice| (slice.grant, wide(slice.amount)))
        .filter(|(_, part)| *part != 0)
        .collect();
    // As they were taken: a thaw may have changed the order of use since.
    let mut slices = books.slices(id);
    kept.sort_unstable();
    slices.sort_unstable();
    out.require("I4", None, kept == slices, || {
        format!("{id} is stored with other slices than the journal's")
    });
    let end = row.ended.map(|end| (end.kind, wide(end.charged), end.position));
    let told_end = life.end.map(|end| (end.kind, end.charged, end.position));
    out.require("I8", None, end == told_end, || {
        format!("the end of {id} is stored as {end:?}; the journal says {told_end:?}")
    });
    let open_or_empty = life.end.is_none() || in_hold(row) == 0;
    out.require("I9", None, open_or_empty, || {
        format!("{id} has ended and is stored with {} in it", told(in_hold(row)))
    });
}

fn bounds(books: &Books, lives: &Lives, stored: &StoredPool, out: &mut Findings) {
    let limit = stored.bounds.overdraft_limit;
    let (peak, position) = books.peak();
    out.require("I5", Some(position), peak <= wide(limit), || {
        format!("overdraft and debt were {} with a limit of {limit}", told(peak))
    });
    for (id, life) in lives.holds().filter(|(_, life)| life.end.is_none()) {
        let latest = life.deadline.plus_seconds(stored.bounds.sweep_seconds);
        out.require("I11", None, stored.bounds.now <= latest, || {
            let now = stored.bounds.now;
            let held = told(inside(books, *id));
            format!("{id} of {held} was due at {} and is open at {now}", life.deadline)
        });
    }
}

/// I21: every entry that a command booked is remembered under exactly one key, with that answer.
/// I12: so is every end of a hold.
fn keys(outcomes: &[Outcome], keys: &[(String, Known)], out: &mut Findings) {
    let by_position: BTreeMap<u64, &Outcome> =
        outcomes.iter().map(|outcome| (outcome.position, outcome)).collect();
    let mut remembered: BTreeMap<u64, &str> = BTreeMap::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (key, known) in keys {
        out.count("I21");
        let position = known.outcome.position;
        out.require("I21", None, names.insert(key), || format!("the key {key} is stored twice"));
        let booked = by_position.get(&position).copied();
        out.require("I21", Some(position), booked == Some(&known.outcome), || {
            format!("the key {key} remembers another answer than the entry gives")
        });
        if let Some(other) = remembered.insert(position, key) {
            out.add("I21", Some(position), format!("{other} and {key} remember the same entry"));
        }
    }
    for outcome in outcomes {
        let here = Some(outcome.position);
        let known = remembered.contains_key(&outcome.position);
        let kind = outcome.fact.kind();
        out.require("I21", here, known, || format!("no key remembers this entry ({kind})"));
        if let Fact::Ended { hold, .. } = outcome.fact {
            out.count("I12");
            out.require("I12", here, known, || format!("no key remembers the end of {hold}"));
        }
    }
}
