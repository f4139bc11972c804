//! Bills: how a payment is tried, what follows when it is paid, and when it is not.
//!
//! Owns every change of a payment's status. Never decides when something is due (`renewals`).

use ampere_credits::Timestamp;

use super::books::{Bill, Books, PageEnd, Purpose};
use super::cards::{Held, Person, Tried, try_card};
use crate::payments::port::{
    ChargeRequest, DeclineReason, Dispute, DisputeStatus, Line, Payment, PaymentError,
    PaymentStatus, SubscriptionStatus,
};

/// A renewal that was not paid is tried again so often, a day apart.
const RETRIES: u32 = 4;
/// A first bill, or one of a switch, that is not paid is given up after so many seconds.
pub(super) const PATIENCE: i64 = 23 * 3_600;

/// A bill to be made.
pub(super) struct Draft {
    pub(super) customer: String,
    pub(super) purpose: Purpose,
    pub(super) subscription: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) amount_cents: i64,
    pub(super) currency: String,
    pub(super) lines: Vec<Line>,
}

impl Books {
    /// Makes a bill that waits to be paid.
    pub(super) fn draw_up(&mut self, draft: Draft, now: Timestamp) -> String {
        let id = self.mint("sbxpay", now);
        let payment = Payment {
            id: id.clone(),
            reference: draft.reference,
            subscription: draft.subscription,
            amount_cents: draft.amount_cents,
            currency: draft.currency,
            status: PaymentStatus::Open,
            lines: draft.lines,
            refunds: Vec::new(),
            disputes: Vec::new(),
            created: now,
            receipt_url: None,
        };
        let void_at = match draft.purpose {
            Purpose::First | Purpose::Switch { .. } => Some(now.plus_seconds(PATIENCE)),
            Purpose::Single | Purpose::Renewal => None,
        };
        let bill = Bill {
            customer: draft.customer,
            purpose: draft.purpose,
            payment,
            page: None,
            card: None,
            tries: 0,
            next_try: None,
            void_at,
        };
        self.bills.insert(id.clone(), bill);
        id
    }

    /// A payment with the saved card; one that is declined is never tried again.
    pub(super) fn charge(
        &mut self,
        request: ChargeRequest,
        now: Timestamp,
    ) -> Result<String, PaymentError> {
        self.wants_card(&request.customer)?;
        let id = self.draw_up(
            Draft {
                customer: request.customer,
                purpose: Purpose::Single,
                subscription: None,
                reference: Some(request.reference),
                amount_cents: request.amount_cents,
                currency: request.currency,
                lines: Vec::new(),
            },
            now,
        );
        self.try_saved_card(&id, now)?;
        Ok(id)
    }

    /// Tries to pay a bill with the saved card, the person being away.
    pub(super) fn try_saved_card(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let customer = self.bill(id)?.customer.clone();
        let number = self.customer(&customer)?.card.as_ref().map(|held| held.number.clone());
        self.try_to_pay(id, (number.as_deref(), Person::Away), now)
    }

    /// Tries to pay a bill with the card of the person at the page.
    pub(super) fn try_persons_card(
        &mut self,
        id: &str,
        held: Held,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let number = held.number.clone();
        self.bill(id)?.card = Some(held);
        self.try_to_pay(id, (Some(&number), Person::Here), now)
    }

    fn try_to_pay(
        &mut self,
        id: &str,
        (number, person): (Option<&str>, Person),
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let nothing_due = self.bill(id)?.payment.amount_cents == 0;
        let tried = try_card(number, person);
        match if nothing_due { Tried::Paid { disputed: false } } else { tried } {
            Tried::Paid { disputed } => {
                self.paid(id, now)?;
                if disputed {
                    self.open_dispute(id, DisputeStatus::Open, now)?;
                }
                Ok(())
            }
            Tried::Declined(reason) => self.failed(id, reason, now),
            Tried::AskedPerson => self.wants_person(id, now),
        }
    }

    /// The bank page's answer.
    pub(super) fn answer_bank(
        &mut self,
        id: &str,
        confirmed: bool,
        now: Timestamp,
    ) -> Result<Payment, PaymentError> {
        if !matches!(self.bill(id)?.payment.status, PaymentStatus::NeedsConfirmation { .. }) {
            return Err(PaymentError::Conflict("there is nothing to confirm".to_owned()));
        }
        if confirmed {
            self.paid(id, now)?;
        } else {
            self.failed(id, DeclineReason::Declined, now)?;
        }
        let payment = self.bill(id)?.payment.clone();
        self.forget_unbegun(id, now)?;
        Ok(payment)
    }

    /// On a page a plan comes to be when it is paid: a first bill that was declined there leaves
    /// nothing behind but the word on the page.
    pub(super) fn forget_unbegun(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?.clone();
        let (Some(page), Purpose::First) = (bill.page, bill.purpose) else { return Ok(()) };
        let reason = match bill.payment.status {
            PaymentStatus::Failed { reason } => Some(reason),
            PaymentStatus::Void => None,
            _ => return Ok(()),
        };
        if let Some(row) = self.pages.get_mut(&page) {
            (row.bill, row.declined) = (None, reason.or(row.declined));
        }
        self.bills.remove(id);
        if let Some(of) = bill.payment.subscription {
            self.subscriptions.remove(&of);
        }
        self.tell("page.changed", &bill.customer, now);
        Ok(())
    }

