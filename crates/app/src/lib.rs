//! What people DO: use cases over the ports of store and adapters. [`App::spend`] is the only
//! way to spend; the [`meter`] is the only key to models that cost.
//!
//! Never speaks HTTP or SQL, never asks the machine for time or chance. Where to read on:
//! [`spend`], then [`meter`], [`lane`], [`chat`].

pub mod agent;
mod app;
pub mod audit;
pub mod background;
pub mod billing;
pub mod browser;
pub mod caller;
pub mod catalog;
pub mod chat;
pub mod credits;
pub mod csv;
pub mod error;
pub mod feed;
pub mod files;
mod grants;
pub mod lane;
mod launch;
pub mod mail;
pub mod meter;
pub mod news;
pub mod notices;
pub mod people;
pub mod plans;
pub mod prices;
pub mod privacy;
pub mod rates;
pub mod receipt;
pub mod recover;
pub mod runs;
pub mod schedules;
pub mod settings;
mod settle;
pub mod spend;
pub mod takeout;
pub mod tasks;
pub mod tools;
mod trial;
pub mod usage;
pub mod verify;
mod work;
pub mod workflows;

pub use app::{App, Parts};
pub use caller::{Act, Caller};
pub use catalog::Catalog;
pub use error::{AppError, FieldError, NotNow, Shortage};

/// What every use case answers.
pub type Done<T> = Result<T, AppError>;
