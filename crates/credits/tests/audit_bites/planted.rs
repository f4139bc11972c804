//! One fault each in the journal, with stored balances that agree with it; the finding must have
//! the right name and say the right thing.

use std::collections::BTreeSet;

use ampere_credits::ledger::audit::audit;
use ampere_credits::ledger::{Account, Class, EndKind, Fact, GrantTerms};
use ampere_credits::{Credits, OrgId};

use super::forge::{self, Forge, grant, hold, left, run};
use super::names;

/// The fault is found under that name and in those words.
#[track_caller]
pub(super) fn caught(invariant: &str, words: &str, forge: &Forge) {
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    let mut of_it = report.findings.iter().filter(|finding| finding.invariant == invariant);
    let found = of_it.any(|finding| finding.what.contains(words));
    assert!(found, "not {invariant} \"{words}\" but {:#?}", report.findings);
}

#[test]
fn i1_an_entry_of_another_organization() {
    let mut forge = Forge::with_grants();
    forge.belongs_to(OrgId::from_bits(99)).held(1, &[(1, 5)]);
    caught("I1", "belongs to", &forge);
}

#[test]
fn i1_a_move_that_the_fact_may_not_make() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]);
    forge.book(Fact::Expired, &[(left(2), Account::Spent, 3)]);
    caught("I1", "may not move", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::TakenBack { grant: grant(1) }, &[(left(2), Account::Clawed, 3)]);
    caught("I1", "may not move", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::TakenBack { grant: grant(1) }, &[(left(1), Account::Clawed, -3)]);
    caught("I1", "may not move", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::DebtPaid, &[]);
    caught("I1", "its 0 moves", &forge);
}

#[test]
fn i3_a_grant_that_gets_less_than_it_says_or_comes_twice() {
    let mut forge = Forge::new();
    let terms = forge.terms(1, Class::Included, 10, None);
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 9)]);
    caught("I3", "but gets 9", &forge);
    let mut forge = Forge::with_grants();
    let terms = forge.terms(1, Class::Included, 10, None);
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 10)]);
    caught("I3", "was granted before", &forge);
}

#[test]
fn i5_a_hold_takes_what_is_not_there() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 11)]);
    caught("I5", "stands at -1", &forge);
}

#[test]
fn i5_overdraft_while_credits_could_be_taken() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).overdrawn(1, &[], 3);
    caught("I5", "went into overdraft while", &forge);
}

#[test]
fn i5_overdraft_above_the_limit() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 10), (3, 20)]).overdrawn(1, &[], forge::LIMIT);
    let journal = forge.journal();
    assert!(audit(forge.org(), &journal, &forge.stored(&journal)).clean(), "the limit itself");
    forge.overdrawn(1, &[], 1);
    caught("I5", "overdraft and debt were 21", &forge);
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
    caught("I5", "debt of 2 for 0 of overdraft", &forge);
}

#[test]
fn i6_a_charge_above_the_hold() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 6)], &[]);
    caught("I6", "charged 6 of a hold of 5", &forge);
}

#[test]
fn i7_a_run_that_passes_its_cap() {
    let mut forge = Forge::with_grants();
    forge.capped(1, 7, &[(1, 5)]);
    forge.extended(1, &[(1, 2)]);
    let journal = forge.journal();
    assert!(audit(forge.org(), &journal, &forge.stored(&journal)).clean(), "the cap itself");
    forge.extended(1, &[(1, 1)]);
    caught("I7", "above its cap", &forge);
}

#[test]
fn i8_a_hold_that_ends_twice() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 5)], &[]);
    forge.ended(1, EndKind::Released, &[], &[(1, 5)]);
    caught("I8", "but is not open", &forge);
}

#[test]
fn i8_a_run_with_two_open_holds_and_a_hold_that_begins_twice() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).held_for(2, 1, &[(1, 5)]);
    caught("I8", "has the open hold", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).held_for(1, 2, &[(1, 5)]);
    caught("I8", "began before", &forge);
}

#[test]
fn i8_an_ended_hold_that_is_extended() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Released, &[], &[(1, 5)]);
    forge.extended(1, &[(1, 5)]);
    caught("I8", "was extended, but is not open", &forge);
}

#[test]
fn i9_a_hold_that_ends_with_credits_in_it() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 3)], &[(1, 1)]);
    caught("I9", "neither charged nor returned", &forge);
}

