//! Event streams (SSE): one run's answer as it is written, and the organization's news.
//!
//! A run's event id is the watcher's place in the answer (bytes), so that a reload, a lost
//! connection and a restarted server all go on where the person was. The organization's stream
//! begins with the balance as it is; its ids are journal positions. A stream ends when its login
//! does, and a run's when its reader may not follow the run any more. Reading never spends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ampere_app::Caller;
use ampere_app::feed::{FeedEvent, Standing, Watcher};
use ampere_app::news::Item;
use ampere_app::runs::RunRow;
use ampere_credits::{RunId, SessionId};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::credits::Balance;
use super::extract::{ApiPath, ApiQuery, Who};
use super::problem::Problem;
use super::runs::RunSummary;
use super::runs::words::{RunReason, RunState};
use super::streams::Reader;

/// A comment this often keeps connections open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events that may wait for a slow reader; beyond it the producer waits, nobody else does.
const WAITING: usize = 16;

/// Where a stream is to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResumeQuery {
    /// Id of the last event that was seen; the header `Last-Event-ID` wins.
    pub last_event_id: Option<String>,
}

/// How a run stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunStateEvent {
    pub state: RunState,
    pub reason: Option<RunReason>,
    /// Calls before this one at the model.
    pub ahead: Option<u32>,
    pub held: String,
    /// Used so far; while a browser is open it is told about once a second.
    pub used: String,
    /// Seconds of the browser so far.
    pub seconds: u64,
    /// The step in work, or the last one; none before the first.
    pub step: Option<u32>,
    /// Changes whenever a step begins or ends: read the run again then.
    pub revision: u64,
}

/// More of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDeltaEvent {
    pub text: String,
}

/// The end of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunFinishedEvent {
    pub run: RunSummary,
    /// Journal position of its settle.
    pub position: u64,
}

/// A conversation changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionEvent {
    pub id: String,
}

/// There are new notices for the reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeEvent {}

type EventStream = Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>;
type Frames = Sse<KeepAliveStream<EventStream>>;

/// Sends events until the reader, the login or the server has gone.
struct Outlet {
    shared: Arc<Shared>,
    sender: mpsc::Sender<Event>,
    reader: Reader,
}

impl Outlet {
    fn open(shared: &Arc<Shared>, reader: Reader) -> Opened {
        let (sender, receiver) = mpsc::channel(WAITING);
        let outlet = Outlet { shared: Arc::clone(shared), sender, reader };
        let frames = ReceiverStream::new(receiver).map(Ok);
        let sse = Sse::new(Box::pin(frames) as EventStream)
            .keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive"));
        (outlet, sse)
    }

    /// Sends; false once nobody reads any more.
    async fn send(&self, name: &str, id: u64, data: &impl Serialize) -> bool {
        let Ok(json) = serde_json::to_string(data) else { return false };
        let event = Event::default().event(name).id(id.to_string()).data(json);
        self.sender.send(event).await.is_ok()
    }

    /// Ends when there is no use in going on: the reader left or may not read on, we shut down.
    async fn useless(&self) {
        tokio::select! {
            () = self.sender.closed() => {}
            () = self.reader.lost() => {}
        }
    }
}

type Opened = (Outlet, Frames);

/// Follow one of my runs (SSE): `state`, `delta`, then `finished`; it ends when the run waits
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/events",
    operation_id = "runEvents",
    params(("id" = String, Path), ResumeQuery),
    responses((status = 200, content_type = "text/event-stream", body = RunStateEvent))
)]
pub async fn run_events(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(run): ApiPath<RunId>,
    ApiQuery(query): ApiQuery<ResumeQuery>,
    headers: HeaderMap,
) -> Result<Frames, Problem> {
    shared.app.own_run(&caller, run).await?;
    let place = place(&headers, query.last_event_id.as_deref())?;
    let (outlet, frames) = Outlet::open(&shared, Reader::of_run(&shared, &caller, &headers, run)?);
    tokio::spawn(async move {
        tokio::select! {
            () = outlet.useless() => {}
            () = tell_run(&outlet, &caller, run, place) => {}
        }
    });
    Ok(frames)
}

/// The place after the last event that was seen.
fn place(headers: &HeaderMap, query: Option<&str>) -> Result<usize, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    match header.filter(|id| !id.is_empty()).or(query) {
        None => Ok(0),
        Some(id) => id.parse().map_err(|_| {
            Problem::field("?last_event_id", "invalid_value", "Not an id of this stream.")
        }),
    }
}

