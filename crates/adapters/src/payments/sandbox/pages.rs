//! Hosted pages: what the person sees on them, and what the person does.
//!
//! Owns the life of a page: it waits for a day, and ends done, cancelled or expired. A page is
//! opened once for each reference and paid once.

use ampere_credits::Timestamp;

use super::bills::Draft;
use super::books::{Books, Customer, PageEnd, PageRow, Purpose};
use super::cards::{Held, TestCard, by_number};
use super::changes::{conflict, year_of};
use crate::payments::port::{
    Card, CheckoutRequest, DeclineReason, Payer, PaymentError, PaymentStatus, Purchase,
};

/// Seconds for which a page waits for the person.
const WAITS: i64 = 86_400;
/// Years for which a test card is good.
const CARD_YEARS: u32 = 4;

/// A page as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Ours.
    pub reference: String,
    pub customer: String,
    /// Our id of the organization.
    pub organization: String,
    pub what: Purchase,
    pub state: PageState,
    /// The card that pays so far, if there is one.
    pub card: Option<Card>,
    /// The payment that is made on it, from the first try on.
    pub payment: Option<String>,
    pub return_url: String,
    pub cancel_url: String,
    /// When it closes, unless it was paid.
    pub expires: Timestamp,
}

/// How a page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageState {
    /// It waits for the person.
    Open,
    /// The last card was declined; it waits for another.
    Declined {
        reason: DeclineReason,
    },
    /// The bank wants the person, at this address.
    NeedsConfirmation {
        url: String,
    },
    /// Paid, or the card is saved.
    Done,
    Cancelled,
    Expired,
}

/// What came of a card that was to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardSaved {
    Saved(Card),
    Declined(DeclineReason),
}

impl Books {
    /// The payer's customer, made where there is none.
    fn payer(&mut self, payer: &Payer, now: Timestamp) -> Result<String, PaymentError> {
        let (name, email) = (payer.name.clone(), payer.email.clone());
        let found = self.of_organization(&payer.organization);
        let named = payer.customer.as_ref().and_then(|id| self.customers.get(id));
        if named.is_some_and(|customer| customer.organization != payer.organization) {
            return Err(PaymentError::InvalidRequest("customer"));
        }
        let id = found.unwrap_or_else(|| self.mint("sbxcus", now));
        let organization = payer.organization.clone();
        let made = Customer { organization, card: None, name: String::new(), email: String::new() };
        let customer = self.customers.entry(id.clone()).or_insert(made);
        (customer.name, customer.email) = (name, email);
        Ok(id)
    }

    /// Opens a page, once for each reference.
    pub(super) fn open_page(
        &mut self,
        request: CheckoutRequest,
        now: Timestamp,
    ) -> Result<String, PaymentError> {
        let customer = self.payer(&request.payer, now)?;
        let id = self.mint("sbxpage", now);
        let row = PageRow {
            id,
            customer: customer.clone(),
            what: request.what,
            return_url: request.return_url,
            cancel_url: request.cancel_url,
            expires: now.plus_seconds(WAITS),
            ended: None,
            bill: None,
            declined: None,
        };
        self.pages.insert(request.reference, row);
        Ok(customer)
    }

    /// The page of a reference.
    pub(super) fn view(&self, reference: &str) -> Result<Page, PaymentError> {
        let row = self.pages.get(reference).ok_or(PaymentError::NotFound)?;
        let customer = self.customer(&row.customer)?;
        let bill = row.bill.as_ref().and_then(|bill| self.bills.get(bill));
        let state = match (row.ended, bill.map(|bill| &bill.payment.status), row.declined) {
            (Some(PageEnd::Done), ..) => PageState::Done,
            (Some(PageEnd::Cancelled), ..) => PageState::Cancelled,
            (Some(PageEnd::Expired), ..) => PageState::Expired,
            (None, Some(PaymentStatus::NeedsConfirmation { url }), _) => {
                PageState::NeedsConfirmation { url: url.clone() }
            }
            (None, Some(PaymentStatus::Failed { reason }), _) => {
                PageState::Declined { reason: *reason }
            }
            (None, _, Some(reason)) => PageState::Declined { reason },
            (None, ..) => PageState::Open,
        };
        Ok(Page {
            reference: reference.to_owned(),
            customer: row.customer.clone(),
            organization: customer.organization.clone(),
            what: row.what.clone(),
            state,
            card: customer.card.as_ref().map(|held| held.card.clone()),
            payment: row.bill.clone(),
            return_url: row.return_url.clone(),
            cancel_url: row.cancel_url.clone(),
            expires: row.expires,
        })
    }

