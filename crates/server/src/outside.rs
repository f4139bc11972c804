//! What only `main` can put together: the store and the adapters.
//!
//! Everything else in this crate knows them by what they do here.

use std::path::PathBuf;
use std::sync::Arc;

use ampere_app::Parts;
use ampere_app::settings::LocalWatch;
use ampere_credits::{Clock, Entropy};
use async_trait::async_trait;

use crate::config::Config;

/// What is decided before anything is opened.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The configuration.
    pub config: Config,
    /// The database's file.
    pub database: PathBuf,
    /// The key that seals secrets.
    pub secret_key: [u8; 32],
    /// Where people reach us, without a slash at its end.
    pub public_url: String,
}

/// The worker of the model on this computer.
#[async_trait]
pub trait LocalProcess: LocalWatch {
    /// Ends it in good order.
    async fn shut_down(&self);
}

/// Everything that an application is made of.
pub struct Opened {
    /// For `App::new`.
    pub parts: Parts,
    /// The worker, unless it is switched off.
    pub local: Option<Arc<dyn LocalProcess>>,
}

/// The machine and its doors.
pub trait Outside: Send + Sync {
    /// Time.
    fn clock(&self) -> Arc<dyn Clock>;
    /// Chance.
    fn entropy(&self) -> Arc<dyn Entropy>;
    /// Opens everything for the one server of a data folder; to be called within the runtime.
    ///
    /// # Errors
    /// A sentence for the person.
    fn open_server(&self, plan: &Plan) -> Result<Opened, String>;
    /// Opens the database for one act on the command line, beside a running server.
    ///
    /// # Errors
    /// A sentence for the person.
    fn open_beside(&self, plan: &Plan) -> Result<Parts, String>;
}
