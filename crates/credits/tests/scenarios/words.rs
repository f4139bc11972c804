//! The words of scenario tables: how accounts, entries, refusals and instants are written.

use std::collections::BTreeMap;

use ampere_credits::ledger::{
    Account, Answer, Balance, Class, EndKind, Entry, Fact, Grant, Move, Rejected, Served, Shown,
    Waiting,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The names that a table gives to grants, holds and runs.
#[derive(Default)]
pub struct Names {
    pub grants: BTreeMap<GrantId, String>,
    pub holds: BTreeMap<HoldId, String>,
    pub runs: BTreeMap<RunId, String>,
}

/// `Jan-02 09:00` in 2027, or `2028-Jan-02 09:00:01.5`, as an instant in UTC.
pub fn instant(date: &str, time: Option<&str>) -> Option<Timestamp> {
    let mut parts: Vec<&str> = date.split('-').collect();
    if parts.len() == 2 {
        parts.insert(0, "2027");
    }
    let [year, month, day] = parts.try_into().ok()?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let time = time.unwrap_or("00:00");
    let seconds = if time.matches(':').count() == 1 { ":00" } else { "" };
    format!("{year}-{month:02}-{day}T{time}{seconds}Z").parse().ok()
}

/// As a table writes it.
pub fn told_instant(at: Timestamp) -> String {
    let text = at.to_string();
    let (date, time) = text.trim_end_matches('Z').split_once('T').unwrap();
    let [year, month, day]: [&str; 3] = date.split('-').collect::<Vec<_>>().try_into().unwrap();
    let month = MONTHS[month.parse::<usize>().unwrap() - 1];
    let year = if year == "2027" { String::new() } else { format!("{year}-") };
    let time = time.strip_suffix(":00").unwrap_or(time);
    let time = if time == "00:00" { String::new() } else { format!(" {time}") };
    format!("{year}{month}-{day}{time}")
}

pub fn class(class: Class) -> &'static str {
    match class {
        Class::Included => "included",
        Class::Purchased => "purchased",
        Class::Background => "background",
    }
}

impl Names {
    fn grant(&self, id: GrantId) -> &str {
        self.grants.get(&id).map_or("?", String::as_str)
    }

    fn hold(&self, id: HoldId) -> &str {
        self.holds.get(&id).map_or("?", String::as_str)
    }

    fn account(&self, account: Account) -> String {
        match account {
            Account::Issued => "issued".to_owned(),
            Account::Left(grant) => self.grant(grant).to_owned(),
            Account::Held(hold, grant) => format!("{}/{}", self.hold(hold), self.grant(grant)),
            Account::HeldOverdraft(hold) => format!("{}/overdraft", self.hold(hold)),
            Account::Spent => "spent".to_owned(),
            Account::Expired => "expired".to_owned(),
            Account::Clawed => "taken back".to_owned(),
            Account::Debt => "debt".to_owned(),
            Account::Overdraft => "overdraft".to_owned(),
        }
    }

    pub fn entry(&self, entry: &Entry) -> String {
        let one = |each: &Move| {
            format!("{} > {} {}", self.account(each.from), self.account(each.to), each.amount)
        };
        let moves: Vec<String> = entry.moves.iter().map(one).collect();
        let kind = entry.fact.kind().replace('_', " ");
        let told = match entry.fact {
            Fact::Locked | Fact::Unlocked => return format!("-> {kind}"),
            Fact::Frozen { grant } => self.grant(grant).to_owned(),
            Fact::Thawed { grant, expires } => {
                let end = expires.map_or("no end".to_owned(), told_instant);
                format!("{} until {end}", self.grant(grant))
            }
            Fact::Claimed { grant, total } => format!("{} {total} in all", self.grant(grant)),
            Fact::ClaimMet { by_expiry, .. } if by_expiry.is_positive() => {
                let expired = format!("{by_expiry} had expired");
                moves.iter().cloned().chain([expired]).collect::<Vec<_>>().join(", ")
            }
            _ => moves.join(", "),
        };
        format!("-> {kind}: {told}")
    }

    /// Answers that booked nothing.
    pub fn answer(&self, answer: &Answer) -> Option<String> {
        match answer {
            Answer::Done(_) => None,
            Answer::Replayed(outcome) => {
                let kind = outcome.fact.kind().replace('_', " ");
                let at = told_instant(outcome.at);
                Some(format!("-> as before: {kind} by entry {} at {at}", outcome.position))
            }
            Answer::Refused(rejected) => Some(format!("-> refused: {}", self.refusal(rejected))),
            Answer::Waits => Some("-> waits".to_owned()),
        }
    }

    fn run(&self, id: RunId) -> &str {
        self.runs.get(&id).map_or("?", String::as_str)
    }

    pub fn served(&self, served: &Served) -> String {
        let run = self.run(served.run);
        match &served.answer {
            Ok(_) => format!("-> served: {run} until {}", told_instant(served.deadline)),
            Err(rejected) => format!("-> leaves the queue: {run}: {}", self.refusal(rejected)),
        }
    }

    pub fn queue(&self, queue: &[Waiting]) -> String {
        let names: Vec<&str> = queue.iter().map(|waiting| self.run(waiting.run)).collect();
        format!(
            "= queue: {}",
            if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
        )
    }