async fn tell_run(outlet: &Outlet, caller: &Caller, run: RunId, mut place: usize) {
    let mut told = None;
    // A run that pauses may go on in the same commit, under another feed.
    while let Some(feed) = outlet.shared.app.feed(run) {
        let mut watcher: Watcher = feed.watch(place);
        while let Some(event) = watcher.next().await {
            let sent = match event {
                FeedEvent::Standing(standing) => {
                    told = Some(standing.state);
                    outlet.send("state", count(place), &state_event(&standing)).await
                }
                FeedEvent::Delta { text, offset } => {
                    place = offset;
                    outlet.send("delta", count(place), &RunDeltaEvent { text }).await
                }
            };
            if !sent {
                return;
            }
        }
    }
    // It has ended, or works in no process: the rest is what is kept.
    let Ok(answer) = outlet.shared.app.answer_of(caller, run).await else { return };
    if let Some(text) = answer.text.get(place..).filter(|text| !text.is_empty()) {
        let text = text.to_owned();
        place = answer.text.len();
        if !outlet.send("delta", count(place), &RunDeltaEvent { text }).await {
            return;
        }
    }
    if answer.run.state.ended() {
        let finished = RunFinishedEvent {
            run: RunSummary::of(caller, &answer.run),
            position: answer.run.position,
        };
        outlet.send("finished", count(place), &finished).await;
    } else if told != Some(answer.run.state) {
        outlet.send("state", count(place), &waiting_event(&answer.run)).await;
    }
}

fn count(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}

fn state_event(standing: &Standing) -> RunStateEvent {
    RunStateEvent {
        state: standing.state.into(),
        reason: standing.reason.map(Into::into),
        ahead: standing.ahead,
        held: standing.held.to_string(),
        used: standing.used.to_string(),
        seconds: standing.seconds,
        step: Some(standing.step).filter(|step| *step > 0),
        revision: u64::from(standing.revision),
    }
}

/// A run that works in no process now: it waits for credits, paused, or is about to be taken up.
fn waiting_event(run: &RunRow) -> RunStateEvent {
    RunStateEvent {
        state: run.state.into(),
        reason: run.reason.map(Into::into),
        ahead: None,
        held: run.held.to_string(),
        used: run.charged.to_string(),
        seconds: 0,
        step: None,
        revision: 0,
    }
}

/// News of the organization (SSE): `balance` at once and after every commit, `run`, `session`
#[utoipa::path(
    get,
    path = "/api/v1/events",
    operation_id = "orgEvents",
    params(ResumeQuery),
    responses((status = 200, content_type = "text/event-stream", body = Balance))
)]
pub async fn org_events(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(_): ApiQuery<ResumeQuery>,
    headers: HeaderMap,
) -> Result<Frames, Problem> {
    let news = shared.app.news(&caller);
    let (outlet, frames) = Outlet::open(&shared, Reader::of(&shared, &caller, &headers)?);
    tokio::spawn(async move {
        tokio::select! {
            () = outlet.useless() => {}
            () = tell_news(&outlet, &caller, news) => {}
        }
    });
    Ok(frames)
}

async fn tell_news(outlet: &Outlet, caller: &Caller, mut news: broadcast::Receiver<Item>) {
    let Some(mut told) = tell_balance(outlet, caller).await else { return };
    loop {
        let item = match news.recv().await {
            Ok(item) => item,
            // Behind by more than is kept: the balance anew; lists are read anew by position.
            Err(RecvError::Lagged(_)) => {
                match tell_balance(outlet, caller).await {
                    Some(position) => told = position,
                    None => return,
                }
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let going = match item {
            // What was told already covers it.
            Item::Balance(balance) if balance.position <= told => true,
            Item::Balance(_) => match tell_balance(outlet, caller).await {
                Some(position) => {
                    told = position;
                    true
                }
                None => false,
            },
            Item::Run(run) => match outlet.shared.app.get_run(caller, run).await {
                Ok(detail) => outlet.send("run", told, &RunSummary::of(caller, &detail.run)).await,
                Err(_) => true,
            },
            Item::Session(session) => {
                match outlet.shared.app.opens_session(caller, session).await {
                    Ok(true) => tell_session(outlet, told, session).await,
                    _ => true,
                }
            }
            // It is not in their list any more.
            Item::Lost(user, Some(session)) if user == caller.user => {
                tell_session(outlet, told, session).await
            }
            Item::Lost(..) => true,
            Item::Notice(user) if user == caller.user => {
                outlet.send("notice", told, &NoticeEvent {}).await
            }
            Item::Notice(_) => true,
        };
        if !going {
            return;
        }
    }
}

async fn tell_session(outlet: &Outlet, told: u64, session: SessionId) -> bool {
    outlet.send("session", told, &SessionEvent { id: session.to_string() }).await
}

/// The balance as it is now; answers its position.
async fn tell_balance(outlet: &Outlet, caller: &Caller) -> Option<u64> {
    let view = outlet.shared.app.credits(caller).await.ok()?;
    let position = view.balance.position;
    let sent = outlet.send("balance", position, &Balance::from(view)).await;
    sent.then_some(position)
}
