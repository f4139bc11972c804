//! How auto-recharge stands, in words and numbers, for people with billing access.

use ampere_credits::period::Anchor;
use ampere_credits::{Credits, Money, Timestamp, Zone};
use ampere_store::ports::month_of;
use ampere_store::rows::{AttemptRow, AttemptState, RechargeRow};

use super::decide::{AFTER_DECLINE_SECONDS, Next, declines};
use super::wish::{THRESHOLD, thresholds};
use crate::app::App;
use crate::billing::checkout::declined_text;
use crate::billing::words::{amount, day};
use crate::{Act, AppError, Caller, Done};

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RechargeState {
    /// Switched off, or never switched on.
    Off,
    /// Switched on.
    On,
    /// Buys now.
    Running,
    /// The last attempt was declined; another will follow.
    LastFailed,
    /// Off after three declines.
    OffAfterDeclines,
    /// Another purchase would pass the month's limit.
    LimitReached,
    /// The bank wants the person.
    NeedsConfirmation,
    /// On, and no plan runs or there is no card.
    OffNoPlan,
}

impl RechargeState {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            RechargeState::Off => "off",
            RechargeState::On => "on",
            RechargeState::Running => "running",
            RechargeState::LastFailed => "last_failed",
            RechargeState::OffAfterDeclines => "off_after_declines",
            RechargeState::LimitReached => "limit_reached",
            RechargeState::NeedsConfirmation => "needs_confirmation",
            RechargeState::OffNoPlan => "off_no_plan",
        }
    }
}

/// Auto-recharge as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RechargeView {
    /// Switched on.
    pub enabled: bool,
    /// As set, or what is suggested.
    pub threshold: Credits,
    /// As set, or what is suggested.
    pub amount: Credits,
    /// As set; none: a limit must be chosen.
    pub monthly_limit: Option<Credits>,
    /// How it stands.
    pub state: RechargeState,
    /// In a sentence.
    pub state_text: String,
    /// Credits of this UTC month's purchases, unknown outcomes counted.
    pub this_month: Credits,
    /// The most that a month can cost; none without a limit.
    pub at_most: Option<Money>,
    /// After a decline: when it tries again.
    pub next_attempt_at: Option<Timestamp>,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    /// The thresholds there are.
    pub thresholds: Vec<Credits>,
    /// What can be bought at a time, and for how much.
    pub amounts: Vec<(Credits, Money)>,
    /// The saved card is the one that was declined.
    pub card_broken: bool,
}

impl App {
    /// Auto-recharge of the caller's organization.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`].
    pub async fn auto_recharge(&self, caller: &Caller) -> Done<RechargeView> {
        caller.may(Act::Billing)?;
        let org = caller.org;
        let kept = self.store.recharge(org).await?;
        let row = kept.clone().unwrap_or_else(|| self.suggested(caller));
        let next = self.next_recharge(&row, false).await?;
        let attempts = self.store.attempts(org, 20).await?;
        let now = self.now();
        let state = state_of(&row, next, &attempts);
        let told = Told { row: &row, state, attempts: &attempts, now };
        let limit = kept.map(|row| row.monthly_limit);
        let monthly_limit = limit.filter(|limit| limit.is_positive());
        let card = self.standing(org).await?.card;
        let broken = row.broken_card.as_deref();
        Ok(RechargeView {
            enabled: row.enabled,
            threshold: row.threshold,
            amount: row.amount,
            monthly_limit,
            state,
            state_text: told.text(),
            this_month: self.store.recharged(org, &month_of(now)).await?,
            at_most: monthly_limit.and_then(|limit| self.at_most(&row, limit)),
            next_attempt_at: told.next_attempt(),
            confirm_url: told.open(AttemptState::NeedsConfirmation).and_then(|row| row.url.clone()),
            thresholds: thresholds(),
            amounts: self.amounts()?,
            card_broken: card.is_some_and(|card| broken == Some(card.id.as_str())),
        })
    }

