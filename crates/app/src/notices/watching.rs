//! Who looks for crossed lines, and when: a moment after commits, and hourly.
//!
//! Many commits of one organization are one look. What is in memory is a list of who to look at;
//! what was told is in the store, so that neither a restart nor another server tells it again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ampere_credits::ledger::Class;
use ampere_credits::{Credits, OrgId, Timestamp, Zone};
use ampere_store::rows::{
    AttemptRow, AttemptState, MarkRow, Page, RunFilter, RunKind, RunRow, RunState, ScheduleRow,
    ScheduleState,
};
use tokio::sync::Notify;

use super::facts::{Facts, Purchased, Recharged, Scheduled, Standing};
use super::lines::{Crossed, Marks, crossed};
use super::{Kind, Notice, To};
use crate::Done;
use crate::app::App;
use crate::billing::checkout::declined_text;
use crate::billing::standing::State;
use crate::billing::turns::Turns;
use crate::billing::words::amount;
use crate::credits::{PoolState, Reading};
use crate::usage::date;

/// After a commit, so many more are waited for.
const MOMENT: Duration = Duration::from_secs(1);
/// Everybody is looked at this often: days pass without commits.
const EVERY: Duration = Duration::from_secs(3_600);
/// Notices are kept for so long.
const KEPT_DAYS: i64 = 180;
/// A run that cost more than this is told to who started it.
const LARGE_CREDITS: u32 = 500;
/// And one that took longer, seconds.
const LONG_SECONDS: i64 = 120;
/// Who started runs within these days hears of a pause.
const STARTED_DAYS: i64 = 7;

/// Who is to be looked at.
#[derive(Debug, Default)]
pub(crate) struct Watching {
    marked: Mutex<BTreeSet<OrgId>>,
    told: Notify,
    /// Who acts on the plan tells it themselves, with their name: others look after it.
    pub(crate) acts: Turns,
}