    /// The person tries a card on a page.
    pub(super) fn pay_page(
        &mut self,
        reference: &str,
        number: &str,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let row = self.pages.get(reference).ok_or(PaymentError::NotFound)?.clone();
        let held = self.held(number, now)?;
        match row.ended {
            None => {}
            Some(PageEnd::Done) => return Ok(()),
            Some(PageEnd::Cancelled | PageEnd::Expired) => {
                return Err(conflict("the page is closed"));
            }
        }
        if row.what == Purchase::Card {
            let saved = self.save_card(&row.customer, number, now)?;
            let page = self.pages.get_mut(reference).ok_or(PaymentError::NotFound)?;
            match saved {
                CardSaved::Saved(_) => page.ended = Some(PageEnd::Done),
                CardSaved::Declined(reason) => page.declined = Some(reason),
            }
            self.tell("page.changed", &row.customer, now);
            return Ok(());
        }
        let bill = self.bill_of_page(reference, &row, now)?;
        self.try_persons_card(&bill, held, now)?;
        self.forget_unbegun(&bill, now)
    }

    /// The bill that is paid on a page: one, however often it is tried.
    fn bill_of_page(
        &mut self,
        reference: &str,
        row: &PageRow,
        now: Timestamp,
    ) -> Result<String, PaymentError> {
        if let Some(bill) = &row.bill {
            return Ok(bill.clone());
        }
        let bill = match &row.what {
            Purchase::Plan(price) => self.begin(&row.customer, (reference, price.clone()), now)?,
            Purchase::Credits { amount_cents, currency, .. } => self.draw_up(
                Draft {
                    customer: row.customer.clone(),
                    purpose: Purpose::Single,
                    subscription: None,
                    reference: Some(reference.to_owned()),
                    amount_cents: *amount_cents,
                    currency: currency.clone(),
                    lines: Vec::new(),
                },
                now,
            ),
            Purchase::Card => return Err(conflict("nothing is paid on this page")),
        };
        self.bill(&bill)?.page = Some(reference.to_owned());
        let row = self.pages.get_mut(reference).ok_or(PaymentError::NotFound)?;
        row.bill = Some(bill.clone());
        Ok(bill)
    }

    /// Closes a page, and gives up what was to be paid on it.
    pub(super) fn close_page(
        &mut self,
        reference: &str,
        end: PageEnd,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let row = self.pages.get_mut(reference).ok_or(PaymentError::NotFound)?;
        if row.ended.is_some() {
            return Ok(());
        }
        row.ended = Some(end);
        let (customer, bill) = (row.customer.clone(), row.bill.clone());
        if let Some(bill) = bill {
            self.give_up(&bill, now)?;
            self.forget_unbegun(&bill, now)?;
        }
        self.tell("page.changed", &customer, now);
        Ok(())
    }

    /// Saves a card, unless it is declined at once.
    pub(super) fn save_card(
        &mut self,
        customer: &str,
        number: &str,
        now: Timestamp,
    ) -> Result<CardSaved, PaymentError> {
        self.customer(customer)?;
        let held = self.held(number, now)?;
        if let Some(reason) = by_number(number).and_then(TestCard::declined) {
            return Ok(CardSaved::Declined(reason));
        }
        let card = held.card.clone();
        self.hold_card(customer, held, now)?;
        Ok(CardSaved::Saved(card))
    }

    /// A card of this number; another each time, as at a provider.
    fn held(&mut self, number: &str, now: Timestamp) -> Result<Held, PaymentError> {
        by_number(number).ok_or(PaymentError::InvalidRequest("card"))?;
        let last4 = number.get(number.len().saturating_sub(4)..).unwrap_or_default();
        let card = Card {
            id: self.mint("sbxcard", now),
            brand: "visa".to_owned(),
            last4: last4.to_owned(),
            exp_month: 12,
            exp_year: year_of(now).saturating_add(CARD_YEARS),
        };
        Ok(Held { number: number.to_owned(), card })
    }
}
