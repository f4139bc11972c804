//! Joule's hands, with a model that does exactly what a test says: by native calls and by the text
//! protocol. Exact numbers: a turn of [`stage::turn`] costs exactly 1 credit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asking;
mod bounds;
mod calls;
mod corpus;
mod ends;
mod files;
mod speaking;
mod stage;

/// The installation of the application's other tests; not everything in it is of use here.
#[allow(dead_code)]
#[path = "../app/world.rs"]
mod world;
