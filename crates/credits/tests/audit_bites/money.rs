//! Faults with locks, frozen grants and claims, and what looks like one and is none.

use ampere_credits::Credits;
use ampere_credits::ledger::audit::audit;
use ampere_credits::ledger::{Account, Class, EndKind, Fact};

use super::forge::{Forge, grant, left};
use super::planted::caught;

fn whole(credits: u32) -> Credits {
    Credits::whole(credits)
}

fn claimed(n: u128, total: u32) -> Fact {
    Fact::Claimed { grant: grant(n), total: whole(total) }
}

fn met(n: u128, by_expiry: u32) -> Fact {
    Fact::ClaimMet { grant: grant(n), by_expiry: whole(by_expiry) }
}

fn frozen(n: u128) -> Fact {
    Fact::Frozen { grant: grant(n) }
}

#[track_caller]
fn honest(forge: &Forge) {
    let journal = forge.journal();
    let report = audit(forge.org(), &journal, &forge.stored(&journal));
    assert!(report.clean(), "{:#?}", report.findings);
}

/// Grants 1 to 3, of the first of which 4 are held and 6 unheld.
fn with_a_hold() -> Forge {
    let mut forge = Forge::with_grants();
    forge.held(1, &[(1, 4)]);
    forge
}

#[test]
fn honest_locks_freezes_and_claims_are_clean() {
    let mut forge = with_a_hold();
    forge.book(Fact::Locked, &[]).later(60).book(frozen(2), &[]);
    forge.book(claimed(1, 9), &[]).book(met(1, 0), &[(left(1), Account::Clawed, 6)]);
    forge.ended(1, EndKind::Settled, &[(1, 3)], &[(1, 1)]);
    forge.book(met(1, 0), &[(left(1), Account::Clawed, 1), (Account::Debt, Account::Clawed, 2)]);
    // Not of the frozen grant, but of locked credits.
    forge.book(Fact::DebtPaid, &[(left(3), Account::Debt, 2)]);
    forge.book(Fact::Unlocked, &[]).later(60);
    forge.held(2, &[(3, 18)]);
    honest(&forge);
}

#[test]
fn expired_credits_count_as_given_back_once() {
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::Expired, &[(left(1), Account::Expired, 10)]);
    forge.book(claimed(1, 4), &[]).book(met(1, 4), &[]).later(60);
    forge.book(claimed(1, 10), &[]).book(met(1, 6), &[]);
    honest(&forge);
    let mut forge = Forge::with_grants();
    forge.at_day(30).book(Fact::Expired, &[(left(1), Account::Expired, 10)]);
    forge.book(claimed(1, 4), &[]).book(met(1, 0), &[(Account::Debt, Account::Clawed, 4)]);
    caught("I3", "due was 0 unheld, 4 expired and 0 of debt", &forge);
}

#[test]
fn i15_a_locked_pool_is_taken_from() {
    let mut forge = Forge::with_grants();
    forge.book(Fact::Locked, &[]).later(60).held(1, &[(1, 5)]);
    caught("I15", "of a locked pool", &forge);
    let mut forge = with_a_hold();
    forge.book(Fact::Locked, &[]).later(60).extended(1, &[(1, 1)]);
    caught("I15", "of a locked pool", &forge);
}

#[test]
fn a_step_is_finished_on_overdraft_while_locked_credits_lie_there() {
    let mut forge = with_a_hold();
    forge.book(Fact::Locked, &[]).later(60).overdrawn(1, &[], 5);
    honest(&forge);
    let mut forge = with_a_hold();
    forge.overdrawn(1, &[], 5);
    caught("I5", "went into overdraft while", &forge);
}

#[test]
fn i20_a_lock_that_moves_credits_or_changes_nothing() {
    let mut forge = Forge::with_grants();
    forge.book(Fact::Locked, &[(left(1), Account::Expired, 10)]);
    caught("I20", "or moves credits", &forge);
    caught("I1", "locked may not move", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::Unlocked, &[]);
    caught("I20", "changes nothing", &forge);
    let mut forge = Forge::with_grants();
    forge.book(Fact::Locked, &[]).later(60).book(Fact::Locked, &[]);
    caught("I20", "changes nothing", &forge);
}

#[test]
fn i15_a_frozen_grant_is_taken_from_or_pays_debt() {
    let mut forge = Forge::with_grants();
    forge.book(frozen(1), &[]).later(60).held(1, &[(1, 5)]);
    caught("I15", "which is frozen", &forge);
    let mut forge = Forge::in_debt();
    forge.granted(2, Class::Included, 9, None).book(frozen(2), &[]);
    forge.book(Fact::DebtPaid, &[(left(2), Account::Debt, 5)]);
    caught("I15", "which is frozen", &forge);
}

#[test]
fn i16_a_frozen_grant_expires_or_one_that_had_expired_before_stays() {
    let mut forge = Forge::with_grants();
    forge.book(frozen(1), &[]).at_day(31);
    forge.book(Fact::Expired, &[(left(1), Account::Expired, 10)]);
    caught("I16", "has not reached its expiry", &forge);
    let mut forge = Forge::with_grants();
    forge.at_day(31).book(frozen(1), &[]).at_day(32).held(1, &[(2, 1)]);
    caught("I16", "stay unheld past their expiry", &forge);
    let mut forge = Forge::with_grants();
    forge.book(frozen(1), &[]).at_day(31).held(1, &[(2, 1)]);
    honest(&forge);
}

