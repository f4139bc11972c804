//! Browser sessions: the scripted browser and model, a test clock that acts move. Exact seconds:
//! a browser costs 3 credits a minute, the model's card is 0.5 and 2 credits per 1,000 tokens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agent;
mod charging;
mod control;
mod crash;
mod ends;
mod life;
mod people;
mod real;
mod shortage;
mod stage;

/// The installation of the application's other tests; not everything in it is of use here.
#[allow(dead_code)]
#[path = "../app/world.rs"]
mod world;