impl Watching {
    /// Something may have crossed a line.
    pub(crate) fn changed(&self, org: OrgId) {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).insert(org);
        self.told.notify_one();
    }

    fn take(&self) -> BTreeSet<OrgId> {
        std::mem::take(&mut *self.marked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl App {
    /// Looks for crossed lines until the server ends.
    pub async fn keep_noticing(self: Arc<Self>) {
        let mut hourly = tokio::time::interval(EVERY);
        loop {
            let marked = tokio::select! {
                _ = hourly.tick() => self.everybody_to_notice().await,
                () = self.watching.told.notified() => {
                    tokio::time::sleep(MOMENT).await;
                    self.watching.take()
                }
            };
            for org in marked {
                if let Err(error) = self.look_for_notices(org).await {
                    tracing::error!(%org, %error, "notices could not be looked for");
                }
            }
        }
    }

    /// Looks at everybody at once, as it is done every hour.
    pub(crate) async fn notice_everybody(&self) {
        for org in self.everybody_to_notice().await {
            if let Err(error) = self.look_for_notices(org).await {
                tracing::error!(%org, %error, "notices could not be looked for");
            }
        }
    }

    async fn everybody_to_notice(&self) -> BTreeSet<OrgId> {
        if let Err(error) = self.store.forget_notices(self.now().plus_days(-KEPT_DAYS)).await {
            tracing::error!(%error, "old notices could not be forgotten");
        }
        let all = self.store.organizations().await.unwrap_or_default();
        all.into_iter().map(|organization| organization.id).collect()
    }

    /// Tells every line that an organization has crossed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look_for_notices(&self, org: OrgId) -> Done<()> {
        let _turn = self.watching.acts.take(org).await;
        if self.store.closed_at(org).await?.is_some() {
            // Nobody is there to be told.
            return Ok(());
        }
        let marks = self.store.marks(org).await?;
        let marks: Marks = marks.into_iter().map(|row| (row.subject, row.level)).collect();
        let facts = self.facts(org).await?;
        for line in crossed(&facts, &marks) {
            self.tell_line(org, line).await?;
        }
        Ok(())
    }

    /// Tells a line, unless somebody else has told it meanwhile.
    pub(super) async fn tell_line(&self, org: OrgId, line: Crossed) -> Done<()> {
        let mark = MarkRow { org, subject: line.subject, level: line.level, at: self.now() };
        let letter = line.letter;
        let notices = line.notice.into_iter().map(|notice| (notice, letter.clone())).collect();
        self.notify_with(org, Some(mark), notices).await?;
        Ok(())
    }

    async fn facts(&self, org: OrgId) -> Done<Facts> {
        let (reading, view) = self.credits_of(org).await?;
        let pace = self.pace(org).await?;
        let now = reading.balance.at;
        let left = view.total.less(reading.balance.outstanding);
        let organization = self.store.organization(org).await?;
        let zone = organization.map_or_else(|| "UTC".to_owned(), |row| row.zone);
        let zone = Zone::named(&zone).unwrap_or_else(|_| Zone::utc());
        let included = |reading: &Reading| {
            let of = reading.eligible().filter(|grant| grant.terms.class == Class::Included);
            Credits::sum(of.flat_map(|grant| [grant.unheld, grant.held]))
        };
        let days = |micros: i64| micros.div_euclid(86_400_000_000);
        let schedules = self.store.schedules(org).await?;
        Ok(Facts {
            left,
            available: reading.balance.available,
            included_granted: view.included_granted,
            included_left: included(&reading)?,
            period_ends: view.period.map(|period| date(period.end, now, &zone)),
            days_left: pace.micros_for(left).map(days),
            paused: view.state == PoolState::Paused,
            recent_starters: self.recent_starters(org, now).await?,
            standing: self.standing_told(org, &schedules, (&reading, now, &zone)).await?,
            recharged: self.recharged_lately(org).await?,
            purchased: purchased(&reading, now, &zone),
            schedules: schedules.into_iter().map(scheduled).collect(),
        })
    }

    async fn recent_starters(
        &self,
        org: OrgId,
        now: Timestamp,
    ) -> Done<Vec<ampere_credits::UserId>> {
        let from = Some(now.plus_days(-STARTED_DAYS));
        let filter = RunFilter { from, ..RunFilter::default() };
        let page = Page { before: None, limit: 200 };
        let runs = self.store.runs(org, filter, page).await?;
        let people: BTreeSet<_> = runs
            .into_iter()
            .filter(|run| run.kind != RunKind::Background)
            .map(|run| run.started_by)
            .collect();
        Ok(people.into_iter().collect())
    }

    pub(super) async fn standing_told(
        &self,
        org: OrgId,
        schedules: &[ScheduleRow],
        at: (&Reading, Timestamp, &Zone),
    ) -> Done<Standing> {
        let standing = self.standing(org).await?;
        let (_, now, zone) = at;
        let day = standing.grace_until.map(|until| date(until, now, zone)).unwrap_or_default();
        let text = match standing.state {
            State::PastDue => format!(
                "The last payment failed. Update the card by {day} to keep the plan. Runs still \
                 work until then."
            ),
            State::Unpaid => "The plan is stopped: the payment failed. What is left is locked \
                              until the card is updated and the payment has come in."
                .to_owned(),
            _ => String::new(),
        };
        let row = standing.subscription.as_ref();
        let plan = row.map(|row| self.plan_facts((standing.state, row), schedules, at));
        Ok(Standing {
            state: standing.state.word(),
            trouble: !text.is_empty(),
            text,
            plan: plan.transpose()?,
            confirm: row.and_then(|row| row.confirm_url.clone()),
        })
    }

    async fn recharged_lately(&self, org: OrgId) -> Done<Vec<Recharged>> {
        let attempts = self.store.attempts(org, 5).await?;
        let kept = self.store.recharge(org).await?;
        let newest = attempts.first().map(|row| row.id);
        let off = kept.is_some_and(|row| !row.enabled && row.broken_card.is_some());
        let told = |row: AttemptRow| Recharged {
            id: row.id,
            state: row.state.word(),
            credits: row.credits,
            why: declined_text(row.reason.as_deref()),
            off: off && newest == Some(row.id),
        };
        let over = attempts.into_iter().filter(|row| row.state != AttemptState::Sent);
        Ok(over.map(told).collect())
    }

    /// A run has ended: a large one is told to who started it. That it cannot be told changes
    /// nothing.
    pub(crate) async fn run_ended(&self, run: &RunRow) {
        let began = run.started_at.unwrap_or(run.created_at);
        let long = self.now().seconds_since(began) > LONG_SECONDS;
        if run.kind == RunKind::Background || !(long || self.may_be_large(run)) {
            return;
        }
        if let Err(error) = self.tell_run(run).await {
            tracing::error!(run = %run.id, %error, "a notice could not be told");
        }
    }

    /// What a run may cost is known before; what it did cost only its row tells.
    fn may_be_large(&self, run: &RunRow) -> bool {
        run.quote.high > Credits::whole(LARGE_CREDITS)
    }

    async fn tell_run(&self, run: &RunRow) -> Done<()> {
        let Some(run) = self.store.run(run.org, run.id).await? else { return Ok(()) };
        let took = run.ended_at.zip(run.started_at);
        let long = took.is_some_and(|(end, start)| end.seconds_since(start) > LONG_SECONDS);
        let large = run.charged > Credits::whole(LARGE_CREDITS);
        let ended = match run.state {
            RunState::Succeeded => "has finished",
            RunState::Failed => "has failed",
            _ => return Ok(()),
        };
        if !(long || large) {
            return Ok(());
        }
        let text = format!("“{}” {ended}: {} credits.", run.title, amount(run.charged));
        let notice = Notice {
            kind: Kind::Run,
            to: To::Person(run.started_by),
            text,
            url: format!("/runs/{}", run.id),
            action: "Open the run",
        };
        let (subject, level) = (format!("run:{}", run.id), run.state.word().to_owned());
        let mark = MarkRow { org: run.org, subject, level, at: self.now() };
        self.notify_at(run.org, Some(mark), vec![notice]).await?;
        Ok(())
    }
}

/// Grants of purchased credits that will end, with what is left of them.
fn purchased(reading: &Reading, now: Timestamp, zone: &Zone) -> Vec<Purchased> {
    let bought = reading
        .grants
        .iter()
        .filter(|grant| grant.terms.class == Class::Purchased && grant.terms.eligible(now));
    bought
        .filter_map(|grant| {
            let end = grant.terms.expires?;
            let left = grant.unheld.plus(grant.held).ok().filter(|left| left.is_positive())?;
            let days = end.seconds_since(now).div_euclid(86_400);
            Some(Purchased { id: grant.terms.id, left, days, day: date(end, now, zone) })
        })
        .filter(|grant: &Purchased| grant.days <= 30)
        .collect()
}

fn scheduled(row: ScheduleRow) -> Scheduled {
    let trouble =
        matches!(row.state, ScheduleState::PausedNoCredits | ScheduleState::NeedsAttention);
    let note = row.note.clone().unwrap_or_else(|| "It needs attention.".to_owned());
    Scheduled {
        id: row.id,
        owner: row.owner,
        state: row.state.word(),
        trouble,
        text: format!("{}: {note}", row.name),
    }
}
