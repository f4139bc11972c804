//! Starting a browser session, and what it may cost before.
//!
//! Owns the checks of what is asked. Never takes a hold itself: [`App::spend`] does. Nothing is
//! held where there is no browser or no place.

use std::sync::{Arc, Mutex};

use ampere_adapters::browser::BrowserState;
use ampere_credits::Credits;
use ampere_credits::ledger::Draw;
use ampere_credits::rating::{CallBound, Quote, Rate, TimeBound};
use ampere_store::rows::{RunKind, Trigger};

use super::drive::Errand;
use super::live::{Limits, Person};
use super::screen::About;
use super::talk::MOST_TOKENS;
use super::work::BrowserWork;
use super::{ACTS, words};
use crate::agent::Hosts;
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::{AppError, FieldError};
use crate::rates::BROWSER;
use crate::spend::{Intent, Started, start_key};
use crate::tasks::Definition;
use crate::work::{Bill, Plan, WhenShort};

/// Characters of a task, and of an address.
const LONGEST_TASK: usize = 4_000;
const LONGEST_ADDRESS: usize = 2_000;
/// Seconds that are held at first; the hold is kept ahead from then on.
const FIRST_SECONDS: u64 = 20;
/// Seconds and acts of a session that finds little to do.
const LEAST_SECONDS: u64 = 30;
const LEAST_ACTS: usize = 3;
/// Tokens of a usual turn of the agent.
const LIKELY_INPUT: u64 = 2_000;
const TURN_OUTPUT: u64 = 512;

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrowserAsk {
    /// What the agent is to do; none: the person drives.
    pub task: Option<String>,
    /// Where it begins.
    pub url: Option<String>,
    /// Minutes of use at most; as usual without.
    pub minutes: Option<u32>,
    /// The model; the default one without.
    pub model: Option<String>,
    /// It may hold and be charged at most this.
    pub max_credits: Option<Credits>,
}

/// Whether browser sessions can be had, at what price and within which bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserTermsNow {
    /// Whether one can be started here.
    pub ready: bool,
    /// Why not, for people.
    pub detail: Option<String>,
    /// By the second used.
    pub credits_per_minute: Credits,
    /// Minutes of a session that names none, and at most.
    pub usual_minutes: u32,
    /// At most.
    pub longest_minutes: u32,
    /// It ends when nothing was done in it for so long.
    pub idle_seconds: u32,
    /// It ends when it was paused for so long.
    pub pause_seconds: u32,
}

/// An ask that makes sense.
struct Checked {
    about: About,
    minutes: u32,
    model: String,
    context_tokens: u64,
    cap: Option<Credits>,
}

fn unavailable(state: BrowserState) -> Option<String> {
    match state {
        BrowserState::Ready => None,
        BrowserState::Off => Some("Browser sessions are switched off here.".to_owned()),
        BrowserState::Missing { detail } => Some(format!("There is no browser here: {detail}.")),
    }
}

impl App {
    /// Whether browser sessions can be had, at what price and within which bounds. Free.
    pub fn browser_state(&self) -> BrowserTermsNow {
        let terms = self.catalog.browser;
        let detail = unavailable(self.browsers.state());
        let rated = self.rates.current().ok().and_then(|published| {
            let mut rates = published.card.rates.iter();
            rates.find(|rate| rate.model == BROWSER).map(Rate::credits_per_minute)
        });
        BrowserTermsNow {
            ready: detail.is_none(),
            detail,
            credits_per_minute: rated.unwrap_or(terms.per_minute),
            usual_minutes: terms.usual_minutes,
            longest_minutes: terms.longest_minutes,
            idle_seconds: terms.idle_seconds,
            pause_seconds: terms.pause_seconds,
        }
    }

    /// What a session may cost. Free.
    ///
    /// # Errors
    /// [`AppError::Invalid`], an unready model.
    pub async fn estimate_browser(&self, caller: &Caller, ask: &BrowserAsk) -> crate::Done<Quote> {
        let plan = self.browser_plan(&self.checked_browser(ask)?);
        self.quote(caller, &plan, &self.rates.current()?.card).await
    }

