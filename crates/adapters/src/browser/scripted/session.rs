//! A session of the fake: what acts do to its page.
//!
//! Owns: history, values of fields, scrolling, and the session's end. An element with the mark m
//! lies between 40 × (m − 1) and 40 × m pixels below the top of what is visible.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use tokio::sync::watch;
use url::form_urlencoded::Serializer;

use super::picture;
use super::site::{Effect, Page};
use super::{Fault, ScriptedBrowser};
use crate::browser::{
    Action, BrowserError, BrowserSession, ELEMENTS_AT_MOST, Element, Frame, Key, OpenOptions, Seen,
    TEXT_AT_MOST,
};

/// The height of an element's row, in CSS pixels.
const ROW: u32 = 40;

struct Visit {
    url: String,
    page: Page,
    scrolled: u32,
    /// Place of the element that has the focus.
    focus: Option<usize>,
}

/// What the browser and the session both know.
pub(super) struct Shared {
    alive: watch::Sender<bool>,
    frames: Mutex<Option<watch::Sender<Frame>>>,
}

impl Shared {
    pub(super) fn is_open(&self) -> bool {
        *self.alive.borrow()
    }

    pub(super) fn end(&self) {
        self.alive.send_replace(false);
        held(&self.frames).take();
    }
}

pub(super) struct Scripted {
    browser: ScriptedBrowser,
    number: u64,
    options: OpenOptions,
    shared: Arc<Shared>,
    frames: watch::Receiver<Frame>,
    visits: Mutex<Vec<Visit>>,
    turn: tokio::sync::Mutex<()>,
}

impl Scripted {
    pub(super) fn new(browser: ScriptedBrowser, number: u64, options: OpenOptions) -> Self {
        let (sender, frames) = watch::channel(Frame::default());
        let alive = watch::Sender::new(true);
        let shared = Arc::new(Shared { alive, frames: Mutex::new(Some(sender)) });
        let turn = tokio::sync::Mutex::new(());
        Scripted { browser, number, options, shared, frames, visits: Mutex::default(), turn }
    }

    pub(super) fn shared(&self) -> Weak<Shared> {
        Arc::downgrade(&self.shared)
    }

    async fn ended(&self) {
        let mut alive = self.shared.alive.subscribe();
        // The sender lives in `self`: the wait can only end by the session's end.
        let _ = alive.wait_for(|alive| !alive).await;
    }

    fn perform(&self, action: &Action) -> Result<Seen, BrowserError> {
        let mut seen = Seen::default();
        match action {
            Action::Look | Action::Wait { .. } => {}
            Action::Navigate { url } => self.go(url)?,
            Action::Click { mark } => self.use_element(place(*mark)?, &mut seen)?,
            Action::ClickAt { y, .. } => {
                // Beside every element a click does nothing.
                let place = usize::try_from(y / ROW).unwrap_or(usize::MAX);
                let _ = self.use_element(place, &mut seen);
            }
            Action::Type { mark, text, submit } => {
                self.on_element(place(*mark)?, |element| element.value.clone_from(text))?;
                self.press(*submit, &mut seen)?;
            }
            Action::Text { text } => {
                if let Some(place) = self.on_visit(|visit| visit.focus).flatten() {
                    self.on_element(place, |element| element.value.push_str(text))?;
                }
            }
            Action::Key { key } => self.press(*key == Key::Enter, &mut seen)?,
            Action::Select { mark, option } => self.select(place(*mark)?, option)?,
            Action::Scroll { down } | Action::ScrollAt { dy: down, .. } => self.scroll(*down),
            Action::Back => {
                let mut visits = held(&self.visits);
                if visits.len() > 1 {
                    visits.pop();
                }
            }
            Action::Screenshot { full } => {
                let height = if *full { self.height() } else { self.options.height };
                seen.picture = Some(picture::png(self.options.width, height));
            }
            Action::Tables => {
                seen.tables = self.on_visit(|visit| visit.page.tables.clone()).unwrap_or_default();
            }
            Action::Follow { label } => {
                let place = self.find(label).ok_or(BrowserError::NotFound)?;
                self.use_element(place, &mut seen)?;
            }
        }
        Ok(self.look(seen))
    }

