//! A random history of one organization: what it chooses, when, and how it goes on.

use ampere_app::AppError;
use ampere_app::billing::change::Changed;
use ampere_app::billing::preview::{Choice, Preview};
use ampere_app::billing::standing::State;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits};

use super::said::{Plant, Said, Tally};
use super::stage::{Chance, PLANS, Stage};
use super::when;

const DAY: i64 = 86_400;
/// A preview lives for so long.
const LIVES: i64 = 600;

/// The renewal that is to come, as the last confirmed preview said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub at: i64,
    pub cents: i64,
    pub plan: String,
    pub cadence: Cadence,
}

pub struct Walk {
    pub stage: Stage,
    pub tally: Tally,
    /// None: no renewal is to come.
    pub next: Option<Next>,
    /// Who is on what, as the last change says.
    pub on: Option<(String, Cadence)>,
    plant: Plant,
    seed: u64,
    chance: Chance,
    draft: i64,
    /// What it goes back to when a pending change or a cancellation is taken back.
    kept: Option<Next>,
    stopped: bool,
}

impl Walk {
    pub async fn new(seed: u64, plant: Plant) -> Walk {
        let chance = Chance::of(seed);
        let start = when::start(&chance);
        let draft = chance.of_all(&[0, 3_600]);
        let stage = Stage::open(start, draft, seed).await;
        if chance.one_in(2) {
            stage.purchased(Credits::from_micros(chance.between(1, 9_000_000_000))).await;
        }
        let tally = Tally::default();
        let (next, kept, on) = (None, None, None);
        Walk { stage, tally, next, on, plant, seed, chance, draft, kept, stopped: false }
    }

    /// Goes on until so many changes were compared, or it cannot go on.
    pub async fn run(mut self, changes: u64) -> Tally {
        let mut steps = 0;
        let goes_on = |it: &Walk| it.tally.compared < changes && it.stage.now() < when::last();
        while !self.stopped && goes_on(&self) && steps < 20 * changes {
            steps += 1;
            self.step().await;
        }
        if !self.stopped && !self.stage.verified().await {
            self.differs("the books do not add up".to_owned());
        }
        self.tally
    }

    /// Something that was said did not happen; nothing after it can be relied on.
    pub fn differs(&mut self, what: String) {
        let now = when::text(self.stage.now());
        self.tally.differences.push(format!("history {} at {now}: {what}", self.seed));
        self.stopped = true;
    }

    /// A pending change has come, or nothing is there to be taken back any more.
    pub fn forget_kept(&mut self) {
        self.kept = None;
    }

