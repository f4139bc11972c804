//! Takeout: all that is kept of a person, or of an organization, as one ZIP file to be kept
//! elsewhere.
//!
//! Owns who may have which, one at a time for each person, and that the work ends with its reader.
//! Only reads: nothing is held, charged or written, and the journal stays where it is. Never takes
//! a secret with it: no hash of a password or token, no key of a provider, no sealed text. Read
//! next: `person`, `organization` (what is in the files), `writer` (how they are made).

mod books;
mod organization;
mod person;
mod things;
mod writer;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::{UserId, Zone};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use writer::{Gathered, Sink, Stopped, UNDER_WAY, pack};

/// Rows that are read at once.
const STRIDE: u32 = 100;

/// Who takes something out now.
#[derive(Debug, Default)]
pub(crate) struct Taking(Arc<Mutex<BTreeSet<UserId>>>);

/// The right to one takeout; given back when it is dropped.
#[derive(Debug)]
struct Pass {
    user: UserId,
    taking: Arc<Mutex<BTreeSet<UserId>>>,
}

impl Taking {
    fn pass(&self, user: UserId) -> crate::Done<Pass> {
        let mut taking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taking.insert(user) {
            true => Ok(Pass { user, taking: Arc::clone(&self.0) }),
            false => Err(AppError::TakeoutRunning),
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.taking.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
    }
}

/// A ZIP file that is made while it is read. Dropping it ends the work.
#[derive(Debug)]
pub struct Takeout {
    /// What to call it.
    pub file_name: String,
    chunks: mpsc::Receiver<crate::Done<Bytes>>,
}

impl Takeout {
    /// The next bytes; none after the last. An error is the end, and what came is no whole file.
    pub async fn next(&mut self) -> Option<crate::Done<Bytes>> {
        self.chunks.recv().await
    }
}

/// What a file is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Person,
    Organization,
}

impl App {
    /// Everything of the caller, in all their organizations.
    ///
    /// # Errors
    /// [`AppError::TakeoutRunning`] while another one of theirs is made.
    pub async fn export_account(self: &Arc<Self>, caller: &Caller) -> crate::Done<Takeout> {
        self.take_out(caller, Of::Person)
    }

    /// Everything of the caller's organization, but for what other people said in their
    /// conversations.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]: for the owner; [`AppError::TakeoutRunning`].
    pub async fn export_organization(self: &Arc<Self>, caller: &Caller) -> crate::Done<Takeout> {
        caller.may(Act::Own)?;
        self.take_out(caller, Of::Organization)
    }

    fn take_out(self: &Arc<Self>, caller: &Caller, of: Of) -> crate::Done<Takeout> {
        let pass = self.taking.pass(caller.user)?;
        let zone = Zone::named(&caller.zone).map_err(|_| AppError::Internal)?;
        let now = self.now();
        let what = match of {
            Of::Person => "my-data",
            Of::Organization => "organization",
        };
        let file_name = format!("{what}-{}.zip", now.day_in(&zone));
        tracing::info!(target: "security", by = %caller.user, org = %caller.org, what, "takes out");
        let (sender, chunks) = mpsc::channel(UNDER_WAY);
        let (mut sink, parts) = Sink::new();
        let (packer, runtime) = (sender.clone(), Handle::current());
        let packing = tokio::task::spawn_blocking(move || pack(parts, packer, now, runtime));
        let (app, caller) = (Arc::clone(self), caller.clone());
        tokio::spawn(async move {
            let gathered = tokio::select! {
                biased;
                () = sender.closed() => Err(Stopped::Gone),
                gathered = app.gather(&caller, of, &mut sink) => gathered,
            };
            let ended = match gathered {
                Ok(()) => sink.end().await,
                stopped => {
                    // Without an end, what was packed is not finished.
                    drop(sink);
                    stopped
                }
            };
            // Whoever waits for the application's end does not wait for a slow reader.
            drop(app);
            let whole = packing.await.unwrap_or(false);
            // The next one may begin as soon as the last bytes are there.
            drop(pass);
            if let Err(Stopped::Failed(error)) = ended {
                tracing::error!(%error, user = %caller.user, "a takeout broke off");
                let _ = sender.send(Err(error)).await;
            } else if !whole {
                let _ = sender.send(Err(AppError::Unavailable)).await;
            }
        });
        Ok(Takeout { file_name, chunks })
    }

    async fn gather(&self, caller: &Caller, of: Of, sink: &mut Sink) -> Gathered<()> {
        match of {
            Of::Person => self.gather_person(caller, sink).await,
            Of::Organization => self.gather_organization(caller, sink).await,
        }
    }
}
