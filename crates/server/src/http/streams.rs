//! How many streams a person may have open at once (security check S29), and until when one has
//! somebody who may read it. It is looked whether they still may now and then, and whenever it is
//! told that they may open less than before.
//!
//! Read next: `events`, which streams what happens, and `browser::live`, which streams pictures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ampere_app::Caller;
use ampere_app::news::Item;
use ampere_credits::{RunId, UserId};
use axum::http::HeaderMap;
use tokio::sync::broadcast::error::RecvError;

use super::Shared;
use super::code::Code;
use super::extract::login_token;
use super::problem::Problem;
use crate::serve::ended;

/// So often it is looked whether the login still stands.
const LOOK_EVERY: Duration = Duration::from_secs(15);

type Open = Arc<Mutex<HashMap<UserId, usize>>>;

/// The open streams of everybody.
#[derive(Debug, Clone)]
pub struct Streams {
    most: usize,
    open: Open,
}

/// The right to one open stream; given back when it is dropped.
#[derive(Debug)]
pub struct StreamPass {
    user: UserId,
    open: Open,
}

impl Streams {
    /// At most so many for each person.
    pub fn new(most: usize) -> Self {
        Streams { most, open: Open::default() }
    }

    /// One more for a person.
    ///
    /// # Errors
    /// 429 `concurrency_limited` when they have as many as they may.
    pub fn pass(&self, user: UserId) -> Result<StreamPass, Problem> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= self.most {
            let detail = format!("At most {} streams can be open at once.", self.most);
            return Err(Problem::new(Code::ConcurrencyLimited, detail).retry_after(5));
        }
        *count += 1;
        Ok(StreamPass { user, open: Arc::clone(&self.open) })
    }
}

impl Drop for StreamPass {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// Who reads a stream, as long as their login, their right to it and the server last.
pub struct Reader {
    shared: Arc<Shared>,
    token: String,
    caller: Caller,
    /// The run that is followed, where it is the stream of one.
    run: Option<RunId>,
    _pass: StreamPass,
}

impl Reader {
    /// One more stream of a person.
    ///
    /// # Errors
    /// As [`Streams::pass`].
    pub fn of(shared: &Arc<Shared>, caller: &Caller, headers: &HeaderMap) -> Result<Self, Problem> {
        let pass = shared.streams.pass(caller.user)?;
        let token = login_token(headers, shared)?.to_owned();
        let (shared, caller) = (Arc::clone(shared), caller.clone());
        Ok(Reader { shared, token, caller, run: None, _pass: pass })
    }

    /// The same of a run, as long as they may follow it.
    ///
    /// # Errors
    /// As [`Streams::pass`].
    pub fn of_run(
        shared: &Arc<Shared>,
        caller: &Caller,
        headers: &HeaderMap,
        run: RunId,
    ) -> Result<Self, Problem> {
        let reader = Reader::of(shared, caller, headers)?;
        Ok(Reader { run: Some(run), ..reader })
    }

    /// Ends when there is nobody to stream to: the login ended, the run is not theirs to follow
    /// any more, or the server ends.
    pub async fn lost(&self) {
        let mut ending = self.shared.ending.clone();
        let mut news = self.shared.app.news(&self.caller);
        // The first look is at once: since they asked it may have changed.
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = ended(&mut ending) => return,
                _ = look.tick() => {}
                item = news.recv() => match item {
                    Ok(Item::Lost(user, _)) if user == self.caller.user => {}
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
            }
            if !self.may_read().await {
                return;
            }
        }
    }

    async fn may_read(&self) -> bool {
        let (app, Caller { org, user, .. }) = (&self.shared.app, &self.caller);
        let logged_in = matches!(app.login_holds(&self.token, *org).await, Ok(true));
        let follows = match self.run {
            Some(run) => matches!(app.follows(*org, *user, run).await, Ok(true)),
            None => true,
        };
        logged_in && follows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_is_given_back_can_be_taken_again() {
        let streams = Streams::new(2);
        let (mia, ben) = (UserId::from_bits(1), UserId::from_bits(2));
        let first = streams.pass(mia);
        let second = streams.pass(mia);
        assert!(first.is_ok() && second.is_ok());
        assert!(streams.pass(mia).is_err_and(|p| p.code == Code::ConcurrencyLimited));
        assert!(streams.pass(ben).is_ok());
        drop(second);
        assert!(streams.pass(mia).is_ok());
    }
}
