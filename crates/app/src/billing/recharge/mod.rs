//! Auto-recharge: what an organization wants of it, how it stands, and buying by itself.
//!
//! Owns the law's "Auto-recharge": off unless somebody with billing access switches it on, never
//! by a purchase. Read next: [`decide`] (when it buys, pure), [`attempt`] (one purchase, from its
//! row to its outcome), [`worker`] (who looks, and when). Credits are granted by reconciling, as
//! for every payment.

mod attempt;
mod decide;
mod view;
mod watch;
mod wish;
mod worker;

pub use view::{RechargeState, RechargeView};
pub(crate) use watch::Recharging;
pub use wish::RechargeWish;
