//! Requests of a pool's lane, short enough to read a test by.

use ampere_credits::ledger::{
    Cause, Class, Command, Draw, GrantTerms, Hash, Overdraft, Queueing, Request, Turn, Waiting,
    canon,
};
use ampere_credits::{Credits, GrantId, HoldId, OrgId, RunId};
use ampere_store::rows::{LaneRequest, RowWrite};

use crate::world::START;

pub fn org(number: u128) -> OrgId {
    OrgId::from_bits(number)
}

pub fn grant_id(number: u128) -> GrantId {
    GrantId::from_bits(number)
}

pub fn hold_id(number: u128) -> HoldId {
    HoldId::from_bits(number)
}

pub fn run_id(number: u128) -> RunId {
    RunId::from_bits(number)
}

pub fn credits(whole: u32) -> Credits {
    Credits::whole(whole)
}

/// SHA-256 of a text.
pub fn hash(text: &str) -> Hash {
    canon::hash(text.as_bytes())
}

/// A command under a key; the hash is the command's.
pub fn ask(key: &str, command: Command) -> LaneRequest {
    let hash = hash(&format!("{command:?}"));
    let request = Request { key: key.to_owned(), hash, command, queueing: Queueing::Overtakes };
    LaneRequest { request, writes: Vec::new(), waiting: Vec::new() }
}

/// With rows that stand or fall with it.
pub fn with(mut request: LaneRequest, writes: Vec<RowWrite>) -> LaneRequest {
    request.writes = writes;
    request
}

/// Purchased credits that never expire.
pub fn top_up(number: u128, whole: u32) -> LaneRequest {
    ask(&format!("grant:{number}"), Command::Grant(terms(number, whole)))
}

/// The terms of [`top_up`].
pub fn terms(number: u128, whole: u32) -> GrantTerms {
    GrantTerms {
        id: grant_id(number),
        class: Class::Purchased,
        cause: Cause::TopUp,
        amount: credits(whole),
        effective: START,
        expires: None,
    }
}

/// Included credits for so many seconds from the start.
pub fn trial(number: u128, whole: u32, seconds: i64) -> LaneRequest {
    let terms = GrantTerms {
        class: Class::Included,
        cause: Cause::Trial,
        expires: Some(START.plus_seconds(seconds)),
        ..terms(number, whole)
    };
    ask(&format!("grant:{number}"), Command::Grant(terms))
}

/// A hold for the run of the same number, until an hour after the start.
pub fn hold(number: u128, whole: u32) -> LaneRequest {
    hold_for(number, number, whole, None)
}

/// A hold for a run, perhaps with a cap.
pub fn hold_for(number: u128, run: u128, whole: u32, cap: Option<u32>) -> LaneRequest {
    let command = Command::Hold {
        hold: hold_id(number),
        run: run_id(run),
        amount: credits(whole),
        deadline: START.plus_seconds(3_600),
        cap: cap.map(credits),
        draw: Draw::Pool,
    };
    ask(&format!("hold:{number}"), command)
}

/// An extension that may finish its step.
pub fn extend(number: u128, times: u32, whole: u32, limit: Option<u32>) -> LaneRequest {
    let command = Command::Extend {
        hold: hold_id(number),
        amount: credits(whole),
        deadline: START.plus_seconds(3_600),
        overdraft: limit.map_or(Overdraft::Never, |limit| Overdraft::UpTo(credits(limit))),
        draw: Draw::Pool,
    };
    ask(&format!("extend:{number}:{times}"), command)
}

pub fn settle(number: u128, whole: u32) -> LaneRequest {
    let command =
        Command::Settle { hold: hold_id(number), charge: credits(whole), estimated: false };
    ask(&format!("settle:{number}"), command)
}

pub fn release(number: u128) -> LaneRequest {
    ask(&format!("release:{number}"), Command::Release { hold: hold_id(number) })
}

pub fn lapse(number: u128, whole: u32) -> LaneRequest {
    let command = Command::Lapse { hold: hold_id(number), charge: credits(whole) };
    ask(&format!("lapse:{number}"), command)
}

pub fn take_back(number: u128, whole: u32) -> LaneRequest {
    let command = Command::TakeBack { grant: grant_id(number), amount: credits(whole) };
    ask(&format!("take_back:{number}"), command)
}

/// A place in the queue for the run of the same number, so many seconds after the start.
pub fn place(turn: Turn, number: u128, whole: u32, seconds: i64) -> Waiting {
    Waiting {
        turn,
        since: START.plus_seconds(seconds),
        run: run_id(number),
        hold: hold_id(number),
        amount: credits(whole),
        hold_seconds: 600,
        cap: None,
    }
}

/// A hold that waits if there is too little, joining so many seconds after the start.
pub fn hold_or_wait(number: u128, whole: u32, seconds: i64) -> LaneRequest {
    queueing(hold(number, whole), Queueing::IfShort(place(Turn::Waiting, number, whole, seconds)))
}

/// Standing to the queue like this.
pub fn queueing(mut request: LaneRequest, queueing: Queueing) -> LaneRequest {
    request.request.queueing = queueing;
    request
}

/// With rows for the case that it waits.
pub fn or_waiting(mut request: LaneRequest, waiting: Vec<RowWrite>) -> LaneRequest {
    request.waiting = waiting;
    request
}
