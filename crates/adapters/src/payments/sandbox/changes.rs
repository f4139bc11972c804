//! Subscriptions: how they begin, go over to another price, and are ended.
//!
//! Owns the sandbox's prorating, by the published rule of payment providers: at a fixed second,
//! the rest of the old price is credited and the rest of the new one is due, each rounded by
//! itself, half a cent away from zero. Never renews anything (`renewals`).

use ampere_credits::period::Period;
use ampere_credits::{Timestamp, Zone};

use super::bills::Draft;
use super::books::{Books, Purpose, Subscribed};
use crate::payments::port::{Change, Line, LineKind, PaymentError, PlanPrice, SubscriptionStatus};

/// A switch now, as it was asked.
pub(super) struct SwitchAsked {
    pub(super) to: PlanPrice,
    pub(super) at: Timestamp,
    pub(super) fresh: bool,
    pub(super) due_cents: i64,
}

impl Books {
    /// Does what was asked for a customer.
    pub(super) fn change(
        &mut self,
        customer: &str,
        (reference, change): (&str, Change),
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        self.customer(customer)?;
        match change {
            Change::Start { to } => {
                self.wants_card(customer)?;
                let bill = self.begin(customer, (reference, to), now)?;
                self.try_saved_card(&bill, now)
            }
            Change::SwitchNow { subscription, to, at, fresh, due_cents } => {
                let asked = SwitchAsked { to, at, fresh, due_cents };
                self.theirs(customer, &subscription)?;
                self.switch_now(&subscription, (reference, asked), now)
            }
            Change::SwitchAtEnd { subscription, to } => {
                self.arrange(customer, &subscription, now, |of| {
                    in_order(of)?;
                    if of.ends_at_period_end {
                        return Err(conflict("the subscription ends with its period"));
                    }
                    same_money(of, &to)?;
                    of.next = Some(to);
                    Ok(())
                })
            }
            Change::UndoSwitch { subscription } => {
                self.arrange(customer, &subscription, now, |of| {
                    alive(of)?;
                    of.next = None;
                    Ok(())
                })
            }
            Change::EndAtPeriodEnd { subscription } => {
                self.arrange(customer, &subscription, now, |of| {
                    alive(of)?;
                    if of.next.is_some() {
                        return Err(conflict("another price is arranged; take that back first"));
                    }
                    of.ends_at_period_end = true;
                    Ok(())
                })
            }
            Change::Resume { subscription } => self.arrange(customer, &subscription, now, |of| {
                alive(of)?;
                of.ends_at_period_end = false;
                Ok(())
            }),
            Change::EndNow { subscription } => {
                self.theirs(customer, &subscription)?;
                self.end(&subscription, now)
            }
        }
    }

    /// A subscription of the customer.
    fn theirs(
        &mut self,
        customer: &str,
        subscription: &str,
    ) -> Result<&mut Subscribed, PaymentError> {
        let found = self.subscriptions.get_mut(subscription);
        found.filter(|of| of.customer == customer).ok_or(PaymentError::NotFound)
    }

    pub(super) fn wants_card(&self, customer: &str) -> Result<(), PaymentError> {
        self.customer(customer)?.card.as_ref().map(|_| ()).ok_or(PaymentError::NoCard)
    }

    fn arrange(
        &mut self,
        customer: &str,
        subscription: &str,
        now: Timestamp,
        what: impl FnOnce(&mut Subscribed) -> Result<(), PaymentError>,
    ) -> Result<(), PaymentError> {
        what(self.theirs(customer, subscription)?)?;
        self.tell("subscription.changed", customer, now);
        Ok(())
    }

    /// Makes a subscription that begins when its first bill is paid; answers the bill.
    pub(super) fn begin(
        &mut self,
        customer: &str,
        (reference, price): (&str, PlanPrice),
        now: Timestamp,
    ) -> Result<String, PaymentError> {
        let theirs = || self.subscriptions.iter().filter(|(_, of)| of.customer == customer);
        if theirs().any(|(_, of)| of.lives()) {
            return Err(conflict("there is a subscription already"));
        }
        let begun: Vec<String> = theirs()
            .filter(|(_, of)| of.status == SubscriptionStatus::Incomplete)
            .map(|(id, _)| id.clone())
            .collect();
        begun.iter().try_for_each(|id| self.end(id, now))?;
        let id = self.mint("sbxsub", now);
        let mut of = Subscribed {
            customer: customer.to_owned(),
            status: SubscriptionStatus::Incomplete,
            price,
            next: None,
            anchor: now,
            months: 0,
            ends_at_period_end: false,
            ended_at: None,
            open: None,
            created: now,
        };
        let draft = self.period_bill(&id, &of, (Purpose::First, Some(reference.to_owned())), now);
        let bill = self.draw_up(draft, now);
        of.open = Some(bill.clone());
        self.subscriptions.insert(id, of);
        self.tell("subscription.changed", customer, now);
        Ok(bill)
    }

    /// The bill of the present period of a subscription.
    pub(super) fn period_bill(
        &mut self,
        id: &str,
        of: &Subscribed,
        (purpose, reference): (Purpose, Option<String>),
        now: Timestamp,
    ) -> Draft {
        let line =
            self.line((LineKind::Period, &of.price), of.price.amount_cents, of.period(), now);
        Draft {
            customer: of.customer.clone(),
            purpose,
            subscription: Some(id.to_owned()),
            reference,
            amount_cents: of.price.amount_cents,
            currency: of.price.currency.clone(),
            lines: vec![line],
        }
    }

    fn line(
        &mut self,
        (kind, price): (LineKind, &PlanPrice),
        amount_cents: i64,
        Period { start, end }: Period,
        now: Timestamp,
    ) -> Line {
        let id = self.mint("sbxline", now);
        Line { id, kind, key: Some(price.key.clone()), amount_cents, start, end }
    }

