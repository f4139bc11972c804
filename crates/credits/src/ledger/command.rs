//! What may be asked of a pool, and every way in which it may be refused.

use crate::amount::{Credits, Overflow};
use crate::id::{GrantId, HoldId, RunId};
use crate::ledger::entry::EndKind;
use crate::ledger::grant::GrantTerms;
use crate::time::Timestamp;

/// Whether an extension may pass what the pool has (the law's "Started work finishes").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdraft {
    /// No: the extension is refused instead.
    Never,
    /// Finish this step: take what is available and the rest as overdraft, as long as the open
    /// overdraft and the debt of the pool stay within this limit.
    UpTo(Credits),
}

/// Which credits a hold takes. Not part of its fact: the moves tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Included, then purchased credits.
    Pool,
    /// The background allowance alone; a debt of the pool does not matter to it.
    Background,
    /// The background allowance first, then as [`Draw::Pool`].
    BackgroundThenPool,
}

impl Draw {
    /// Whether it may take of such a grant.
    pub fn may_take(self, terms: &GrantTerms) -> bool {
        match self {
            Draw::Pool => terms.of_pool(),
            Draw::Background => !terms.of_pool(),
            Draw::BackgroundThenPool => true,
        }
    }
}

/// One thing asked of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put credits into the pool.
    Grant(GrantTerms),
    /// Set credits aside for a run.
    Hold {
        /// Id of the new hold.
        hold: HoldId,
        /// The run it is for; one open hold at a time.
        run: RunId,
        /// How much, ≥ 1 micro-credit.
        amount: Credits,
        /// When it lapses; at most 24 hours ahead.
        deadline: Timestamp,
        /// The run may hold and be charged at most this, over all its holds.
        cap: Option<Credits>,
        /// Which credits it takes.
        draw: Draw,
    },
    /// Put more into an open hold.
    Extend {
        /// The hold.
        hold: HoldId,
        /// How much more, ≥ 1 micro-credit.
        amount: Credits,
        /// The new deadline; at most 24 hours after the hold was taken, never earlier than it was.
        deadline: Timestamp,
        /// Whether this step may be finished beyond the pool; only for [`Draw::Pool`].
        overdraft: Overdraft,
        /// Which credits it takes.
        draw: Draw,
    },
    /// End a hold: charge what was used, give back the rest.
    Settle {
        /// The hold.
        hold: HoldId,
        /// What was used, from 0 to what the hold has.
        charge: Credits,
        /// The usage was counted by us, not reported.
        estimated: bool,
    },
    /// End a hold: give everything back.
    Release {
        /// The hold.
        hold: HoldId,
    },
    /// End a hold whose deadline has passed: charge exactly the usage recorded.
    Lapse {
        /// The hold.
        hold: HoldId,
        /// The usage recorded so far.
        charge: Credits,
    },
    /// Take unheld credits of one grant back (a correction by the operator).
    TakeBack {
        /// The grant.
        grant: GrantId,
        /// How much, ≥ 1 micro-credit.
        amount: Credits,
    },
    /// Lock the pool: what is left stays owned but starts no run.
    Lock,
    /// Unlock the pool.
    Unlock,
    /// Freeze a grant while its payment is disputed.
    Freeze {
        /// The grant.
        grant: GrantId,
    },
    /// Thaw a frozen grant; the time it was frozen is added to its expiry.
    Thaw {
        /// The grant.
        grant: GrantId,
    },
    /// Say how much of a grant is to be given back, for a refund or a lost dispute.
    Claim {
        /// The grant.
        grant: GrantId,
        /// In all, with what was claimed of it before; at most what it was given as.
        total: Credits,
    },
}

