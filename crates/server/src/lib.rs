//! How people and programs ask: HTTP routes, OpenAPI, configuration, the command line.
//!
//! Never decides anything about credits or people: handlers call `ampere_app`. Read next:
//! [`http`] (every route in one list), then [`start`] (what starts and ends with the process).

pub mod cli;
pub mod config;
pub mod data;
pub mod http;
pub mod log;
pub mod outside;
pub mod serve;
pub mod start;
pub mod system;
