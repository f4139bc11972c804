//! Another price from the end of the period on: Stripe's subscription schedules.
//!
//! Owns: the two phases of such a change, and taking it back. A schedule lets its subscription go
//! when the second phase is over.

use super::change::{Act, conflict, moves};
use super::form::Form;
use super::prices;
use super::told;
use super::wire::{Done, Schedule};
use crate::payments::port::{PaymentError, PlanPrice};

pub(super) async fn switch_at_end(
    act: &Act<'_>,
    subscription: &str,
    to: &PlanPrice,
) -> Result<(), PaymentError> {
    let one = act.subscription(subscription).await?;
    let price = prices::price(act.talk, to).await?;
    let schedule = told::schedule(&one);
    let mine = schedule.filter(|it| it.metadata.get("reference") == Some(act.reference));
    if mine.is_some()
        && let Some(next) = told::next_price(&one)
    {
        let same = next == price;
        return same.then_some(()).ok_or(PaymentError::InvalidRequest("reference"));
    }
    moves(&one)?;
    let item = told::our_item(&one).ok_or(PaymentError::NotFound)?;
    // One that is idle, or was left half made, is taken on.
    let made: Schedule;
    let schedule = match schedule {
        Some(schedule) => schedule,
        None => {
            let form = Form::new().with("from_subscription", subscription);
            made = act.talk.post(&["subscription_schedules"], form, act.key("schedule")).await?;
            &made
        }
    };
    let phase = schedule.current_phase.ok_or_else(|| conflict("its schedule has no phase"))?;
    let form = Form::new()
        .with("end_behavior", "release")
        .with("proration_behavior", "none")
        .with("metadata[reference]", act.reference)
        .with("phases[0][items][0][price]", &item.price.id)
        .with("phases[0][items][0][quantity]", 1)
        .with("phases[0][start_date]", phase.start_date)
        .with("phases[0][end_date]", item.current_period_end)
        .with("phases[0][proration_behavior]", "none")
        .with("phases[1][items][0][price]", &price)
        .with("phases[1][items][0][quantity]", 1)
        .with("phases[1][proration_behavior]", "none")
        .with("phases[1][duration][interval]", prices::interval(to.key.cadence))
        .with("phases[1][duration][interval_count]", 1);
    let path = ["subscription_schedules", &schedule.id];
    let _: Done = act.talk.post(&path, form, act.key("phases")).await?;
    Ok(())
}

/// With the schedule goes what it would have done.
pub(super) async fn undo(act: &Act<'_>, subscription: &str) -> Result<(), PaymentError> {
    let one = act.subscription(subscription).await?;
    if !told::lives(&one) {
        return Err(conflict("the subscription has ended"));
    }
    if told::next_price(&one).is_some() { act.free(&one).await } else { Ok(()) }
}
