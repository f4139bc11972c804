//! A person's hands on a browser: what they click, type and turn, in order.
//!
//! Owns: the shapes of these events and their bounds. Never: who may send them; the app decides.

use std::sync::Arc;

use ampere_app::browser::{self, Action, Key, OpenOptions};
use ampere_credits::RunId;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::{ApiJson, ApiPath, Who};
use crate::http::problem::Problem;

/// Events of one request.
const MOST_EVENTS: usize = 20;
/// Characters of typed text.
const LONGEST_TEXT: usize = 2_000;
/// Characters of an address.
const LONGEST_ADDRESS: usize = 2_000;
/// CSS pixels that one turn of the wheel may go.
const LONGEST_SCROLL: i32 = 10_000;

/// What a person does with the browser, in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserInputRequest {
    /// 1 to 20.
    events: Vec<BrowserEventRequest>,
}

/// One thing that a person does with the browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BrowserEventRequest {
    /// A click.
    Click {
        /// CSS pixels from the left.
        x: u32,
        /// CSS pixels from the top.
        y: u32,
    },
    /// The wheel, at a place.
    Scroll {
        /// CSS pixels from the left.
        x: u32,
        /// CSS pixels from the top.
        y: u32,
        /// CSS pixels to the right.
        dx: i32,
        /// CSS pixels down.
        dy: i32,
    },
    /// Text into whatever has the focus, at most 2,000 characters.
    Text {
        /// The text.
        text: String,
    },
    /// A key.
    Key {
        /// As `KeyboardEvent.key` calls it: `Enter`, `Tab`, `Backspace`, `ArrowDown` …
        key: String,
    },
    /// Another address.
    Navigate {
        /// `http` or `https`.
        url: String,
    },
    /// The page before.
    Back,
}

impl BrowserEventRequest {
    /// As the app takes it; `pointer` is where it stands in the body.
    fn action(self, pointer: &str) -> Result<Action, Problem> {
        let wrong = |field: &str, code, detail: &str| {
            Err(Problem::field(format!("{pointer}/{field}"), code, detail))
        };
        let (code, outside) = ("out_of_range", "Outside the page.");
        let page = OpenOptions::default();
        let far = |by: i32| by.unsigned_abs() > LONGEST_SCROLL.unsigned_abs();
        match self {
            Self::Click { x, .. } | Self::Scroll { x, .. } if x >= page.width => {
                wrong("x", code, outside)
            }
            Self::Click { y, .. } | Self::Scroll { y, .. } if y >= page.height => {
                wrong("y", code, outside)
            }
            Self::Scroll { dx, .. } if far(dx) => wrong("dx", code, "At most 10,000 either way."),
            Self::Scroll { dy, .. } if far(dy) => wrong("dy", code, "At most 10,000 either way."),
            Self::Text { text } if text.is_empty() => wrong("text", "required", "Type something."),
            Self::Text { text } if text.chars().count() > LONGEST_TEXT => {
                wrong("text", "too_long", "At most 2,000 characters at once.")
            }
            Self::Navigate { url } if url.chars().count() > LONGEST_ADDRESS => {
                wrong("url", "too_long", "At most 2,000 characters.")
            }
            Self::Click { x, y } => Ok(Action::ClickAt { x, y }),
            Self::Scroll { x, y, dx, dy } => Ok(Action::ScrollAt { x, y, dx, dy }),
            Self::Text { text } => Ok(Action::Text { text }),
            Self::Key { key } => match Key::from_word(&key) {
                Some(key) => Ok(Action::Key { key }),
                None => wrong("key", "unknown_value", "There is no such key here."),
            },
            Self::Navigate { url } => Ok(Action::Navigate { url }),
            Self::Back => Ok(Action::Back),
        }
    }
}

/// The page after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrowserPage {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What the person should know, as that a download was kept out.
    pub notes: Vec<String>,
}

impl From<browser::BrowserPage> for BrowserPage {
    fn from(page: browser::BrowserPage) -> Self {
        let browser::BrowserPage { place, notes } = page;
        BrowserPage { url: place.url, title: place.title, notes }
    }
}

/// Does something in a browser that the caller is in control of
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/input", operation_id = "sendBrowserInput",
    tag = "browser", params(("id" = String, Path)), request_body = BrowserInputRequest,
    responses(
        (status = 200, body = BrowserPage, description = "All of it was done"),
        (status = 409, description = "The caller is not in control"),
    ))]
pub async fn send_browser_input(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
    ApiJson(asked): ApiJson<BrowserInputRequest>,
) -> Result<Json<BrowserPage>, Problem> {
    let actions = actions(asked)?;
    Ok(Json(shared.app.browser_input(&caller, id, actions).await?.into()))
}

fn actions(asked: BrowserInputRequest) -> Result<Vec<Action>, Problem> {
    if !(1..=MOST_EVENTS).contains(&asked.events.len()) {
        return Err(Problem::field("/events", "out_of_range", "1 to 20 events at once."));
    }
    let each = asked.events.into_iter().enumerate();
    each.map(|(at, event)| event.action(&format!("/events/{at}"))).collect()
}
