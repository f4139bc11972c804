//! Previews: what a change of plan would cost and give, to the cent and the credit.
//!
//! Computed at a whole second that the preview keeps. Confirming computes it again at that second
//! and compares ([`Preview::agrees`]): what was shown is what happens, or nothing does. Never asks
//! the provider. Read next: [`super::change`], the confirmation.

use ampere_credits::ledger::{Cause, Class, Fact};
use ampere_credits::period::{Anchor, Period};
use ampere_credits::plans::{Proration, Rest, Scenario, extra_credits, year_saving};
use ampere_credits::{Cadence, Credits, OrgId, PreviewId, Timestamp, Zone};
use ampere_store::rows::{PlanRef, PreviewRow, SubscriptionRow};
use serde::{Deserialize, Serialize};

use super::choices::{Unlocks, allowed, scenario};
use super::standing::{Standing, State};
use super::words;
use crate::app::App;
use crate::credits::Reading;
use crate::plans::Version;
use crate::{Act, AppError, Caller, Done};

/// A preview can be confirmed for so long.
const LIVES_SECONDS: i64 = 10 * 60;

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The plan's id.
    pub plan: String,
    pub cadence: Cadence,
}

/// What a change would do. Kept as JSON for ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub id: PreviewId,
    pub expires_at: Timestamp,
    /// The second at which everything is counted.
    pub at: Timestamp,
    pub scenario: Scenario,
    /// The plan's id.
    pub plan: String,
    /// For people.
    pub plan_name: String,
    pub version: u32,
    pub cadence: Cadence,
    /// When it takes effect.
    pub effective_at: Timestamp,
    /// What is due at once.
    pub due: Vec<DueLine>,
    pub due_cents: i64,
    pub currency: String,
    /// The payment after that.
    pub next: NextPayment,
    /// Credits that are left now, locked ones apart.
    pub credits_now: Credits,
    /// Credits that the change brings at once.
    pub credits_added: Credits,
    /// What there is then, with what it unlocks, less what is outstanding.
    pub credits_after: Credits,
    /// Included credits that stay beside the new ones, and until when.
    pub preserved: Option<(Credits, Timestamp)>,
    /// Of a restart: what becomes of the locked credits.
    pub unlocks: Option<Unlocks>,
    /// What a year costs less than twelve months.
    pub saving_cents: Option<i64>,
    /// The saved card pays; otherwise the provider's page asks for one.
    pub saved_card: bool,
    /// For people.
    pub text: String,
    /// The subscription that it changes, with what it is on.
    pub from: Option<From>,
}

/// A line of what is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueLine {
    /// For people.
    pub text: String,
    pub cents: i64,
}

/// The payment after the one that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPayment {
    pub at: Timestamp,
    pub cents: i64,
}

/// What a change begins from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct From {
    pub subscription: String,
    pub plan: String,
    pub version: u32,
    pub cadence: Cadence,
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Preview {
    /// Whether it shows the same change as another one: the same amounts of money and credits, at
    /// the same instants, from the same subscription. What is left and what was used meanwhile is
    /// no part of the change.
    pub(crate) fn agrees(&self, other: &Preview) -> bool {
        let (preserved, theirs) = (self.preserved.map(|it| it.1), other.preserved.map(|it| it.1));
        (self.scenario, &self.plan, self.version, self.cadence)
            == (other.scenario, &other.plan, other.version, other.cadence)
            && (self.effective_at, &self.due, self.due_cents, &self.currency)
                == (other.effective_at, &other.due, other.due_cents, &other.currency)
            && (&self.next, self.credits_added, preserved, self.saved_card, &self.from)
                == (&other.next, other.credits_added, theirs, other.saved_card, &other.from)
            && self.unlocks == other.unlocks
    }

    /// Whether the next payment would be on the day that it shows, in the organization's zone, if
    /// it were confirmed at that instant: a first period begins then.
    pub(crate) fn keeps_its_day(&self, now: Timestamp, zone: &str) -> bool {
        if !matches!(self.scenario, Scenario::Start | Scenario::Restart | Scenario::ToAnnual) {
            return true;
        }
        let zone = Zone::named(zone).unwrap_or_else(|_| Zone::utc());
        let would_be = ends(whole_second(now), self.cadence);
        self.next.at.day_in(&zone) == would_be.day_in(&zone)
    }

    /// The choice that it shows.
    pub(crate) fn choice(&self) -> Choice {
        Choice { plan: self.plan.clone(), cadence: self.cadence }
    }
}

/// What a preview is made from.
struct Ground<'a> {
    standing: &'a Standing,
    /// When the pool was locked, where it is.
    locked_since: Option<Timestamp>,
    /// What it is on now.
    on: Option<&'a Version>,
    reading: &'a Reading,
    zone: &'a str,
    at: Timestamp,
}

/// Of a change: what is due now, what it adds, when the next payment is.
struct Terms {
    due: Vec<DueLine>,
    added: Credits,
    effective_at: Timestamp,
    next_at: Timestamp,
}

