//! The model's queue: a heap of runs that wait, from which the law's next one is picked each time.

use ampere_credits::ledger::{Command, Draw, Queueing, Rejected, Request, Turn, Waiting};
use ampere_credits::{HoldId, RunId, Timestamp};

use super::{Model, Reply};

impl Model {
    /// How many wait before a request that may not overtake.
    pub(super) fn ahead_of(&self, request: &Request) -> u32 {
        match request.queueing {
            Queueing::Overtakes | Queueing::Afterwards(_) => 0,
            Queueing::InTurn | Queueing::IfShort(_) => u32::try_from(self.queue.len()).unwrap(),
        }
    }

    /// Puts the request's run into the queue if it is to wait now.
    pub(super) fn joins(&mut self, request: &Request, reply: Reply) -> Reply {
        match (&request.queueing, &request.command, &reply) {
            (Queueing::Afterwards(waiting), _, Reply::Done(_)) => self.join(waiting),
            (
                Queueing::IfShort(waiting),
                Command::Hold { draw: Draw::Pool, .. },
                Reply::Refused(
                    Rejected::InsufficientCredits { .. }
                    | Rejected::WaitsBehind { .. }
                    | Rejected::PoolLocked,
                ),
            ) => {
                self.join(waiting);
                return Reply::Waits;
            }
            _ => {}
        }
        reply
    }

    fn join(&mut self, new: &Waiting) {
        if self.queue.iter().all(|waiting| waiting.run != new.run) {
            self.queue.push(new.clone());
        }
    }

    /// Paused before waiting, then the older, then the smaller id.
    fn next(&self) -> Option<usize> {
        let paused = |waiting: &Waiting| waiting.turn == Turn::Paused;
        (0..self.queue.len()).reduce(|best, other| {
            let (a, b) = (&self.queue[best], &self.queue[other]);
            let sooner = match (paused(a), paused(b)) {
                (true, false) => false,
                (false, true) => true,
                _ => (b.since, b.run) < (a.since, a.run),
            };
            if sooner { other } else { best }
        })
    }

    /// One after the other until one does not fit; 64 at most, then another commit has to go on.
    pub(super) fn serve(&mut self, now: Timestamp) -> (Vec<(RunId, HoldId, Reply)>, bool) {
        let mut served = Vec::new();
        while let Some(next) = self.next() {
            if served.len() == 64 {
                return (served, true);
            }
            let Waiting { run, hold, amount, hold_seconds, cap, .. } = self.queue[next].clone();
            let deadline = now.plus_seconds(hold_seconds);
            let command = Command::Hold { hold, run, amount, deadline, cap, draw: Draw::Pool };
            let reply = self.attempt(&command, 0, now);
            let short = matches!(
                reply,
                Reply::Refused(Rejected::InsufficientCredits { .. } | Rejected::PoolLocked)
            );
            if short {
                break;
            }
            self.queue.remove(next);
            served.push((run, hold, reply));
        }
        (served, false)
    }
}
