//! What a preview said, in plain numbers; what was counted; and the faults that are planted to
//! show that they would be found.

use std::collections::BTreeMap;

use ampere_app::billing::preview::Preview;
use ampere_credits::Cadence;
use ampere_credits::plans::Scenario;

use super::stage::terms_of;

const SECOND: i64 = 1_000_000;
const THIRTY_DAYS: i64 = 30 * 86_400;

/// What a preview said. Instants are seconds, credits micro-credits.
#[derive(Debug, Clone)]
pub struct Said {
    pub scenario: Scenario,
    pub plan: String,
    pub cadence: Cadence,
    pub at: i64,
    pub effective_at: i64,
    /// The amounts of its lines.
    pub due: Vec<i64>,
    pub due_cents: i64,
    pub added: i64,
    pub after: i64,
    pub next_at: i64,
    pub next_cents: i64,
    pub preserved: Option<(i64, i64)>,
    /// The plan that it begins from, with the end of its period.
    from: Option<(String, i64)>,
}

/// A fault in what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    None,
    /// Money is rounded down.
    RoundsDown,
    /// Months have thirty days.
    ThirtyDays,
    /// Credits are rounded up.
    CreditsUp,
    /// The next payment is the old plan's.
    OldPriceNext,
    /// The end of a month is not clamped, but runs over into the next.
    RunsOver,
}

impl Said {
    pub fn of(shown: &Preview, plant: Plant) -> Said {
        let seconds = |at: ampere_credits::Timestamp| at.micros().div_euclid(SECOND);
        let from = shown.from.as_ref().map(|from| (from.plan.clone(), seconds(from.end)));
        let start = shown.from.as_ref().map(|from| seconds(from.start));
        let mut said = Said {
            scenario: shown.scenario,
            plan: shown.plan.clone(),
            cadence: shown.cadence,
            at: seconds(shown.at),
            effective_at: seconds(shown.effective_at),
            due: shown.due.iter().map(|line| line.cents).collect(),
            due_cents: shown.due_cents,
            added: shown.credits_added.micros(),
            after: shown.credits_after.micros(),
            next_at: seconds(shown.next.at),
            next_cents: shown.next.cents,
            preserved: shown.preserved.map(|(left, until)| (left.micros(), seconds(until))),
            from,
        };
        said.spoil(plant, start);
        said
    }

    fn spoil(&mut self, plant: Plant, start: Option<i64>) {
        let upgrade = self.scenario == Scenario::Upgrade;
        let Some((old, end)) = self.from.clone() else { return self.spoil_start(plant) };
        let whole = end - start.unwrap();
        let (was, gave) = terms_of(&old, self.cadence);
        let (is, gives) = terms_of(&self.plan, self.cadence);
        let left = end - self.at;
        match plant {
            Plant::RoundsDown if upgrade => self.pay(&[-(was * left / whole), is * left / whole]),
            Plant::ThirtyDays if upgrade && self.cadence == Cadence::Monthly => {
                let part = |cents: i64| (2 * cents * left + THIRTY_DAYS) / (2 * THIRTY_DAYS);
                self.pay(&[-part(was), part(is)]);
            }
            Plant::CreditsUp if upgrade => {
                let product = i128::from(gives - gave) * i128::from(left);
                let up = (product + i128::from(whole) - 1) / i128::from(whole);
                self.added = i64::try_from(up).unwrap();
            }
            Plant::OldPriceNext if !self.scenario.now() => self.next_cents = was,
            _ => {}
        }
    }

    /// Of a first period of a month.
    fn spoil_start(&mut self, plant: Plant) {
        let month = self.cadence == Cadence::Monthly;
        match plant {
            Plant::ThirtyDays if month => self.next_at = self.at + THIRTY_DAYS,
            // 31 days later, as if no month were shorter.
            Plant::RunsOver if month => self.next_at = self.at + 31 * 86_400,
            _ => {}
        }
    }

    fn pay(&mut self, due: &[i64]) {
        self.due = due.to_vec();
        self.due_cents = due.iter().sum();
    }
}

/// What happened in a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Changes that were previewed, confirmed and compared.
    pub compared: u64,
    /// Figures that were compared.
    pub figures: u64,
    pub hits: BTreeMap<&'static str, u64>,
    /// Where what was said is not what happened.
    pub differences: Vec<String>,
}

impl Tally {
    pub fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: Tally) {
        self.compared += other.compared;
        self.figures += other.figures;
        self.differences.extend(other.differences);
        for (what, times) in other.hits {
            *self.hits.entry(what).or_default() += times;
        }
    }
}