    fn switch_now(
        &mut self,
        id: &str,
        (reference, asked): (&str, SwitchAsked),
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let of = self.subscriptions.get(id).ok_or(PaymentError::NotFound)?.clone();
        in_order(&of)?;
        same_money(&of, &asked.to)?;
        if of.ends_at_period_end || of.next.is_some() {
            return Err(conflict("another change is arranged; take that back first"));
        }
        if asked.at > now || !of.period().contains(asked.at) {
            return Err(conflict("the instant is not in the present period"));
        }
        self.wants_card(&of.customer)?;
        let lines = if asked.fresh {
            let fresh =
                Subscribed { price: asked.to.clone(), anchor: now, months: 0, ..of.clone() };
            self.period_bill(id, &fresh, (Purpose::Renewal, None), now).lines
        } else {
            self.prorated(&of, &asked, now)?
        };
        let amount_cents = lines.iter().map(|line| line.amount_cents).sum();
        if amount_cents < 0 {
            return Err(conflict("a switch to a lower price waits for the period's end"));
        }
        if amount_cents != asked.due_cents {
            return Err(PaymentError::WouldCost { amount_cents });
        }
        if let Some(before) = of.open {
            self.give_up(&before, now)?;
        }
        let bill = self.draw_up(
            Draft {
                customer: of.customer,
                purpose: Purpose::Switch { to: asked.to.clone(), fresh: asked.fresh },
                subscription: Some(id.to_owned()),
                reference: Some(reference.to_owned()),
                amount_cents,
                currency: asked.to.currency,
                lines,
            },
            now,
        );
        self.try_saved_card(&bill, now)
    }

    fn prorated(
        &mut self,
        of: &Subscribed,
        asked: &SwitchAsked,
        now: Timestamp,
    ) -> Result<Vec<Line>, PaymentError> {
        if of.price.key.cadence != asked.to.key.cadence {
            return Err(conflict("another cadence begins a period of its own"));
        }
        let whole = of.period();
        let rest = Period { start: asked.at, end: whole.end };
        let credit = part(of.price.amount_cents, rest, whole)?;
        let debit = part(asked.to.amount_cents, rest, whole)?;
        let old = self.line((LineKind::Proration, &of.price), -credit, rest, now);
        let new = self.line((LineKind::Proration, &asked.to), debit, rest, now);
        Ok(vec![old, new])
    }

    /// Ends a subscription, and with it what it still waits for.
    pub(super) fn end(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let of = self.subscriptions.get_mut(id).ok_or(PaymentError::NotFound)?;
        if of.status == SubscriptionStatus::Ended {
            return Ok(());
        }
        of.status = SubscriptionStatus::Ended;
        of.ended_at = Some(now);
        (of.next, of.ends_at_period_end) = (None, false);
        let (customer, open) = (of.customer.clone(), of.open.take());
        if let Some(open) = open {
            self.give_up(&open, now)?;
        }
        self.tell("subscription.ended", &customer, now);
        Ok(())
    }
}

/// `cents` × rest / whole, rounded to the nearest cent, a half upwards.
fn part(cents: i64, rest: Period, whole: Period) -> Result<i64, PaymentError> {
    let seconds = |period: Period| i128::from(period.end.seconds_since(period.start));
    let (rest, whole) = (seconds(rest), seconds(whole));
    let doubled = i128::from(cents).checked_mul(rest.saturating_mul(2));
    let rounded = doubled
        .and_then(|twice| twice.checked_add(whole))
        .and_then(|sum| sum.checked_div(whole.saturating_mul(2)));
    rounded.and_then(|part| i64::try_from(part).ok()).ok_or(PaymentError::InvalidRequest("amount"))
}

fn in_order(of: &Subscribed) -> Result<(), PaymentError> {
    let active = of.status == SubscriptionStatus::Active;
    active.then_some(()).ok_or_else(|| conflict("the subscription is not active"))
}

fn alive(of: &Subscribed) -> Result<(), PaymentError> {
    of.lives().then_some(()).ok_or_else(|| conflict("the subscription has not begun or is over"))
}

fn same_money(of: &Subscribed, to: &PlanPrice) -> Result<(), PaymentError> {
    let same = of.price.currency == to.currency;
    same.then_some(()).ok_or(PaymentError::InvalidRequest("currency"))
}

pub(super) fn conflict(text: &str) -> PaymentError {
    PaymentError::Conflict(text.to_owned())
}

/// The year of an instant, UTC, as on a card.
pub(super) fn year_of(at: Timestamp) -> u32 {
    let day = at.day_in(&Zone::utc()).to_string();
    day.split('-').next().and_then(|year| year.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_rounded_to_the_nearest_cent_and_a_half_upwards() {
        let seconds = |from: i64, to: i64| Period {
            start: Timestamp::default().plus_seconds(from),
            end: Timestamp::default().plus_seconds(to),
        };
        let of = |cents, left, whole| part(cents, seconds(whole - left, whole), seconds(0, whole));
        // 2,900 × 1,296,001 / 2,592,000 = 1,450.001…
        assert_eq!(of(2_900, 1_296_001, 2_592_000), Ok(1_450));
        assert_eq!(of(1, 1, 2), Ok(1));
        assert_eq!(of(1, 1, 3), Ok(0));
        assert_eq!(of(3, 1, 2), Ok(2));
        assert_eq!(of(9_900, 0, 2_592_000), Ok(0));
        assert_eq!(of(9_900, 2_592_000, 2_592_000), Ok(9_900));
        assert_eq!(of(i64::MAX, 1, 1), Ok(i64::MAX));
    }
}
