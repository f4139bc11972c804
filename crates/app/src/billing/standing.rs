//! How an organization stands with its plan: one state, what it lets people do, what it does to the
//! pool and to auto-recharge.
//!
//! Pure: rows and an instant in, a standing out. The states are the rows of one table
//! ([`State::effects`]), tested row by row. Never asks the provider, never changes anything. Read
//! next: [`super::banner`], what is said of it.

use ampere_credits::{OrgId, Timestamp};
use ampere_store::rows::{CardRow, SubscriptionRow, SubscriptionStatus};

use crate::Done;
use crate::app::App;
use crate::plans::PlanTerms;

/// How an organization stands with its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// No plan, and none before.
    None,
    /// The trial's credits, no plan.
    Trial,
    /// The first payment has not come.
    Incomplete,
    /// Paid.
    Active,
    /// Paid; at the period's end it becomes another plan.
    ChangeScheduled,
    /// Paid; ends with the period.
    Ending,
    /// A renewal was not paid; it goes on for some days.
    PastDue,
    /// A renewal was not paid in time.
    Unpaid,
    /// Over.
    Ended,
}

/// What becomes of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// They start while there are credits.
    Start,
    /// The same, until the grace is over.
    StartInGrace,
    /// The subscription gives nothing yet and takes nothing away.
    AsBefore,
    /// None starts.
    Stop,
}

/// What becomes of purchased credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purchased {
    /// Usable.
    Usable,
    /// Usable until the plan ends.
    UntilEnd,
    /// Neither given nor taken away by the subscription.
    AsBefore,
    /// Locked; expiry goes on.
    Locked,
}

/// What becomes of auto-recharge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recharge {
    /// It buys nothing: there is no plan in order.
    Off,
    /// It may buy.
    On,
    /// It may buy until the plan ends.
    UntilEnd(Timestamp),
    /// It waits for a renewal to be paid.
    Paused,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    pub runs: Runs,
    pub purchased: Purchased,
    /// Whether auto-recharge may be on; past due pauses it.
    pub recharges: bool,
    /// What there is to do first, if anything.
    pub action: Option<&'static str>,
}

impl State {
    /// Every one.
    pub const ALL: [State; 9] = [
        State::None,
        State::Trial,
        State::Incomplete,
        State::Active,
        State::ChangeScheduled,
        State::Ending,
        State::PastDue,
        State::Unpaid,
        State::Ended,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            State::None => "none",
            State::Trial => "trial",
            State::Incomplete => "incomplete",
            State::Active => "active",
            State::ChangeScheduled => "change_scheduled",
            State::Ending => "ending",
            State::PastDue => "past_due",
            State::Unpaid => "unpaid",
            State::Ended => "ended",
        }
    }

    /// The table.
    pub fn effects(self) -> Effects {
        let row =
            |runs, purchased, recharges, action| Effects { runs, purchased, recharges, action };
        match self {
            State::None | State::Trial => {
                row(Runs::Start, Purchased::Usable, false, Some("choose_plan"))
            }
            State::Incomplete => {
                row(Runs::AsBefore, Purchased::AsBefore, false, Some("confirm_payment"))
            }
            State::Active => row(Runs::Start, Purchased::Usable, true, None),
            State::ChangeScheduled => {
                row(Runs::Start, Purchased::Usable, true, Some("undo_change"))
            }
            State::Ending => row(Runs::Start, Purchased::UntilEnd, true, Some("resume_plan")),
            State::PastDue => {
                row(Runs::StartInGrace, Purchased::Usable, false, Some("update_card"))
            }
            State::Unpaid => row(Runs::Stop, Purchased::Locked, false, Some("update_card")),
            State::Ended => row(Runs::Stop, Purchased::Locked, false, Some("restart_plan")),
        }
    }
}

/// The subscriptions of an organization, weighed: which one counts, and whether it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footing<'a> {
    /// The one that counts: in order, else not begun, else the last that ended.
    pub(crate) subscription: Option<&'a SubscriptionRow>,
    /// It is paid, or its grace lasts: the pool is open and its terms hold.
    pub(crate) live: bool,
    /// The last that was ever paid.
    pub(crate) last_begun: Option<&'a SubscriptionRow>,
    /// Of one that is behind: until when it goes on.
    pub(crate) grace_until: Option<Timestamp>,
}

impl<'a> Footing<'a> {
    /// At an instant.
    pub(crate) fn of(rows: &'a [SubscriptionRow], grace_days: u32, now: Timestamp) -> Self {
        use SubscriptionStatus as Status;
        let with = |wanted: &[Status]| {
            let fits = |row: &&SubscriptionRow| wanted.contains(&row.status);
            rows.iter().filter(fits).max_by_key(|row| (row.created_at, row.reference.as_str()))
        };
        let begun = rows.iter().filter(|row| row.begun);
        let last_begun = begun.max_by_key(|row| (row.created_at, row.reference.as_str()));
        let standing = with(&[Status::Active, Status::PastDue, Status::Unpaid]);
        let behind = standing.and_then(|row| row.past_due_since);
        let grace_until = behind.map(|since| since.plus_days(i64::from(grace_days)));
        Footing {
            subscription: standing.or_else(|| with(&[Status::Incomplete])).or(last_begun),
            live: standing.is_some() && grace_until.is_none_or(|until| now < until),
            last_begun: standing.filter(|row| row.begun).or(last_begun),
            grace_until,
        }
    }
}

