//! Tables for the pure part of reconciling.

use ampere_adapters::payments::port::{DeclineReason, Dispute, Refund};
use ampere_credits::ledger::Cause;
use ampere_credits::{CheckoutId, OrgId, UserId};
use ampere_store::rows::{CheckoutKind, CheckoutRow, CheckoutState, PayWith};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn paid_at() -> Timestamp {
    at("2026-11-22T10:42:00Z")
}

fn agreed(state: CheckoutState) -> CheckoutRow {
    CheckoutRow {
        id: CheckoutId::from_bits(7),
        org: OrgId::from_bits(1),
        user: UserId::from_bits(1),
        kind: CheckoutKind::Credits,
        pay_with: PayWith::Checkout,
        pack: "pack_5000".to_owned(),
        credits: Credits::whole(5_000),
        lifetime_months: 12,
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        provider: "sandbox".to_owned(),
        provider_ref: "page".to_owned(),
        url: "/page".to_owned(),
        state,
        reason: None,
        payment: None,
        grant: None,
        position: None,
        created_at: paid_at(),
        updated_at: paid_at(),
    }
}

fn payment(status: PaymentStatus) -> Payment {
    Payment {
        id: "pi_1".to_owned(),
        reference: Some(CheckoutId::from_bits(7).to_string()),
        subscription: None,
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        status,
        lines: Vec::new(),
        refunds: Vec::new(),
        disputes: Vec::new(),
        created: paid_at(),
        receipt_url: None,
    }
}

fn paid() -> Payment {
    payment(PaymentStatus::Paid { at: paid_at() })
}

fn refund(id: &str, amount_cents: i64) -> Refund {
    Refund { id: id.to_owned(), amount_cents, at: paid_at() }
}

fn dispute(id: &str, status: DisputeStatus) -> Dispute {
    Dispute { id: id.to_owned(), amount_cents: 1_500, status, at: paid_at() }
}

fn have(row: CheckoutRow) -> Have {
    Have {
        provider: "sandbox",
        agreed: BTreeMap::from([(row.id.to_string(), Agreed::Checkout(row))]),
        plan: Vec::new(),
        kept: Vec::new(),
        grants: BTreeMap::new(),
    }
}

fn open() -> Have {
    have(agreed(CheckoutState::Open))
}

/// As it is once the orders were booked.
fn booked(mut have: Have, orders: &[Order]) -> Have {
    for order in orders {
        match order.command {
            Command::Grant(terms) => {
                have.grants.insert(terms.id, Grant::new(terms));
            }
            Command::Claim { grant, total } => {
                have.grants.get_mut(&grant).unwrap().claim = total;
            }
            Command::Freeze { grant } => {
                have.grants.get_mut(&grant).unwrap().frozen_since = Some(paid_at());
            }
            Command::Thaw { grant } => have.grants.get_mut(&grant).unwrap().frozen_since = None,
            _ => panic!("{order:?}"),
        }
        for write in &order.writes {
            if let RowWrite::PaymentGrant(row) = write {
                have.kept.push(row.clone());
            }
        }
    }
    have
}

fn keys(orders: &[Order]) -> Vec<String> {
    orders.iter().map(|order| order.key.clone()).collect()
}

fn totals(orders: &[Order]) -> Vec<u32> {
    let total = |order: &Order| match order.command {
        Command::Claim { total, .. } => u32::try_from(total.floor()).ok(),
        _ => None,
    };
    orders.iter().filter_map(total).collect()
}

#[test]
fn nothing_is_due_before_the_money_is_there() {
    let url = "https://bank.example".to_owned();
    for status in [
        PaymentStatus::Open,
        PaymentStatus::NeedsConfirmation { url },
        PaymentStatus::Failed { reason: DeclineReason::Declined },
        PaymentStatus::Void,
    ] {
        assert!(of_payment(&payment(status), &open()).unwrap().is_empty());
    }
}

#[test]
fn a_paid_purchase_is_one_grant_whose_life_counts_from_the_payment() {
    let orders = of_payment(&paid(), &open()).unwrap();
    let [order] = orders.as_slice() else { panic!("{orders:?}") };
    assert_eq!(order.key, "payment:pi_1:0");
    let Command::Grant(terms) = order.command else { panic!("{order:?}") };
    assert_eq!((terms.class, terms.cause), (Class::Purchased, Cause::TopUp));
    assert_eq!((terms.amount, terms.effective), (Credits::whole(5_000), paid_at()));
    assert_eq!(terms.expires, Some(at("2027-11-22T10:42:00Z")));
    let rows = order.writes.len();
    assert_eq!(rows, 2, "the purchase's row, and which grant its payment became");
    let have = booked(open(), &orders);
    assert!(of_payment(&paid(), &have).unwrap().is_empty(), "nothing more is due");
}

