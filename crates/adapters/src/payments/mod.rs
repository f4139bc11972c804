//! How money comes in, whoever moves it: the Payments port and what stands behind it.
//!
//! Owns: the port in our own words (`port`, with `asked` and `truth`), the rules of its requests,
//! the proof of a webhook (`signature`), and two providers: Stripe, and the built-in sandbox for
//! trying out. Never grants credits: a payment becomes a grant elsewhere, keyed by (payment,
//! line), so that an event may come twice, late, or not at all.
//!
//! Read next: `port`.

mod asked;
pub mod port;
mod rules;
pub mod sandbox;
pub(crate) mod signature;
pub mod stripe;
mod truth;

pub use port::*;