    fn suggested(&self, caller: &Caller) -> RechargeRow {
        RechargeRow {
            org: caller.org,
            enabled: false,
            threshold: Credits::whole(THRESHOLD),
            amount: Credits::whole(THRESHOLD),
            monthly_limit: Credits::ZERO,
            broken_card: None,
            since: self.now(),
            changed_by: caller.user,
        }
    }

    /// So many whole purchases as fit under the limit.
    fn at_most(&self, row: &RechargeRow, limit: Credits) -> Option<Money> {
        let price = self.catalog.price_of(row.amount)?;
        let times = limit.micros().checked_div(row.amount.micros())?;
        let amount = price.amount_cents.checked_mul(times)?;
        Some(Money { amount, currency: price.currency })
    }

    fn amounts(&self) -> Done<Vec<(Credits, Money)>> {
        let priced = |credits: Credits| {
            let price = self.catalog.price_of(credits).ok_or(AppError::Internal)?;
            Ok((credits, Money { amount: price.amount_cents, currency: price.currency }))
        };
        self.catalog.packs.iter().map(|pack| priced(pack.credits)).collect()
    }
}

fn state_of(row: &RechargeRow, next: Next, attempts: &[AttemptRow]) -> RechargeState {
    let failed = declines(row, attempts).next().is_some();
    match next {
        Next::Running => RechargeState::Running,
        Next::NeedsConfirmation => RechargeState::NeedsConfirmation,
        Next::Broken => RechargeState::OffAfterDeclines,
        Next::Off => RechargeState::Off,
        Next::NoPlan | Next::NoCard | Next::Disputed => RechargeState::OffNoPlan,
        Next::LimitReached => RechargeState::LimitReached,
        Next::After(_) => RechargeState::LastFailed,
        _ if failed => RechargeState::LastFailed,
        Next::Buy => RechargeState::Running,
        Next::Enough | Next::Renewal(_) => RechargeState::On,
    }
}

/// What the words are made from.
struct Told<'a> {
    row: &'a RechargeRow,
    state: RechargeState,
    attempts: &'a [AttemptRow],
    now: Timestamp,
}

impl Told<'_> {
    fn open(&self, state: AttemptState) -> Option<&AttemptRow> {
        self.attempts.iter().find(|row| row.state == state)
    }

    fn last_decline(&self) -> Option<&AttemptRow> {
        declines(self.row, self.attempts).next()
    }

    fn next_attempt(&self) -> Option<Timestamp> {
        let last = self.last_decline().filter(|_| self.state == RechargeState::LastFailed)?;
        Some(last.updated_at.plus_seconds(AFTER_DECLINE_SECONDS))
    }

    fn text(&self) -> String {
        let row = self.row;
        let limit = amount(row.monthly_limit);
        match self.state {
            RechargeState::Off => "Nothing is bought by itself.".to_owned(),
            RechargeState::On => format!(
                "Buys {} when below {}, up to {limit} a month.",
                amount(row.amount),
                amount(row.threshold)
            ),
            RechargeState::Running => format!("Adding {} credits…", amount(row.amount)),
            RechargeState::LastFailed => {
                let why = self.last_decline().and_then(|row| row.reason.as_deref());
                format!("{} We will try again in an hour.", declined_text(why))
            }
            RechargeState::OffAfterDeclines => "Auto-recharge is off: the card was declined too \
                 often, or the bank wants to be asked. Use another card, or confirm that this one \
                 works again, to turn it on."
                .to_owned(),
            RechargeState::LimitReached => format!(
                "Auto-recharge reached its limit of {limit} credits for this month. It starts \
                 again on {}.",
                self.next_month()
            ),
            RechargeState::NeedsConfirmation => "Your bank wants you to confirm this payment. \
                 Nothing is added until you do."
                .to_owned(),
            RechargeState::OffNoPlan => {
                "Auto-recharge needs a running plan, a saved card, and no payment in dispute."
                    .to_owned()
            }
        }
    }

    /// The first day of the next UTC month, as a date.
    fn next_month(&self) -> String {
        let month = month_of(self.now);
        let first = format!("{month}-01T00:00:00Z").parse::<Timestamp>().unwrap_or(self.now);
        let next = Anchor { at: first, zone: Zone::utc() }.period(1).start;
        day(next, self.now, "UTC")
    }
}
