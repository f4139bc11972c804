//! Money that goes back: refunds, and disputes with their outcome.
//!
//! Owns which of them the sandbox allows. What they mean for credits is decided elsewhere.

use ampere_credits::Timestamp;

use super::books::Books;
use super::changes::conflict;
use crate::payments::port::{
    Dispute, DisputeStatus, PaymentError, PaymentStatus, Refund, RefundRequest,
};

impl Books {
    /// Gives money back.
    pub(super) fn give_money_back(
        &mut self,
        request: &RefundRequest,
        now: Timestamp,
    ) -> Result<Refund, PaymentError> {
        let id = self.mint("sbxref", now);
        let bill = self.bill(&request.payment)?;
        let payment = &mut bill.payment;
        if !matches!(payment.status, PaymentStatus::Paid { .. }) {
            return Err(conflict("the payment was not paid"));
        }
        let holds =
            |dispute: &Dispute| matches!(dispute.status, DisputeStatus::Open | DisputeStatus::Lost);
        if payment.disputes.iter().any(holds) {
            return Err(conflict("the payment is disputed; its money is with the bank"));
        }
        let before: i64 = payment.refunds.iter().map(|refund| refund.amount_cents).sum();
        if request.amount_cents > payment.amount_cents.saturating_sub(before) {
            return Err(conflict("that is more than is left of the payment"));
        }
        let refund = Refund { id, amount_cents: request.amount_cents, at: now };
        payment.refunds.push(refund.clone());
        let customer = bill.customer.clone();
        self.tell("payment.refunded", &customer, now);
        Ok(refund)
    }

    /// The bank's or the card owner's next word on a payment.
    pub(super) fn dispute(
        &mut self,
        id: &str,
        status: DisputeStatus,
        now: Timestamp,
    ) -> Result<Dispute, PaymentError> {
        use DisputeStatus::{Inquiry, Lost, Open, Won};
        let payment = &mut self.bill(id)?.payment;
        if !matches!(payment.status, PaymentStatus::Paid { .. }) {
            return Err(conflict("the payment was not paid"));
        }
        let last = payment.disputes.last_mut();
        match (last.as_ref().map(|dispute| dispute.status), status) {
            (None | Some(Won), Inquiry | Open) => return self.open_dispute(id, status, now),
            (Some(Inquiry), Open | Won) | (Some(Open), Won | Lost) => {}
            _ => return Err(conflict("the dispute does not stand so")),
        }
        let dispute = last.ok_or(PaymentError::NotFound)?;
        dispute.status = status;
        let dispute = dispute.clone();
        self.tell_payment("dispute.changed", id, now);
        Ok(dispute)
    }
}
