//! The rate cards: which version is current, and every published one.
//!
//! A run keeps the card it was quoted under. Publishing makes a new version; nothing published
//! ever changes.

use std::sync::{Arc, PoisonError, RwLock};

use ampere_credits::rating::{Measure, Rate, RateCard};
use ampere_credits::{Credits, Timestamp};
use ampere_store::ports::Store;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Rates};
use crate::error::AppError;

/// The id under which the local model is rated and asked for.
pub const LOCAL_MODEL: &str = "local";
/// The id under which the seconds of a browser are rated.
pub const BROWSER: &str = "browser";

/// A price to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The model's id.
    pub model: String,
    /// Credits per 1,000 input tokens, ≥ 0.
    pub input: Credits,
    /// Credits per 1,000 output tokens, ≥ 0.
    pub output: Credits,
}

impl Price {
    fn rates(&self) -> crate::Done<[Rate; 2]> {
        let of = |measure, credits| {
            Rate::per_thousand(&self.model, measure, credits).ok_or_else(|| {
                AppError::field("/input_credits_per_thousand", "out_of_range", "too large")
            })
        };
        Ok([of(Measure::InputTokens, self.input)?, of(Measure::OutputTokens, self.output)?])
    }
}

/// A published card and since when it holds.
#[derive(Debug, Clone)]
pub struct Published {
    /// The card.
    pub card: Arc<RateCard>,
    /// Since when.
    pub effective_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct StoredRate {
    model: String,
    measure: String,
    micros_per_million: i64,
}

/// All published rate cards, the newest last.
#[derive(Debug)]
pub struct RateBook {
    cards: RwLock<Vec<Published>>,
}

impl RateBook {
    /// Reads what was published; publishes the first card on a new installation.
    pub(crate) async fn load(
        store: &dyn Store,
        catalog: &Catalog,
        now: Timestamp,
    ) -> crate::Done<RateBook> {
        let stored = store.rate_cards().await?;
        let cards = stored.iter().map(|(version, at, json)| read(*version, *at, json));
        let book = RateBook { cards: RwLock::new(cards.collect::<crate::Done<_>>()?) };
        let mut rates = Vec::new();
        if stored.is_empty() {
            let Rates { input, output } = catalog.local_rates;
            let local = Price { model: LOCAL_MODEL.to_owned(), input, output };
            rates.extend(local.rates()?);
        }
        // An installation from before browsers were: their price joins what is published.
        let known = |card: &Published| card.card.rate(BROWSER, Measure::Seconds).is_ok();
        if !book.current().is_ok_and(|card| known(&card)) {
            let minute = Rate::per_minute(BROWSER, catalog.browser.per_minute);
            rates.push(minute.ok_or(AppError::Internal)?);
        }
        book.publish_rates(store, rates, now).await?;
        Ok(book)
    }

    /// The card for new runs.
    pub fn current(&self) -> crate::Done<Published> {
        let cards = self.cards.read().unwrap_or_else(PoisonError::into_inner);
        cards.last().cloned().ok_or(AppError::Internal)
    }

    /// A published card.
    pub fn version(&self, version: u32) -> Option<Published> {
        let cards = self.cards.read().unwrap_or_else(PoisonError::into_inner);
        cards.iter().find(|published| published.card.version == version).cloned()
    }

    /// Publishes the current card with these prices changed or added, unless nothing changes.
    pub async fn publish(
        &self,
        store: &dyn Store,
        prices: Vec<Price>,
        now: Timestamp,
    ) -> crate::Done<Published> {
        let rates: Vec<[Rate; 2]> = prices.iter().map(Price::rates).collect::<crate::Done<_>>()?;
        self.publish_rates(store, rates.concat(), now).await
    }

    async fn publish_rates(
        &self,
        store: &dyn Store,
        fresh: Vec<Rate>,
        now: Timestamp,
    ) -> crate::Done<Published> {
        let before = self.current().ok();
        let mut rates = before.as_ref().map(|p| p.card.rates.clone()).unwrap_or_default();
        rates.retain(|rate| fresh.iter().all(|new| new.model != rate.model));
        rates.extend(fresh);
        if let Some(before) = before.as_ref().filter(|before| before.card.rates == rates) {
            return Ok(before.clone());
        }
        let version = before.map_or(0, |before| before.card.version) + 1;
        if !store.publish_rate_card(version, now, &write(&rates)?).await? {
            return Err(AppError::Conflict("another rate card was published meanwhile"));
        }
        let card = Arc::new(RateCard { version, rates });
        let published = Published { card, effective_at: now };
        let mut cards = self.cards.write().unwrap_or_else(PoisonError::into_inner);
        cards.push(published.clone());
        Ok(published)
    }
}

fn write(rates: &[Rate]) -> crate::Done<String> {
    let stored: Vec<StoredRate> = rates
        .iter()
        .map(|rate| StoredRate {
            model: rate.model.clone(),
            measure: rate.measure.word().to_owned(),
            micros_per_million: rate.micros_per_million,
        })
        .collect();
    serde_json::to_string(&stored).map_err(|_| AppError::Internal)
}

fn read(version: u32, effective_at: Timestamp, json: &str) -> crate::Done<Published> {
    let stored: Vec<StoredRate> = serde_json::from_str(json).map_err(|_| AppError::Internal)?;
    let rates = stored
        .into_iter()
        .map(|rate| {
            let measure = Measure::from_word(&rate.measure).ok_or(AppError::Internal)?;
            let StoredRate { model, micros_per_million, .. } = rate;
            Ok(Rate { model, measure, micros_per_million })
        })
        .collect::<crate::Done<Vec<Rate>>>()?;
    Ok(Published { card: Arc::new(RateCard { version, rates }), effective_at })
}
