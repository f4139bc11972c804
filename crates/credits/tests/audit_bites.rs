//! The auditor must bite: each fault planted here is caught by the invariant that names it, even
//! where the stored balances agree with the faulty journal.

mod forge;
mod stored;

use std::collections::BTreeSet;

use ampere_credits::ledger::audit::{INVARIANTS, Report, audit};
use ampere_credits::ledger::{Account, Class, Command, EndKind, Fact, GrantTerms};
use ampere_credits::{Credits, HoldId, OrgId, RunId, Timestamp};

use crate::lane::Lane;
use forge::{Forge, grant, hold, left, run};

fn names(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().map(|finding| finding.invariant).collect()
}

/// The fault is found under that name.
#[track_caller]
fn caught(invariant: &str, forge: &Forge) {
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert!(names(&report).contains(invariant), "not {invariant} but {:#?}", report.findings);
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
    };
    lane.ask("a", Command::Grant(terms), at(0));
    lane.ask("b", take(1), at(1));
    lane.ask("c", Command::Settle { hold: hold(1), charge: whole(1), estimated: false }, at(2));
    lane.ask("d", take(2), at(3));
    lane.ask("e", Command::Settle { hold: hold(2), charge: whole(2), estimated: false }, at(4));
    lane.commit(&[], at(50));
    let report = lane.audit(Credits::ZERO);
    assert!(report.clean(), "{:#?}", report.findings);
    let unchecked: Vec<_> = report.checked.iter().filter(|each| each.count == 0).collect();
    assert!(unchecked.is_empty(), "never checked: {unchecked:?}");
    assert_eq!(report.checked.len(), INVARIANTS.len());
    let count = |name| report.checked.iter().find(|each| each.invariant == name).unwrap().count;
    let counts = ["I1", "I2", "I3", "I6", "I7", "I8", "I12", "I16", "I21", "I24"].map(count);
    assert_eq!(counts, [6, 1, 1, 2, 2, 2, 2, 1, 5, 6], "entries, pools, grants, ends, …");
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

#[test]
fn i1_an_entry_of_another_organization() {
    let mut forge = Forge::with_grants();
    forge.belongs_to(OrgId::from_bits(99)).held(1, &[(1, 5)]);
    caught("I1", &forge);
}

#[test]
fn i1_a_move_that_the_fact_may_not_make() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]);
    forge.book(Fact::Expired, &[(left(2), Account::Spent, 3)]);
    caught("I1", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::TakenBack { grant: grant(1) }, &[(left(2), Account::Clawed, 3)]);
    caught("I1", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::TakenBack { grant: grant(1) }, &[(left(1), Account::Clawed, -3)]);
    caught("I1", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::DebtPaid, &[]);
    caught("I1", &forge);
}

#[test]
fn i3_a_grant_that_gets_less_than_it_says_or_comes_twice() {
    let mut forge = Forge::new();
    let terms = forge.terms(1, Class::Included, 10, None);
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 9)]);
    caught("I3", &forge);
    let mut forge = Forge::with_grants();
    let terms = forge.terms(1, Class::Included, 10, None);
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 10)]);
    caught("I3", &forge);
}

#[test]
fn i5_a_hold_takes_what_is_not_there() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 11)]);
    caught("I5", &forge);
}

#[test]
fn i5_overdraft_while_credits_could_be_taken() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).overdrawn(1, &[], 3);
    caught("I5", &forge);
}

#[test]
fn i5_overdraft_above_the_limit() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 10), (3, 20)]).overdrawn(1, &[], forge::LIMIT);
    let journal = forge.journal();
    assert!(audit(forge.org(), &journal, &forge.stored(&journal)).clean(), "the limit itself");
    forge.overdrawn(1, &[], 1);
    caught("I5", &forge);
}

#[test]
fn i5_debt_that_is_not_paid_though_it_could_be() {
    let mut forge = Forge::in_debt();
    forge.later(60).granted(4, Class::Purchased, 50, None);
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert_eq!(names(&report), BTreeSet::from(["I5"]));
    forge.book(Fact::DebtPaid, &[(left(4), Account::Debt, 5)]).held(2, &[(4, 5)]);
    let journal = forge.journal();
    assert!(audit(forge.org(), &journal, &forge.stored(&journal)).clean(), "paid");
}

#[test]
fn i5_a_hold_that_is_taken_while_there_is_debt() {
    let mut forge = Forge::in_debt();
    forge.later(60).granted(4, Class::Purchased, 50, None).held(2, &[(4, 5)]);
    forge.book(Fact::DebtPaid, &[(left(4), Account::Debt, 5)]);
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert_eq!(names(&report), BTreeSet::from(["I5"]));
}

#[test]
fn i5_debt_that_no_overdraft_explains() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10)]);
    let fact = Fact::Ended { hold: hold(1), run: run(1), how: EndKind::Settled, estimated: false };
    let spent = (Account::Held(hold(1), grant(1)), Account::Spent, 10);
    forge.book(fact, &[spent, (Account::Debt, Account::Overdraft, 2)]);
    caught("I5", &forge);
}

#[test]
fn i6_a_charge_above_the_hold() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 6)], &[]);
    caught("I6", &forge);
}

