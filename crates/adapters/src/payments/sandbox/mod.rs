//! The built-in provider for trying out: a whole payment provider without money.
//!
//! Owns its books, as a real one owns its own: customers, pages, payments, invoices,
//! subscriptions, refunds, disputes and the webhooks about them, in one file that is on disk
//! before an answer is given. Never grants credits, and never sees ours: the road from a payment
//! to its grant is the same as with real money.
//!
//! The functions of [`Sandbox`] beside the port are the people around a provider: who pays at the
//! page, who confirms at the bank, who disputes, and the operator who moves the clock. They do not
//! ask who asks. Read next: `books`, then `bills`, `changes`, `renewals`, `pages`.

mod back;
mod bills;
mod books;
mod cards;
mod changes;
mod clock;
mod file;
mod hooks;
mod pages;
mod renewals;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::{Clock, Timestamp};
use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::Notify;

use self::books::{Books, PageEnd, with_receipt};
use super::port::{
    About, Capabilities, ChangeRequest, ChargeRequest, CheckoutOpened, CheckoutRequest, Dispute,
    DisputeStatus, Headers, Hint, Payment, PaymentError, Payments, PortalFlow, Refund,
    RefundRequest, Truth,
};
use super::rules;
use crate::secrets::SecretText;

pub use cards::{CARDS, CardDoes, TestCard};
pub use clock::ShiftedClock;
pub use file::BooksError;
pub use hooks::Webhook;
pub use pages::{CardSaved, Page, PageState};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// The farthest that the clock is moved in one step, in seconds.
const FARTHEST: i64 = 400 * 86_400;

/// The sandbox.
pub struct Sandbox {
    secret: SecretText,
    clock: Arc<ShiftedClock>,
    /// None: the books are in memory.
    file: Option<PathBuf>,
    books: Mutex<Books>,
    queued: Notify,
}

impl Sandbox {
    /// A sandbox whose webhooks are signed with `secret`: at least 32 random bytes as text, kept
    /// with the installation. Its clock is the machine's, as far on as the books say.
    ///
    /// # Errors
    /// [`BooksError`]: damaged books are not used.
    pub fn open(
        secret: SecretText,
        machine: Arc<dyn Clock>,
        file: Option<PathBuf>,
    ) -> Result<Self, BooksError> {
        let books = file.as_deref().map_or_else(|| Ok(Books::empty()), file::read)?;
        let clock = Arc::new(ShiftedClock::new(machine, books.offset_micros));
        let (books, queued) = (Mutex::new(books), Notify::new());
        Ok(Sandbox { secret, clock, file, books, queued })
    }

    /// How far the clock of these books is ahead of the machine's, in microseconds. For whoever
    /// works beside the server that has the books open.
    ///
    /// # Errors
    /// [`BooksError`].
    pub fn ahead(file: &Path) -> Result<i64, BooksError> {
        file::read(file).map(|books| books.offset_micros)
    }

    /// The clock of the whole installation while it uses the sandbox.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// Moves the clock on to an instant; what is due until then happens, in its order. Answers the
    /// instant that it shows now.
    ///
    /// # Errors
    /// [`PaymentError::InvalidRequest`] for an instant of the past, or more than 400 days away;
    /// [`PaymentError::Unavailable`].
    pub fn move_clock(&self, to: Timestamp) -> Result<Timestamp, PaymentError> {
        let offset = self.act(|books, now| {
            if !(1..=FARTHEST).contains(&to.seconds_since(now)) {
                return Err(PaymentError::InvalidRequest("to"));
            }
            // From the whole second that the books count with: at most one second further.
            let further = to.micros().saturating_sub(now.micros());
            books.offset_micros = self.clock.ahead().saturating_add(further);
            books.tick(whole(to))?;
            Ok(books.offset_micros)
        })?;
        self.clock.be_ahead(offset);
        Ok(self.clock.now())
    }

    /// The page of our reference.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`].
    pub fn page(&self, reference: &str) -> Result<Page, PaymentError> {
        self.act(|books, _| books.view(reference))
    }

    /// The person pays on a page with the test card of `number`, or saves it there. A page that
    /// was paid stays as it is.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`]; [`PaymentError::InvalidRequest`] for an unknown card;
    /// [`PaymentError::Conflict`] when the page is closed, or a plan is there already.
    pub fn pay(&self, reference: &str, number: &str) -> Result<Page, PaymentError> {
        self.act(|books, now| {
            books.pay_page(reference, number, now)?;
            books.view(reference)
        })
    }

    /// The person leaves a page for good.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`].
    pub fn cancel(&self, reference: &str) -> Result<Page, PaymentError> {
        self.act(|books, now| {
            books.close_page(reference, PageEnd::Cancelled, now)?;
            books.view(reference)
        })
    }

    /// The person saves the test card of `number`: from now on it pays, first of all a renewal
    /// that was not paid.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`]; [`PaymentError::InvalidRequest`] for an unknown card.
    pub fn save_card(&self, customer: &str, number: &str) -> Result<CardSaved, PaymentError> {
        self.act(|books, now| books.save_card(customer, number, now))
    }

    /// The person confirms a payment at the bank, or refuses it.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`]; [`PaymentError::Conflict`] when nothing is to be confirmed.
    pub fn confirm(&self, payment: &str, confirmed: bool) -> Result<Payment, PaymentError> {
        self.act(|books, now| books.answer_bank(payment, confirmed, now))
    }

