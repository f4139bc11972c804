//! Plans against the sandbox provider, on a clock that the tests move: what is shown, what is
//! paid, and what the books say of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod at_stripe;
mod changes;
mod deleting;
mod differential;
mod ends;
mod limits;
mod lost;
mod refused;
mod stage;
mod versions;

/// The installation of the application's other tests; not everything in it is of use here.
#[allow(dead_code)]
#[path = "../app/world.rs"]
mod world;