#[test]
fn i7_a_run_that_passes_its_cap() {
    let mut forge = Forge::with_grants();
    forge.capped(1, 7, &[(1, 5)]);
    forge.extended(1, &[(1, 2)]);
    let journal = forge.journal();
    assert!(audit(forge.org(), &journal, &forge.stored(&journal)).clean(), "the cap itself");
    forge.extended(1, &[(1, 1)]);
    caught("I7", &forge);
}

#[test]
fn i8_a_hold_that_ends_twice() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 5)], &[]);
    forge.ended(1, EndKind::Released, &[], &[(1, 5)]);
    caught("I8", &forge);
}

#[test]
fn i8_a_run_with_two_open_holds_and_a_hold_that_begins_twice() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).held_for(2, 1, &[(1, 5)]);
    caught("I8", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).held_for(1, 2, &[(1, 5)]);
    caught("I8", &forge);
}

#[test]
fn i8_an_ended_hold_that_is_extended() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Released, &[], &[(1, 5)]);
    forge.extended(1, &[(1, 5)]);
    caught("I8", &forge);
}

#[test]
fn i9_a_hold_that_ends_with_credits_in_it() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 3)], &[(1, 1)]);
    caught("I9", &forge);
}

#[test]
fn i9_a_release_that_charges() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Released, &[(1, 3)], &[(1, 2)]);
    caught("I9", &forge);
}

#[test]
fn i11_a_lapse_before_the_deadline_and_a_hold_that_stays_open() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Lapsed, &[], &[(1, 5)]);
    caught("I11", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]);
    let journal = forge.journal();
    let mut stored = forge.stored(&journal);
    stored.bounds.now = stored.bounds.now.plus_seconds(3_600 + 60);
    assert!(audit(forge.org(), &journal, &stored).clean(), "within the sweep interval");
    stored.bounds.now = stored.bounds.now.plus_seconds(1);
    assert_eq!(names(&audit(forge.org(), &journal, &stored)), BTreeSet::from(["I11"]));
}

#[test]
fn i13_the_wrong_order_of_use() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(2, 5)]);
    caught("I13", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Settled, &[(2, 5)], &[(1, 10)]);
    caught("I13", &forge);
}

#[test]
fn i13_returned_in_the_order_of_use_instead_of_its_reverse() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Released, &[], &[(1, 10), (2, 5)]);
    caught("I13", &forge);
}

#[test]
fn i14_purchased_credits_taken_while_included_ones_were_there() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (3, 5)]);
    caught("I14", &forge);
}

#[test]
fn i15_an_expired_credit_is_taken() {
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(1, 5)]);
    caught("I15", &forge);
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::TakenBack { grant: grant(1) }, &[(left(1), Account::Clawed, 3)]);
    caught("I15", &forge);
}

#[test]
fn i15_a_credit_is_taken_before_it_is_effective() {
    let mut forge = Forge::new();
    let terms = forge.terms(1, Class::Included, 10, None);
    let terms = GrantTerms { effective: terms.effective.plus_days(1), ..terms };
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 10)]);
    forge.held(1, &[(1, 5)]);
    caught("I15", &forge);
}

#[test]
fn i16_an_expiry_is_lost() {
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(2, 5)]);
    forge.later(60).ended(1, EndKind::Settled, &[(2, 5)], &[]);
    caught("I16", &forge);
    // At the end of the journal too, when nothing comes after it.
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(2, 5)]);
    caught("I16", &forge);
}

#[test]
fn i16_an_expiry_before_its_time_or_of_a_part() {
    let mut forge = Forge::with_grants();
    forge.book(Fact::Expired, &[(left(1), Account::Expired, 10)]);
    caught("I16", &forge);
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::Expired, &[(left(1), Account::Expired, 9)]);
    caught("I16", &forge);
}

#[test]
fn i21_a_replay_that_is_booked_again() {
    let mut forge = Forge::with_grants();
    let again = [(left(1), Account::Clawed, 3)];
    forge.book(Fact::TakenBack { grant: grant(1) }, &again);
    forge.book(Fact::TakenBack { grant: grant(1) }, &again);
    let journal = forge.journal();
    let mut stored = forge.stored(&journal);
    stored.keys.pop();
    assert_eq!(names(&audit(forge.org(), &journal, &stored)), BTreeSet::from(["I21"]));
}

#[test]
fn i24_a_gap_in_the_positions() {
    let mut forge = Forge::with_grants();
    forge.skip_a_position().held(1, &[(1, 5)]);
    caught("I24", &forge);
}

#[test]
fn i24_a_changed_byte_anywhere() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 5)], &[]);
    let honest = forge.journal();
    let stored = forge.stored(&honest);
    let mut changed = 0;
    for i in 0..honest.len() {
        let bytes = ampere_credits::ledger::canon::encode(&honest[i]);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            let Ok(entry) = ampere_credits::ledger::canon::decode(&other) else { continue };
            changed += 1;
            let mut journal = honest.clone();
            journal[i] = entry;
            let report = audit(forge.org(), &journal, &stored);
            assert!(names(&report).contains("I24"), "byte {at} of entry {}", i + 1);
        }
    }
    assert!(changed > 500, "only {changed} changes could be read at all");
}

#[test]
fn i25_an_instant_that_goes_back() {
    let mut forge = Forge::with_grants();
    forge.later(-1).held(1, &[(1, 5)]);
    caught("I25", &forge);
}
