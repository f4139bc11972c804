//! The catalog: trial, packs, limits and default prices, as data checked at start.
//!
//! Never decides anything; published numbers of a running installation do not change under it.

use ampere_credits::Credits;
use ampere_store::rows::BackgroundSettings;
use serde::Deserialize;

use crate::plans::{self, Plan};
use crate::prices::CustomAmounts;

/// The catalog that is built in.
const BUILT_IN: &str = include_str!("catalog.toml");

/// Everything that is sold or given by default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// What a new organization gets once.
    pub trial: Trial,
    /// How far started work may go beyond the pool.
    pub overdraft: OverdraftLimit,
    /// How long purchased credits live.
    pub purchased: Purchased,
    /// Prices of the local model.
    pub local_rates: Rates,
    /// Prices of a provider's model unless the operator sets others.
    pub provider_rates: Rates,
    /// Browser sessions.
    pub browser: BrowserTerms,
    /// Joule's hands.
    pub agent: AgentTerms,
    /// Background AI work.
    pub background: Background,
    /// Files that people put in.
    pub files: Files,
    /// What who has no plan may have at most.
    pub limits: Limits,
    /// Rules for subscriptions.
    pub subscription: SubscriptionRules,
    /// What can be bought.
    pub packs: Vec<Pack>,
    /// Other amounts that can be bought.
    pub custom: CustomAmounts,
    /// What can be subscribed to, from the cheapest to the dearest.
    pub plans: Vec<Plan>,
}

/// What an organization may have at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// People, with pending invitations.
    pub people: u32,
    /// Schedules that start by themselves.
    pub schedules: u32,
    /// Runs at the same time.
    pub parallel_runs: u32,
}

/// Rules for subscriptions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionRules {
    /// Days of 24 hours for which a plan goes on after a renewal that was not paid.
    pub grace_days: u32,
}

/// Price and bounds of browser sessions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrowserTerms {
    /// Credits for a minute of use, charged by the second.
    pub per_minute: Credits,
    /// The most minutes of one session.
    pub longest_minutes: u32,
    /// The minutes of a session that names none.
    pub usual_minutes: u32,
    /// It ends when nothing was done in it for so long.
    pub idle_seconds: u32,
    /// It ends when it was paused for so long.
    pub pause_seconds: u32,
    /// Sessions that are open at once on one server.
    pub parallel: u32,
    /// Its stills are kept for so many days.
    pub still_days: u32,
}

/// Bounds of Joule's hands.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentTerms {
    /// What may cost more than this asks first.
    pub ask_above: Credits,
    /// By effort; low effort has no hands.
    pub medium: AgentBounds,
    /// The same of high effort.
    pub high: AgentBounds,
}

/// Bounds of one message with hands.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentBounds {
    /// Answers of the model at most.
    pub turns: u32,
    /// Uses of hands at most.
    pub calls: u32,
    /// Seconds that it may work.
    pub seconds: u32,
    /// Credits at most.
    pub cap: Credits,
}

/// Bounds on files.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Bytes that all files of an organization may have together.
    pub quota_bytes: u64,
}

/// The allowance of background AI work, and what a new organization wants of it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// Of the included credits of a period, in whole percent, beside them.
    pub allowance_percent: u32,
    /// Titles of conversations.
    pub titles: bool,
    /// Summaries of long conversations.
    pub summaries: bool,
    /// Suggested follow-ups.
    pub follow_ups: bool,
    /// Used up: from the pool (true), or wait for the next allowance.
    pub draw: bool,
}

impl Background {
    /// What a new organization begins with.
    pub fn settings(self) -> BackgroundSettings {
        let Background { titles, summaries, follow_ups, draw, .. } = self;
        BackgroundSettings { titles, summaries, follow_ups, draw }
    }
}

/// Included credits of a new organization.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// How many.
    pub credits: Credits,
    /// For how many days of 24 hours.
    pub days: u32,
}

/// The overdraft limit of a pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverdraftLimit {
    /// Open overdraft and debt together stay within this; 0: strict.
    pub limit: Credits,
}

/// Rules for purchased credits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchased {
    /// Calendar months until they expire.
    pub lifetime_months: u32,
}

/// Credits per 1,000 tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Read by the model.
    pub input: Credits,
    /// Written by the model.
    pub output: Credits,
}

/// Credits that can be bought at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its stable id.
    pub id: String,
    /// How many.
    pub credits: Credits,
    /// Price in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lower case.
    pub currency: String,
}

/// The catalog cannot be used; the text says where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalog is not usable: {0}")]
pub struct BadCatalog(pub String);

impl Catalog {
    /// The built-in catalog.
    pub fn built_in() -> Result<Self, BadCatalog> {
        Catalog::read(BUILT_IN)
    }

    /// From its text, checked. A part that it does not have is as built in.
    pub fn read(text: &str) -> Result<Self, BadCatalog> {
        let bad = |error: toml::de::Error| BadCatalog(error.to_string());
        let mut whole: toml::Table = toml::from_str(text).map_err(bad)?;
        for (part, built_in) in toml::from_str::<toml::Table>(BUILT_IN).map_err(bad)? {
            whole.entry(part).or_insert(built_in);
        }
        let catalog: Catalog = whole.try_into().map_err(bad)?;
        if !catalog.trial.credits.is_positive() || catalog.trial.days == 0 {
            return Err(BadCatalog("the trial must give credits for at least a day".to_owned()));
        }
        for pack in &catalog.packs {
            if !pack.credits.is_positive() || pack.amount_cents <= 0 {
                return Err(BadCatalog(format!("pack {} must cost and give something", pack.id)));
            }
        }
        catalog.custom.check()?;
        plans::check(&catalog.plans).map_err(BadCatalog)?;
        if catalog.limits.people == 0 || catalog.limits.parallel_runs == 0 {
            return Err(BadCatalog("limits: people and parallel_runs are at least 1".to_owned()));
        }
        Ok(catalog)
    }

    /// A pack by its id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }
}
