//! What people do with a session: take control, give it back, pause, go on, use the page.
//!
//! Owns whose wish is followed. Only the starter and who sees everything may; one at a time. What
//! the agent was about to do is dropped (see `screen`). Never charges: the run's meter counts.

use std::sync::Arc;

use ampere_adapters::browser::{Action, BrowserError, Seen};
use ampere_credits::{RunId, Timestamp};

use super::live::{Live, Person, Refusal};
use super::screen::{Place, Screen};
use super::view::{BrowserView, Watched, refused};
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// Acts that a person sends at once.
const MOST_ACTS: usize = 20;
/// Characters of a text that a person types at once.
const LONGEST_TEXT: usize = 4_000;

/// What a person's acts led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrowserPage {
    /// Where they are.
    pub place: Place,
    /// What happened besides, in sentences.
    pub notes: Vec<String>,
}

impl App {
    /// The caller drives from now on; a pause is over with it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`], [`AppError::Conflict`].
    pub async fn take_control(&self, caller: &Caller, run: RunId) -> crate::Done<BrowserView> {
        let person = Person { id: caller.user, name: caller.name.clone() };
        self.wish(caller, run, |live, now| live.take(person, now)).await
    }

    /// The caller gives the browser back to the agent.
    ///
    /// # Errors
    /// As of [`App::take_control`].
    pub async fn release_control(&self, caller: &Caller, run: RunId) -> crate::Done<BrowserView> {
        self.wish(caller, run, |live, now| live.release(caller.user, now)).await
    }

    /// Nobody drives and nothing is charged, for a while.
    ///
    /// # Errors
    /// As of [`App::take_control`].
    pub async fn pause_browser(&self, caller: &Caller, run: RunId) -> crate::Done<BrowserView> {
        self.wish(caller, run, |live, now| live.rest(caller.user, now)).await
    }

    /// The pause is over.
    ///
    /// # Errors
    /// As of [`App::take_control`].
    pub async fn continue_browser(&self, caller: &Caller, run: RunId) -> crate::Done<BrowserView> {
        self.wish(caller, run, |live, now| live.go_on(caller.user, now)).await
    }

    async fn controlled(&self, caller: &Caller, run: RunId) -> crate::Done<(Watched, Arc<Screen>)> {
        if !self.watched(caller, run).await?.may_control {
            return Err(AppError::ForbiddenRole);
        }
        self.live_screen(caller, run).await
    }

    async fn wish(
        &self,
        caller: &Caller,
        run: RunId,
        wish: impl FnOnce(&mut Live, Timestamp) -> Result<(), Refusal>,
    ) -> crate::Done<BrowserView> {
        let (watched, screen) = self.controlled(caller, run).await?;
        let now = self.now();
        // What time has ended is not taken up again.
        screen.look(now);
        screen.change(|live| wish(live, now)).map_err(refused)?;
        self.tell(&watched.run);
        Ok(self.live_view(&watched, &screen))
    }

    /// Uses the page with the caller's own hands, in order.
    ///
    /// # Errors
    /// [`AppError::Conflict`] unless the caller is in control, also when that is taken or over in
    /// the middle; [`AppError::Invalid`] for what no person's hand does.
    pub async fn browser_input(
        &self,
        caller: &Caller,
        run: RunId,
        actions: Vec<Action>,
    ) -> crate::Done<BrowserPage> {
        let (_, screen) = self.controlled(caller, run).await?;
        if actions.is_empty() || actions.len() > MOST_ACTS {
            let detail = format!("From 1 to {MOST_ACTS} events.");
            return Err(AppError::field("/events", "out_of_range", detail));
        }
        for (index, action) in actions.iter().enumerate() {
            check(index, action)?;
        }
        let person = Person { id: caller.user, name: caller.name.clone() };
        let mut page = BrowserPage { place: screen.place(), notes: Vec::new() };
        for (index, action) in actions.into_iter().enumerate() {
            let hands = screen.for_person(&person).await.map_err(refused)?;
            let session = screen.session().ok_or_else(|| refused(Refusal::Starting))?;
            let result = session.act(action).await;
            match result {
                Ok(seen) => {
                    screen.saw(&seen, self.now());
                    let Seen { url, title, notes, .. } = seen;
                    page.place = Place { url, title };
                    page.notes.extend(notes);
                }
                Err(BrowserError::Gone) => return Err(refused(Refusal::Over)),
                Err(error @ BrowserError::AddressRefused) => {
                    let pointer = format!("/events/{index}/url");
                    return Err(AppError::field(&pointer, "refused", format!("{error}.")));
                }
                Err(error) => {
                    let now = self.now();
                    screen.change(|live| live.acted(now));
                    page.notes.push(format!("Not done: {error}."));
                }
            }
            drop(hands);
        }
        Ok(page)
    }
}

/// Whether it is something that a person's hand does.
fn check(index: usize, action: &Action) -> crate::Done<()> {
    let wrong = |name: &str, code, detail: &str| {
        Err(AppError::field(&format!("/events/{index}/{name}"), code, detail))
    };
    match action {
        Action::ClickAt { .. } | Action::ScrollAt { .. } | Action::Key { .. } | Action::Back => {
            Ok(())
        }
        Action::Text { text } | Action::Navigate { url: text }
            if text.chars().count() > LONGEST_TEXT =>
        {
            wrong("text", "too_long", "At most 4,000 characters at once.")
        }
        Action::Text { .. } | Action::Navigate { .. } => Ok(()),
        _ => wrong("kind", "unknown", "This is not done by hand."),
    }
}
