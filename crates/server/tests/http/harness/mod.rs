//! What every HTTP test stands on: [`Server`], and [`Client`] for asking it.

mod client;
mod outside;
mod pictures;
mod server;
mod stream;

pub use client::{Answer, Client};
pub use outside::start_seconds;
pub use pictures::Pictures;
pub use server::{PASSWORD, Server};
pub use stream::Events;
