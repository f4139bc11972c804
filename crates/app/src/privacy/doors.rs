//! Doors: while somebody is being deleted, nothing of theirs starts.
//!
//! In memory: one server has the database. Who has gone stays shut out for as long as the process
//! lives; after that nobody is left who could ask. Never decides who may go.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ampere_credits::{OrgId, UserId};
use tokio::sync::watch;

use crate::error::AppError;

const GOING: &str = "this is being deleted; nothing starts any more";

/// Who is shut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    Organization(OrgId),
    Person(UserId),
}

#[derive(Debug, Default)]
struct State {
    shut: HashSet<Whose>,
    /// Starts on their way to their first commit.
    inside: HashMap<Whose, usize>,
}

/// The doors of all organizations and people.
#[derive(Debug, Clone, Default)]
pub(crate) struct Doors {
    state: Arc<Mutex<State>>,
    /// Told when a start has reached its commit.
    left: Arc<watch::Sender<()>>,
}

/// A start that was let in; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Inside {
    doors: Doors,
    whose: [Whose; 2],
}

/// A door that is shut; it opens again when this is dropped.
#[derive(Debug)]
pub(crate) struct Shut {
    doors: Doors,
    whose: Option<Whose>,
}

impl Doors {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A start of a person in an organization.
    ///
    /// # Errors
    /// [`AppError::Conflict`] while one of them is being deleted.
    pub(crate) fn enter(&self, org: OrgId, user: UserId) -> crate::Done<Inside> {
        let whose = [Whose::Organization(org), Whose::Person(user)];
        let mut state = self.state();
        if whose.iter().any(|each| state.shut.contains(each)) {
            return Err(AppError::Conflict(GOING));
        }
        for each in whose {
            let count = state.inside.entry(each).or_default();
            *count = count.saturating_add(1);
        }
        drop(state);
        Ok(Inside { doors: self.clone(), whose })
    }

    /// Shuts a door and waits until whoever was inside has left. Shut already: somebody else is
    /// deleting it.
    ///
    /// # Errors
    /// [`AppError::Conflict`] then.
    pub(crate) async fn shut(&self, whose: Whose) -> crate::Done<Shut> {
        let mut left = self.left.subscribe();
        if !self.state().shut.insert(whose) {
            return Err(AppError::Conflict(GOING));
        }
        let shut = Shut { doors: self.clone(), whose: Some(whose) };
        // The sender lives in `self`: this is never its end.
        let _ = left.wait_for(|()| !self.state().inside.contains_key(&whose)).await;
        Ok(shut)
    }
}

impl Shut {
    /// It is deleted: the door stays shut.
    pub(crate) fn for_good(mut self) {
        self.whose = None;
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        if let Some(whose) = self.whose {
            self.doors.state().shut.remove(&whose);
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut state = self.doors.state();
        for each in self.whose {
            if let Some(count) = state.inside.get_mut(&each) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    state.inside.remove(&each);
                }
            }
        }
        drop(state);
        self.doors.left.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_goes_is_waited_for_and_then_shut_out() {
        let doors = Doors::default();
        let (org, mia, ben) = (OrgId::from_bits(1), UserId::from_bits(1), UserId::from_bits(2));
        let inside = doors.enter(org, mia);
        assert!(inside.is_ok());
        let mut shutting = Box::pin(doors.shut(Whose::Person(mia)));
        assert!((&mut shutting).now_or_never().is_none(), "a start is on its way");
        assert!(doors.enter(org, mia).is_err(), "no other begins");
        assert!(doors.enter(org, ben).is_ok());
        drop(inside);
        let Ok(shut) = shutting.await else { unreachable!("nobody else deletes her") };
        assert!(doors.shut(Whose::Person(mia)).await.is_err(), "one at a time");
        drop(shut);
        assert!(doors.enter(org, mia).is_ok(), "she stays after all");
        let Ok(shut) = doors.shut(Whose::Organization(org)).await else { unreachable!("empty") };
        shut.for_good();
        assert!(doors.enter(org, mia).is_err() && doors.enter(org, ben).is_err());
        assert!(doors.enter(OrgId::from_bits(2), mia).is_ok(), "elsewhere");
    }
}
