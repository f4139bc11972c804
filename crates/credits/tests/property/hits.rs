//! Counts the situations that came up, and fails a run in which one never did. Those of the queue
//! and of the background allowance are in `waiting`, those of refunds and ended plans in `money`.

mod money;
mod waiting;

use std::collections::BTreeMap;
use std::fmt;

use ampere_credits::ledger::{
    Account, Answer, Balance, Class, Command, Draw, EndKind, Entry, Fact, Grant, Outcome,
    Overdraft, Rejected, Request, Waiting,
};
use ampere_credits::{GrantId, Timestamp};

use crate::lane::{Commit, Lane};

/// Every situation that a run must have met.
const WANTED: [&str; 51] = [
    "refused KeyReused",
    "refused ClockBehind",
    "refused AmountNotPositive",
    "refused GrantExists",
    "refused HoldExists",
    "refused GrantUnknown",
    "refused HoldUnknown",
    "refused HoldEnded",
    "refused NeverUsable",
    "refused DeadlineOutOfRange",
    "refused HoldPastDeadline",
    "refused NotDue",
    "refused RunHasOpenHold",
    "refused ChargeAboveHold",
    "refused CapReached",
    "refused OverdraftLimitReached",
    "refused InsufficientCredits",
    "refused WaitsBehind",
    "refused OutOfRange",
    "refused while in debt",
    "granted",
    "granted for later",
    "granted without end",
    "held",
    "held of both classes",
    "held all that was available",
    "held again by the same run",
    "held up to the cap",
    "extended within the pool",
    "extended into overdraft",
    "extended into overdraft while in debt",
    "overdraft up to the limit",
    "overdraft wholly charged",
    "overdraft partly charged",
    "overdraft returned",
    "settled all",
    "settled nothing",
    "settled after its deadline",
    "released",
    "lapsed with usage",
    "lapsed without usage",
    "charged after the grant had expired",
    "returned credits expired",
    "expired by the sweep",
    "debt paid by a grant",
    "debt paid by a give-back",
    "debt paid before a command",
    "taken back",
    "replayed",
    "refused first, done later",
    "booked at the last instant, clock behind",
];

/// What was before a commit.
pub struct Before {
    pub balance: Balance,
    pub queue: Vec<Waiting>,
    /// In the order of use.
    pub grants: Vec<Grant>,
    pub locked: bool,
}

impl Before {
    pub fn of(lane: &Lane, clock: Timestamp) -> Self {
        let (balance, queue) = (lane.balance(clock), lane.queue.clone());
        let (grants, locked) = (lane.full.grants.clone(), lane.full.locked);
        Before { balance, queue, grants, locked }
    }

    fn is_frozen(&self, id: GrantId) -> bool {
        let found = self.grants.iter().find(|grant| grant.terms.id == id);
        found.is_some_and(|grant| grant.frozen_since.is_some())
    }
}

#[derive(Default)]
pub struct Hits {
    counts: BTreeMap<String, u64>,
    refused_keys: std::collections::BTreeSet<(u128, String)>,
    case: u128,
}

impl Hits {
    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    pub fn nothing_was_missed(&self) {
        let wanted = WANTED.iter().chain(&waiting::WANTED).chain(&money::WANTED);
        let missed: Vec<_> = wanted.filter(|name| self.count(name) == 0).collect();
        assert!(missed.is_empty(), "this run never met: {missed:?}");
    }

    fn hit(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }

    fn hit_if(&mut self, met: bool, name: &str) {
        if met {
            self.hit(name);
        }
    }

