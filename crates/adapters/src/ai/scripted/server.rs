//! A scripted provider behind a real socket on loopback, speaking both wires.
//!
//! Owns: the listener, what it insists on, and the playing of a script as a stream. Never knows a
//! wire's JSON: `chat` speaks the OpenAI chat shape, `messages` Anthropic's Messages API, each
//! written from its description and not from our client, so that the two check each other.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::stream;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::chat::Chat;
use super::messages::Messages;
use super::provider::{Attempt, Player, ScriptedProvider};
use super::{Reply, Script, Step};
use crate::ai::{ModelError, ModelRequest};

/// What a scripted server insists on, beyond playing scripts.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// The key. Other calls get 401; like all that breaks a demand they are not logged but counted
    /// by [`ScriptedServer::turned_away`].
    pub key: Option<String>,
    /// Refuses `max_tokens` by name, as newer servers do.
    pub newer_limit_name: bool,
    /// Refuses to hold an answer to a schema, as servers do that cannot.
    pub no_schemas: bool,
    /// Refuses `temperature` by name, as models do that think.
    pub no_temperature: bool,
    /// Refuses `tools`, as servers do whose model knows none.
    pub no_tools: bool,
}

/// A running server; dropping it closes the listener.
pub struct ScriptedServer {
    port: u16,
    turned_away: Arc<AtomicUsize>,
    task: JoinHandle<Result<(), io::Error>>,
}

impl ScriptedServer {
    /// The address to set up as a provider, whatever it is to speak.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// How many calls did not meet the demands.
    pub fn turned_away(&self) -> usize {
        self.turned_away.load(Ordering::SeqCst)
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shop {
    provider: ScriptedProvider,
    demands: Demands,
    turned_away: Arc<AtomicUsize>,
}

impl ScriptedProvider {
    /// Serves this provider on a free port of loopback.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn serve(&self, demands: Demands) -> io::Result<ScriptedServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let turned_away = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&turned_away);
        let shop = Shop { provider: self.clone(), demands, turned_away: counter };
        let routes = Router::new()
            .route("/v1/chat/completions", post(complete::<Chat>))
            .route("/v1/messages", post(complete::<Messages>))
            .with_state(shop);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(ScriptedServer { port, turned_away, task })
    }
}

/// One wire, from the server's side. A value of it writes one answer.
pub(super) trait Spoken: Send + 'static {
    /// Why a call does not meet the demands.
    fn complaint(demands: &Demands, headers: &HeaderMap, body: &Value) -> Option<Response>;
    /// The request in the log's form; why not, when it is not as the format wants it.
    fn request(headers: &HeaderMap, body: &Value) -> Result<ModelRequest, String>;
    /// A refusal as this wire words it.
    fn problem(status: StatusCode, meaning: Meaning, message: &str) -> Response;
    /// The writer of the answer to this request, all of whose steps are still to come.
    fn writer(body: &Value, steps: &[Step]) -> Self;
    /// What one step becomes; `rest` comes after it. None of them ends the connection.
    fn frame(&mut self, step: &Step, rest: &[Step]) -> String;
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    WrongKey,
    BadRequest,
    TooLong,
    Busy,
    Loading,
}

async fn complete<S: Spoken>(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response, Infallible> {
    if let Some(complaint) = S::complaint(&shop.demands, &headers, &body) {
        shop.turned_away.fetch_add(1, Ordering::SeqCst);
        return Ok(complaint);
    }
    let request = match S::request(&headers, &body) {
        Ok(request) => request,
        Err(fault) => {
            return Ok(S::problem(StatusCode::BAD_REQUEST, Meaning::BadRequest, &fault));
        }
    };
    let (attempt, script) = shop.provider.arrive(&request);
    if let Some(gate) = &script.held {
        gate.pass().await;
    }
    if let Some(error) = &script.refusal {
        return Ok(refuse::<S>(&attempt, error));
    }
    if let Some(whole) = &script.reply {
        attempt.played();
        return Ok(reply(whole));
    }
    let writer = S::writer(&body, &script.steps);
    Ok(play(writer, attempt, script))
}

fn refuse<S: Spoken>(attempt: &Attempt, error: &ModelError) -> Response {
    attempt.refused();
    let problem = |status, meaning| S::problem(status, meaning, "SECRET TEXT");
    match error {
        ModelError::NotReached { retry_after, .. } => {
            let mut busy = problem(StatusCode::SERVICE_UNAVAILABLE, Meaning::Busy);
            if let Some(wait) = retry_after {
                busy.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().into());
            }
            busy
        }
        ModelError::NotReady { .. } => problem(StatusCode::SERVICE_UNAVAILABLE, Meaning::Loading),
        ModelError::Refused { .. } => problem(StatusCode::UNAUTHORIZED, Meaning::WrongKey),
        ModelError::InputTooLong => problem(StatusCode::BAD_REQUEST, Meaning::TooLong),
        ModelError::Broken(_) => cut_off(),
    }
}

fn reply(whole: &Reply) -> Response {
    let mut response = Body::from(whole.body.clone()).into_response();
    *response.status_mut() = StatusCode::from_u16(whole.status).unwrap_or_default();
    for (name, value) in &whole.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

/// A body that fails at once: the connection drops before the status line is flushed.
fn cut_off() -> Response {
    let failing = stream::once(async { Err::<Bytes, _>(io::Error::other("script")) });
    Body::from_stream(failing).into_response()
}

fn play<S: Spoken>(writer: S, attempt: Attempt, script: Script) -> Response {
    let state = (writer, Player::new(attempt, script));
    let frames = stream::unfold(state, |(mut writer, mut player)| async move {
        let step = player.next().await?;
        let frame = match &step {
            Step::Bytes(bytes) => Ok(Bytes::copy_from_slice(bytes)),
            Step::Cut => Err(io::Error::other("script")),
            step => Ok(Bytes::from(writer.frame(step, player.rest()))),
        };
        Some((frame, (writer, player)))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(frames)).into_response()
}

/// The pieces in which the arguments of a call are sent.
pub(super) fn in_pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(7).map(|piece| piece.iter().collect()).collect()
}
