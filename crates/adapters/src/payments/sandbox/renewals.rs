//! What time brings: renewals, tries to pay again, ends, and what is given up.
//!
//! Owns the order of it: each thing happens at its own instant, oldest first, however far the
//! clock has moved since. Never asks a clock.

use ampere_credits::Timestamp;

use super::books::{Books, PageEnd, Purpose};
use crate::payments::port::{PaymentError, SubscriptionStatus};

/// Something that is due, in the order in which it happens at one instant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    BillGivenUp(String),
    PageCloses(String),
    PeriodEnds(String),
    BillTried(String),
}

impl Books {
    /// When something is due next.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due().map(|(at, _)| at)
    }

    /// Lets everything happen that is due.
    pub(super) fn tick(&mut self, now: Timestamp) -> Result<(), PaymentError> {
        while let Some((at, due)) = self.due().filter(|(at, _)| *at <= now) {
            match due {
                Due::BillGivenUp(bill) => self.bill_given_up(&bill, at)?,
                Due::PageCloses(page) => self.close_page(&page, PageEnd::Expired, at)?,
                Due::PeriodEnds(id) => self.period_ends(&id, at)?,
                Due::BillTried(bill) => {
                    self.try_saved_card(&bill, at)?;
                    self.count_try(&bill, at)?;
                }
            }
        }
        Ok(())
    }

    fn due(&self) -> Option<(Timestamp, Due)> {
        let given_up = self
            .bills
            .iter()
            .filter_map(|(id, bill)| Some((bill.void_at?, Due::BillGivenUp(id.clone()))));
        let tried = self
            .bills
            .iter()
            .filter_map(|(id, bill)| Some((bill.next_try?, Due::BillTried(id.clone()))));
        let pages = self.pages.iter().filter(|(_, page)| page.ended.is_none());
        let pages = pages.map(|(id, page)| (page.expires, Due::PageCloses(id.clone())));
        let living = self.subscriptions.iter().filter(|(_, of)| of.lives());
        let ends = living.map(|(id, of)| (of.period().end, Due::PeriodEnds(id.clone())));
        given_up.chain(tried).chain(pages).chain(ends).min()
    }

    /// A first bill takes its subscription with it.
    fn bill_given_up(&mut self, id: &str, at: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?.clone();
        self.give_up(id, at)?;
        match bill.payment.subscription {
            Some(_) if bill.page.is_some() => self.forget_unbegun(id, at),
            Some(subscription) if bill.purpose == Purpose::First => self.end(&subscription, at),
            _ => Ok(()),
        }
    }

    fn period_ends(&mut self, id: &str, at: Timestamp) -> Result<(), PaymentError> {
        let of = self.subscriptions.get_mut(id).ok_or(PaymentError::NotFound)?;
        if of.ends_at_period_end || of.status != SubscriptionStatus::Active {
            return self.end(id, at);
        }
        of.months = of.months.saturating_add(of.price.key.cadence.months());
        if let Some(next) = of.next.take() {
            of.price = next;
        }
        let (waiting, of) = (of.open.take(), of.clone());
        if let Some(waiting) = waiting {
            // A switch that nobody confirmed.
            self.give_up(&waiting, at)?;
        }
        let draft = self.period_bill(id, &of, (Purpose::Renewal, None), at);
        let bill = self.draw_up(draft, at);
        self.tell("subscription.changed", &of.customer, at);
        self.try_saved_card(&bill, at)?;
        self.count_try(&bill, at)
    }
}