    /// Starts a session: returns once its hold is durable.
    ///
    /// # Errors
    /// [`AppError::Invalid`], [`AppError::BrowserUnavailable`], [`AppError::BrowserBusy`],
    /// [`AppError::InsufficientCredits`] and every other reason not to start; nothing is changed
    /// then.
    pub async fn start_browser(
        self: &Arc<Self>,
        caller: &Caller,
        ask: BrowserAsk,
        intent: Intent,
    ) -> crate::Done<Started> {
        caller.may(Act::StartWork)?;
        let checked = self.checked_browser(&ask)?;
        if let Some(detail) = unavailable(self.browsers.state()) {
            return Err(AppError::BrowserUnavailable(detail));
        }
        let terms = self.catalog.browser;
        let seat = self.browsing.seat(terms.parallel).ok_or(AppError::BrowserBusy)?;
        let plan = self.browser_plan(&checked);
        let definition = Definition::Browser {
            task: checked.about.task.clone().unwrap_or_default(),
            url: checked.about.url.clone(),
            minutes: checked.minutes,
        };
        let errand = Errand {
            about: checked.about,
            limits: Limits {
                seconds: checked.minutes.saturating_mul(60),
                idle_seconds: terms.idle_seconds,
                pause_seconds: terms.pause_seconds,
            },
            acts: ACTS,
            model: checked.model,
            hosts: Hosts::any(),
            prefix: String::new(),
            part: 0,
            starter: Person { id: caller.user, name: caller.name.clone() },
        };
        let start_key = start_key(caller, &intent);
        let begins = Mutex::new(Some((errand, seat)));
        let (org, text) = (caller.org, String::new());
        let work = BrowserWork { plan, org, definition, start_key, begins, text };
        self.spend(caller, Box::new(work), intent).await
    }

    fn checked_browser(&self, ask: &BrowserAsk) -> crate::Done<Checked> {
        let terms = self.catalog.browser;
        let filled = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let (task, url) = (filled(&ask.task), filled(&ask.url));
        let minutes = ask.minutes.unwrap_or(terms.usual_minutes.min(terms.longest_minutes));
        let mut mistakes = Vec::new();
        let mut mistake = |pointer: &str, code, detail: String| {
            mistakes.push(FieldError { pointer: pointer.to_owned(), code, detail });
        };
        if task.as_ref().is_some_and(|task| task.chars().count() > LONGEST_TASK) {
            mistake("/browser/task", "too_long", format!("At most {LONGEST_TASK} characters."));
        }
        if url.as_ref().is_some_and(|url| !well_formed(url)) {
            let detail = "An address beginning with http:// or https://.".to_owned();
            mistake("/browser/url", "invalid_value", detail);
        }
        if minutes == 0 || minutes > terms.longest_minutes {
            let detail = format!("From 1 to {} minutes.", terms.longest_minutes);
            mistake("/browser/minutes", "out_of_range", detail);
        }
        if !mistakes.is_empty() {
            return Err(AppError::Invalid(mistakes));
        }
        // Who drives by hand asks no model, and none has to be there.
        let card = task.is_some().then(|| self.card_for(ask.model.as_deref())).transpose()?;
        let context_tokens = card.as_ref().map_or(0, |card| u64::from(card.context_tokens));
        let model = card.map_or_else(|| BROWSER.to_owned(), |card| card.id);
        let about = About { task, url };
        Ok(Checked { about, minutes, model, context_tokens, cap: ask.max_credits })
    }

    fn browser_plan(&self, checked: &Checked) -> Plan {
        let most = u64::from(checked.minutes).saturating_mul(60);
        let time = TimeBound {
            model: BROWSER.to_owned(),
            least: LEAST_SECONDS.min(most),
            likely: most.div_ceil(3),
            most,
            first: FIRST_SECONDS.min(most),
        };
        let call = CallBound {
            model: checked.model.clone(),
            input_tokens: u64::from(MOST_TOKENS).min(checked.context_tokens),
            likely_input_tokens: LIKELY_INPUT.min(checked.context_tokens),
            max_output_tokens: TURN_OUTPUT,
        };
        let acts = if checked.about.task.is_some() { ACTS as usize } else { 0 };
        let least = vec![call.clone(); LEAST_ACTS.min(acts)];
        let by = if acts == 0 { "person" } else { "task" };
        Plan {
            kind: RunKind::Browser,
            title: title(&checked.about),
            subject: Some(by.to_owned()),
            trigger: Trigger::Person,
            schedule: None,
            place: None,
            model: checked.model.clone(),
            bill: Bill::Timed { time, calls: vec![call; acts], least },
            cap: checked.cap,
            draw: Draw::Pool,
            when_short: WhenShort::Overtake,
        }
    }
}

/// Whether an address can be one of a page; the egress guard decides whether it may be opened.
fn well_formed(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let named = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', '?', '#']);
    let odd = |letter: char| letter.is_control() || letter.is_whitespace();
    rest.is_some_and(named) && url.chars().count() <= LONGEST_ADDRESS && !url.contains(odd)
}

fn title(about: &About) -> String {
    match (&about.task, &about.url) {
        (Some(task), _) => {
            let quoted = words::quoted(task);
            quoted.trim_matches(['“', '”']).to_owned()
        }
        (None, Some(url)) => format!("Browser: {}", words::address(url)),
        (None, None) => "Browser session".to_owned(),
    }
}
