//! What the random tests draw: histories of acts with small numbers. `acts` makes requests of
//! them against the pool as it is then.

use ampere_credits::ledger::{Class, Draw};
use proptest::prelude::*;

/// One random history.
#[derive(Debug, Clone)]
pub struct Case {
    /// Micro-credits in one unit of the model.
    pub unit: i64,
    /// The pool's overdraft limit, in units.
    pub limit: i64,
    pub turns: Vec<Turn>,
}

/// One commit: how the clock moves before it, and what is asked.
#[derive(Debug, Clone)]
pub struct Turn {
    pub clock: Move,
    pub acts: Vec<Act>,
}

#[derive(Debug, Clone)]
pub enum Move {
    Micros(i64),
    Hours(i64),
    Days(i64),
    Back(i64),
    /// Around the next instant at which something of the pool changes by itself.
    NearNext(i64),
}

/// How much, against what there is.
#[derive(Debug, Clone, Copy)]
pub enum Much {
    Units(i64),
    All,
    MoreThanAll(i64),
    LessThanAll(i64),
    /// All that is available and all of the overdraft that is left.
    UpToLimit,
    Nothing,
    Negative,
    Beyond,
}

/// How a hold stands to the queue.
#[derive(Debug, Clone, Copy)]
pub enum Stand {
    Overtakes,
    InTurn,
    IfShort,
}

#[derive(Debug, Clone)]
pub enum Act {
    Grant {
        much: Much,
        class: Class,
        from: i64,
        until: Option<i64>,
        again: bool,
    },
    Hold {
        run: u8,
        much: Much,
        deadline: i64,
        cap: Option<i64>,
        again: bool,
        draw: Draw,
        stand: Stand,
    },
    Extend {
        pick: u8,
        much: Much,
        deadline: i64,
        finish: bool,
        draw: Draw,
    },
    Settle {
        pick: u8,
        much: Much,
        /// The run pauses, and waits for so many units.
        pauses: Option<i64>,
    },
    Release {
        pick: u8,
        pauses: Option<i64>,
    },
    Lapse {
        pick: u8,
        much: Much,
    },
    TakeBack {
        pick: u8,
        much: Much,
    },
    Lock,
    Unlock,
    Freeze {
        pick: u8,
    },
    Thaw {
        pick: u8,
    },
    /// Of all that was given, against what was claimed before.
    Claim {
        pick: u8,
        much: Much,
    },
    Repeat {
        pick: u8,
    },
    RetryRefused {
        pick: u8,
    },
    ReuseKey {
        pick: u8,
    },
    /// One run goes into debt while another goes on.
    Spree {
        units: i64,
    },
    /// The plan ends while a run goes on.
    Ended {
        units: i64,
    },
    /// What was spent is refunded while a run goes on.
    Refunded {
        units: i64,
    },
}

fn much() -> impl Strategy<Value = Much> {
    prop_oneof![
        20 => (1..12i64).prop_map(Much::Units),
        6 => Just(Much::All),
        5 => (1..10i64).prop_map(Much::MoreThanAll),
        1 => Just(Much::Nothing),
        1 => Just(Much::Negative),
        1 => Just(Much::Beyond),
    ]
}

/// How much of a hold is charged.
fn charge() -> impl Strategy<Value = Much> {
    prop_oneof![
        4 => (1..12i64).prop_map(Much::Units),
        6 => Just(Much::All),
        6 => (1..6i64).prop_map(Much::LessThanAll),
        2 => (1..3i64).prop_map(Much::MoreThanAll),
        3 => Just(Much::Nothing),
        1 => Just(Much::Negative),
    ]
}

/// How much more of a grant is claimed.
fn claim() -> impl Strategy<Value = Much> {
    prop_oneof![
        8 => (1..9i64).prop_map(Much::Units),
        6 => Just(Much::All),
        2 => (1..3i64).prop_map(Much::MoreThanAll),
        2 => Just(Much::Nothing),
        1 => Just(Much::Beyond),
    ]
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![
        4 => Just(Class::Included),
        4 => Just(Class::Purchased),
        3 => Just(Class::Background),
    ]
}

