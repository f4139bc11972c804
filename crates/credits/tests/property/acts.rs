//! Makes requests of random acts, resolved against the pool as it is then, so that most of them
//! hit something.

use std::collections::BTreeMap;

use ampere_credits::ledger::{
    Answer, Cause, Class, Command, Draw, Grant, GrantTerms, Hold, Overdraft, Queueing, Request,
    Turn as Whose, Waiting,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

use super::plan::{Act, Case, Move, Much, Stand, Turn};
use crate::lane::{Lane, request};

/// Turns acts into requests.
pub struct Asker {
    unit: i64,
    limit: i64,
    grants: u128,
    holds: u128,
    keys: u64,
    done: Vec<Request>,
    refused: Vec<Request>,
}

const START: i64 = 1_800_000_000_000_000;

impl Asker {
    pub fn new(case: &Case) -> Self {
        Asker {
            unit: case.unit,
            limit: case.limit,
            grants: 0,
            holds: 0,
            keys: 0,
            done: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The clock's reading in a turn.
    pub fn clock(&mut self, turn: &Turn, lane: &Lane) -> Timestamp {
        let now = lane.clock.max(Timestamp::from_micros(START));
        let by = |micros: i64| Timestamp::from_micros(now.micros() + micros);
        match turn.clock {
            Move::Micros(micros) => by(micros),
            Move::Hours(hours) => now.plus_seconds(hours * 3_600),
            Move::Days(days) => now.plus_days(days),
            Move::Back(micros) => Timestamp::from_micros(lane.full.last.micros() - micros),
            Move::NearNext(offset) => {
                let live = lane.full.grants.iter().filter(|grant| !grant.drained());
                let grants = live.flat_map(|grant| {
                    [Some(grant.terms.effective), grant.terms.expires].into_iter().flatten()
                });
                let open = lane.full.holds.values().filter(|hold| hold.ended.is_none());
                let next = grants.chain(open.map(|hold| hold.deadline)).filter(|at| *at > now);
                let next = next.min().unwrap_or(now);
                Timestamp::from_micros(next.micros() + offset)
            }
        }
    }

    pub fn requests(&mut self, turn: &Turn, lane: &Lane, clock: Timestamp) -> Vec<Request> {
        if lane.full.issued.is_zero() && self.done.is_empty() {
            return vec![self.first_grant(clock)];
        }
        let mut requests = Vec::new();
        for act in &turn.acts {
            match *act {
                Act::Spree { units } => requests.extend(self.spree(units, lane, clock)),
                Act::Ended { units } => {
                    let before = [Command::Lock];
                    requests.extend(self.goes_on(before, units, (lane, clock)));
                }
                Act::Refunded { units } => {
                    let spent = |grant: &&Grant| grant.spent > grant.claim && grant.drained();
                    let claim = lane.full.grants.iter().find(spent).map(|grant| Command::Claim {
                        grant: grant.terms.id,
                        total: grant.terms.amount,
                    });
                    requests.extend(self.goes_on(claim, units, (lane, clock)));
                }
                _ => requests.extend(self.request(act, lane, clock)),
            }
        }
        requests
    }

    fn first_grant(&mut self, clock: Timestamp) -> Request {
        let act = Act::Grant {
            much: Much::Units(9),
            class: Class::Included,
            from: 0,
            until: Some(30),
            again: false,
        };
        let command = self.grant(&act, clock);
        self.fresh(command)
    }

    fn fresh(&mut self, command: Command) -> Request {
        self.keys += 1;
        request(&format!("key {}", self.keys), command)
    }

    fn request(&mut self, act: &Act, lane: &Lane, clock: Timestamp) -> Option<Request> {
        let some = |list: &[Request], pick: u8| {
            (!list.is_empty()).then(|| list[usize::from(pick) % list.len()].clone())
        };
        let command = match *act {
            Act::Spree { .. } | Act::Ended { .. } | Act::Refunded { .. } => return None,
            Act::Repeat { pick } => return some(&self.done, pick),
            Act::RetryRefused { pick } => return some(&self.refused, pick),
            Act::ReuseKey { pick } => {
                let used = some(&self.done, pick)?;
                let other = Command::Release { hold: HoldId::from_bits(0) };
                return Some(request(&used.key, other));
            }
            Act::Grant { .. } => self.grant(act, clock),
            Act::Hold { .. } => return Some(self.hold(act, lane, clock)),
            Act::Extend { pick, much, deadline, finish, draw } => {
                let hold = pick_hold(lane, pick)?;
                let limit = Credits::from_micros(self.limit * self.unit);
                let of_overdraft = lane.full.debt.less(lane.full.debt_of_claims);
                let used = lane.full.overdraft.plus(of_overdraft).unwrap();
                let mut takeable = takeable(lane, draw, clock);
                if matches!(much, Much::UpToLimit) {
                    takeable = takeable.plus(limit.less(used)).unwrap();
                }
                let amount = self.amount(much, takeable);
                let deadline = hold.deadline.max(clock.plus_seconds(deadline * 3_600));
                let latest = hold.opened.plus_days(1);
                let deadline = if pick.is_multiple_of(8) { deadline } else { deadline.min(latest) };
                let overdraft = if finish { Overdraft::UpTo(limit) } else { Overdraft::Never };
                Command::Extend { hold: hold.id, amount, deadline, overdraft, draw }
            }
            Act::Settle { pick, much, pauses } => {
                let hold = pick_hold(lane, pick)?;
                let charge = self.charge(much, &hold);
                let estimated = pick.is_multiple_of(2);
                let command = Command::Settle { hold: hold.id, charge, estimated };
                return Some(self.ends(command, (&hold, pauses), clock));
            }
            Act::Release { pick, pauses } => {
                let hold = pick_hold(lane, pick)?;
                let command = Command::Release { hold: hold.id };
                return Some(self.ends(command, (&hold, pauses), clock));
            }
            Act::Lapse { pick, much } => {
                let hold = pick_hold(lane, pick)?;
                Command::Lapse { hold: hold.id, charge: self.charge(much, &hold) }
            }
            Act::TakeBack { pick, much } => {
                let grant = pick_grant(lane, pick, |grant| !grant.drained());
                let unheld = grant.map_or(Credits::ZERO, |grant| grant.unheld);
                Command::TakeBack { grant: id_of(grant), amount: self.amount(much, unheld) }
            }
            Act::Lock => Command::Lock,
            Act::Unlock => Command::Unlock,
            Act::Freeze { .. } | Act::Thaw { .. } | Act::Claim { .. } => self.dispute(act, lane),
        };
        Some(self.fresh(command))
    }

    /// What happens to a grant whose payment is disputed or refunded.
    fn dispute(&self, act: &Act, lane: &Lane) -> Command {
        match *act {
            Act::Freeze { pick } => {
                Command::Freeze { grant: id_of(pick_grant(lane, pick, |_| true)) }
            }
            Act::Thaw { pick } => {
                let frozen = |grant: &Grant| grant.frozen_since.is_some();
                Command::Thaw { grant: id_of(pick_grant(lane, pick, frozen)) }
            }
            Act::Claim { pick, much } => {
                let grant = pick_grant(lane, pick, |grant| grant.claim < grant.terms.amount);
                let (given, before) =
                    grant.map_or_else(Default::default, |grant| (grant.terms.amount, grant.claim));
                let more = self.amount(much, given.less(before));
                Command::Claim { grant: id_of(grant), total: before.plus(more).unwrap_or(more) }
            }
            _ => unreachable!("not about a payment"),
        }
    }

    fn spree(&mut self, units: i64, lane: &Lane, clock: Timestamp) -> Vec<Request> {
        let open = lane.full.holds.values().filter(|hold| hold.ended.is_none());
        let open: Vec<&Hold> = open.filter(|hold| hold.deadline > clock).take(2).collect();
        let [first, second] = open[..] else { return Vec::new() };
        let units = Credits::from_micros(units * self.unit);
        let amount = lane.balance(clock).available.plus(units).unwrap();
        let overdraft = Overdraft::UpTo(Credits::from_micros(self.limit * self.unit));
        let extend = |hold: &Hold, amount| Command::Extend {
            hold: hold.id,
            amount,
            deadline: hold.deadline,
            overdraft,
            draw: Draw::Pool,
        };
        let charge = first.total().unwrap().plus(amount).unwrap();
        let settle = Command::Settle { hold: first.id, charge, estimated: false };
        [extend(first, amount), settle, extend(second, units)]
            .into_iter()
            .map(|command| self.fresh(command))
            .collect()
    }

    /// Something happens, and a run wants more, first of the pool and then to finish its step.
    fn goes_on(
        &mut self,
        before: impl IntoIterator<Item = Command>,
        units: i64,
        (lane, clock): (&Lane, Timestamp),
    ) -> Vec<Request> {
        let mut commands: Vec<Command> = before.into_iter().collect();
        let goes = |hold: &&Hold| hold.ended.is_none() && hold.deadline > clock;
        let Some(hold) = lane.full.holds.values().find(goes) else { return Vec::new() };
        let amount = Credits::from_micros(units * self.unit);
        let limit = Credits::from_micros(self.limit * self.unit);
        for overdraft in [Overdraft::Never, Overdraft::UpTo(limit)] {
            let (hold, deadline, draw) = (hold.id, hold.deadline, Draw::Pool);
            commands.push(Command::Extend { hold, amount, deadline, overdraft, draw });
        }
        commands.into_iter().map(|command| self.fresh(command)).collect()
    }

    fn grant(&mut self, act: &Act, clock: Timestamp) -> Command {
        let Act::Grant { much, class, from, until, again } = *act else { unreachable!() };
        self.grants += u128::from(!again);
        let effective = clock.plus_days(from);
        Command::Grant(GrantTerms {
            // Backwards, so that the order of ids is not the order of granting.
            id: GrantId::from_bits(10_000 - self.grants),
            class,
            cause: match (class, self.grants % 3) {
                (Class::Included, 0) => Cause::Plan,
                (Class::Included, _) | (Class::Purchased, 0) => Cause::Adjustment,
                (Class::Purchased, 1) => Cause::TopUp,
                (Class::Purchased, _) => Cause::AutoRecharge,
                (Class::Background, _) => Cause::Background,
            },
            amount: self.amount(much, Credits::from_micros(self.unit * 20)),
            effective,
            expires: until.map(|days| effective.plus_days(days)),
        })
    }

    /// The end of a hold, after which its run may wait for units.
    fn ends(
        &mut self,
        command: Command,
        (hold, pauses): (&Hold, Option<i64>),
        clock: Timestamp,
    ) -> Request {
        let mut request = self.fresh(command);
        if let Some(units) = pauses {
            self.holds += 1;
            request.queueing = Queueing::Afterwards(Waiting {
                turn: Whose::Paused,
                since: clock,
                run: hold.run,
                hold: HoldId::from_bits(self.holds),
                amount: Credits::from_micros(units * self.unit),
                // A hold beyond a day can never be.
                hold_seconds: if units == 11 { 90_000 } else { 3_600 },
                cap: hold.cap,
            });
        }
        request
    }

    fn hold(&mut self, act: &Act, lane: &Lane, clock: Timestamp) -> Request {
        let Act::Hold { run, much, deadline, cap, again, draw, stand } = *act else {
            unreachable!()
        };
        self.holds += u128::from(!again);
        let amount = self.amount(much, takeable(lane, draw, clock));
        let exactly_now_and_then = |units: i64| match units % 4 {
            0 => amount,
            _ => Credits::from_micros(units * self.unit),
        };
        let hold_seconds = deadline * 3_600;
        let waiting = Waiting {
            turn: Whose::Waiting,
            // Not always in the order of asking.
            since: Timestamp::from_micros(clock.micros() - hold_seconds % 7),
            run: RunId::from_bits(u128::from(run)),
            hold: HoldId::from_bits(self.holds),
            amount,
            hold_seconds,
            cap: cap.map(exactly_now_and_then),
        };
        let mut request = self.fresh(match waiting.command(clock) {
            Command::Hold { hold, run, amount, deadline, cap, .. } => {
                Command::Hold { hold, run, amount, deadline, cap, draw }
            }
            _ => unreachable!(),
        });
        request.queueing = match stand {
            Stand::Overtakes => Queueing::Overtakes,
            Stand::InTurn => Queueing::InTurn,
            Stand::IfShort => Queueing::IfShort(waiting),
        };
        request
    }

    fn charge(&self, much: Much, hold: &Hold) -> Credits {
        self.amount(much, hold.total().unwrap())
    }

    fn amount(&self, much: Much, all: Credits) -> Credits {
        let micros = match much {
            Much::Units(units) => units * self.unit,
            Much::All => all.micros().max(self.unit),
            Much::MoreThanAll(units) => all.micros() + units * self.unit,
            Much::LessThanAll(units) => (all.micros() - units * self.unit).max(0),
            Much::UpToLimit => all.micros().max(self.unit),
            Much::Nothing => 0,
            Much::Negative => -self.unit,
            Much::Beyond => i64::MAX,
        };
        Credits::from_micros(micros)
    }

    /// Keeps requests, to send some of them again.
    pub fn remember(&mut self, requests: &[Request], answers: &[Answer]) {
        let mut refused = BTreeMap::new();
        for (request, answer) in requests.iter().zip(answers) {
            match answer {
                Answer::Done(_) => self.done.push(request.clone()),
                Answer::Refused(_) | Answer::Waits => {
                    refused.insert(request.key.clone(), request.clone());
                }
                Answer::Replayed(_) => {}
            }
        }
        self.refused.extend(refused.into_values());
    }
}

/// What such a draw could take.
fn takeable(lane: &Lane, draw: Draw, clock: Timestamp) -> Credits {
    let balance = lane.balance(clock);
    match draw {
        Draw::Pool => balance.available,
        Draw::Background => balance.background_available,
        Draw::BackgroundThenPool => balance.available.plus(balance.background_available).unwrap(),
    }
}

/// Mostly a grant of that kind, sometimes another or none that exists.
fn pick_grant(lane: &Lane, pick: u8, kind: impl Fn(&Grant) -> bool) -> Option<&Grant> {
    let grants = &lane.full.grants;
    let wanted: Vec<&Grant> = grants.iter().filter(|grant| kind(grant)).collect();
    match pick % 16 {
        0 => None,
        1 | 2 => grants.get(usize::from(pick / 16) % grants.len().max(1)),
        _ => wanted.get(usize::from(pick / 16) % wanted.len().max(1)).copied(),
    }
}

fn id_of(grant: Option<&Grant>) -> GrantId {
    grant.map_or(GrantId::from_bits(0), |grant| grant.terms.id)
}

/// Mostly an open hold, sometimes an ended one or none that exists.
fn pick_hold(lane: &Lane, pick: u8) -> Option<Hold> {
    let holds = &lane.full.holds;
    let open: Vec<&Hold> = holds.values().filter(|hold| hold.ended.is_none()).collect();
    let all: Vec<&Hold> = holds.values().collect();
    let any = all.first()?;
    Some(match pick % 16 {
        0 => Hold { id: HoldId::from_bits(0), ..(*any).clone() },
        1 => all[usize::from(pick / 16) % all.len()].clone(),
        _ if open.is_empty() => return None,
        _ => open[usize::from(pick / 16) % open.len()].clone(),
    })
}
