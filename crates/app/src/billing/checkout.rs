//! Purchases: credits or a plan, on the provider's page or with the saved card.
//!
//! The row keeps what was agreed (credits, price, lifetime) under our own id, which is also the
//! provider's idempotency key; the grant follows the row. A purchase is open until the provider
//! says what became of it; an unknown outcome is looked up, never bought again under a new key.
//! Never shows credits before the ledger has them, and never touches auto-recharge. Read next:
//! [`super::reconcile`], which grants.

use ampere_adapters::payments::port::{
    ChargeRequest, CheckoutRequest, Payer, PaymentError, PlanPrice, Purchase,
};
use ampere_credits::{CheckoutId, Credits, Timestamp};
use ampere_store::rows::{AuditWrite, CheckoutChange, Page};
pub use ampere_store::rows::{CheckoutKind, CheckoutRow, CheckoutState, PayWith};
use serde_json::Value;

use super::change::refused;
use super::reconcile::CARD_PATIENCE;
use super::standing::{Standing, State};
use super::words::amount;
use crate::app::App;
use crate::audit::{self, Deed};
use crate::prices::Price;
use crate::{Act, AppError, Caller, Done};

/// Purchases that are looked at for one whose outcome is not known.
const LOOKED_AT: u32 = 50;
/// Another purchase waits until it is known what became of the last.
const NOT_KNOWN: AppError =
    AppError::Conflict("a purchase with this card is being looked up; wait a minute");

/// What a person wants to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// How many credits.
    pub what: Amount,
    /// With what it is paid.
    pub pay_with: PayWith,
    /// The price that the person was shown. The saved card pays this or nothing; a page shows its
    /// price itself.
    pub expected: Option<Price>,
}

/// How many credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// As many as a pack has.
    Pack(String),
    /// So many, in the steps of the catalog.
    Credits(Credits),
}

impl Wish {
    /// A pack, paid on the provider's page.
    pub fn pack(id: &str) -> Self {
        let (what, pay_with) = (Amount::Pack(id.to_owned()), PayWith::Checkout);
        Wish { what, pay_with, expected: None }
    }
}

/// A purchase with what people read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchased {
    /// As it is kept.
    pub row: CheckoutRow,
    /// What is bought, in a few words.
    pub text: String,
    /// When its credits expire, once they are in the pool.
    pub expires: Option<Timestamp>,
}

/// What is bought, and for how much.
struct Offer {
    kind: CheckoutKind,
    pack: String,
    credits: Credits,
    lifetime_months: u32,
    price: Price,
}

impl App {
    /// Begins a purchase of credits: opens the provider's page, or asks the saved card. Of a saved
    /// card it answers what became of it, as far as it is known.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; `/pack_id`, `/credits` or `/expected_price` is wrong;
    /// [`AppError::NotNow`] where credits are not to be bought in the plan's state;
    /// [`AppError::PriceChanged`]; [`AppError::Conflict`] when nothing can be bought here, when
    /// there is no saved card, or when the outcome of another purchase with it is not known yet.
    pub async fn create_checkout(&self, caller: &Caller, wish: Wish) -> Done<CheckoutRow> {
        caller.may(Act::Billing)?;
        let offer = self.offered(&wish.what)?;
        may_buy(&self.standing(caller.org).await?)?;
        shown(&wish, &offer.price)?;
        match wish.pay_with {
            PayWith::Checkout => {
                let Price { amount_cents, currency } = offer.price.clone();
                let description = format!("{} credits", amount(offer.credits));
                let what = Purchase::Credits { amount_cents, currency, description };
                self.open_page(caller, offer, what).await
            }
            PayWith::SavedCard => self.buy_with_card(caller, offer).await,
        }
    }

    /// What the audit log says of an order of credits; a plan's says what is done to the plan.
    fn ordered(&self, caller: &Caller, row: &CheckoutRow) -> Option<AuditWrite> {
        if row.kind == CheckoutKind::Plan {
            return None;
        }
        let asked = (Value::Null, audit::price(row));
        self.entry(caller, Deed::PurchaseAsked, &row.id.to_string(), asked)
    }

    fn offered(&self, what: &Amount) -> Done<Offer> {
        let lifetime_months = self.catalog.purchased.lifetime_months;
        let (pack, credits, price) = match what {
            Amount::Pack(id) => {
                let unknown = || AppError::field("/pack_id", "unknown", "There is no such pack.");
                let pack = self.catalog.pack(id).ok_or_else(unknown)?;
                let (amount_cents, currency) = (pack.amount_cents, pack.currency.clone());
                (pack.id.clone(), pack.credits, Price { amount_cents, currency })
            }
            Amount::Credits(credits) => {
                let custom = &self.catalog.custom;
                let (min, max, step) = (custom.min, custom.max, custom.step);
                let [least, most, steps] = [min, max, step].map(amount);
                let text = format!("From {least} to {most} credits, in steps of {steps}.");
                let price = self.catalog.price_of(*credits);
                let wrong = || AppError::field("/credits", "out_of_range", text);
                ("custom".to_owned(), *credits, price.ok_or_else(wrong)?)
            }
        };
        Ok(Offer { kind: CheckoutKind::Credits, pack, credits, lifetime_months, price })
    }