    /// The next word of a dispute: inquiry or open, then won or lost.
    ///
    /// # Errors
    /// [`PaymentError::NotFound`]; [`PaymentError::Conflict`] when it does not stand so.
    pub fn dispute(&self, payment: &str, status: DisputeStatus) -> Result<Dispute, PaymentError> {
        self.act(|books, now| books.dispute(payment, status, now))
    }

    /// Lets everything happen that is due. Every other act does so first.
    ///
    /// # Errors
    /// [`PaymentError::Unavailable`] when the books cannot be written.
    pub fn tick(&self) -> Result<(), PaymentError> {
        self.act(|_, _| Ok(()))
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).next_due()
    }

    /// The webhooks that wait to be sent, signed now, and no more waiting then.
    ///
    /// # Errors
    /// [`PaymentError::Unavailable`] when the books cannot be written.
    pub fn take_webhooks(&self) -> Result<Vec<Webhook>, PaymentError> {
        let (events, now) = self.act(|books, now| Ok((std::mem::take(&mut books.events), now)))?;
        events.into_iter().map(|event| hooks::webhook(&self.secret, event, now)).collect()
    }

    /// Waits until webhooks wait to be sent.
    pub async fn webhooks_queued(&self) {
        loop {
            let told = self.queued.notified();
            let waiting = {
                let books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
                !books.events.is_empty()
            };
            if waiting {
                return;
            }
            told.await;
        }
    }

    /// Does one act, wholly or not at all: what is due first, then the act, then the books are
    /// written, then the answer is given. Short, and for trying out: it blocks.
    fn act<T>(
        &self,
        act: impl FnOnce(&mut Books, Timestamp) -> Result<T, PaymentError>,
    ) -> Result<T, PaymentError> {
        let mut kept = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let now = whole(self.clock.now());
        let mut books = kept.clone();
        books.tick(now)?;
        let answer = act(&mut books, now)?;
        if books == *kept {
            return Ok(answer);
        }
        if let Some(file) = &self.file {
            file::write(file, &books).map_err(|error| {
                tracing::error!(%error, "the sandbox's books cannot be written");
                PaymentError::Unavailable
            })?;
        }
        let queued = !books.events.is_empty();
        *kept = books;
        drop(kept);
        if queued {
            self.queued.notify_waiters();
        }
        Ok(answer)
    }
}

/// The whole second of an instant: what a provider counts with.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_sub(at.micros().rem_euclid(SECOND)))
}

/// A request as it is compared with a later one under the same key.
fn request_text(request: &impl Serialize) -> Result<String, PaymentError> {
    serde_json::to_string(request).map_err(|_| PaymentError::InvalidRequest("request"))
}

#[async_trait]
impl Payments for Sandbox {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: "sandbox", test_only: true }
    }

    /// The address is a path of our own web pages.
    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        rules::page(&request)?;
        let reference = request.reference.clone();
        let text = request_text(&(&request.payer.organization, &request.what))?;
        let key = format!("page:{reference}");
        self.act(|books, now| {
            if books.asked(&key, &text)?.is_none() {
                let customer = books.open_page(request, now)?;
                books.remember(key, text, customer);
            }
            let page = books.pages.get(&reference).ok_or(PaymentError::NotFound)?;
            Ok(CheckoutOpened {
                provider_ref: page.id.clone(),
                url: format!("/sandbox/checkout/{reference}"),
                customer: page.customer.clone(),
            })
        })
    }

    /// Our own page for the card; there is no other.
    async fn portal(&self, customer: &str, _: PortalFlow, _: &str) -> Result<String, PaymentError> {
        self.act(|books, _| books.customer(customer).map(|_| format!("/sandbox/card/{customer}")))
    }

    async fn charge(&self, request: ChargeRequest) -> Result<Payment, PaymentError> {
        rules::charge(&request)?;
        let text = request_text(&request)?;
        let key = format!("charge:{}", request.reference);
        self.act(|books, now| {
            let payment = match books.asked(&key, &text)? {
                Some(before) => before,
                None => {
                    let made = books.charge(request, now)?;
                    books.remember(key, text, made.clone());
                    made
                }
            };
            Ok(with_receipt(&books.bill(&payment)?.payment))
        })
    }

    async fn change(&self, request: ChangeRequest) -> Result<Truth, PaymentError> {
        rules::change(&request)?;
        let text = request_text(&request)?;
        let ChangeRequest { reference, customer, change } = request;
        let key = format!("change:{reference}");
        self.act(|books, now| {
            if books.asked(&key, &text)?.is_none() {
                books.change(&customer, (&reference, change), now)?;
                books.remember(key, text, customer.clone());
            }
            books.truth(&customer)
        })
    }

    async fn refund(&self, request: RefundRequest) -> Result<Refund, PaymentError> {
        rules::refund(&request)?;
        let text = request_text(&request)?;
        let key = format!("refund:{}", request.reference);
        self.act(|books, now| {
            if let Some(before) = books.asked(&key, &text)? {
                return books.refund_of(&before).ok_or(PaymentError::NotFound);
            }
            let refund = books.give_money_back(&request, now)?;
            books.remember(key, text, refund.id.clone());
            Ok(refund)
        })
    }

    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, PaymentError> {
        hooks::parse(&self.secret, headers, body, now)
    }

    async fn fetch(&self, about: About) -> Result<Truth, PaymentError> {
        self.act(|books, _| books.truth(&books.about(&about).ok_or(PaymentError::NotFound)?))
    }
}
