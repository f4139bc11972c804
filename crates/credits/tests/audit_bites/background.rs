//! Faults with the background allowance, and what looks like one and is none.

use ampere_credits::ledger::audit::audit;
use ampere_credits::ledger::{Account, Class, EndKind, Fact};

use super::forge::{Forge, left};
use super::planted::caught;

/// Grants 1 to 3 of the pool, and 4: background 10, 30 days.
fn with_allowance() -> Forge {
    let mut forge = Forge::with_grants();
    forge.granted(4, Class::Background, 10, Some(30));
    forge
}

/// With 5 outstanding, and grant 4: background 10.
fn in_debt() -> Forge {
    let mut forge = Forge::in_debt();
    forge.later(60).granted(4, Class::Background, 10, Some(30)).later(60);
    forge
}

#[track_caller]
fn honest(forge: &Forge) {
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert!(report.clean(), "{:#?}", report.findings);
}

#[test]
fn honest_holds_of_background_credits_are_clean() {
    let mut forge = with_allowance();
    forge.held(1, &[(4, 4)]).ended(1, EndKind::Settled, &[(4, 3)], &[(4, 1)]);
    forge.held(2, &[(1, 3)]).extended(2, &[(1, 7), (2, 1)]);
    forge.held(3, &[(4, 7), (2, 9), (3, 1)]);
    forge.ended(3, EndKind::Settled, &[(4, 7), (2, 2)], &[(3, 1), (2, 7)]);
    honest(&forge);
    let mut forge = with_allowance();
    forge.held(1, &[(4, 10), (1, 10), (2, 1)]);
    forge.ended(1, EndKind::Settled, &[(4, 10), (1, 3)], &[(2, 1), (1, 7)]);
    honest(&forge);
}

#[test]
fn debt_stays_beside_background_credits_and_does_not_stop_them() {
    let mut forge = in_debt();
    forge.held(2, &[(4, 3)]).later(60).extended(2, &[(4, 1)]);
    forge.ended(2, EndKind::Settled, &[(4, 4)], &[]);
    honest(&forge);
}

#[test]
fn i14_credits_of_the_pool_while_the_allowance_has_some() {
    let mut forge = with_allowance();
    forge.held(1, &[(4, 5), (1, 5)]);
    caught("I14", "took pool credits while", &forge);
    let mut forge = with_allowance();
    forge.held(1, &[(4, 5)]).extended(1, &[(4, 2), (1, 5)]);
    caught("I14", "took pool credits while", &forge);
}

#[test]
fn i14_purchased_credits_beside_background_ones_while_included_are_there() {
    let mut forge = with_allowance();
    forge.held(1, &[(4, 10), (3, 5)]);
    caught("I14", "took purchased credits while", &forge);
}

#[test]
fn i13_background_credits_that_are_not_taken_first() {
    let mut forge = with_allowance();
    forge.held(1, &[(1, 5), (4, 10)]);
    caught("I13", "the order of use is", &forge);
}

#[test]
fn i13_background_credits_that_are_not_charged_first_or_not_returned_last() {
    let mut forge = with_allowance();
    forge.held(1, &[(4, 10), (1, 5)]);
    forge.ended(1, EndKind::Settled, &[(1, 5), (4, 2)], &[(4, 8)]);
    caught("I13", "charged", &forge);
    let mut forge = with_allowance();
    forge.held(1, &[(4, 10), (1, 5)]);
    forge.ended(1, EndKind::Released, &[], &[(4, 10), (1, 5)]);
    caught("I13", "the reverse order is", &forge);
}

#[test]
fn i5_background_credits_that_pay_debt() {
    let mut forge = in_debt();
    forge.book(Fact::DebtPaid, &[(left(4), Account::Debt, 5)]);
    caught("I5", "debt was paid of background credits", &forge);
}

#[test]
fn i5_credits_of_the_pool_that_are_taken_in_debt_beside_background_ones() {
    let mut forge = in_debt();
    forge.granted(5, Class::Included, 2, None).held(2, &[(4, 10), (5, 1)]);
    caught("I5", "while 5 were outstanding", &forge);
}

#[test]
fn i5_overdraft_beside_background_credits() {
    let mut forge = Forge::new();
    forge.granted(4, Class::Background, 10, Some(30));
    forge.held(1, &[(4, 5)]).overdrawn(1, &[(4, 5)], 3);
    caught("I5", "went into overdraft beside background credits", &forge);
}

#[test]
fn overdraft_of_the_pool_while_the_allowance_has_some_is_none_of_its_business() {
    let mut forge = Forge::new();
    forge.granted(1, Class::Included, 10, None).granted(4, Class::Background, 10, None);
    forge.held(1, &[(1, 10)]).overdrawn(1, &[], 3);
    honest(&forge);
}

#[test]
fn i15_and_i16_an_allowance_ends_with_its_period() {
    let mut forge = with_allowance();
    forge.at_day(30).held(1, &[(4, 5)]);
    caught("I15", "not effective or has expired", &forge);
    caught("I16", "stay unheld past their expiry", &forge);
}
