//! What measured work costs: versioned rate cards, quotes before, lines of a receipt after.
//!
//! Integers only. The one rounding of the product is [`rate::charge`] (the law's "Rating").

pub mod card;
pub mod quote;
pub mod rate;

pub use card::{Measure, Rate, RateCard, Unrated};
pub use quote::{Basis, CallBound, Quote, QuoteInput, TimeBound, WorkInput, quote, quote_work};
pub use rate::{Line, RatingError, Usage, charge, lines};
