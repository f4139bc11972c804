//! What a change of price would make: Stripe's rules, without doing it.
//!
//! Owns: the lines of the invoice it makes, and the period after it. Both the preview and the
//! change itself are made of this. Read next: `change`, `preview`.

use serde_json::{Value, json};

use super::{every, span_of};
use crate::form::Params;
use crate::invoicing::lines::{ForPeriod, period, proration, share};
use crate::json::Reading;
use crate::refusal::Refusal;
use crate::state::State;

/// What was asked for.
pub(crate) struct Asked {
    /// The price from now on; None: it stays.
    pub price: Option<Value>,
    /// `always_invoice`, `create_prorations` or `none`.
    pub behavior: String,
    /// The instant that prorations count from.
    pub at: i64,
    /// A new period begins now.
    pub anchor_now: bool,
}

impl Asked {
    /// Reads a change below `under` (empty, or with its dot).
    pub fn read(
        state: &State,
        params: &Params,
        under: &str,
        subscription: &Value,
    ) -> Result<Self, Refusal> {
        let name = |name: &str| format!("{under}{name}");
        let (start, end) = span_of(subscription);
        let at = params.int(&name("proration_date"))?;
        if at.is_some_and(|at| at < start || at > end) {
            let told = "The proration date must be within the current period.";
            return Err(Refusal::invalid(told).param("proration_date"));
        }
        let anchor_now = match params.text(&name("billing_cycle_anchor.type")) {
            None => params.word(&name("billing_cycle_anchor"), &["now", "unchanged"])?,
            Some(_) => params.word(&name("billing_cycle_anchor.type"), &["now", "unchanged"])?,
        } == Some("now");
        let words = ["always_invoice", "create_prorations", "none"];
        let behavior = params.word(&name("proration_behavior"), &words)?;
        Ok(Asked {
            price: price(state, params, under, subscription)?,
            behavior: behavior.unwrap_or("create_prorations").to_owned(),
            at: at.unwrap_or(state.now),
            anchor_now,
        })
    }
}

fn price(
    state: &State,
    params: &Params,
    under: &str,
    subscription: &Value,
) -> Result<Option<Value>, Refusal> {
    let name = |name: &str| format!("{under}{name}");
    if !params.has(&name("items")) {
        return Ok(None);
    }
    if params.rows(&name("items")) != 1 {
        return Err(Refusal::invalid("This fake knows subscriptions of one item.").param("items"));
    }
    super::one_each(params, &name("items.0.quantity"))?;
    let item = params.need(&name("items.0.id"))?;
    if subscription.text("items.data.0.id") != item {
        return Err(Refusal::no_such("subscription_item", item));
    }
    let Some(id) = params.text(&name("items.0.price")) else { return Ok(None) };
    let price = state.get("price", id)?;
    every(&price)?;
    if price.text("currency") != subscription.text("currency") {
        return Err(Refusal::invalid("The price's currency is another.").param("items[0][price]"));
    }
    if !price.flag("active") {
        return Err(Refusal::invalid("The price specified is inactive.").param("items[0][price]"));
    }
    Ok(Some(price))
}

/// What it makes.
pub(crate) struct Planned {
    pub price: Value,
    /// Of an invoice now, or (not `invoiced`) for the next one.
    pub lines: Vec<Value>,
    pub invoiced: bool,
    /// The new period, where one begins.
    pub fresh: Option<(i64, i64)>,
}

/// Prorates: credit for the unused time of the old price, debit for the remaining time of the new
/// one. Another length of period, or the anchor set to now, begins a new period at once.
pub(crate) fn planned(
    state: &mut State,
    subscription: &Value,
    asked: &Asked,
) -> Result<Planned, Refusal> {
    let old = subscription.at("items.data.0.price").clone();
    let price = asked.price.clone().unwrap_or_else(|| old.clone());
    let (start, end) = span_of(subscription);
    let fresh = (asked.anchor_now || every(&old)? != every(&price)?)
        .then(|| every(&price).map(|every| (state.now, every.end_after(state.now, state.now))))
        .transpose()?;
    let moved = old["id"] != price["id"] || fresh.is_some();
    let mut lines = Vec::new();
    if moved && asked.behavior != "none" {
        let credit = -share(old.int("unit_amount"), end - asked.at, end - start);
        let unused = ForPeriod { subscription, price: &old, amount: credit, start: asked.at, end };
        lines.push(proration(state, &unused));
        if fresh.is_none() {
            let debit = share(price.int("unit_amount"), end - asked.at, end - start);
            let rest =
                ForPeriod { subscription, price: &price, amount: debit, start: asked.at, end };
            lines.push(proration(state, &rest));
        }
    }
    if let Some((start, end)) = fresh {
        let amount = price.int("unit_amount");
        lines.push(period(state, &ForPeriod { subscription, price: &price, amount, start, end }));
    }
    let invoiced = fresh.is_some() || asked.behavior == "always_invoice";
    Ok(Planned { price, lines, invoiced, fresh })
}

/// The subscription with the change made.
pub(crate) fn applied(subscription: &Value, price: &Value, fresh: Option<(i64, i64)>) -> Value {
    let mut after = subscription.clone();
    super::put_price(&mut after, price);
    if let Some(span) = fresh {
        super::put_period(&mut after, span);
        after["billing_cycle_anchor"] = json!(span.0);
    }
    after
}