/// Why a command was refused. Nothing has changed then, and the refusal is not remembered: the
/// same key may succeed later. In order of precedence: the first that applies is the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key was used before with another request (I21).
    #[error("this key was used with another request")]
    KeyReused,
    /// The machine's clock is further behind the journal's last instant than is safe (I25).
    #[error("the clock is behind the journal by {behind_micros} microseconds")]
    ClockBehind {
        /// By how much.
        behind_micros: i64,
    },
    /// An amount below 1 micro-credit, or a charge below nothing.
    #[error("the amount must be at least 0.000001 credits")]
    AmountNotPositive,
    /// The grant's id exists.
    #[error("the grant exists")]
    GrantExists,
    /// The hold's id exists.
    #[error("the hold exists")]
    HoldExists,
    /// No such grant, or nothing of it that could be taken back.
    #[error("no such grant with credits left")]
    GrantUnknown,
    /// No such hold in this pool.
    #[error("no such hold")]
    HoldUnknown,
    /// The hold has ended already.
    #[error("the hold has ended")]
    HoldEnded {
        /// How.
        how: EndKind,
    },
    /// The pool is locked.
    #[error("the pool is locked")]
    AlreadyLocked,
    /// The pool is not locked.
    #[error("the pool is not locked")]
    NotLocked,
    /// The grant is frozen.
    #[error("the grant is frozen")]
    AlreadyFrozen,
    /// The grant is not frozen.
    #[error("the grant is not frozen")]
    NotFrozen,
    /// More would be claimed than was given.
    #[error("the claim is above the {amount} credits that were given")]
    ClaimAboveGrant {
        /// What was given.
        amount: Credits,
    },
    /// As much or more is claimed already.
    #[error("{claimed} credits of this grant are claimed already")]
    ClaimNotHigher {
        /// The claim that is set.
        claimed: Credits,
    },
    /// A grant that expires before it could be spent; what was paid for is booked all the same
    /// ([`crate::ledger::Cause::of_payment`]).
    #[error("the grant would expire before it can be used")]
    NeverUsable,
    /// A deadline in the past, earlier than before, or beyond 24 hours.
    #[error("the deadline must lie ahead and within 24 hours of the hold's start")]
    DeadlineOutOfRange,
    /// The hold's deadline has passed; it can only end.
    #[error("the hold's deadline has passed")]
    HoldPastDeadline,
    /// The hold's deadline has not passed yet; it cannot lapse.
    #[error("the hold's deadline has not passed")]
    NotDue,
    /// The run has another open hold.
    #[error("the run has an open hold")]
    RunHasOpenHold {
        /// That hold.
        hold: HoldId,
    },
    /// More would be charged than is held (I6).
    #[error("the charge of {charge} is above the hold of {held}")]
    ChargeAboveHold {
        /// What was to be charged.
        charge: Credits,
        /// What the hold has.
        held: Credits,
    },
    /// The run's cap would be passed (I7).
    #[error("the run may use at most {cap} credits")]
    CapReached {
        /// The cap.
        cap: Credits,
        /// Held and charged so far.
        used: Credits,
    },
    /// The pool's overdraft limit would be passed.
    #[error("the overdraft limit of {limit} credits is reached")]
    OverdraftLimitReached {
        /// The limit.
        limit: Credits,
        /// What could still be taken: available credits and room below the limit.
        could_take: Credits,
    },
    /// The pool is locked: nothing of it starts a run.
    #[error("the credits of the pool are locked")]
    PoolLocked,
    /// Others wait for credits, and this hold may not overtake them.
    #[error("{waiting} runs wait for credits before this one")]
    WaitsBehind {
        /// How many, as far as the commit looked: at least that many.
        waiting: u32,
    },
    /// Not enough credits.
    #[error("needs {needed} credits; {available} are available")]
    InsufficientCredits {
        /// What was asked.
        needed: Credits,
        /// What there is to take; of the pool 0 while there is debt.
        available: Credits,
        /// needed + debt − available; debt counts where the pool was to be drawn on.
        shortfall: Credits,
    },
    /// A sum left the countable range.
    #[error("the amount is outside of what can be counted")]
    OutOfRange,
}

impl From<Overflow> for Rejected {
    fn from(_: Overflow) -> Self {
        Rejected::OutOfRange
    }
}

impl Rejected {
    /// Whether the same command may succeed later without anybody changing it.
    pub fn transient(&self) -> bool {
        matches!(
            self,
            Rejected::ClockBehind { .. }
                | Rejected::NotDue
                | Rejected::RunHasOpenHold { .. }
                | Rejected::OverdraftLimitReached { .. }
                | Rejected::WaitsBehind { .. }
                | Rejected::InsufficientCredits { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_time_and_others_can_cure_is_transient() {
        let none = Credits::ZERO;
        let short =
            Rejected::InsufficientCredits { needed: none, available: none, shortfall: none };
        assert!(short.transient() && Rejected::NotDue.transient());
        assert!(Rejected::ClockBehind { behind_micros: 1 }.transient());
        assert!(Rejected::WaitsBehind { waiting: 1 }.transient());
        assert!(!Rejected::CapReached { cap: none, used: none }.transient());
        assert!(!Rejected::HoldEnded { how: EndKind::Settled }.transient());
        assert!(!Rejected::PoolLocked.transient() && !Rejected::AlreadyLocked.transient());
        assert!(!Rejected::KeyReused.transient() && !Rejected::OutOfRange.transient());
    }
}