impl App {
    /// Shows what a change would do, and keeps that for ten minutes.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; `/plan_id` is wrong; [`AppError::ChangePending`];
    /// [`AppError::Conflict`] where the plan ends, a payment is open, or nothing would change;
    /// [`AppError::NotNow`] while the payment of the present period is on its way.
    pub async fn preview_change(&self, caller: &Caller, choice: Choice) -> Done<Preview> {
        caller.may(Act::Billing)?;
        self.hear_of_new_period(caller.org).await?;
        let now = self.now();
        let at = whole_second(now);
        let mut preview = self.count_change(caller, &choice, at).await?;
        preview.id = PreviewId::mint(now, &*self.entropy);
        preview.expires_at = now.plus_seconds(LIVES_SECONDS);
        let body = serde_json::to_string(&preview).map_err(|_| AppError::Internal)?;
        let (id, org, expires_at) = (preview.id, caller.org, preview.expires_at);
        let row = PreviewRow { id, org, body, created_at: now, expires_at, used_at: None };
        self.store.add_preview(row).await?;
        Ok(preview)
    }

    /// What a change would do, counted at a second.
    pub(super) async fn count_change(
        &self,
        caller: &Caller,
        choice: &Choice,
        at: Timestamp,
    ) -> Done<Preview> {
        if self.payments.is_none() {
            return Err(AppError::Conflict("plans cannot be bought on this installation"));
        }
        let reading = self.reading(caller.org).await?;
        let standing = self.standing_beside(caller.org, reading.trial_lasts()).await?;
        let unknown = || AppError::field("/plan_id", "unknown", "There is no such plan.");
        let offered = self.plans.offer(&choice.plan).ok_or_else(unknown)?;
        let on = standing.subscription.as_ref().map(|row| self.version_of(&row.on)).transpose()?;
        let ground = Ground {
            locked_since: self.locked_since(caller.org, &standing).await?,
            standing: &standing,
            on,
            reading: &reading,
            zone: caller.zone.as_str(),
            at,
        };
        ground.preview(target(&ground, offered, choice), choice.cadence)
    }

    /// When the pool of an ended plan was locked.
    async fn locked_since(&self, org: OrgId, standing: &Standing) -> Done<Option<Timestamp>> {
        if standing.state != State::Ended {
            return Ok(None);
        }
        let entries = self.store.money_entries(org).await?;
        let locked = entries.iter().filter(|entry| entry.fact == Fact::Locked);
        Ok(locked.map(|entry| entry.at).max())
    }

    /// What choosing a plan would be, for the list of plans.
    pub(super) fn scenario_of(
        &self,
        standing: &Standing,
        to: &Version,
        cadence: Cadence,
    ) -> Done<Scenario> {
        if self.payments.is_none() {
            return Ok(Scenario::Unavailable);
        }
        let on = standing.subscription.as_ref().map(|row| self.version_of(&row.on)).transpose()?;
        Ok(scenario(standing, on, to, cadence))
    }
}

/// A customer keeps the version that they have, in another cadence too.
fn target<'a>(ground: &Ground<'a>, offered: &'a Version, choice: &Choice) -> &'a Version {
    let live =
        matches!(ground.standing.state, State::Active | State::ChangeScheduled | State::Ending);
    ground.on.filter(|on| live && on.plan.id == choice.plan).unwrap_or(offered)
}