    fn go(&self, url: &str) -> Result<(), BrowserError> {
        let parsed = url::Url::parse(url).map_err(|_| BrowserError::AddressRefused)?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(BrowserError::AddressRefused);
        }
        let not_there = BrowserError::NotReached { detail: "there is no such page".to_owned() };
        let page = self.browser.find(parsed.as_str()).ok_or(not_there)?;
        let visit = Visit { url: parsed.into(), page, scrolled: 0, focus: None };
        held(&self.visits).push(visit);
        Ok(())
    }

    fn on_visit<T>(&self, look: impl FnOnce(&mut Visit) -> T) -> Option<T> {
        held(&self.visits).last_mut().map(look)
    }

    fn on_element(
        &self,
        place: usize,
        change: impl FnOnce(&mut Element),
    ) -> Result<Effect, BrowserError> {
        let found = self.on_visit(|visit| {
            let part = visit.page.parts.get_mut(place)?;
            visit.focus = Some(place);
            change(&mut part.element);
            Some(part.effect.clone())
        });
        found.flatten().ok_or(BrowserError::NotFound)
    }

    fn use_element(&self, place: usize, seen: &mut Seen) -> Result<(), BrowserError> {
        let effect = self.on_element(place, |element| {
            if element.role == "checkbox" {
                let checked = element.value == "true";
                element.value = (!checked).to_string();
            }
        })?;
        match effect {
            Effect::Nothing => {}
            Effect::Go(url) => self.go(&url)?,
            Effect::Window(url) => {
                seen.notes.push("A new window was opened in this page.".to_owned());
                self.go(&url)?;
            }
            Effect::Send(url) => self.go(&self.with_fields(&url))?,
            Effect::Say(line) => {
                self.on_visit(|visit| visit.page.text.push_str(&format!(" {line}")));
            }
            Effect::Dialog(message) => seen.notes.push(format!("A dialog said: {message}")),
            Effect::Download(_) => seen.notes.push("A download was kept out.".to_owned()),
        }
        Ok(())
    }

    /// Enter in a field sends its form.
    fn press(&self, enter: bool, seen: &mut Seen) -> Result<(), BrowserError> {
        let sends = |visit: &mut Visit| {
            let in_a_field = visit.page.parts.get(visit.focus?)?.element.role == "textbox";
            let sends = |effect: &Effect| matches!(effect, Effect::Send(_));
            let place = visit.page.parts.iter().position(|part| sends(&part.effect));
            place.filter(|_| in_a_field)
        };
        match self.on_visit(sends).flatten().filter(|_| enter) {
            Some(place) => self.use_element(place, seen),
            None => Ok(()),
        }
    }

    fn with_fields(&self, url: &str) -> String {
        let query = self.on_visit(|visit| {
            let mut query = Serializer::new(String::new());
            for part in visit.page.parts.iter().filter(|part| part.effect == Effect::Nothing) {
                let element = &part.element;
                match (element.role.as_str(), element.value.as_str()) {
                    ("checkbox", "false") => &mut query,
                    ("checkbox", _) => query.append_pair(&element.name.to_lowercase(), "on"),
                    (_, value) => query.append_pair(&element.name.to_lowercase(), value),
                };
            }
            query.finish()
        });
        format!("{url}?{}", query.unwrap_or_default())
    }

    fn select(&self, place: usize, option: &str) -> Result<(), BrowserError> {
        let mut known = false;
        self.on_element(place, |element| {
            known = element.options.iter().any(|one| one == option);
            if known {
                option.clone_into(&mut element.value);
            }
        })?;
        if known { Ok(()) } else { Err(BrowserError::NotFound) }
    }

    fn height(&self) -> u32 {
        self.on_visit(|visit| visit.page.height).unwrap_or(0).max(self.options.height)
    }

    fn scroll(&self, down: i32) {
        let most = self.height() - self.options.height;
        self.on_visit(|visit| {
            visit.scrolled = visit.scrolled.saturating_add_signed(down).min(most)
        });
    }

    fn find(&self, label: &str) -> Option<usize> {
        let wanted = Some(label.trim().to_lowercase()).filter(|wanted| !wanted.is_empty())?;
        self.on_visit(|visit| {
            let named = |fits: &dyn Fn(&str) -> bool| {
                visit.page.parts.iter().position(|part| {
                    let clickable = matches!(part.element.role.as_str(), "link" | "button");
                    clickable && fits(&part.element.name.to_lowercase())
                })
            };
            named(&|name| name == wanted).or_else(|| named(&|name| name.contains(&wanted)))
        })?
    }

    fn look(&self, mut seen: Seen) -> Seen {
        seen.height = self.height();
        self.on_visit(|visit| {
            let page = &visit.page;
            seen.url.clone_from(&visit.url);
            seen.title.clone_from(&page.title);
            seen.scrolled = visit.scrolled;
            seen.more = page.text.chars().count() > TEXT_AT_MOST;
            seen.more |= page.parts.len() > ELEMENTS_AT_MOST;
            seen.text = page.text.chars().take(TEXT_AT_MOST).collect();
            let parts = page.parts.iter().take(ELEMENTS_AT_MOST);
            let marked =
                parts.zip(1..).map(|(part, mark)| Element { mark, ..part.element.clone() });
            seen.elements = marked.collect();
        });
        let comment = format!("{} {} {}", seen.url, seen.scrolled, seen.text);
        if let Some(frames) = &*held(&self.shared.frames) {
            frames.send_modify(|frame| {
                frame.number += 1;
                frame.jpeg = picture::jpeg(&comment);
                frame.url.clone_from(&seen.url);
                frame.title.clone_from(&seen.title);
            });
        }
        seen
    }
}

#[async_trait]
impl BrowserSession for Scripted {
    async fn act(&self, action: Action) -> Result<Seen, BrowserError> {
        let _turn = self.turn.lock().await;
        if !self.shared.is_open() {
            return Err(BrowserError::Gone);
        }
        match self.browser.arrive(self.number, &action) {
            None => {}
            Some(Fault::Gone) => self.shared.end(),
            Some(Fault::Hang) => self.ended().await,
            Some(Fault::Hold(gate)) => tokio::select! {
                () = gate.pass() => {}
                () = self.ended() => {}
            },
            Some(Fault::Fail(error)) => return Err(error),
        }
        if !self.shared.is_open() {
            return Err(BrowserError::Gone);
        }
        self.perform(&action)
    }

    fn frames(&self) -> watch::Receiver<Frame> {
        self.frames.clone()
    }

    fn alive(&self) -> watch::Receiver<bool> {
        self.shared.alive.subscribe()
    }

    async fn close(&self) {
        self.shared.end();
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.end();
    }
}

/// The place of the element with this mark.
fn place(mark: u32) -> Result<usize, BrowserError> {
    let place = mark.checked_sub(1).and_then(|place| usize::try_from(place).ok());
    place.ok_or(BrowserError::NotFound)
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