    /// Opens the provider's page for the first period of a plan.
    ///
    /// # Errors
    /// As [`App::create_checkout`].
    pub(crate) async fn open_plan_checkout(
        &self,
        caller: &Caller,
        price: PlanPrice,
    ) -> Done<CheckoutRow> {
        let key = &price.key;
        let offer = Offer {
            kind: CheckoutKind::Plan,
            pack: format!("{}/{}/{}", key.plan, key.version, key.cadence.word()),
            credits: Credits::ZERO,
            lifetime_months: 0,
            price: Price { amount_cents: price.amount_cents, currency: price.currency.clone() },
        };
        self.open_page(caller, offer, Purchase::Plan(price)).await
    }

    async fn open_page(&self, caller: &Caller, offer: Offer, what: Purchase) -> Done<CheckoutRow> {
        let provider = self.payments()?;
        let now = self.now();
        let id = CheckoutId::mint(now, &*self.entropy);
        let back = format!("{}/billing?checkout={id}", self.public_url);
        let request = CheckoutRequest {
            reference: id.to_string(),
            payer: self.payer(caller).await?,
            what,
            cancel_url: format!("{back}&cancelled=1"),
            return_url: back,
        };
        // The page takes no money by itself: a row that is never written loses nothing.
        let opened = provider.checkout(request).await.map_err(|error| refused(&error))?;
        let mut row = self.row_of(caller, offer, (id, now));
        (row.provider_ref, row.url) = (opened.provider_ref, opened.url);
        let log = self.ordered(caller, &row);
        self.store.create_checkout(row.clone(), log).await?;
        Ok(row)
    }

    fn row_of(
        &self,
        caller: &Caller,
        offer: Offer,
        (id, at): (CheckoutId, Timestamp),
    ) -> CheckoutRow {
        CheckoutRow {
            id,
            org: caller.org,
            user: caller.user,
            kind: offer.kind,
            pay_with: PayWith::Checkout,
            pack: offer.pack,
            credits: offer.credits,
            lifetime_months: offer.lifetime_months,
            amount_cents: offer.price.amount_cents,
            currency: offer.price.currency,
            provider: self.provider_name().to_owned(),
            provider_ref: String::new(),
            url: String::new(),
            state: CheckoutState::Open,
            reason: None,
            payment: None,
            grant: None,
            position: None,
            created_at: at,
            updated_at: at,
        }
    }

    async fn buy_with_card(&self, caller: &Caller, offer: Offer) -> Done<CheckoutRow> {
        let org = caller.org;
        let provider = self.payments()?;
        let customer = self.store.customer(org, self.provider_name()).await?;
        let customer = customer.ok_or_else(|| refused(&PaymentError::NoCard))?;
        if self.outcome_unknown(org).await? {
            return Err(NOT_KNOWN);
        }
        let now = self.now();
        let id = CheckoutId::mint(now, &*self.entropy);
        let mut row = self.row_of(caller, offer, (id, now));
        row.pay_with = PayWith::SavedCard;
        let log = self.ordered(caller, &row);
        self.store.create_checkout(row.clone(), log).await?;
        let charge = ChargeRequest {
            reference: id.to_string(),
            customer: customer.customer,
            amount_cents: row.amount_cents,
            currency: row.currency.clone(),
            description: format!("{} credits", amount(row.credits)),
        };
        let mut asked = provider.charge(charge.clone()).await;
        if asked == Err(PaymentError::Unknown) {
            // The same key: whatever became of the first, it is paid once.
            asked = provider.charge(charge).await;
        }
        match asked {
            Ok(_) | Err(PaymentError::Unknown) => {
                self.look_up(org).await?;
                self.store.checkout(org, id).await?.ok_or(AppError::Internal)
            }
            Err(error) => {
                let (state, at) = (CheckoutState::Expired, self.now());
                let change = CheckoutChange { state, reason: None, url: None, payment: None, at };
                self.store.set_checkout(org, id, change).await?;
                Err(refused(&error))
            }
        }
    }

    /// Whether the saved card was asked lately and nobody knows what became of it.
    async fn outcome_unknown(&self, org: ampere_credits::OrgId) -> Done<bool> {
        let patience = i64::try_from(CARD_PATIENCE.as_secs()).unwrap_or(i64::MAX);
        let unknown = |row: &CheckoutRow, now: Timestamp| {
            row.pay_with == PayWith::SavedCard
                && row.state == CheckoutState::Open
                && row.created_at.plus_seconds(patience) > now
        };
        for looked_up in [false, true] {
            let page = Page { before: None, limit: LOOKED_AT };
            let rows = self.store.checkouts(org, page).await?;
            if !rows.iter().any(|row| unknown(row, self.now())) {
                return Ok(false);
            }
            if !looked_up {
                self.look_up(org).await?;
            }
        }
        Ok(true)
    }