    fn refusal(&self, rejected: &Rejected) -> String {
        match rejected {
            Rejected::KeyReused => "key used with another request".to_owned(),
            Rejected::ClockBehind { behind_micros } => {
                format!("clock behind by {} seconds", Credits::from_micros(*behind_micros))
            }
            Rejected::AmountNotPositive => "amount not positive".to_owned(),
            Rejected::GrantExists => "grant exists".to_owned(),
            Rejected::HoldExists => "hold exists".to_owned(),
            Rejected::GrantUnknown => "grant unknown".to_owned(),
            Rejected::HoldUnknown => "hold unknown".to_owned(),
            Rejected::HoldEnded { how } => format!("hold ended: {}", ended(*how)),
            Rejected::NeverUsable => "never usable".to_owned(),
            Rejected::DeadlineOutOfRange => "deadline out of range".to_owned(),
            Rejected::HoldPastDeadline => "hold past its deadline".to_owned(),
            Rejected::NotDue => "not due".to_owned(),
            Rejected::RunHasOpenHold { hold } => format!("run has open hold {}", self.hold(*hold)),
            Rejected::ChargeAboveHold { charge, held } => {
                format!("charge above hold: charge {charge}, held {held}")
            }
            Rejected::CapReached { cap, used } => format!("cap reached: cap {cap}, used {used}"),
            Rejected::OverdraftLimitReached { limit, could_take } => {
                format!("overdraft limit reached: limit {limit}, could take {could_take}")
            }
            Rejected::AlreadyLocked => "locked already".to_owned(),
            Rejected::NotLocked => "not locked".to_owned(),
            Rejected::AlreadyFrozen => "frozen already".to_owned(),
            Rejected::NotFrozen => "not frozen".to_owned(),
            Rejected::ClaimAboveGrant { amount } => format!("claim above the grant of {amount}"),
            Rejected::ClaimNotHigher { claimed } => format!("claimed already: {claimed}"),
            Rejected::PoolLocked => "pool locked".to_owned(),
            Rejected::WaitsBehind { waiting } => format!("waits behind {waiting}"),
            Rejected::InsufficientCredits { needed, available, shortfall } => format!(
                "insufficient credits: needed {needed}, available {available}, short {shortfall}"
            ),
            Rejected::OutOfRange => "out of range".to_owned(),
        }
    }
}

fn ended(how: EndKind) -> &'static str {
    match how {
        EndKind::Settled => "settled",
        EndKind::Released => "released",
        EndKind::Lapsed => "lapsed",
    }
}

/// One of each refusal with its words.
pub fn refusals() -> Vec<(String, String)> {
    let none = Credits::ZERO;
    let each = [
        Rejected::KeyReused,
        Rejected::ClockBehind { behind_micros: 0 },
        Rejected::AmountNotPositive,
        Rejected::GrantExists,
        Rejected::HoldExists,
        Rejected::GrantUnknown,
        Rejected::HoldUnknown,
        Rejected::HoldEnded { how: EndKind::Settled },
        Rejected::AlreadyLocked,
        Rejected::NotLocked,
        Rejected::AlreadyFrozen,
        Rejected::NotFrozen,
        Rejected::ClaimAboveGrant { amount: none },
        Rejected::ClaimNotHigher { claimed: none },
        Rejected::NeverUsable,
        Rejected::DeadlineOutOfRange,
        Rejected::HoldPastDeadline,
        Rejected::NotDue,
        Rejected::RunHasOpenHold { hold: HoldId::from_bits(0) },
        Rejected::ChargeAboveHold { charge: none, held: none },
        Rejected::CapReached { cap: none, used: none },
        Rejected::OverdraftLimitReached { limit: none, could_take: none },
        Rejected::PoolLocked,
        Rejected::WaitsBehind { waiting: 1 },
        Rejected::InsufficientCredits { needed: none, available: none, shortfall: none },
        Rejected::OutOfRange,
    ];
    let names = Names::default();
    each.iter().map(|rejected| (format!("{rejected:?}"), names.refusal(rejected))).collect()
}

pub fn balance(balance: &Balance) -> String {
    format!(
        "= available {}, held {}, included {}, purchased {}, outstanding {}",
        balance.available, balance.held, balance.included, balance.purchased, balance.outstanding
    )
}

pub fn background(balance: &Balance) -> String {
    let (left, available) = (balance.background, balance.background_available);
    format!("= background: left {left}, available {available}")
}

pub fn apart(balance: &Balance) -> String {
    let (locked, frozen) = (balance.locked, balance.frozen);
    let end = balance.locked_next_expiry;
    let end = end.map(|(at, credits)| format!(", {credits} until {}", told_instant(at)));
    format!("= apart: locked {locked}, frozen {frozen}{}", end.unwrap_or_default())
}

pub fn shown(shown: &Shown) -> String {
    format!(
        "= on screen: total {}, included {}, purchased {}, available {}, held {}",
        shown.total, shown.included, shown.purchased, shown.available, shown.held
    )
}

pub fn next_expiry(balance: &Balance) -> String {
    match balance.next_expiry {
        None => "= next expiry: none".to_owned(),
        Some((at, credits, kind)) => {
            format!("= next expiry: {credits} {} on {}", class(kind), told_instant(at))
        }
    }
}

/// Where a grant's credits are, without what is nothing.
pub fn parts(name: &str, grant: &Grant) -> String {
    let parts = [
        ("unheld", grant.unheld),
        ("held", grant.held),
        ("spent", grant.spent),
        ("to debt", grant.to_debt),
        ("expired", grant.expired),
        ("taken back", grant.clawed),
        ("claimed", grant.claim),
        ("given back", grant.claim_met),
    ];
    let mut told: Vec<String> = parts
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(part, amount)| format!("{part} {amount}"))
        .collect();
    told.extend(grant.frozen_since.map(|since| format!("frozen since {}", told_instant(since))));
    format!("= {name}: {}", told.join(", "))
}
