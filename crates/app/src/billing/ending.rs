//! Changes that need no preview: cancelling and resuming a plan, taking a pending change back, the
//! provider's own pages; and what cancelling would do, told before.
//!
//! Nothing is paid by any of them, and asking twice does nothing more.

use ampere_adapters::payments::port::{Change, ChangeRequest, PaymentError, PortalFlow};
use ampere_credits::{Credits, Overflow, PreviewId, Timestamp};
use serde_json::{Value, json};

use super::change::refused;
use super::standing::{Standing, State};
use super::words::{amount, day};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::credits::Reading;
use crate::plans::starts_by_itself;
use crate::{Act, AppError, Caller, Done};

/// The longest reason of a cancellation.
pub const REASON_CHARACTERS: usize = 500;

/// What cancelling would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfCancelled {
    /// When the plan would end.
    pub at: Timestamp,
    /// Credits that would be locked then, if none is used until then.
    pub locked_credits: Credits,
    /// The same by expiry, the soonest first.
    pub locked: Vec<(Credits, Option<Timestamp>)>,
    /// Schedules that would pause.
    pub schedules: u32,
    /// For people.
    pub text: String,
}

/// What the plan is now, for the audit log.
fn look(standing: &Standing) -> Value {
    let on = standing.subscription.as_ref().map(|row| &row.on);
    on.map_or(Value::Null, |on| audit::plan(&on.plan, on.cadence))
}

/// Credits that are locked if the plan ends at an instant and none is used until then, by expiry,
/// the soonest first.
///
/// # Errors
/// Sums that cannot be.
pub(crate) fn locked_then(
    reading: &Reading,
    at: Timestamp,
) -> Result<Vec<(Credits, Option<Timestamp>)>, Overflow> {
    let mut locked: Vec<(Credits, Option<Timestamp>)> = Vec::new();
    // In the order of use purchased credits come last, the soonest expiry first.
    for grant in reading.grants.iter().filter(|grant| grant.terms.of_pool()) {
        let left = grant.unheld.plus(grant.held)?;
        let kept = grant.terms.expires.is_none_or(|end| at < end);
        if !left.is_positive() || !kept {
            continue;
        }
        match locked.iter_mut().find(|(_, end)| *end == grant.terms.expires) {
            Some((sum, _)) => *sum = sum.plus(left)?,
            None => locked.push((left, grant.terms.expires)),
        }
    }
    locked.sort_by_key(|(_, end)| end.map_or(i64::MAX, Timestamp::micros));
    Ok(locked)
}

/// Whether a change is so by now, as the standing shows.
fn is_so(change: &Change, standing: &Standing) -> bool {
    match change {
        Change::EndAtPeriodEnd { .. } => standing.state == State::Ending,
        Change::EndNow { .. } => {
            matches!(standing.state, State::Ended | State::None | State::Trial)
        }
        Change::Resume { .. } => {
            matches!(standing.state, State::Active | State::ChangeScheduled)
        }
        Change::UndoSwitch { .. } => matches!(standing.state, State::Active | State::Ending),
        _ => false,
    }
}

/// Whether an unpaid plan ends at once: there is no paid period to keep.
fn ends_at_once(state: State) -> bool {
    matches!(state, State::Incomplete | State::PastDue | State::Unpaid)
}

