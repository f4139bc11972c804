//! What is true of one organization in the end, as text: everything but ids and instants that we
//! made ourselves.

use std::fmt::Write as _;

use ampere_credits::ledger::{Balance, Grant};
use ampere_credits::{Clock, OrgId};
use ampere_store::ports::Store;
use ampere_store::rows::Page;

/// `whole`: with what depends on when we heard of things, which is how long a grant was frozen and
/// whether credits had expired before they were taken back.
pub async fn dump(store: &dyn Store, org: OrgId, (clock, whole): (&dyn Clock, bool)) -> String {
    // What time has made due is booked.
    store.commit(org, Vec::new()).await.unwrap();
    let pool = store.pool(org).await.unwrap();
    let balance = Balance::of(&pool, clock.now()).unwrap();
    let mut text = String::new();
    let Balance { available, held, included, purchased, outstanding, background, .. } = balance;
    writeln!(text, "{available} {held} {included} {purchased} {outstanding} {background}").unwrap();
    writeln!(text, "locked: {}, debt: {}, issued: {}", pool.locked, pool.debt, pool.issued)
        .unwrap();
    let mut lines: Vec<String> = Vec::new();
    for row in store.grants(org).await.unwrap() {
        lines.push(grant(&row.grant, whole));
    }
    for row in store.payment_grants(org).await.unwrap() {
        lines.push(format!("of payment: {} {} {}", row.payment, row.line, row.credits));
    }
    for row in store.payments(org).await.unwrap() {
        let last = (row.paid_at, row.refunded_cents, row.dispute, row.created_at);
        let (id, amount) = (row.id, row.amount_cents);
        let how = (row.kind, row.status, row.reason);
        lines.push(format!("payment: {id} {amount} {} {how:?} {last:?}", row.currency));
    }
    let page = Page { before: None, limit: 200 };
    for row in store.checkouts(org, page).await.unwrap() {
        let granted = row.grant.is_some();
        let made = (row.created_at, row.credits, row.state, row.reason, row.payment, granted);
        lines.push(format!("purchase: {made:?}"));
    }
    for row in store.subscriptions(org).await.unwrap() {
        let span = (row.period_start, row.period_end, row.past_due_since, row.ended_at);
        let how = (row.on, row.status, row.begun, row.ends_at_period_end, row.next);
        lines.push(format!("subscription: {how:?} {span:?} {:?}", row.open_payment));
    }
    for row in store.plan_periods(org).await.unwrap() {
        lines.push(format!("period: {} {} {:?}", row.period_start, row.period_end, row.on));
    }
    lines.sort();
    text.push_str(&lines.join("\n"));
    text
}

fn grant(grant: &Grant, whole: bool) -> String {
    let terms = grant.terms;
    let gone = grant.expired.plus(grant.clawed).unwrap();
    let parts = (grant.unheld, grant.held, grant.spent, grant.to_debt, gone);
    let claim = (grant.claim, grant.claim_met, grant.frozen_since.is_some());
    let heard = whole.then_some((terms.expires, grant.expired, grant.claim_by_expiry));
    let what = (terms.class, terms.cause, terms.amount, terms.effective);
    format!("grant: {what:?} {parts:?} {claim:?} {heard:?}")
}