    /// Follows the provider's truth; that it cannot be reached now changes nothing.
    async fn look_up(&self, org: ampere_credits::OrgId) -> Done<()> {
        match self.reconcile_now(org).await {
            Err(AppError::PaymentUnknown | AppError::PaymentUnavailable) => Ok(()),
            done => done,
        }
    }

    /// One purchase of the caller's organization; the provider is asked while it is not over.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`], [`AppError::NotFound`].
    pub async fn checkout(&self, caller: &Caller, id: CheckoutId) -> Done<CheckoutRow> {
        caller.may(Act::Billing)?;
        let row = self.store.checkout(caller.org, id).await?.ok_or(AppError::NotFound)?;
        let over = match row.state {
            CheckoutState::Granted | CheckoutState::Expired => true,
            CheckoutState::Declined => row.pay_with == PayWith::SavedCard,
            CheckoutState::Open | CheckoutState::ConfirmationNeeded => false,
        };
        if over || row.provider != self.provider_name() {
            return Ok(row);
        }
        self.look_up(caller.org).await?;
        self.store.checkout(caller.org, id).await?.ok_or(AppError::NotFound)
    }

    /// A purchase with what people read of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn purchased(&self, row: CheckoutRow) -> Done<Purchased> {
        let text = match row.kind {
            CheckoutKind::Credits => format!("{} credits", amount(row.credits)),
            CheckoutKind::Plan => self.plan_text(&row.pack),
        };
        let expires = match row.grant {
            None => None,
            Some(id) => {
                let grants = self.store.grants(row.org).await?;
                let grant = grants.into_iter().find(|each| each.grant.terms.id == id);
                grant.and_then(|each| each.grant.terms.expires)
            }
        };
        Ok(Purchased { row, text, expires })
    }

    /// A plan's price in words, e.g. "Team, monthly".
    fn plan_text(&self, key: &str) -> String {
        let mut parts = key.split('/');
        let (plan, number, cadence) = (parts.next(), parts.next(), parts.next());
        let number = number.and_then(|text| text.parse().ok()).unwrap_or_default();
        let version = self.plans.version(plan.unwrap_or_default(), number);
        let name = version.map_or(plan.unwrap_or_default(), |version| &version.plan.name);
        format!("{name}, {}", cadence.unwrap_or_default())
    }

    /// When credits expire that are bought now.
    pub fn bought_now_expire(&self) -> Option<Timestamp> {
        super::reconcile::orders::expiry(self.now(), self.catalog.purchased.lifetime_months)
    }

    /// Who pays for the caller's organization, as the provider is told.
    pub(crate) async fn payer(&self, caller: &Caller) -> Done<Payer> {
        let organization = self.store.organization(caller.org).await?;
        let name = organization.map(|row| row.name).ok_or(AppError::NotFound)?;
        let members = self.store.members(caller.org).await?;
        let email = members.into_iter().find(|member| member.user == caller.user);
        let customer = self.store.customer(caller.org, self.provider_name()).await?;
        Ok(Payer {
            organization: caller.org.to_string(),
            name,
            email: email.map(|member| member.email).unwrap_or_default(),
            customer: customer.map(|row| row.customer),
        })
    }
}

/// Whether credits may be bought as the plan stands: what the buttons of `actions` say.
fn may_buy(standing: &Standing) -> Done<()> {
    if standing.actions().contains(&"buy_credits") {
        return Ok(());
    }
    Err(match standing.state {
        State::Unpaid => AppError::first(
            "update_card",
            "the plan is stopped because its payment failed, and credits are locked; update the \
             card and let it pay first",
        ),
        _ => AppError::first(
            "restart_plan",
            "the plan has ended, and what you buy would be locked with the rest; restart a plan \
             first",
        ),
    })
}

/// The saved card pays what was shown, or nothing.
fn shown(wish: &Wish, price: &Price) -> Done<()> {
    match &wish.expected {
        Some(expected) if expected == price => Ok(()),
        Some(_) => Err(AppError::PriceChanged(price.clone())),
        None if wish.pay_with == PayWith::Checkout => Ok(()),
        None => {
            let text = "Say which price was shown: the saved card pays that or nothing.";
            Err(AppError::field("/expected_price", "required", text))
        }
    }
}

/// Why a payment was declined, for people.
pub(crate) fn declined_text(reason: Option<&str>) -> String {
    let why = match reason {
        Some("insufficient_funds") => ": insufficient funds",
        Some("expired_card") => ": the card has expired",
        _ => "",
    };
    format!("The card was declined{why}. Nothing was charged; try another card.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decline_says_why_and_that_nothing_was_charged() {
        assert!(declined_text(Some("insufficient_funds")).contains("insufficient funds"));
        assert!(declined_text(Some("something_new")).starts_with("The card was declined."));
    }
}