    fn paid(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?;
        bill.payment.status = PaymentStatus::Paid { at: now };
        (bill.next_try, bill.void_at) = (None, None);
        let bill = bill.clone();
        if let Some(of) = bill.payment.subscription.as_ref() {
            self.take_effect(of, &bill);
            self.tell("subscription.changed", &bill.customer, now);
        }
        self.tell("payment.paid", &bill.customer, now);
        if let Some(held) = bill.card {
            // A purchase saves its card; it takes the place of another only if a plan is paid.
            let first = self.customer(&bill.customer)?.card.is_none();
            if first || bill.purpose != Purpose::Single {
                self.hold_card(&bill.customer, held, now)?;
            }
        }
        if let Some(page) = bill.page.and_then(|page| self.pages.get_mut(&page)) {
            page.ended = Some(PageEnd::Done);
        }
        Ok(())
    }

    /// What a paid bill does to its subscription.
    fn take_effect(&mut self, subscription: &str, bill: &Bill) {
        let Some(of) = self.subscriptions.get_mut(subscription) else { return };
        of.open = None;
        match &bill.purpose {
            Purpose::Single => {}
            Purpose::First | Purpose::Renewal => of.status = SubscriptionStatus::Active,
            Purpose::Switch { to, fresh } => {
                of.price = to.clone();
                if let (true, Some(line)) = (fresh, bill.payment.lines.first()) {
                    (of.anchor, of.months) = (line.start, 0);
                }
            }
        }
    }

    fn failed(
        &mut self,
        id: &str,
        reason: DeclineReason,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let bill = self.bill(id)?;
        bill.payment.status = PaymentStatus::Failed { reason };
        let switch = matches!(bill.purpose, Purpose::Switch { .. });
        if switch {
            // The subscription stays as it was; another try is another switch.
            bill.void_at = None;
        }
        let customer = bill.customer.clone();
        self.stand_open(id, !switch);
        self.tell("payment.failed", &customer, now);
        Ok(())
    }

    fn wants_person(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?;
        bill.payment.status =
            PaymentStatus::NeedsConfirmation { url: format!("/sandbox/confirm/{id}") };
        let customer = bill.customer.clone();
        self.stand_open(id, true);
        self.tell("payment.wants_person", &customer, now);
        Ok(())
    }

    /// Whether a bill is the one that its subscription waits for.
    fn stand_open(&mut self, id: &str, open: bool) {
        let subscription = self.bills.get(id).and_then(|bill| bill.payment.subscription.clone());
        let Some(of) = subscription.and_then(|of| self.subscriptions.get_mut(&of)) else { return };
        if open {
            of.open = Some(id.to_owned());
        } else if of.open.as_deref() == Some(id) {
            of.open = None;
        }
    }

    /// After a renewal was tried by itself: whether and when it is tried again.
    pub(super) fn count_try(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?;
        bill.tries = bill.tries.saturating_add(1);
        bill.next_try = None;
        if matches!(bill.payment.status, PaymentStatus::Paid { .. }) {
            return Ok(());
        }
        let more = bill.tries <= RETRIES;
        if more {
            bill.next_try = Some(bill.payment.created.plus_days(i64::from(bill.tries)));
        }
        let (customer, subscription) = (bill.customer.clone(), bill.payment.subscription.clone());
        if let Some(of) = subscription.and_then(|of| self.subscriptions.get_mut(&of)) {
            of.status = if more { SubscriptionStatus::PastDue } else { SubscriptionStatus::Unpaid };
        }
        self.tell("subscription.changed", &customer, now);
        Ok(())
    }

    /// Gives a bill up, unless it was paid or has failed for good.
    pub(super) fn give_up(&mut self, id: &str, now: Timestamp) -> Result<(), PaymentError> {
        let bill = self.bill(id)?;
        (bill.next_try, bill.void_at) = (None, None);
        let over = match bill.payment.status {
            PaymentStatus::Paid { .. } | PaymentStatus::Void => true,
            PaymentStatus::Failed { .. } => {
                matches!(bill.purpose, Purpose::Single | Purpose::Switch { .. })
            }
            PaymentStatus::Open | PaymentStatus::NeedsConfirmation { .. } => false,
        };
        if over {
            return Ok(());
        }
        bill.payment.status = PaymentStatus::Void;
        let customer = bill.customer.clone();
        self.stand_open(id, false);
        self.tell("payment.void", &customer, now);
        Ok(())
    }

    /// From now on this card pays, first of all what a renewal still waits for.
    pub(super) fn hold_card(
        &mut self,
        customer: &str,
        held: Held,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        self.customers.get_mut(customer).ok_or(PaymentError::NotFound)?.card = Some(held);
        self.tell("card.saved", customer, now);
        let theirs = self.subscriptions.values();
        let due: Vec<String> = theirs
            .filter(|of| of.customer == customer && of.lives())
            .filter_map(|of| of.open.clone())
            .filter(|bill| self.bills.get(bill).is_some_and(|b| b.purpose == Purpose::Renewal))
            .collect();
        due.iter().try_for_each(|bill| self.try_saved_card(bill, now))
    }

    /// The owner of the card disputes a payment, or asks about it.
    pub(super) fn open_dispute(
        &mut self,
        id: &str,
        status: DisputeStatus,
        now: Timestamp,
    ) -> Result<Dispute, PaymentError> {
        let dispute = self.mint("sbxdsp", now);
        let payment = &mut self.bill(id)?.payment;
        let refunded: i64 = payment.refunds.iter().map(|refund| refund.amount_cents).sum();
        let amount_cents = payment.amount_cents.saturating_sub(refunded);
        let dispute = Dispute { id: dispute, amount_cents, status, at: now };
        payment.disputes.push(dispute.clone());
        self.tell_payment("dispute.opened", id, now);
        Ok(dispute)
    }
}