    /// Compares a figure.
    pub fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, said: &T, happened: &T) {
        self.tally.figures += 1;
        if said != happened {
            self.differs(format!("{what}: said {said:?}, happened {happened:?}"));
        }
    }

    async fn step(&mut self) {
        let state = self.stage.app.standing(self.stage.owner.org).await.unwrap().state;
        match state {
            State::None | State::Trial | State::Ended => {
                let gap = self.gap();
                self.go_to(gap).await;
                let plan = self.chance.of_all(&PLANS).0;
                let cadence = self.cadence(5);
                self.change(plan, cadence).await;
            }
            State::Active => {
                let gap = self.gap();
                self.go_to(gap).await;
                if self.stopped {
                    return;
                }
                if self.chance.one_in(12) { self.cancel().await } else { self.choose().await }
            }
            State::ChangeScheduled | State::Ending => self.wait_or_take_back(state).await,
            other => self.differs(format!("the state is {other:?}")),
        }
    }

    fn cadence(&self, annual_one_in: i64) -> Cadence {
        if self.chance.one_in(annual_one_in) { Cadence::Annual } else { Cadence::Monthly }
    }

    /// When something is done next.
    fn gap(&self) -> i64 {
        let (now, end) = (self.stage.now(), self.stage.period().map(|it| it.1));
        when::next(&self.chance, now, end)
    }

    /// Another plan or cadence than now.
    async fn choose(&mut self) {
        let (plan, cadence) = self.on.clone().unwrap();
        let other = match cadence {
            Cadence::Monthly => Cadence::Annual,
            Cadence::Annual => Cadence::Monthly,
        };
        let to = if self.chance.one_in(6) { other } else { cadence };
        let known: Vec<&str> = PLANS.iter().map(|it| it.0).collect();
        let wanted = self.chance.of_all(&known);
        if (wanted, to) == (plan.as_str(), cadence) {
            return;
        }
        self.change(wanted, to).await;
    }

    async fn cancel(&mut self) {
        let done = self.stage.app.cancel_plan(&self.stage.owner, None).await;
        self.same("cancelling", &Ok(()), &done);
        self.kept = self.kept.take().or_else(|| self.next.take());
        self.next = None;
        self.tally.hit("cancelled");
    }

    async fn wait_or_take_back(&mut self, state: State) {
        let pending = state == State::ChangeScheduled;
        if self.chance.one_in(2) {
            let end = self.stage.period().map_or(0, |it| it.1);
            let soon = self.stage.now() + self.chance.between(0, 3 * DAY);
            if soon < end {
                self.go_to(soon).await;
            }
            let (app, owner) = (&self.stage.app, &self.stage.owner);
            let taken =
                if pending { app.undo_change(owner).await } else { app.resume_plan(owner).await };
            self.same("taking back", &Ok(()), &taken);
            self.tally.hit(if pending { "undone" } else { "resumed" });
            self.next = self.kept.take();
        } else if pending && self.chance.one_in(6) {
            self.cancel().await;
            self.tally.hit("cancelled_with_a_change_pending");
        } else {
            let end = self.stage.period().map_or(0, |it| it.1);
            self.go_to(end + self.chance.of_all(&[0, 1, 40, 5_000])).await;
        }
    }

    /// Time passes; every renewal on the way is compared with what was said of it.
    pub async fn go_to(&mut self, at: i64) {
        while !self.stopped {
            let Some((_, end)) = self.stage.period() else { break };
            if end > at {
                break;
            }
            let before = self.before().await;
            if self.draft > 0 && self.next.is_some() && self.chance.one_in(8) {
                self.stage.move_to(end + self.chance.between(0, self.draft - 1));
                self.stage.hear().await;
                self.in_draft_hour().await;
            }
            self.stage.move_to(end + self.draft);
            self.stage.hear().await;
            self.renewed(end, before).await;
        }
        self.stage.move_to(at);
    }

    /// The renewal is made and not paid yet: nothing is changed at once, and from when on it is.
    async fn in_draft_hour(&mut self) {
        let choice = Choice { plan: "scale".to_owned(), cadence: Cadence::Annual };
        let shown = self.stage.app.preview_change(&self.stage.owner, choice).await;
        match shown {
            Err(AppError::NotNow(why)) if why.again_at.is_some() => {
                self.tally.hit("refused_while_a_renewal_is_a_draft");
            }
            // It is on that plan.
            Err(AppError::Conflict(text)) if text.contains("that you have") => {}
            other => self.differs(format!("a renewal is not paid yet, and a preview is {other:?}")),
        }
    }

    /// A preview, its confirmation at once or later, and what came of it.
    async fn change(&mut self, plan: &str, cadence: Cadence) {
        if self.stopped {
            return;
        }
        let choice = Choice { plan: plan.to_owned(), cadence };
        let shown = self.stage.app.preview_change(&self.stage.owner, choice).await;
        let mut shown = match shown {
            Ok(shown) => shown,
            Err(error) => return self.differs(format!("no preview: {error:?}")),
        };
        let mut later = match self.chance.between(1, 8) {
            1..=4 => 0,
            5..=7 => self.chance.between(1, LIVES - 1),
            _ => self.chance.between(LIVES + 1, 2 * LIVES),
        };
        let to = self.stage.now() + later;
        if self.stage.period().is_some_and(|(_, end)| end <= to) {
            return self.over_the_end(&shown, to).await;
        }
        self.stage.move_to(to);
        if later > LIVES {
            let refused = self.stage.app.confirm_change(&self.stage.owner, shown.id).await;
            let Err(AppError::PreviewExpired(Some(fresh))) = refused else {
                return self.differs(format!("an old preview: {refused:?}"));
            };
            (shown, later) = (*fresh, 0);
            self.tally.hit("expired_and_shown_anew");
        }
        let before = self.before().await;
        let mut confirmed = self.stage.app.confirm_change(&self.stage.owner, shown.id).await;
        if let Err(AppError::PreviewExpired(Some(fresh))) = &confirmed
            && when::day_there(fresh.next.at) != when::day_there(shown.next.at)
        {
            // A midnight has passed: the day of the next payment would be another.
            (shown, later) = ((**fresh).clone(), 0);
            confirmed = self.stage.app.confirm_change(&self.stage.owner, shown.id).await;
            self.tally.hit("another_day_shown_anew");
        }
        let said = Said::of(&shown, self.plant);
        match confirmed {
            Ok(Changed::Checkout { id, .. }) => {
                self.stage.pay(id).await;
                self.tally.hit("paid_on_the_page");
            }
            Ok(Changed::Done | Changed::Scheduled) => {}
            other => return self.differs(format!("{said:?}: {other:?}")),
        }
        self.outcome(&said, before, later).await;
        self.went_on(said);
    }

    /// What holds from now on.
    fn went_on(&mut self, said: Said) {
        let Said { plan, cadence, next_cents: cents, .. } = said;
        if said.scenario.now() {
            let at = self.stage.period().map_or(0, |it| it.1);
            self.on = Some((plan.clone(), cadence));
            self.next = Some(Next { at, cents, plan, cadence });
            self.kept = None;
        } else {
            let next = Next { at: said.next_at, cents, plan, cadence };
            self.kept = self.next.replace(next);
        }
    }

    /// The period ends between preview and confirmation: what was shown cannot happen any more,
    /// whether the application has heard of the new period or not.
    async fn over_the_end(&mut self, shown: &Preview, to: i64) {
        let (_, end) = self.stage.period().unwrap();
        let before = self.before().await;
        let heard = self.chance.one_in(2);
        self.stage.move_to(to);
        if heard {
            self.stage.hear().await;
        }
        let answer = self.stage.app.confirm_change(&self.stage.owner, shown.id).await;
        let starts = matches!(shown.scenario, Scenario::Start | Scenario::Restart);
        use AppError as E;
        match answer {
            Err(E::PreviewExpired(_) | E::Conflict(_) | E::NotNow(_)) if !starts => {}
            other => {
                let what = format!("confirmed over the period's end, heard {heard}");
                return self.differs(format!("{what}: {shown:?}: {other:?}"));
            }
        }
        self.stage.move_to(end + self.draft);
        self.stage.hear().await;
        self.renewed(end, before).await;
        self.tally.hit(if heard { "over_the_end_heard" } else { "over_the_end_unheard" });
    }
}
