//! A fake of Stripe for tests: stateful, on a loopback port, speaking Stripe's wire.
//!
//! Owns: its own engine of customers, prices, pages, subscriptions, invoices, refunds and
//! disputes, with a clock that tests move, webhooks that can be scrambled and answers that can be
//! lost. It knows no other crate of ours, so that it is an independent witness of what a client
//! of it has done and shown. Never part of what people run, and it reaches nothing outside of this
//! machine. What it does not know, it refuses: an unknown parameter is an error.
//!
//! Read next: `handle` (what a test holds), `route` (which address does what), `state`.

#![recursion_limit = "256"] // The object of an invoice has many members.

mod calendar;
mod cards;
mod catalog;
mod chance;
mod charges;
mod checkout;
mod clock;
mod collect;
mod control;
mod customers;
mod disputes;
mod expand;
mod fault;
mod form;
mod handle;
mod hooks;
mod intents;
mod invoicing;
mod json;
mod list;
mod options;
mod post;
mod refusal;
mod route;
mod server;
mod state;
mod subscriptions;
mod world;

pub use fault::{Fault, Kind};
pub use handle::{FakeStripe, Handle, Played};
pub use hooks::{Scramble, Webhook};
pub use options::{AfterRetries, Options};
pub use state::API_VERSION;
