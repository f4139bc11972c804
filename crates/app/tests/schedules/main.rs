//! Schedules: their rules in time against another way to reckon them, and what starts by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod decades;
mod ends;
mod people;
mod reckoning;
mod rights;
mod shortage;
mod stage;
mod starts;
mod years;

/// The installation of the application's other tests; not everything in it is of use here.
#[allow(dead_code)]
#[path = "../app/world.rs"]
mod world;
