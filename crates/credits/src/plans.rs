//! The mathematics of plans: what kind of change a choice is, what it costs and gives at once.
//!
//! The law's "Periods and plan changes". Pure whole numbers; amounts of money and of credits are
//! those of a whole period (annual: 12 ×). Never knows a catalog, a customer or a provider. A
//! change at once is counted at a fixed whole second, which a preview keeps and its confirmation
//! sends, so that what was shown is what happens.

use serde::{Deserialize, Serialize};

use crate::amount::{Credits, Overflow};
use crate::period::Period;
use crate::time::Timestamp;

/// How often a plan is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every month.
    Monthly,
    /// Every year, with twelve months' credits at once.
    Annual,
}

impl Cadence {
    /// Every one.
    pub const ALL: [Cadence; 2] = [Cadence::Monthly, Cadence::Annual];

    /// Its word in keys, rows and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Cadence::Monthly => "monthly",
            Cadence::Annual => "annual",
        }
    }

    /// The word's cadence.
    pub fn of(word: &str) -> Option<Self> {
        Cadence::ALL.into_iter().find(|cadence| cadence.word() == word)
    }

    /// Calendar months of one period.
    pub const fn months(self) -> u32 {
        match self {
            Cadence::Monthly => 1,
            Cadence::Annual => 12,
        }
    }

    /// The credits of a whole period, given those of a month.
    ///
    /// # Errors
    /// Beyond what can be counted.
    pub fn credits(self, monthly: Credits) -> Result<Credits, Overflow> {
        let micros = monthly.micros().checked_mul(i64::from(self.months())).ok_or(Overflow)?;
        Ok(Credits::from_micros(micros))
    }
}

/// What an organization is on, as far as a change depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// It never had a paid subscription.
    Never,
    /// Its subscription has ended.
    Ended,
    /// It has a subscription that is in order.
    On {
        /// How it is paid.
        cadence: Cadence,
        /// What a whole period of it costs, in minor units.
        cents: i64,
    },
    /// It has a subscription with an open payment: that comes first.
    Unsettled,
}

/// What choosing a plan in a cadence would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// The first subscription; paid and granted now.
    Start,
    /// A new subscription after one that ended; now.
    Restart,
    /// What the organization has.
    Current,
    /// A dearer plan of the same cadence: now, the money prorated.
    Upgrade,
    /// Another plan of the same cadence that is not dearer: at the period's end.
    Downgrade,
    /// From monthly to annual: now, and a new period begins.
    ToAnnual,
    /// From annual to monthly: at the period's end.
    ToMonthly,
    /// Not to be had now.
    Unavailable,
}

impl Scenario {
    /// Every one.
    pub const ALL: [Scenario; 8] = [
        Scenario::Start,
        Scenario::Restart,
        Scenario::Current,
        Scenario::Upgrade,
        Scenario::Downgrade,
        Scenario::ToAnnual,
        Scenario::ToMonthly,
        Scenario::Unavailable,
    ];

    /// Of a choice: whether it is the plan that the organization has, its cadence, and what a
    /// whole period of it costs.
    pub fn of(on: Footing, same_plan: bool, cadence: Cadence, cents: i64) -> Scenario {
        match on {
            Footing::Never => Scenario::Start,
            Footing::Ended => Scenario::Restart,
            Footing::Unsettled => Scenario::Unavailable,
            Footing::On { cadence: now, cents: paid } => match (now, cadence) {
                (Cadence::Monthly, Cadence::Annual) => Scenario::ToAnnual,
                (Cadence::Annual, Cadence::Monthly) => Scenario::ToMonthly,
                _ if same_plan => Scenario::Current,
                _ if cents > paid => Scenario::Upgrade,
                _ => Scenario::Downgrade,
            },
        }
    }

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Scenario::Start => "start",
            Scenario::Restart => "restart",
            Scenario::Current => "current",
            Scenario::Upgrade => "upgrade",
            Scenario::Downgrade => "downgrade",
            Scenario::ToAnnual => "to_annual",
            Scenario::ToMonthly => "to_monthly",
            Scenario::Unavailable => "unavailable",
        }
    }

    /// The word's scenario.
    pub fn named(word: &str) -> Option<Self> {
        Scenario::ALL.into_iter().find(|scenario| scenario.word() == word)
    }

    /// Whether it happens at once; the others wait for the period's end.
    pub const fn now(self) -> bool {
        !matches!(self, Scenario::Downgrade | Scenario::ToMonthly)
    }
}

/// How much of a period is left, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    left: i64,
    whole: i64,
}

impl Rest {
    /// At an instant; none for a period of no second. Before its start all is left, and after its
    /// end nothing.
    pub fn of(period: Period, at: Timestamp) -> Option<Rest> {
        let whole = period.end.seconds_since(period.start);
        let left = period.end.seconds_since(at).clamp(0, whole.max(0));
        (whole > 0).then_some(Rest { left, whole })
    }

    /// `amount` × left ÷ whole, rounded down; `amount` is not negative.
    fn part(self, amount: i64) -> i64 {
        let product = i128::from(amount).saturating_mul(i128::from(self.left));
        // Left is at most whole, so that the part is at most the amount.
        let part = product.checked_div(i128::from(self.whole));
        part.and_then(|part| i64::try_from(part).ok()).unwrap_or_default()
    }

    /// The same, a half rounded up: how the providers round money.
    fn nearest(self, amount: i64) -> i64 {
        let whole = i128::from(self.whole);
        let doubled = i128::from(amount).saturating_mul(i128::from(self.left)).saturating_mul(2);
        let part = doubled.saturating_add(whole).checked_div(whole.saturating_mul(2));
        part.and_then(|part| i64::try_from(part).ok()).unwrap_or_default()
    }
}

/// The credits that an upgrade adds: floor((new − old) × left ÷ whole) in micro-credits, of the
/// amounts of a whole period. Nothing where the new plan gives no more.
pub fn extra_credits(old: Credits, new: Credits, rest: Rest) -> Credits {
    Credits::from_micros(rest.part(new.less(old).micros()))
}

/// The money of an upgrade, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proration {
    /// What is credited for the rest of the old price: not positive.
    pub credit: i64,
    /// What the rest of the new price costs.
    pub debit: i64,
}

impl Proration {
    /// Of two prices of a whole period. Each line is rounded by itself, a half up.
    pub fn of(old_cents: i64, new_cents: i64, rest: Rest) -> Proration {
        let credit = rest.nearest(old_cents.max(0)).saturating_neg();
        Proration { credit, debit: rest.nearest(new_cents.max(0)) }
    }

    /// What is due now.
    pub fn due(self) -> i64 {
        self.debit.saturating_add(self.credit)
    }
}

/// What a year costs less when it is paid at once; not below nothing.
pub fn year_saving(monthly_cents: i64, annual_cents: i64) -> i64 {
    monthly_cents.saturating_mul(12).saturating_sub(annual_cents).max(0)
}