#[test]
fn i9_a_release_that_charges() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Released, &[(1, 3)], &[(1, 2)]);
    caught("I9", "released, but charged", &forge);
}

#[test]
fn i11_a_lapse_before_the_deadline_and_a_hold_that_stays_open() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Lapsed, &[], &[(1, 5)]);
    caught("I11", "lapsed before", &forge);
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
    caught("I13", "took 5 of", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Settled, &[(2, 5)], &[(1, 10)]);
    caught("I13", "charged 5 of", &forge);
}

#[test]
fn i13_returned_in_the_order_of_use_instead_of_its_reverse() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (2, 5)]).ended(1, EndKind::Released, &[], &[(1, 10), (2, 5)]);
    caught("I13", "returned 10 of", &forge);
}

#[test]
fn i14_purchased_credits_taken_while_included_ones_were_there() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 10), (3, 5)]);
    caught("I14", "took purchased credits while", &forge);
}

#[test]
fn i15_an_expired_credit_is_taken() {
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(1, 5)]);
    caught("I15", "not effective or has expired", &forge);
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::TakenBack { grant: grant(1) }, &[(left(1), Account::Clawed, 3)]);
    caught("I15", "unknown or has expired", &forge);
}

#[test]
fn i15_a_credit_is_taken_before_it_is_effective() {
    let mut forge = Forge::new();
    let terms = forge.terms(1, Class::Included, 10, None);
    let terms = GrantTerms { effective: terms.effective.plus_days(1), ..terms };
    forge.book(Fact::Granted(terms), &[(Account::Issued, left(1), 10)]);
    forge.held(1, &[(1, 5)]);
    caught("I15", "not effective or has expired", &forge);
}

#[test]
fn i16_an_expiry_is_lost() {
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(2, 5)]);
    forge.later(60).ended(1, EndKind::Settled, &[(2, 5)], &[]);
    caught("I16", "stay unheld past", &forge);
    // At the end of the journal too, when nothing comes after it.
    let mut forge = Forge::with_grants();
    forge.at_day(30).held(1, &[(2, 5)]);
    caught("I16", "stay unheld past", &forge);
}

#[test]
fn i16_an_expiry_before_its_time_or_of_a_part() {
    let mut forge = Forge::with_grants();
    forge.book(Fact::Expired, &[(left(1), Account::Expired, 10)]);
    caught("I16", "has not reached its expiry", &forge);
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::Expired, &[(left(1), Account::Expired, 9)]);
    caught("I16", "9 of", &forge);
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
    caught("I24", "position 5 comes where 4", &forge);
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
    caught("I25", "before", &forge);
}

#[test]
fn i7_a_hold_that_forgets_what_its_run_was_charged_before() {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 5)], &[]);
    forge.held_for(2, 1, &[(1, 5)]);
    caught("I7", "was charged 5 before, not 0", &forge);
}

#[test]
fn i8_an_end_that_names_another_run() {
    let mut forge = Forge::with_grants();
    forge.held_for(1, 2, &[(1, 5)]).ended(1, EndKind::Settled, &[(1, 5)], &[]);
    caught("I8", "is of", &forge);
}

#[test]
fn i11_deadlines_beyond_a_day_or_in_the_past() {
    let mut forge = Forge::with_grants();
    forge.lasting(86_401).held(1, &[(1, 5)]);
    caught("I11", "has the deadline", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).later(3_600).extended(1, &[(1, 1)]);
    caught("I11", "was due at", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).lasting(86_401).extended(1, &[(1, 1)]);
    caught("I11", "was due at", &forge);
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 5)]).lasting(3_599).extended(1, &[(1, 1)]);
    caught("I11", "was due at", &forge);
}

#[test]
fn i16_an_expiry_twice_in_one_entry() {
    let mut forge = Forge::with_grants();
    let once = (left(1), Account::Expired, 10);
    forge.at_day(30).book(Fact::Expired, &[once, once]);
    caught("I16", "expired twice in one entry", &forge);
}

#[test]
fn i24_a_hash_that_is_not_of_its_content() {
    let mut forge = Forge::with_grants();
    let mut journal = forge.held(1, &[(1, 5)]).journal();
    let last = journal.len() - 1;
    journal[last].moves[0].amount = Credits::whole(4);
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("I24 at 4: its content hashes to"), "{found:#?}");
}