#[test]
fn another_amount_currency_provider_or_reference_is_no_purchase_of_ours() {
    let other = |change: &dyn Fn(&mut Payment)| {
        let mut payment = paid();
        change(&mut payment);
        of_payment(&payment, &open()).map(|orders| keys(&orders))
    };
    for cents in [0, 1, 1_499, 1_501, -1_500, i64::MAX] {
        let refused = other(&|payment| payment.amount_cents = cents);
        assert!(matches!(refused, Err(Mismatch::Differs { .. })), "{cents}: {refused:?}");
    }
    let refused = other(&|payment| payment.currency = "eur".to_owned());
    assert!(matches!(refused, Err(Mismatch::Differs { .. })), "{refused:?}");
    for reference in [None, Some("pay_9".to_owned()), Some(String::new())] {
        let refused = other(&|payment| payment.reference = reference.clone());
        assert_eq!(refused, Err(Mismatch::Unknown));
    }
    let elsewhere =
        have(CheckoutRow { provider: "stripe".to_owned(), ..agreed(CheckoutState::Open) });
    assert_eq!(of_payment(&paid(), &elsewhere).err(), Some(Mismatch::Unknown));
    let plan = CheckoutRow { kind: CheckoutKind::Plan, ..agreed(CheckoutState::Open) };
    assert_eq!(of_payment(&paid(), &have(plan)).err(), Some(Mismatch::Unknown));
}

#[test]
fn a_refund_that_is_heard_of_first_is_claimed_in_the_commit_of_its_grant() {
    let refunds = vec![refund("re_1", 500), refund("re_2", 500)];
    let payment = Payment { refunds, ..paid() };
    let orders = of_payment(&payment, &open()).unwrap();
    assert_eq!(orders.len(), 3);
    assert!(matches!(orders[0].command, Command::Grant(_)), "the grant comes first");
    assert_eq!(totals(&orders), [1_666, 3_333], "floor of what went back so far");
}

#[test]
fn latere_pay_0_3_1_the_second_partial_refund_is_no_replay_of_the_first() {
    let first = Payment { refunds: vec![refund("re_1", 750)], ..paid() };
    let orders = of_payment(&first, &open()).unwrap();
    let have = booked(open(), &orders);
    assert!(of_payment(&first, &have).unwrap().is_empty());
    let second = Payment { refunds: vec![refund("re_1", 750), refund("re_2", 750)], ..paid() };
    let more = of_payment(&second, &have).unwrap();
    assert_eq!(totals(&more), [5_000]);
    assert!(!keys(&orders).contains(&more[0].key));
}

/// A second plan that was granted before it was known to be one: nothing more is wanted for its
/// payment, and what it gave goes with the money.
#[test]
fn what_was_granted_of_a_plan_that_counts_no_more_is_claimed_by_its_refund() {
    let granted = booked(open(), &of_payment(&paid(), &open()).unwrap());
    let refunds = vec![refund("re_1", 1_500)];
    let subscription = Some("sub_2".to_owned());
    let back = Payment { refunds, subscription, ..paid() };
    let orders = of_payment(&back, &Have { plan: Vec::new(), ..granted }).unwrap();
    assert_eq!((orders.len(), totals(&orders)), (1, vec![5_000]));
}

#[test]
fn more_can_not_go_back_than_was_paid() {
    let refunds = vec![refund("re_1", 1_500)];
    let disputes = vec![dispute("dp_1", DisputeStatus::Lost)];
    let payment = Payment { refunds, disputes, ..paid() };
    assert_eq!(totals(&of_payment(&payment, &open()).unwrap()), [5_000]);
}

#[test]
fn a_dispute_freezes_until_it_is_decided_and_an_inquiry_takes_nothing() {
    let disputed = |status| Payment { disputes: vec![dispute("dp_1", status)], ..paid() };
    let granted = booked(open(), &of_payment(&paid(), &open()).unwrap());
    let inquiry = disputed(DisputeStatus::Inquiry);
    assert!(of_payment(&inquiry, &granted).unwrap().is_empty());
    let orders = of_payment(&disputed(DisputeStatus::Open), &granted).unwrap();
    assert!(orders[0].key.starts_with("freeze:dp_1:") && orders.len() == 1, "{orders:?}");
    let frozen = booked(granted, &orders);
    assert!(of_payment(&disputed(DisputeStatus::Open), &frozen).unwrap().is_empty());
    let won = of_payment(&disputed(DisputeStatus::Won), &frozen).unwrap();
    assert!(won[0].key.starts_with("thaw:dp_1:") && won.len() == 1, "{won:?}");
    let lost = of_payment(&disputed(DisputeStatus::Lost), &frozen).unwrap();
    assert_eq!(totals(&lost), [5_000]);
    assert!(lost[0].key.starts_with("claim:") && lost[1].key.starts_with("thaw:dp_1:"));
    let over = booked(frozen, &lost);
    assert!(of_payment(&disputed(DisputeStatus::Lost), &over).unwrap().is_empty());
}

#[test]
fn while_one_dispute_is_open_another_that_is_won_thaws_nothing() {
    let granted = booked(open(), &of_payment(&paid(), &open()).unwrap());
    let both = |one, other| Payment {
        disputes: vec![dispute("dp_1", one), dispute("dp_2", other)],
        ..paid()
    };
    let opened = both(DisputeStatus::Open, DisputeStatus::Open);
    let frozen = booked(granted.clone(), &of_payment(&opened, &granted).unwrap());
    let half = both(DisputeStatus::Won, DisputeStatus::Open);
    assert!(of_payment(&half, &frozen).unwrap().is_empty());
    let over = both(DisputeStatus::Won, DisputeStatus::Won);
    assert_eq!(of_payment(&over, &frozen).unwrap().len(), 1);
}

#[test]
fn purchased_credits_live_calendar_months() {
    assert_eq!(expiry(at("2026-01-31T08:00:00Z"), 1), Some(at("2026-02-28T08:00:00Z")));
    assert_eq!(expiry(at("2024-02-29T08:00:00Z"), 12), Some(at("2025-02-28T08:00:00Z")));
    assert_eq!(expiry(paid_at(), 0), None);
}
