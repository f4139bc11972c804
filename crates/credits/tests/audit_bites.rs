//! The auditor must bite: each fault planted here is caught by the invariant that names it, even
//! where the stored balances agree with the faulty journal.

mod background;
mod forge;
mod money;
mod planted;
mod stored;

use std::collections::BTreeSet;

use ampere_credits::ledger::audit::{INVARIANTS, Report, audit};
use ampere_credits::ledger::{Class, Command, Draw, EndKind, Fact, GrantTerms};
use ampere_credits::{Credits, HoldId, RunId, Timestamp};

use crate::lane::Lane;
use forge::{Forge, grant, hold};

fn names(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().map(|finding| finding.invariant).collect()
}

#[test]
fn an_honest_journal_is_clean() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Settled, &[(1, 10)], &[(2, 5)]);
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert!(report.clean(), "{:#?}", report.findings);
}

#[test]
fn every_invariant_is_checked_at_least_once_in_a_full_story() {
    let mut lane = Lane::new();
    let at = |hours: i64| Timestamp::from_micros(1_800_000_000_000_000).plus_seconds(hours * 3_600);
    let whole = Credits::whole;
    let terms = GrantTerms {
        id: grant(1),
        class: Class::Included,
        cause: ampere_credits::ledger::Cause::Trial,
        amount: whole(10),
        effective: at(0),
        expires: Some(at(48)),
    };
    let deadline = at(10);
    let take = |n: u128| Command::Hold {
        hold: HoldId::from_bits(n),
        run: RunId::from_bits(n),
        amount: whole(2),
        deadline,
        cap: Some(whole(5)),
        draw: Draw::Pool,
    };
    lane.ask("a", Command::Grant(terms), at(0));
    lane.ask("b", take(1), at(1));
    lane.ask("c", Command::Settle { hold: hold(1), charge: whole(1), estimated: false }, at(2));
    lane.ask("d", take(2), at(3));
    lane.ask("e", Command::Settle { hold: hold(2), charge: whole(2), estimated: false }, at(4));
    lane.ask("f", Command::Lock, at(5));
    lane.ask("g", Command::Unlock, at(6));
    lane.commit(&[], at(50));
    let report = lane.audit(Credits::ZERO);
    assert!(report.clean(), "{:#?}", report.findings);
    let unchecked: Vec<_> = report.checked.iter().filter(|each| each.count == 0).collect();
    assert!(unchecked.is_empty(), "never checked: {unchecked:?}");
    assert_eq!(report.checked.len(), INVARIANTS.len());
    let count = |name| report.checked.iter().find(|each| each.invariant == name).unwrap().count;
    let counts = ["I1", "I2", "I3", "I6", "I7", "I8", "I12", "I16", "I21", "I24"].map(count);
    assert_eq!(counts, [8, 1, 1, 2, 2, 2, 2, 1, 7, 8], "entries, pools, grants, ends, …");
}

#[test]
fn reports_of_several_pools_add_up() {
    let (mut good, mut bad) = (Forge::with_grants(), Forge::with_grants());
    good.held(1, &[(1, 5)]);
    bad.held(1, &[(2, 5)]);
    let report = |forge: &Forge| {
        let journal = forge.journal();
        audit(forge.org(), &journal, &forge.stored(&journal))
    };
    let mut both = report(&good);
    both.merge(report(&bad));
    assert_eq!((both.clean(), both.findings.len(), both.more), (false, 1, 0));
    let entries = both.checked.iter().find(|each| each.invariant == "I24").unwrap();
    assert_eq!(entries.count, 8);
}

#[test]
fn of_a_ruined_journal_the_rest_is_only_counted() {
    let mut forge = Forge::with_grants();
    for _ in 0..300 {
        forge.book(Fact::DebtPaid, &[]).later(-1);
    }
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert_eq!(report.findings.len(), 500);
    assert!(report.more > 90, "{}", report.more);
}

#[test]
fn counts_are_told_with_their_thousands() {
    let told = |count| {
        let checked =
            ampere_credits::ledger::audit::Checked { invariant: "I3", what: "grants", count };
        checked.to_string()
    };
    assert_eq!(told(7), "I3: 7 grants");
    assert_eq!(told(1_204), "I3: 1,204 grants");
    assert_eq!(told(123_456_789), "I3: 123,456,789 grants");
}