impl App {
    /// Ends the plan with its period; one whose period is not paid ends at once. Who has billing
    /// access gets a letter about it. The reason goes to the audit log as it was written.
    ///
    /// # Errors
    /// `/reason` is longer than [`REASON_CHARACTERS`]; [`AppError::Conflict`] where nothing can be
    /// cancelled; the provider's.
    pub async fn cancel_plan(&self, caller: &Caller, reason: Option<&str>) -> Done<()> {
        if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARACTERS) {
            let detail = format!("At most {REASON_CHARACTERS} characters.");
            return Err(AppError::field("/reason", "too_long", detail));
        }
        let _turn = self.watching.acts.take(caller.org).await;
        let (standing, subscription) = self.subscription_to_change(caller).await?;
        let was = look(&standing);
        match standing.state {
            State::Ending => return Ok(()),
            state if ends_at_once(state) => {
                self.ask(caller, &standing, Change::EndNow { subscription }).await?;
            }
            State::Active | State::ChangeScheduled => {
                if standing.state == State::ChangeScheduled {
                    let undo = Change::UndoSwitch { subscription: subscription.clone() };
                    self.ask(caller, &standing, undo).await?;
                }
                self.ask(caller, &standing, Change::EndAtPeriodEnd { subscription }).await?;
            }
            _ => return Err(AppError::Conflict("there is no plan to cancel")),
        }
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        tracing::info!(
            target: "security", org = %caller.org, by = %caller.user, "a plan was cancelled"
        );
        let ends = if ends_at_once(standing.state) { "now" } else { "at_period_end" };
        let change = (was, json!({ "ends": ends, "reason": reason }));
        self.audit(caller, Deed::PlanCancelled, "plan", change).await;
        self.tell_plan(caller).await;
        Ok(())
    }

    /// Takes a cancellation back while the plan lasts.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where the plan does not end; the provider's.
    pub async fn resume_plan(&self, caller: &Caller) -> Done<()> {
        let _turn = self.watching.acts.take(caller.org).await;
        let (standing, subscription) = self.subscription_to_change(caller).await?;
        if standing.state != State::Ending {
            return Err(AppError::Conflict("the plan is not ending"));
        }
        self.ask(caller, &standing, Change::Resume { subscription }).await?;
        let change = (json!({ "ends": "at_period_end" }), look(&standing));
        self.audit(caller, Deed::PlanResumed, "plan", change).await;
        self.tell_plan(caller).await;
        Ok(())
    }

    /// Takes a change back that waits for the period's end.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where none waits; the provider's.
    pub async fn undo_change(&self, caller: &Caller) -> Done<()> {
        let (standing, subscription) = self.subscription_to_change(caller).await?;
        if standing.state != State::ChangeScheduled {
            return Err(AppError::Conflict("no change of the plan is pending"));
        }
        self.ask(caller, &standing, Change::UndoSwitch { subscription }).await?;
        let next = standing.subscription.as_ref().and_then(|row| row.next.as_ref());
        let next = next.map_or(Value::Null, |next| audit::plan(&next.plan, next.cadence));
        let change = (next, look(&standing));
        self.audit(caller, Deed::PlanChangeUndone, "plan", change).await;
        Ok(())
    }

    /// Address of the provider's own pages, good for a few minutes.
    ///
    /// # Errors
    /// [`AppError::Conflict`] for who never paid; the provider's.
    pub async fn billing_overview_page(&self, caller: &Caller) -> Done<String> {
        self.billing_portal(caller, PortalFlow::Overview).await
    }

    /// The same, of the page for another card.
    ///
    /// # Errors
    /// As [`App::billing_overview_page`].
    pub async fn billing_card_page(&self, caller: &Caller) -> Done<String> {
        self.billing_portal(caller, PortalFlow::Card).await
    }

    async fn billing_portal(&self, caller: &Caller, flow: PortalFlow) -> Done<String> {
        caller.may(Act::Billing)?;
        let customer = self.store.customer(caller.org, self.provider_name()).await?;
        let nobody =
            AppError::Conflict("nothing was paid yet; the page opens with the first payment");
        let customer = customer.ok_or(nobody)?.customer;
        let back = format!("{}/billing", self.public_url);
        let opened = self.payments()?.portal(&customer, flow, &back).await;
        let url = opened.map_err(|error| refused(&error))?;
        // What is done there is the provider's to tell, and not by whom.
        let page = match flow {
            PortalFlow::Overview => "overview",
            PortalFlow::Card => "card",
        };
        self.audit(caller, Deed::PaymentPageOpened, page, (Value::Null, Value::Null)).await;
        Ok(url)
    }

    async fn subscription_to_change(&self, caller: &Caller) -> Done<(Standing, String)> {
        caller.may(Act::Billing)?;
        let standing = self.standing(caller.org).await?;
        let none = AppError::Conflict("there is no plan");
        let subscription = standing.subscription.as_ref().ok_or(none)?.reference.clone();
        Ok((standing, subscription))
    }

    /// Asks for a change and follows what the provider says then. Each of these may be asked for
    /// again: an outcome that is not known is only looked up, and one that shows itself to have
    /// come is no error.
    async fn ask(&self, caller: &Caller, standing: &Standing, change: Change) -> Done<()> {
        let reference = PreviewId::mint(self.now(), &*self.entropy).to_string();
        let customer = standing.customer.clone().ok_or(AppError::Internal)?;
        let request = ChangeRequest { reference, customer, change: change.clone() };
        match self.payments()?.change(request).await {
            Ok(truth) => self.reconcile(caller.org, truth).await,
            Err(error @ (PaymentError::Unknown | PaymentError::Conflict(_))) => {
                self.reconcile_now(caller.org).await?;
                let so = is_so(&change, &self.standing(caller.org).await?);
                if so { Ok(()) } else { Err(refused(&error)) }
            }
            Err(error) => Err(refused(&error)),
        }
    }

    /// What cancelling would do; none where nothing can be cancelled.
    pub(super) async fn if_cancelled(
        &self,
        caller: &Caller,
        standing: &Standing,
        reading: &Reading,
    ) -> Done<Option<IfCancelled>> {
        let at_once = ends_at_once(standing.state);
        let cancels = at_once || matches!(standing.state, State::Active | State::ChangeScheduled);
        let Some(row) = standing.subscription.as_ref().filter(|_| cancels) else {
            return Ok(None);
        };
        let now = reading.balance.at;
        let at = if at_once { now } else { row.period_end };
        let locked = locked_then(reading, at)?;
        let locked_credits = Credits::sum(locked.iter().map(|(credits, _)| *credits))?;
        let schedules = self.store.schedules(caller.org).await?;
        let schedules = schedules.iter().filter(|row| starts_by_itself(row.state)).count();
        let when = if at_once { "now".to_owned() } else { day(at, now, &caller.zone) };
        let mut text = format!("The plan ends {}{when}.", if at_once { "" } else { "on " });
        if locked_credits.is_positive() {
            let credits = amount(locked_credits);
            text.push_str(&format!(
                " {credits} credits are locked then until a plan is restarted."
            ));
        }
        let schedules = u32::try_from(schedules).unwrap_or(u32::MAX);
        Ok(Some(IfCancelled { at, locked_credits, locked, schedules, text }))
    }
}
