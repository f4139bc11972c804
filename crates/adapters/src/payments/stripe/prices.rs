//! Prices: one at Stripe for each published version of a plan with its cadence.
//!
//! Owns: finding ours and making it when it is first needed, and what a price of Stripe's stands
//! for. Never changes one: another amount is another version.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::client::{Talk, Trouble};
use super::form::Form;
use super::wire::{Few, Price};
use crate::payments::port::{Cadence, PaymentError, PlanKey, PlanPrice};

/// What each price stands for, as far as it was asked for; none: it is not ours.
#[derive(Debug, Default)]
pub(super) struct Prices(Mutex<BTreeMap<String, Option<PlanKey>>>);

impl Prices {
    /// What a price stands for.
    pub(super) async fn key(&self, talk: &Talk<'_>, id: &str) -> Result<Option<PlanKey>, Trouble> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let price: Price = talk.get(&["prices", id], Form::new()).await?;
        let key = key_of(&price);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(price.id, key.clone());
        Ok(key)
    }
}

/// What it stands for, by our own words on it.
pub(super) fn key_of(price: &Price) -> Option<PlanKey> {
    let said = |name| price.metadata.get(name);
    Some(PlanKey {
        plan: said("plan")?.to_owned(),
        version: said("version")?.parse().ok()?,
        cadence: Cadence::of(said("cadence")?)?,
    })
}

/// How often a price of the cadence is paid.
pub(super) fn interval(cadence: Cadence) -> &'static str {
    match cadence {
        Cadence::Monthly => "month",
        Cadence::Annual => "year",
    }
}

/// Stripe's id of a price; the price is made where there is none yet.
pub(super) async fn price(talk: &Talk<'_>, wanted: &PlanPrice) -> Result<String, PaymentError> {
    let PlanPrice { key, name, amount_cents, currency } = wanted;
    let lookup = format!("ampere:{}:{}:{}", key.plan, key.version, key.cadence.word());
    let ask = Form::new().with("lookup_keys[0]", &lookup).with("limit", 1);
    let found: Few<Price> = talk.get(&["prices"], ask).await?;
    let price = match found.data.into_iter().next() {
        Some(price) => price,
        None => {
            let form = Form::new()
                .with("currency", currency)
                .with("unit_amount", amount_cents)
                .with("recurring[interval]", interval(key.cadence))
                .with("lookup_key", &lookup)
                .with("product_data[name]", name)
                .with("metadata[plan]", &key.plan)
                .with("metadata[version]", key.version)
                .with("metadata[cadence]", key.cadence.word());
            talk.post(&["prices"], form, Some(format!("price:{lookup}"))).await?
        }
    };
    if price.unit_amount != Some(*amount_cents) || price.currency != *currency {
        return Err(PaymentError::Conflict(format!("the price {lookup} is another one there")));
    }
    Ok(price.id)
}
