//! The lives of holds and runs: one beginning, at most one end, within time and cap (I7 to I9,
//! I11).

use std::collections::BTreeMap;

use crate::amount::Credits;
use crate::id::{HoldId, RunId};
use crate::ledger::account::Account;
use crate::ledger::audit::books::{Books, told};
use crate::ledger::audit::report::Findings;
use crate::ledger::entry::{EndKind, Entry, Fact};
use crate::ledger::hold::LONGEST_HOLD_SECONDS;
use crate::time::Timestamp;

/// One hold as the journal tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) run: RunId,
    pub(super) opened: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) cap: Option<Credits>,
    pub(super) charged_before: Credits,
    pub(super) taken: i128,
    pub(super) end: Option<End>,
}

/// Its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) kind: EndKind,
    pub(super) charged: i128,
    pub(super) position: u64,
}

#[derive(Debug, Default)]
pub(super) struct Lives {
    holds: BTreeMap<HoldId, Life>,
    open: BTreeMap<RunId, HoldId>,
    charged: BTreeMap<RunId, i128>,
}

impl Lives {
    pub(super) fn holds(&self) -> impl Iterator<Item = (&HoldId, &Life)> {
        self.holds.iter()
    }

    pub(super) fn hold(&self, hold: HoldId) -> Option<&Life> {
        self.holds.get(&hold)
    }

    /// What the entry does to holds, judged before it is booked.
    pub(super) fn before(&mut self, books: &Books, entry: &Entry, out: &mut Findings) {
        match entry.fact {
            Fact::Held { hold, run, deadline, cap, charged_before } => {
                let life = Life {
                    run,
                    opened: entry.at,
                    deadline,
                    cap,
                    charged_before,
                    taken: 0,
                    end: None,
                };
                self.begins(hold, life, entry, out);
            }
            Fact::Extended { hold, deadline } => self.extends(hold, deadline, entry, out),
            Fact::Ended { hold, run, how, .. } => self.ends(hold, (run, how), entry, out),
            _ => return,
        }
        if let Fact::Held { hold, .. } | Fact::Extended { hold, .. } = entry.fact {
            self.takes(books, hold, entry, out);
        }
    }

    fn begins(&mut self, hold: HoldId, life: Life, entry: &Entry, out: &mut Findings) {
        let here = Some(entry.position);
        out.require("I8", here, !self.holds.contains_key(&hold), || format!("{hold} began before"));
        let open = self.open.get(&life.run).copied();
        out.require("I8", here, open.is_none(), || {
            format!("{} has the open hold {open:?} already", life.run)
        });
        let before = self.charged.get(&life.run).copied().unwrap_or_default();
        out.require("I7", here, i128::from(life.charged_before.micros()) == before, || {
            let noted = life.charged_before;
            format!("{} was charged {} before, not {noted}", life.run, told(before))
        });
        let latest = entry.at.plus_seconds(LONGEST_HOLD_SECONDS);
        let fine = entry.at < life.deadline && life.deadline <= latest;
        out.require("I11", here, fine, || format!("{hold} has the deadline {}", life.deadline));
        self.open.insert(life.run, hold);
        self.holds.insert(hold, life);
    }

    fn extends(&mut self, hold: HoldId, deadline: Timestamp, entry: &Entry, out: &mut Findings) {
        let here = Some(entry.position);
        let life = self.holds.get_mut(&hold);
        let open = life.as_ref().is_some_and(|life| life.end.is_none());
        out.require("I8", here, open, || format!("{hold} was extended, but is not open"));
        let Some(life) = life else { return };
        let latest = life.opened.plus_seconds(LONGEST_HOLD_SECONDS);
        let fine = entry.at < life.deadline && life.deadline <= deadline && deadline <= latest;
        out.require("I11", here, fine, || {
            format!("{hold} was due at {} and now is at {deadline}", life.deadline)
        });
        life.deadline = deadline;
    }

    /// I7: held and charged stay within the cap when credits are taken.
    fn takes(&mut self, books: &Books, hold: HoldId, entry: &Entry, out: &mut Findings) {
        let Some(life) = self.holds.get_mut(&hold) else {
            return;
        };
        let into = |account| match account {
            Account::Held(to, _) | Account::HeldOverdraft(to) => to == hold,
            _ => false,
        };
        let more: i128 = entry
            .moves
            .iter()
            .filter(|each| into(each.to))
            .map(|each| i128::from(each.amount.micros()))
            .sum();
        life.taken += more;
        if let Some(cap) = life.cap {
            out.count("I7");
            let used = i128::from(life.charged_before.micros()) + inside(books, hold) + more;
            out.require("I7", Some(entry.position), used <= i128::from(cap.micros()), || {
                format!("{} uses {}, above its cap of {cap}", life.run, told(used))
            });
        }
    }

    fn ends(
        &mut self,
        hold: HoldId,
        (run, kind): (RunId, EndKind),
        entry: &Entry,
        out: &mut Findings,
    ) {
        let here = Some(entry.position);
        let charged: i128 = entry
            .moves
            .iter()
            .filter(|each| each.to == Account::Spent)
            .map(|each| i128::from(each.amount.micros()))
            .sum();
        let life = self.holds.get_mut(&hold);
        let open = life.as_ref().is_some_and(|life| life.end.is_none());
        out.require("I8", here, open, || format!("{hold} ended, but is not open"));
        let Some(life) = life else { return };
        out.require("I8", here, life.run == run, || {
            format!("{hold} is of {}, not {run}", life.run)
        });
        let due = kind != EndKind::Lapsed || life.deadline <= entry.at;
        out.require("I11", here, due, || format!("{hold} lapsed before {}", life.deadline));
        life.end.get_or_insert(End { kind, charged, position: entry.position });
        if self.open.get(&run) == Some(&hold) {
            self.open.remove(&run);
        }
        *self.charged.entry(run).or_default() += charged;
    }

    /// I9: once an end is booked, the hold has nothing left in it.
    pub(super) fn after(&mut self, books: &Books, entry: &Entry, out: &mut Findings) {
        let Fact::Ended { hold, .. } = entry.fact else {
            return;
        };
        let left = inside(books, hold);
        out.require("I9", Some(entry.position), left == 0, || {
            format!("{hold} ended with {} neither charged nor returned", told(left))
        });
    }
}

/// What is in a hold, the overdraft included.
pub(super) fn inside(books: &Books, hold: HoldId) -> i128 {
    let slices: i128 = books.slices(hold).iter().map(|(_, part)| part).sum();
    slices + books.balance(Account::HeldOverdraft(hold))
}