/// How an organization stands with its plan now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    /// The subscription that says so.
    pub subscription: Option<SubscriptionRow>,
    /// The saved card.
    pub card: Option<CardRow>,
    /// The provider knows a customer.
    pub customer: Option<String>,
    /// What auto-recharge may do.
    pub recharge: Recharge,
    /// Since when a renewal waits to be paid.
    pub open_renewal: Option<Timestamp>,
    /// Past due: until when the plan goes on.
    pub grace_until: Option<Timestamp>,
}

impl Standing {
    /// Of rows; `trial` is whether the trial's credits last.
    pub fn of(
        rows: &[SubscriptionRow],
        (card, customer): (Option<CardRow>, Option<String>),
        trial: bool,
        (grace_days, now): (u32, Timestamp),
    ) -> Standing {
        let footing = Footing::of(rows, grace_days, now);
        let state = state_of(&footing, trial);
        let subscription =
            footing.subscription.filter(|_| !matches!(state, State::None | State::Trial));
        let recharge = match (state, subscription) {
            (State::PastDue, _) => Recharge::Paused,
            (State::Ending, Some(row)) => Recharge::UntilEnd(row.period_end),
            _ if state.effects().recharges => Recharge::On,
            _ => Recharge::Off,
        };
        let in_grace = state == State::PastDue;
        Standing {
            state,
            recharge,
            open_renewal: subscription.and_then(|row| row.past_due_since.or(on_its_way(row))),
            grace_until: footing.grace_until.filter(|_| in_grace),
            subscription: subscription.cloned(),
            card,
            customer,
        }
    }

    /// What whoever has billing access may do now, the main thing first.
    pub fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<&'static str> = Vec::new();
        let row = self.subscription.as_ref();
        let confirm = row.is_some_and(|row| row.confirm_url.is_some());
        if confirm {
            actions.push("confirm_payment");
        }
        let main = self.state.effects().action;
        actions.extend(main.filter(|action| *action != "confirm_payment"));
        let monthly = row.is_some_and(|row| row.on.cadence == ampere_credits::Cadence::Monthly);
        match self.state {
            State::Active => {
                actions.push("change_plan");
                if monthly {
                    actions.push("switch_to_annual");
                }
                actions.push("cancel_plan");
            }
            State::Incomplete => actions.extend(["update_card", "cancel_plan"]),
            State::ChangeScheduled | State::PastDue | State::Unpaid => actions.push("cancel_plan"),
            State::None | State::Trial | State::Ending | State::Ended => {}
        }
        if self.customer.is_some() {
            actions.extend(["update_card", "manage_portal"]);
        }
        if !matches!(self.state, State::Unpaid | State::Ended) {
            actions.push("buy_credits");
        }
        if self.recharge != Recharge::Off {
            actions.push("auto_recharge");
        }
        let mut seen = Vec::new();
        actions.retain(|action| {
            !seen.contains(action) && {
                seen.push(*action);
                true
            }
        });
        actions
    }
}

/// Since when the payment of the present period is on its way: the provider has made its invoice,
/// and charges it an hour later.
fn on_its_way(row: &SubscriptionRow) -> Option<Timestamp> {
    let open = row.open_payment.is_some() && row.confirm_url.is_none();
    (open && row.status == SubscriptionStatus::Active).then_some(row.period_start)
}

fn state_of(footing: &Footing<'_>, trial: bool) -> State {
    use SubscriptionStatus as Status;
    let without = if trial { State::Trial } else { State::None };
    let Some(row) = footing.subscription else { return without };
    match row.status {
        Status::Incomplete => State::Incomplete,
        Status::Ended => State::Ended,
        _ if !footing.live => State::Unpaid,
        Status::PastDue | Status::Unpaid => State::PastDue,
        Status::Active if row.ends_at_period_end => State::Ending,
        Status::Active if row.next.is_some() => State::ChangeScheduled,
        Status::Active => State::Active,
    }
}

impl App {
    /// The word of the payment provider in use; empty without one.
    pub(crate) fn provider_name(&self) -> &'static str {
        self.payments.as_ref().map_or("", |payments| payments.capabilities().name)
    }

    /// How an organization stands with its plan now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, org: OrgId) -> Done<Standing> {
        let reading = self.reading(org).await?;
        self.standing_beside(org, reading.trial_lasts()).await
    }

    /// The same where it is known whether the trial lasts.
    pub(crate) async fn standing_beside(&self, org: OrgId, trial: bool) -> Done<Standing> {
        let rows = self.own_subscriptions(org).await?;
        let customer = self.store.customer(org, self.provider_name()).await?;
        let paying = customer.map_or((None, None), |row| (row.card, Some(row.customer)));
        let rule = (self.catalog.subscription.grace_days, self.now());
        Ok(Standing::of(&rows, paying, trial, rule))
    }

    /// The terms of an organization now: of the version that its subscription is on, while that is
    /// in order or its grace lasts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn terms(&self, org: OrgId) -> Done<PlanTerms> {
        let rows = self.own_subscriptions(org).await?;
        let footing = Footing::of(&rows, self.catalog.subscription.grace_days, self.now());
        match footing.subscription.filter(|_| footing.live) {
            Some(row) => Ok(self.version_of(&row.on)?.plan.terms()),
            None => Ok(self.terms_without_plan()),
        }
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
