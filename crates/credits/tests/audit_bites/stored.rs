//! Faults in what is stored beside an honest journal: each number, row, key and head that is
//! changed by the least is caught.

use std::collections::BTreeSet;

use ampere_credits::ledger::audit::{StoredPool, audit};
use ampere_credits::ledger::{EndKind, Fact, Hash};
use ampere_credits::{Credits, Timestamp};

use super::forge::{Forge, grant, hold};
use super::names;

/// A fault and the invariants under which it must be found.
type Fault = (&'static str, &'static [&'static str], fn(&mut StoredPool));

fn more(credits: &mut Credits) {
    *credits = credits.plus(Credits::from_micros(1)).unwrap();
}

fn later(at: &mut Timestamp) {
    *at = Timestamp::from_micros(at.micros() + 1);
}

const FAULTS: [Fault; 44] = [
    ("issued", &["I2", "I4"], |s| more(&mut s.pool.issued)),
    ("spent", &["I2", "I4"], |s| more(&mut s.pool.spent)),
    ("expired", &["I2", "I4"], |s| more(&mut s.pool.expired)),
    ("clawed", &["I2", "I4"], |s| more(&mut s.pool.clawed)),
    ("debt", &["I2", "I4"], |s| more(&mut s.pool.debt)),
    ("overdraft", &["I2", "I4"], |s| more(&mut s.pool.overdraft)),
    ("debt of claims", &["I4"], |s| more(&mut s.pool.debt_of_claims)),
    ("locked", &["I4"], |s| s.pool.locked = true),
    ("a claim", &["I4"], |s| more(&mut s.grants[0].claim)),
    ("what was given back", &["I4"], |s| more(&mut s.grants[0].claim_met)),
    ("what had expired", &["I4"], |s| more(&mut s.grants[0].claim_by_expiry)),
    ("a grant's freezing", &["I4"], |s| s.grants[0].frozen_since = Some(s.pool.last)),
    ("position", &["I24"], |s| s.pool.position += 1),
    ("head", &["I24"], |s| s.pool.head = Hash([1; 32])),
    ("last", &["I25"], |s| later(&mut s.pool.last)),
    ("unheld", &["I2", "I3", "I4"], |s| more(&mut s.grants[0].unheld)),
    ("held", &["I2", "I3", "I4"], |s| more(&mut s.grants[0].held)),
    ("spent of a grant", &["I3", "I4"], |s| more(&mut s.grants[0].spent)),
    ("paid to debt", &["I3", "I4"], |s| more(&mut s.grants[0].to_debt)),
    ("expired of a grant", &["I3", "I4"], |s| more(&mut s.grants[0].expired)),
    ("taken back of a grant", &["I3", "I4"], |s| more(&mut s.grants[0].clawed)),
    ("a part below nothing", &["I5"], |s| s.grants[2].spent = Credits::from_micros(-1)),
    ("a grant's amount", &["I3", "I4"], |s| more(&mut s.grants[0].terms.amount)),
    ("a grant's beginning", &["I4"], |s| later(&mut s.grants[0].terms.effective)),
    ("a grant's end", &["I4"], |s| s.grants[0].terms.expires = None),
    ("a grant is missing", &["I4"], |s| s.grants.truncate(2)),
    ("a grant is there twice", &["I4"], |s| s.grants.push(s.grants[0])),
    ("a grant that nobody gave", &["I4"], |s| {
        s.grants[2].terms.id = grant(77);
    }),
    ("a hold's slice", &["I2", "I4"], |s| more(&mut s.holds[1].slices[1].amount)),
    ("a hold's overdraft", &["I2", "I4"], |s| more(&mut s.holds[1].overdraft)),
    ("what a hold took", &["I4"], |s| more(&mut s.holds[0].taken)),
    ("a hold's deadline", &["I4"], |s| later(&mut s.holds[1].deadline)),
    ("a hold's beginning", &["I4"], |s| later(&mut s.holds[1].opened)),
    ("a hold's cap", &["I4"], |s| s.holds[1].cap = Some(Credits::whole(1))),
    ("charged before", &["I4"], |s| more(&mut s.holds[1].charged_before)),
    ("a hold without its end", &["I8"], |s| s.holds[0].ended = None),
    ("a hold's charge", &["I8"], |s| more(&mut s.holds[0].ended.as_mut().unwrap().charged)),
    ("an ended hold with credits", &["I9"], |s| more(&mut s.holds[0].slices[0].amount)),
    ("a hold is missing", &["I4"], |s| s.holds.truncate(1)),
    ("a hold that nobody took", &["I4"], |s| s.holds[1].id = hold(77)),
    ("a hold is there twice", &["I8"], |s| s.holds.push(s.holds[0].clone())),
    ("a key is missing", &["I12", "I21"], |s| {
        s.keys.retain(|(_, known)| !matches!(known.outcome.fact, Fact::Ended { .. }));
    }),
    ("a key with another answer", &["I21"], |s| more(&mut s.keys[0].1.outcome.added)),
    ("two keys for one entry", &["I21"], |s| {
        s.keys.push(("another".to_owned(), s.keys[0].1));
    }),
];

#[test]
fn every_stored_number_that_is_off_by_the_least_is_caught() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Settled, &[(1, 10)], &[(2, 5)]);
    forge.later(5).held(2, &[(2, 3)]);
    let journal = forge.journal();
    let honest = forge.stored(&journal);
    assert!(audit(forge.org(), &journal, &honest).clean());
    for (name, expected, plant) in FAULTS {
        let mut stored = honest.clone();
        plant(&mut stored);
        assert_ne!(stored, honest, "{name} changed nothing");
        let found = names(&audit(forge.org(), &journal, &stored));
        let expected = BTreeSet::from_iter(expected.iter().copied());
        assert!(found.is_superset(&expected), "{name}: found {found:?}, not {expected:?}");
    }
}

#[test]
fn rows_that_have_no_place_in_the_journal_are_told() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10)]);
    let journal = forge.journal();
    let told = |plant: fn(&mut StoredPool)| {
        let mut stored = forge.stored(&journal);
        plant(&mut stored);
        let report = audit(forge.org(), &journal, &stored);
        report.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let hold_too_many = told(|s| s.holds[0].id = hold(77));
    assert!(hold_too_many.contains("is stored, but not in the journal"), "{hold_too_many}");
    let key_twice = told(|s| s.keys.push(s.keys[0].clone()));
    assert!(key_twice.contains("the key key 0 is stored twice"), "{key_twice}");
}
