//! The clock, and what becomes due while it moves.
//!
//! Owns: the order of what is due; each thing happens at its own instant. Never asks the machine
//! for the time. Read next: `subscriptions::renewal`.

use crate::json::Reading;
use crate::refusal::Refusal;
use crate::state::State;
use crate::subscriptions::renewal;

/// What can become due; of one instant in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Draft,
    Retry,
    PendingUpdate,
    Incomplete,
    Checkout,
    Period,
}

/// Moves the clock to an instant, no later than which everything due has happened.
pub(crate) fn advance(state: &mut State, to: i64) -> Result<(), Refusal> {
    if to < state.now {
        return Err(Refusal::invalid("The clock does not go back.").param("to"));
    }
    while let Some((at, due, id)) = next(state).filter(|(at, ..)| *at <= to) {
        state.now = at.max(state.now);
        match due {
            Due::Draft => renewal::draft_over(state, &id)?,
            Due::Retry => renewal::retry(state, &id),
            Due::PendingUpdate => renewal::update_over(state, &id)?,
            Due::Incomplete => renewal::never_began(state, &id)?,
            Due::Checkout => crate::checkout::expired(state, &id)?,
            Due::Period => renewal::period_over(state, &id)?,
        }
    }
    state.now = to;
    Ok(())
}

fn next(state: &State) -> Option<(i64, Due, String)> {
    let mut due = Vec::new();
    for invoice in state.all("invoice") {
        let id = invoice.text("id");
        let renewal = invoice.flag("auto_advance");
        match invoice.text("status") {
            "draft" if renewal => {
                due.push((invoice.int("automatically_finalizes_at"), Due::Draft, id))
            }
            "open" if renewal => due.push((invoice.int("next_payment_attempt"), Due::Retry, id)),
            _ => {}
        }
    }
    for subscription in state.all("subscription") {
        let id = subscription.text("id");
        match subscription.text("status") {
            "incomplete" => due.push((subscription.int("_expires"), Due::Incomplete, id)),
            "active" | "past_due" | "unpaid" => {
                let end = subscription.int("items.data.0.current_period_end");
                due.push((end, Due::Period, id));
                let expires = subscription.int("pending_update.expires_at");
                due.push((expires, Due::PendingUpdate, id));
            }
            _ => {}
        }
    }
    for session in state.all("checkout.session") {
        if session.text("status") == "open" {
            due.push((session.int("expires_at"), Due::Checkout, session.text("id")));
        }
    }
    // An instant of 0 is none at all.
    let first = due.into_iter().filter(|(at, ..)| *at > 0).min()?;
    Some((first.0, first.1, first.2.to_owned()))
}