    pub fn note(
        &mut self,
        (lane, before): (&Lane, &Before),
        (requests, commit): (&[Request], &Commit),
        clock: Timestamp,
    ) {
        self.case += u128::from(lane.journal.len() == 1);
        self.hit_if(requests.len() > 1, "commits of several");
        for (request, answer) in requests.iter().zip(&commit.answers) {
            self.hit("commands");
            match answer {
                Answer::Done(outcome) => self.done((lane, &before.balance), request, outcome),
                Answer::Replayed(_) => self.hit("replayed"),
                Answer::Waits => {}
                Answer::Refused(rejected) => self.refused(lane, request, rejected),
            }
        }
        self.waits((lane, before), (requests, commit), clock);
        self.draws((lane, before), (requests, commit), clock);
        self.money((lane, before), (requests, commit), clock);
        let sweep = requests.is_empty();
        for (i, entry) in commit.entries.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| commit.entries.get(i));
            self.entry(lane, (entry, before), sweep);
            self.hit_if(entry.at > clock, "booked at the last instant, clock behind");
        }
    }

    fn refused(&mut self, lane: &Lane, request: &Request, rejected: &Rejected) {
        let text = format!("{rejected:?}");
        let name = text.split([' ', '{']).next().unwrap_or_default();
        self.hit(&format!("refused {name}"));
        let starts = matches!(request.command, Command::Hold { draw: Draw::Pool, .. });
        let lacking = matches!(rejected, Rejected::InsufficientCredits { .. });
        self.hit_if(starts && lacking && lane.full.debt.is_positive(), "refused while in debt");
        self.refused_keys.insert((self.case, request.key.clone()));
    }

    fn done(&mut self, (lane, before): (&Lane, &Balance), request: &Request, outcome: &Outcome) {
        let later = self.refused_keys.contains(&(self.case, request.key.clone()));
        self.hit_if(later, "refused first, done later");
        match (&request.command, outcome.fact) {
            (Command::Grant(terms), _) => {
                self.hit("granted");
                self.hit_if(terms.effective > outcome.at, "granted for later");
                self.hit_if(terms.expires.is_none(), "granted without end");
            }
            (Command::Hold { amount, cap, run, .. }, Fact::Held { charged_before, .. }) => {
                self.hit("held");
                self.hit_if(outcome.added == before.available, "held all that was available");
                self.hit_if(
                    cap.is_some_and(|cap| charged_before.plus(*amount) == Ok(cap)),
                    "held up to the cap",
                );
                let earlier = lane.full.holds.values().filter(|hold| hold.run == *run).count();
                self.hit_if(earlier > 1, "held again by the same run");
            }
            (Command::Extend { overdraft, .. }, _) if outcome.overdraft.is_positive() => {
                self.hit("extended into overdraft");
                let of_overdraft = lane.full.debt.less(lane.full.debt_of_claims);
                let used = lane.full.overdraft.plus(of_overdraft).unwrap();
                self.hit_if(*overdraft == Overdraft::UpTo(used), "overdraft up to the limit");
                let debt = lane.full.debt.is_positive();
                self.hit_if(debt, "extended into overdraft while in debt");
            }
            (Command::Extend { .. }, _) => self.hit("extended within the pool"),
            (Command::TakeBack { .. }, _) => self.hit("taken back"),
            (
                Command::Lock
                | Command::Unlock
                | Command::Freeze { .. }
                | Command::Thaw { .. }
                | Command::Claim { .. },
                _,
            ) => assert!(outcome.added.is_zero(), "a state moved credits: {outcome:?}"),
            (_, Fact::Ended { hold, how, .. }) => {
                let late = lane.full.holds[&hold].deadline <= outcome.at;
                self.hit_if(late && how == EndKind::Settled, "settled after its deadline");
                let usage = outcome.charged.is_positive();
                match how {
                    EndKind::Released => self.hit("released"),
                    EndKind::Lapsed if usage => self.hit("lapsed with usage"),
                    EndKind::Lapsed => self.hit("lapsed without usage"),
                    EndKind::Settled if outcome.returned.is_zero() => self.hit("settled all"),
                    EndKind::Settled => self.hit_if(!usage, "settled nothing"),
                }
            }
            other => panic!("an outcome that does not fit its command: {other:?}"),
        }
    }

    fn entry(&mut self, lane: &Lane, (entry, before): (&Entry, Option<&Entry>), sweep: bool) {
        let ended = before.filter(|entry| matches!(entry.fact, Fact::Ended { .. }));
        let granted = before.is_some_and(|entry| matches!(entry.fact, Fact::Granted(_)));
        match entry.fact {
            Fact::Expired => {
                self.hit_if(sweep, "expired by the sweep");
                self.hit_if(ended.is_some(), "returned credits expired");
            }
            Fact::DebtPaid => {
                self.hit_if(ended.is_some(), "debt paid by a give-back");
                self.hit_if(granted, "debt paid by a grant");
                self.hit_if(before.is_none() && !sweep, "debt paid before a command");
            }
            Fact::Ended { .. } => {
                self.overdraft_end(entry);
                let late = entry.moves.iter().any(|each| match (each.from, each.to) {
                    (Account::Held(_, grant), Account::Spent) => {
                        lane.full.grant(grant).unwrap().terms.expired(entry.at)
                    }
                    _ => false,
                });
                self.hit_if(late, "charged after the grant had expired");
            }
            Fact::Held { .. } => {
                let of = |class: Class| {
                    entry.moves.iter().any(|each| match each.from {
                        Account::Left(id) => lane.full.grant(id).unwrap().terms.class == class,
                        _ => false,
                    })
                };
                self.hit_if(of(Class::Included) && of(Class::Purchased), "held of both classes");
            }
            _ => {}
        }
    }

    fn overdraft_end(&mut self, entry: &Entry) {
        let went = |to: Account| {
            entry
                .moves
                .iter()
                .any(|each| matches!(each.from, Account::HeldOverdraft(_)) && each.to == to)
        };
        match (went(Account::Spent), went(Account::Overdraft)) {
            (true, true) => self.hit("overdraft partly charged"),
            (true, false) => self.hit("overdraft wholly charged"),
            (false, true) => self.hit("overdraft returned"),
            (false, false) => {}
        }
    }
}

impl fmt::Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.counts {
            writeln!(f, "{count:>8}  {name}")?;
        }
        Ok(())
    }
}
