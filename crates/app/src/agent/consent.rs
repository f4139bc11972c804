//! Asking a person first: what costs much, and what would open a site that they did not name.
//!
//! Owns: when a call asks, how long it waits, and that nobody but the person answers. Read next:
//! [`super::questions`].

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::rating::Quote;
use ampere_credits::{Credits, Timestamp};
use ampere_store::rows::Reason;
use serde_json::Value;

use super::deed::Deed;
use super::hands::{Hands, Numbered};
use super::questions::{Decision, Question};
use crate::browser::BrowserAsk;
use crate::chat::access::is_author;
use crate::error::AppError;
use crate::meter::{CallStands, Meter, OpenCall, Stop};

/// Seconds that one question waits.
const LONGEST_QUESTION: i64 = 600;
/// Seconds that all questions of a run wait together: less than its hold lasts.
const ALL_QUESTIONS: i64 = 1_800;
/// The clock is looked at this often while a question waits.
const BEAT: Duration = Duration::from_millis(250);

/// How long people may still be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    seconds: i64,
    /// Seconds that were waited so far.
    waited: i64,
}

impl Patience {
    /// Seconds that were waited so far: no time of the run's own.
    pub(super) fn waited(self) -> i64 {
        self.waited
    }
}

impl Default for Patience {
    fn default() -> Self {
        Patience { seconds: ALL_QUESTIONS, waited: 0 }
    }
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// Nobody was there.
    Nobody,
}

impl Hands {
    /// What the person is to be asked before this is done, if anything; or why it cannot be done
    /// at all.
    pub(super) async fn question(
        &self,
        meter: &mut Meter,
        (numbered, name): (Numbered<'_>, &str),
        (inputs, deed): (&Value, &Deed),
    ) -> Result<Result<Option<Question>, String>, Stop> {
        let quote = match self.quote(meter, deed).await? {
            Ok(Some(quote)) => quote,
            Ok(None) => return Ok(Ok(None)),
            Err(fault) => return Ok(Err(fault)),
        };
        if let Some(left) = left_under_cap(meter).filter(|left| quote.low > *left) {
            return Ok(Err(format!(
                "It costs at least {} credits; this message may use {left} more. It was not \
                 started. Tell the person: a higher effort or limit allows more.",
                quote.low
            )));
        }
        let mut addresses = deed.addresses().into_iter();
        let foreign = addresses.find(|url| !self.hosts.allows(url)).map(str::to_owned);
        let (free_up_to, may_allow) = self.free_up_to(meter).await?;
        let dear = quote.high > free_up_to;
        if !dear && foreign.is_none() {
            return Ok(Ok(None));
        }
        let until = meter.app().now().plus_seconds(LONGEST_QUESTION.min(self.patience.seconds));
        Ok(Ok(Some(Question {
            call: numbered.path(),
            name: name.to_owned(),
            inputs: inputs.clone(),
            quote,
            opens: foreign.map(|url| super::hosts::host_of(&url).unwrap_or(url)),
            until,
            may_allow,
        })))
    }

    /// What a deed may cost; none: nothing.
    async fn quote(
        &self,
        meter: &Meter,
        deed: &Deed,
    ) -> Result<Result<Option<Quote>, String>, Stop> {
        let app = meter.app();
        let model = meter.run().model.clone();
        let quoted = match deed {
            Deed::List(_) | Deed::Read(..) => return Ok(Ok(None)),
            Deed::Run(order) => {
                let (what, inputs) = (&order.what, &order.inputs);
                let estimated = app.estimate_task(&self.caller, what, inputs, Some(&model)).await;
                estimated.map(|estimated| estimated.quote)
            }
            Deed::Browse { task, url } => {
                let ask = BrowserAsk {
                    task: Some(task.clone()),
                    url: Some(url.clone()),
                    minutes: Some(super::hands::BROWSER_MINUTES),
                    model: Some(model),
                    max_credits: None,
                };
                app.estimate_browser(&self.caller, &ask).await
            }
        };
        match quoted {
            Ok(quote) => Ok(Ok(Some(quote))),
            Err(error @ (AppError::Unavailable | AppError::Internal)) => {
                tracing::error!(run = %meter.run().id, %error, "a call could not be quoted");
                Err(Stop(Reason::InternalError))
            }
            Err(error) => Ok(Err(format!("It cannot be done now: {error}."))),
        }
    }

    /// What this session may do without asking, and whether who started the run may say that:
    /// the author's word holds for the author's messages.
    async fn free_up_to(&self, meter: &Meter) -> Result<(Credits, bool), Stop> {
        let app = meter.app();
        let session = app.store.session(self.caller.org, self.session).await.map_err(|error| {
            tracing::error!(run = %meter.run().id, %error, "a session could not be read");
            Stop(Reason::InternalError)
        })?;
        let own = session.filter(|row| is_author(&self.caller, row));
        let may_allow = own.is_some();
        let allowed = own.and_then(|row| row.allow_up_to).unwrap_or_default();
        Ok((allowed.max(app.catalog.agent.ask_above), may_allow))
    }

    /// Asks and waits. The run's time stands still meanwhile; a stop ends the wait.
    pub(super) async fn ask(
        &mut self,
        meter: &mut Meter,
        (open, waits): (OpenCall, CallStands),
        question: Question,
    ) -> Result<Answer, Stop> {
        let app = Arc::clone(meter.app());
        let (since, until) = (app.now(), question.until);
        if self.patience.seconds <= 0 {
            return Ok(Answer::Nobody);
        }
        let mut put = app.put_question(meter.run().id, question);
        meter.change_call(open, waits).await?;
        let laid = meter.stop_time();
        let answer = meter.during(async {
            let mut beat = tokio::time::interval(BEAT);
            loop {
                tokio::select! {
                    biased;
                    decision = &mut put.answer => return decision.ok(),
                    _ = beat.tick() => if app.now() >= until {
                        return None;
                    }
                }
            }
        });
        let answer = answer.await;
        drop(put);
        let stood = seconds_between(since, app.now());
        meter.go_on_after(laid, Duration::from_secs(u64::try_from(stood).unwrap_or(0)));
        self.patience.seconds -= stood;
        self.patience.waited += stood;
        Ok(match answer? {
            Some(Decision::Run | Decision::AlwaysUpTo(_)) => Answer::Yes,
            Some(Decision::NotNow) => Answer::No,
            None => {
                // Whoever is not there now is not waited for again.
                self.patience.seconds = 0;
                Answer::Nobody
            }
        })
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.micros().saturating_sub(from.micros()).max(0) / 1_000_000
}

fn left_under_cap(meter: &mut Meter) -> Option<Credits> {
    let cap = meter.run().cap?;
    Some(cap.less(meter.spent()))
}
