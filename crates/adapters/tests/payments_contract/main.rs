//! The contract of the Payments port, executable: one table of cases for every provider, each with
//! a world of its own. Who implements the port adds a world to `WORLDS` and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod back;
mod books;
mod charges;
mod hooks;
mod pages;
mod renewals;
mod sandbox;
mod starts;
mod stripe;
mod switches;
mod world;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use world::Given;

/// A named case.
pub type Case = (&'static str, fn(Given) -> BoxFuture<'static, ()>);

/// Names cases by their functions.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        pub const CASES: &[crate::Case] =
            &[$((stringify!($case), |w| Box::pin($case(w)))),*];
    };
}

pub(crate) use cases;

/// A named provider, and how a world of it begins.
type Begin = (&'static str, fn() -> BoxFuture<'static, Given>);

/// Every provider, with a world that begins for each case.
const WORLDS: &[Begin] = &[
    ("sandbox", || Box::pin(async { sandbox::sandbox() })),
    ("stripe", || Box::pin(stripe::stripe())),
];

#[tokio::test]
async fn payments_contract_holds_for_every_provider() {
    let tables = [pages::CASES, charges::CASES, starts::CASES, switches::CASES, renewals::CASES];
    let tables = tables.into_iter().chain([back::CASES, hooks::CASES]);
    let cases: Vec<&Case> = tables.flatten().collect();
    let mut broken = Vec::new();
    for (provider, begin) in WORLDS {
        for (name, case) in &cases {
            let world = begin().await;
            if AssertUnwindSafe(case(world)).catch_unwind().await.is_err() {
                broken.push(format!("{provider}: {name}"));
            }
        }
    }
    println!("payments contract: {} cases × {} providers", cases.len(), WORLDS.len());
    assert!(broken.is_empty(), "broken: {broken:#?}");
}