impl Ground<'_> {
    fn preview(&self, to: &Version, cadence: Cadence) -> Done<Preview> {
        let scenario = scenario(self.standing, self.on, to, cadence);
        allowed(self.standing, scenario, (self.at, self.zone))?;
        let row = self.standing.subscription.as_ref().filter(|_| self.on_plan());
        let period = row.map(|row| Period { start: row.period_start, end: row.period_end });
        let terms = self.terms(scenario, to, (cadence, period))?;
        let saved_card = self
            .standing
            .card
            .as_ref()
            .is_some_and(|card| !expired((card.exp_year, card.exp_month), self.at));
        if !saved_card && !matches!(scenario, Scenario::Start | Scenario::Restart) && scenario.now()
        {
            return Err(AppError::Conflict("save a card that is not expired first"));
        }
        let balance = self.reading.balance;
        let left = balance.total()?;
        let unlocked = if scenario == Scenario::Restart { balance.locked } else { Credits::ZERO };
        let after = left.plus(unlocked)?.plus(terms.added)?.less(balance.outstanding);
        let (plan, due) = (&to.plan, terms.due);
        let when = words::day(terms.next_at, self.at, self.zone);
        let said = words::plan_in(&plan.name, cadence);
        let annual = cadence == Cadence::Annual && scenario != Scenario::Downgrade;
        let saving = year_saving(plan.monthly_cents, plan.annual_cents);
        Ok(Preview {
            id: PreviewId::from_bits(0),
            expires_at: self.at,
            at: self.at,
            scenario,
            plan: plan.id.clone(),
            plan_name: plan.name.clone(),
            version: to.number,
            cadence,
            effective_at: terms.effective_at,
            due_cents: due.iter().map(|line| line.cents).fold(0, i64::saturating_add),
            due,
            currency: plan.currency.clone(),
            next: NextPayment { at: terms.next_at, cents: plan.cents(cadence) },
            credits_now: left,
            credits_added: terms.added,
            credits_after: after,
            preserved: self.preserved(scenario)?,
            unlocks: (scenario == Scenario::Restart)
                .then(|| Unlocks::of(self.reading, self.locked_since))
                .transpose()?,
            saving_cents: Some(saving).filter(|saving| annual && *saving > 0),
            saved_card,
            text: words::change(scenario, &said, &when),
            from: row.map(from),
        })
    }

    fn on_plan(&self) -> bool {
        use State as S;
        matches!(self.standing.state, S::Active | S::ChangeScheduled | S::Ending)
    }

    fn terms(
        &self,
        scenario: Scenario,
        to: &Version,
        (cadence, period): (Cadence, Option<Period>),
    ) -> Done<Terms> {
        let at = self.at;
        let whole = || -> Done<Terms> {
            let text = words::plan_in(&to.plan.name, cadence);
            let due = vec![DueLine { text, cents: to.plan.cents(cadence) }];
            let (added, next_at) = (to.plan.period_credits(cadence)?, ends(at, cadence));
            Ok(Terms { due, added, effective_at: at, next_at })
        };
        let Some(period) = period else { return whole() };
        match scenario {
            Scenario::Upgrade => self.upgrade(to, cadence, period),
            Scenario::Downgrade | Scenario::ToMonthly => {
                let (due, added, end) = (Vec::new(), Credits::ZERO, period.end);
                Ok(Terms { due, added, effective_at: end, next_at: end })
            }
            _ => whole(),
        }
    }

    fn upgrade(&self, to: &Version, cadence: Cadence, period: Period) -> Done<Terms> {
        let on = self.on.ok_or(AppError::Internal)?;
        let rest = Rest::of(period, self.at).ok_or(AppError::Internal)?;
        let (old, new) = (on.plan.cents(cadence), to.plan.cents(cadence));
        let Proration { credit, debit } = Proration::of(old, new, rest);
        let until = words::day(period.end, self.at, self.zone);
        let line = |text: String, cents| DueLine { text, cents };
        let due = vec![
            line(format!("Unused time on {} until {until}", on.plan.name), credit),
            line(format!("{} until {until}", to.plan.name), debit),
        ];
        let (less, more) = (on.plan.period_credits(cadence)?, to.plan.period_credits(cadence)?);
        let added = extra_credits(less, more, rest);
        Ok(Terms { due, added, effective_at: self.at, next_at: period.end })
    }

    /// Monthly to annual: the credits of the month that has begun stay to its end.
    fn preserved(&self, scenario: Scenario) -> Done<Option<(Credits, Timestamp)>> {
        if scenario != Scenario::ToAnnual {
            return Ok(None);
        }
        let plan = self.reading.eligible().filter(|grant| {
            grant.terms.class == Class::Included && grant.terms.cause == Cause::Plan
        });
        let (mut left, mut until) = (Credits::ZERO, None);
        for grant in plan {
            left = left.plus(grant.unheld)?.plus(grant.held)?;
            until = until.max(grant.terms.expires);
        }
        Ok(until.map(|until| (left, until)))
    }
}

fn from(row: &SubscriptionRow) -> From {
    let PlanRef { plan, version, cadence } = row.on.clone();
    let (start, end) = (row.period_start, row.period_end);
    From { subscription: row.reference.clone(), plan, version, cadence, start, end }
}

/// The end of a period that begins now.
fn ends(at: Timestamp, cadence: Cadence) -> Timestamp {
    let anchor = Anchor { at, zone: Zone::utc() };
    anchor.period(cadence.months().saturating_sub(1)).end
}

fn whole_second(at: Timestamp) -> Timestamp {
    let second = 1_000_000;
    Timestamp::from_micros(at.micros().saturating_sub(at.micros().rem_euclid(second)))
}

/// A card pays until the end of the month that it names.
pub(crate) fn expired((year, month): (u32, u32), now: Timestamp) -> bool {
    let text = now.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse().ok());
    let this: (u32, u32) = (part(0, 4).unwrap_or(0), part(5, 7).unwrap_or(0));
    (year, month) < this
}

/// A kept preview.
pub(super) fn read(row: &PreviewRow) -> Done<Preview> {
    serde_json::from_str(&row.body).map_err(|error| {
        tracing::error!(preview = %row.id, %error, "a damaged preview");
        AppError::Internal
    })
}

/// The organization whose preview is looked up.
pub(super) async fn kept(app: &App, org: OrgId, id: PreviewId) -> Done<PreviewRow> {
    app.store.preview(org, id).await?.ok_or(AppError::NotFound)
}