fn draw() -> impl Strategy<Value = Draw> {
    prop_oneof![
        7 => Just(Draw::Pool),
        2 => Just(Draw::Background),
        2 => Just(Draw::BackgroundThenPool),
    ]
}

fn stand() -> impl Strategy<Value = Stand> {
    prop_oneof![
        5 => Just(Stand::Overtakes),
        2 => Just(Stand::InTurn),
        4 => Just(Stand::IfShort),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let hours = prop_oneof![10 => 2..24i64, 2 => Just(24), 1 => Just(25), 1 => Just(0)];
    let span = prop_oneof![12 => 1..40i64, 1 => Just(0)];
    let pick = any::<u8>;
    let finish = prop::bool::weighted(0.7);
    let pauses = prop::option::weighted(0.25, 1..12i64);
    let more = prop_oneof![4 => much(), 1 => Just(Much::UpToLimit)];
    prop_oneof![
        7 => (much(), class(), prop_oneof![3 => Just(0), 2 => -5..20i64],
              prop::option::weighted(0.85, span), prop::bool::weighted(0.05))
            .prop_map(|(much, class, from, until, again)| Act::Grant {
                much, class, from, until, again
            }),
        26 => (0..9u8, much(), hours.clone(), prop::option::weighted(0.3, 1..25i64),
               prop::bool::weighted(0.05), (draw(), stand()))
            .prop_map(|(run, much, deadline, cap, again, (draw, stand))| Act::Hold {
                run, much, deadline, cap, again, draw, stand
            }),
        24 => (pick(), more, hours, finish, draw())
            .prop_map(|(pick, much, deadline, finish, draw)| {
                Act::Extend { pick, much, deadline, finish, draw }
            }),
        18 => (pick(), charge(), pauses.clone())
            .prop_map(|(pick, much, pauses)| Act::Settle { pick, much, pauses }),
        2 => (pick(), pauses).prop_map(|(pick, pauses)| Act::Release { pick, pauses }),
        6 => (pick(), charge()).prop_map(|(pick, much)| Act::Lapse { pick, much }),
        4 => (pick(), much()).prop_map(|(pick, much)| Act::TakeBack { pick, much }),
        1 => Just(Act::Lock),
        6 => Just(Act::Unlock),
        3 => pick().prop_map(|pick| Act::Freeze { pick }),
        3 => pick().prop_map(|pick| Act::Thaw { pick }),
        6 => (pick(), claim()).prop_map(|(pick, much)| Act::Claim { pick, much }),
        4 => pick().prop_map(|pick| Act::Repeat { pick }),
        6 => pick().prop_map(|pick| Act::RetryRefused { pick }),
        2 => pick().prop_map(|pick| Act::ReuseKey { pick }),
        3 => (1..9i64).prop_map(|units| Act::Spree { units }),
        2 => (1..9i64).prop_map(|units| Act::Ended { units }),
        1 => (1..9i64).prop_map(|units| Act::Refunded { units }),
    ]
}

pub fn case() -> impl Strategy<Value = Case> {
    let clock = prop_oneof![
        9 => (0..3i64).prop_map(Move::Micros),
        5 => (1..4i64).prop_map(Move::Hours),
        2 => (1..9i64).prop_map(Move::Days),
        2 => prop_oneof![1..2_000_000i64, Just(2_000_000), Just(2_000_001), 3_000_000..9_000_000i64]
            .prop_map(Move::Back),
        5 => (-1..2i64).prop_map(Move::NearNext),
    ];
    let turn =
        (clock, prop::collection::vec(act(), 0..6)).prop_map(|(clock, acts)| Turn { clock, acts });
    let unit = prop_oneof![Just(1i64), Just(999_983), Just(1_000_000), Just(100_000_000_000_000)];
    (unit, prop_oneof![1 => Just(0), 6 => 5..60i64], prop::collection::vec(turn, 30..60))
        .prop_map(|(unit, limit, turns)| Case { unit, limit, turns })
}
