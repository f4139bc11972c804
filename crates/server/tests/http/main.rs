//! The API as clients see it: a real server on a port of its own over a database file of its
//! own, asked over HTTP. Modules are called like the files in `src/http`.
//!
//! Read next: `harness`, then `roles` (every route × every kind of person), `auth`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asking;
mod assets;
mod at_zero;
mod audit;
mod audit_acts;
mod auth;
mod background;
mod bad_input;
mod billing;
mod billing_plans;
mod browser;
mod browsing;
mod credits;
mod cross_site;
mod estimates;
mod events;
mod files;
mod hands;
mod harness;
mod hooks;
mod idempotency;
mod instance;
mod invitations;
mod limits;
mod live;
mod logins;
mod mail;
mod members;
mod messages;
mod objects;
mod openapi;
mod operations;
mod operator;
mod organization;
mod organizations;
mod passwords;
mod plan_letters;
mod privacy;
mod receipts;
mod rights;
mod roles;
mod run_lists;
mod runs;
mod sandbox;
mod schedules;
mod sessions;
mod shares;
mod spending;
mod takeout;
mod tasks;
mod tools;
mod usage;
mod workflows;
