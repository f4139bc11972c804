//! Situations of the queue and of the background allowance.

use ampere_credits::ledger::{
    Account, Answer, Class, Command, Draw, Entry, Fact, Queueing, Rejected, Request, Turn,
};
use ampere_credits::{Credits, Timestamp};

use super::{Before, Hits};
use crate::lane::{Commit, Lane};

/// Every situation that a run must have met.
pub const WANTED: [&str; 29] = [
    "waits for lack of credits",
    "waits behind others",
    "waits once, however often it asks",
    "paused and waits",
    "served",
    "served several",
    "served what joined at once",
    "served in the commit of a grant",
    "served in the commit of an end",
    "served by time alone",
    "served a paused run before an older waiting one",
    "served while another does not fit",
    "stopped before a smaller one that would fit",
    "left the queue: CapReached",
    "left the queue: RunHasOpenHold",
    "left the queue: DeadlineOutOfRange",
    "waiting while there is debt",
    "overtook who waits",
    "held of background alone",
    "held of background, then of the pool",
    "held of background while in debt",
    "held of background past who waits",
    "lacked background credits while the pool had enough",
    "extended of background",
    "no overdraft beside background",
    "charged of background and of the pool",
    "background given back",
    "background expired",
    "background pays no debt",
];

impl Hits {
    /// What the commit did to the queue.
    pub(super) fn waits(
        &mut self,
        (lane, before): (&Lane, &Before),
        (requests, commit): (&[Request], &Commit),
        clock: Timestamp,
    ) {
        let waited = |run| before.queue.iter().find(|waiting| waiting.run == run);
        for (request, answer) in requests.iter().zip(&commit.answers) {
            match (&request.queueing, answer) {
                (Queueing::IfShort(waiting), Answer::Waits) => {
                    let enough = waiting.amount <= before.balance.available;
                    self.hit_if(before.queue.is_empty() && !enough, "waits for lack of credits");
                    self.hit_if(!before.queue.is_empty() && enough, "waits behind others");
                    let again = waited(waiting.run).is_some();
                    self.hit_if(again, "waits once, however often it asks");
                }
                (Queueing::Afterwards(_), Answer::Done(_)) => self.hit("paused and waits"),
                (Queueing::Overtakes, Answer::Done(_)) => {
                    let takes = matches!(request.command, Command::Hold { draw: Draw::Pool, .. });
                    self.hit_if(takes && !before.queue.is_empty(), "overtook who waits");
                }
                _ => {}
            }
        }
        for served in &commit.served {
            let Err(rejected) = &served.answer else { continue };
            let text = format!("{rejected:?}");
            let name = text.split([' ', '{']).next().unwrap_or_default();
            self.hit(&format!("left the queue: {name}"));
        }
        self.served(before, requests, commit);
        let head = lane.queue.first();
        let available = lane.balance(clock).available;
        let stopped = lane.queue.iter().skip(1).any(|behind| behind.amount <= available);
        self.hit_if(
            stopped && !commit.more && head.is_some_and(|head| head.amount > available),
            "stopped before a smaller one that would fit",
        );
        self.hit_if(head.is_some() && lane.full.debt.is_positive(), "waiting while there is debt");
        let fitted = commit.served.iter().any(|served| served.answer.is_ok());
        self.hit_if(fitted && head.is_some(), "served while another does not fit");
    }

    fn served(&mut self, before: &Before, requests: &[Request], commit: &Commit) {
        let fitted: Vec<_> = commit.served.iter().filter(|served| served.answer.is_ok()).collect();
        if fitted.is_empty() {
            return;
        }
        self.hit("served");
        self.hit_if(fitted.len() > 1, "served several");
        let any = |wanted: fn(&Fact) -> bool| commit.entries.iter().any(|each| wanted(&each.fact));
        let granted = any(|fact| matches!(fact, Fact::Granted(_)));
        self.hit_if(granted, "served in the commit of a grant");
        let ended = any(|fact| matches!(fact, Fact::Ended { .. }));
        self.hit_if(ended, "served in the commit of an end");
        self.hit_if(requests.is_empty(), "served by time alone");
        for served in fitted {
            let Some(waited) = before.queue.iter().find(|waiting| waiting.run == served.run) else {
                self.hit("served what joined at once");
                continue;
            };
            let older = before
                .queue
                .iter()
                .any(|other| other.turn == Turn::Waiting && other.since < waited.since);
            self.hit_if(
                waited.turn == Turn::Paused && older,
                "served a paused run before an older waiting one",
            );
        }
    }

    /// What the commit took of the background allowance, and what it did not.
    pub(super) fn draws(
        &mut self,
        (lane, before): (&Lane, &Before),
        (requests, commit): (&[Request], &Commit),
        clock: Timestamp,
    ) {
        for (request, answer) in requests.iter().zip(&commit.answers) {
            match (&request.command, answer) {
                (
                    Command::Hold { amount, draw: Draw::Background, .. },
                    Answer::Refused(Rejected::InsufficientCredits { .. }),
                ) => self.hit_if(
                    *amount <= before.balance.available,
                    "lacked background credits while the pool had enough",
                ),
                (Command::Hold { draw, .. }, Answer::Done(_)) if *draw != Draw::Pool => self
                    .hit_if(
                        matches!(request.queueing, Queueing::InTurn) && !before.queue.is_empty(),
                        "held of background past who waits",
                    ),
                (
                    Command::Extend { draw: Draw::BackgroundThenPool, overdraft, .. },
                    Answer::Refused(Rejected::InsufficientCredits { .. }),
                ) => self.hit_if(
                    *overdraft != ampere_credits::ledger::Overdraft::Never,
                    "no overdraft beside background",
                ),
                _ => {}
            }
        }
        for entry in &commit.entries {
            self.drawn(lane, entry, before.balance.outstanding);
        }
        let balance = lane.balance(clock);
        let both = balance.outstanding.is_positive() && balance.background_available.is_positive();
        self.hit_if(both, "background pays no debt");
    }

    fn drawn(&mut self, lane: &Lane, entry: &Entry, owed: Credits) {
        let background = |account| match account {
            Account::Left(grant) | Account::Held(_, grant) => {
                lane.full.grant(grant).unwrap().terms.class == Class::Background
            }
            _ => false,
        };
        let any = |wanted: &dyn Fn(Account, Account) -> bool| {
            entry.moves.iter().any(|each| wanted(each.from, each.to))
        };
        let of_background = any(&|from, _| background(from));
        if !of_background {
            return;
        }
        let of_pool = any(&|from, _| matches!(from, Account::Left(_)) && !background(from));
        match entry.fact {
            Fact::Held { .. } => {
                self.hit_if(!of_pool, "held of background alone");
                self.hit_if(of_pool, "held of background, then of the pool");
                let debt = owed.is_positive() && lane.full.debt.is_positive();
                self.hit_if(debt, "held of background while in debt");
            }
            Fact::Extended { .. } => self.hit("extended of background"),
            Fact::Expired => self.hit("background expired"),
            Fact::Ended { .. } => {
                let charged = |from: Account, to: Account, wanted: bool| {
                    to == Account::Spent && background(from) == wanted
                };
                let both = any(&|from, to| charged(from, to, true))
                    && any(&|from, to| charged(from, to, false));
                self.hit_if(both, "charged of background and of the pool");
                let back = any(&|from, to| background(from) && matches!(to, Account::Left(_)));
                self.hit_if(back, "background given back");
            }
            _ => {}
        }
    }
}
