//! `/browser` and `/runs/{id}/browser`: whether browsers can be had, how a session stands, who is
//! in control of it.
//!
//! Owns: how a browser session looks in JSON. Never: what may be done when; the app decides. Read
//! next: `input` (a person's hands), `live` (the picture as it moves), `stills`.

pub mod input;
pub mod live;
pub mod stills;
pub mod viewers;

use std::sync::Arc;

use ampere_app::browser::{BrowserAsk, BrowserView, Person, Phase};
use ampere_credits::{Credits, RunId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiPath, Who};
use super::problem::Problem;

/// Whether browser sessions can be started here, and what bounds them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrowserStatus {
    /// One started now would be tried.
    pub ready: bool,
    /// Why not, and what to do.
    pub detail: Option<String>,
    /// What a minute of an open browser costs; charged by the second.
    #[schema(value_type = String)]
    pub credits_per_minute: Credits,
    /// How long a session may take when nothing is said.
    pub minutes_default: u32,
    /// The longest that can be asked for.
    pub minutes_most: u32,
    /// Without anything happening a session ends after so many.
    pub idle_seconds: u32,
    /// A paused session ends after so many.
    pub pause_seconds: u32,
}

/// A browser session.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserRequest {
    /// What is to be done, at most 4,000 characters; none: the person drives.
    task: Option<String>,
    /// Where to begin; `http` or `https`.
    url: Option<String>,
    /// How long it may take; the usual time without.
    minutes: Option<u32>,
}

impl BrowserRequest {
    /// As the app takes it.
    pub fn ask(self, model: Option<String>, max_credits: Option<Credits>) -> BrowserAsk {
        let BrowserRequest { task, url, minutes } = self;
        BrowserAsk { task, url, minutes, model, max_credits }
    }
}

/// Where a browser session is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrowserSessionState {
    /// The browser is being opened; nothing is charged yet.
    Starting,
    /// The agent drives.
    Running,
    /// Nobody drives, and its seconds are not charged.
    Paused,
    /// A person drives.
    Controlled,
    /// The browser is gone.
    Finished,
}

impl From<Phase> for BrowserSessionState {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Starting => BrowserSessionState::Starting,
            Phase::Running => BrowserSessionState::Running,
            Phase::Paused => BrowserSessionState::Paused,
            Phase::Controlled => BrowserSessionState::Controlled,
            Phase::Finished => BrowserSessionState::Finished,
        }
    }
}

/// Who is in control of a browser.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controller {
    /// Who.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
}

impl From<Person> for Controller {
    fn from(person: Person) -> Self {
        Controller { id: person.id, name: person.name }
    }
}

/// How a browser session stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrowserSession {
    /// Where it is in its life.
    pub state: BrowserSessionState,
    /// Address of the page; empty before the first.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// The person who is in control, also while it is paused; none: the agent.
    pub controlled_by: Option<Controller>,
    /// Seconds counted so far.
    pub seconds: u64,
    /// Used so far, the model's tokens included.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// While it is paused: when it ends unless it goes on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paused_until: Option<Timestamp>,
    /// When its time is up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// The caller may take control, pause it and let it go on.
    pub may_control: bool,
    /// What is to be done.
    pub task: Option<String>,
    /// Where it began.
    pub start_url: Option<String>,
}

impl From<BrowserView> for BrowserSession {
    fn from(view: BrowserView) -> Self {
        BrowserSession {
            state: view.state.into(),
            url: view.url,
            title: view.title,
            controlled_by: view.controlled_by.map(Controller::from),
            seconds: view.seconds,
            credits: view.credits,
            paused_until: view.paused_until,
            ends_at: view.ends_at,
            may_control: view.may_control,
            task: view.task,
            start_url: view.start_url,
        }
    }
}

type Answer = Result<Json<BrowserSession>, Problem>;

/// Whether browser sessions can be started, and what bounds them
#[utoipa::path(get, path = "/api/v1/browser", operation_id = "getBrowser", tag = "browser",
    responses((status = 200, body = BrowserStatus, description = "How it is")))]
pub async fn get_browser(State(shared): State<Arc<Shared>>, _: Who) -> Json<BrowserStatus> {
    let terms = shared.app.browser_state();
    Json(BrowserStatus {
        ready: terms.ready,
        detail: terms.detail,
        credits_per_minute: terms.credits_per_minute,
        minutes_default: terms.usual_minutes,
        minutes_most: terms.longest_minutes,
        idle_seconds: terms.idle_seconds,
        pause_seconds: terms.pause_seconds,
    })
}

/// Takes control: the agent waits until it is released
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/control", operation_id = "takeControl",
    tag = "browser", params(("id" = String, Path)),
    responses(
        (status = 200, body = BrowserSession, description = "The caller is in control"),
        (status = 409, description = "It is over, or somebody else is in control"),
    ))]
pub async fn take_control(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Answer {
    Ok(Json(shared.app.take_control(&caller, id).await?.into()))
}

/// Gives control back to the agent
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/release", operation_id = "releaseControl",
    tag = "browser", params(("id" = String, Path)),
    responses((status = 200, body = BrowserSession, description = "The agent goes on")))]
pub async fn release_control(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Answer {
    Ok(Json(shared.app.release_control(&caller, id).await?.into()))
}

/// Pauses a browser session: its seconds are not charged, and after some minutes it ends
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/pause", operation_id = "pauseBrowser",
    tag = "browser", params(("id" = String, Path)),
    responses((status = 200, body = BrowserSession, description = "It is paused")))]
pub async fn pause_browser(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Answer {
    Ok(Json(shared.app.pause_browser(&caller, id).await?.into()))
}

/// Lets a paused browser session go on
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/continue", operation_id = "continueBrowser",
    tag = "browser", params(("id" = String, Path)),
    responses((status = 200, body = BrowserSession, description = "It goes on")))]
pub async fn continue_browser(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Answer {
    Ok(Json(shared.app.continue_browser(&caller, id).await?.into()))
}