#[test]
fn i15_a_thaw_that_adds_another_time_or_of_what_was_not_frozen() {
    let thawed = |forge: &Forge, days: Option<i64>| {
        let expires = forge.terms(1, Class::Included, 10, days).expires;
        Fact::Thawed { grant: grant(1), expires }
    };
    // Frozen on day 1 with 29 days left, thawed on day 11: 29 days are left.
    for (days, fine) in [(Some(29), true), (Some(30), false), (Some(19), false), (None, false)] {
        let mut forge = Forge::with_grants();
        forge.at_day(1).book(frozen(1), &[]).at_day(11);
        let fact = thawed(&forge, days);
        forge.book(fact, &[]).later(60);
        if fine {
            forge.held(1, &[(1, 10)]);
            honest(&forge);
        } else {
            caught("I15", "after its thaw; due is", &forge);
        }
    }
    let mut forge = Forge::with_grants();
    let fact = thawed(&forge, Some(30));
    forge.book(fact, &[]);
    caught("I15", "was not frozen", &forge);
    let mut forge = Forge::with_grants();
    forge.book(frozen(1), &[]).book(frozen(1), &[]);
    caught("I15", "was frozen before", &forge);
    let mut forge = Forge::with_grants();
    forge.book(frozen(9), &[]);
    caught("I15", "is unknown or", &forge);
}

#[test]
fn i13_a_thaw_changes_the_order_of_use() {
    // Of grant 1 as much time is left as of none before grant 2 ends: it comes after it now.
    let late = |forge: &mut Forge| {
        forge.at_day(1).book(frozen(1), &[]).at_day(41);
        let expires = forge.terms(1, Class::Included, 10, Some(29)).expires;
        forge.book(Fact::Thawed { grant: grant(1), expires }, &[]);
    };
    let mut forge = Forge::with_grants();
    late(&mut forge);
    forge.held(1, &[(2, 10), (1, 1)]);
    honest(&forge);
    let mut forge = Forge::with_grants();
    late(&mut forge);
    forge.held(1, &[(1, 10), (2, 1)]);
    caught("I13", "the order of use is", &forge);
}

#[test]
fn i3_a_claim_that_does_not_grow_or_is_above_its_grant() {
    let mut forge = Forge::with_grants();
    forge.book(claimed(1, 11), &[]);
    caught("I3", "are claimed, of 10 with 0 before", &forge);
    let mut forge = Forge::with_grants();
    forge.book(claimed(1, 4), &[]).book(met(1, 0), &[(left(1), Account::Clawed, 4)]).later(60);
    forge.book(claimed(1, 4), &[]);
    caught("I3", "are claimed, of 10 with 4 before", &forge);
}

#[test]
fn i3_a_claim_is_not_met_or_met_otherwise_than_due() {
    let unmet = |forge: &mut Forge| {
        forge.book(claimed(1, 9), &[]).later(60);
    };
    let mut forge = with_a_hold();
    unmet(&mut forge);
    caught("I3", "leaves 6 unheld", &forge);
    // Debt while something is held; less than is there; twice.
    for moves in [
        &[(left(1), Account::Clawed, 6), (Account::Debt, Account::Clawed, 3)][..],
        &[(left(1), Account::Clawed, 5)],
        &[],
    ] {
        let mut forge = with_a_hold();
        unmet(&mut forge);
        forge.book(met(1, 0), moves);
        caught("I3", "due was 6 unheld, 0 expired and 0 of debt", &forge);
    }
    let mut forge = with_a_hold();
    unmet(&mut forge);
    forge.book(met(1, 0), &[(left(1), Account::Clawed, 6)]).book(met(1, 0), &[]);
    caught("I3", "due was 0 unheld", &forge);
    let mut forge = with_a_hold();
    forge.book(claimed(1, 9), &[]).book(met(1, 0), &[(left(2), Account::Clawed, 6)]);
    caught("I1", "may not move", &forge);
}

#[test]
fn i3_a_give_back_expires_before_the_claim_takes_it() {
    let mut forge = with_a_hold();
    forge.lasting(86_400).book(claimed(1, 8), &[]);
    forge.book(met(1, 0), &[(left(1), Account::Clawed, 6)]).at_day(31);
    forge.ended(1, EndKind::Settled, &[(1, 1)], &[(1, 3)]);
    forge.book(Fact::Expired, &[(left(1), Account::Expired, 3)]).later(60);
    caught("I3", "expired before its claim took", &forge);
    caught("I3", "leaves 0 unheld, 2 expired", &forge);
}

#[test]
fn i5_debt_of_claims_counts_against_no_overdraft_limit() {
    // Of 20 spent credits 20 are claimed, and 20 more go into overdraft.
    let mut forge = Forge::new();
    forge.granted(1, Class::Purchased, 20, None).granted(2, Class::Included, 1, None);
    forge.held(1, &[(2, 1), (1, 20)]);
    forge.ended(1, EndKind::Settled, &[(2, 1), (1, 20)], &[]);
    forge.granted(3, Class::Included, 1, None).held(2, &[(3, 1)]);
    forge.book(claimed(1, 20), &[]).book(met(1, 0), &[(Account::Debt, Account::Clawed, 20)]);
    forge.later(60).overdrawn(2, &[], 20);
    honest(&forge);
    forge.later(60).overdrawn(2, &[], 1);
    caught("I5", "were 21 with a limit of 20", &forge);
}
