//! A scripted provider behind a real socket, speaking the OpenAI chat shape on loopback.
//!
//! Owns: the listener and the wire form of each step. Written from the format's description, not
//! from our client, so that the two check each other.

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
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::provider::{Attempt, Player, ScriptedProvider};
use super::{Reply, Script, Step};
use crate::ai::{ChatMessage, Finish, ModelError, ModelRequest, Role};

/// What a scripted server insists on, beyond playing scripts.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// The bearer key. Other calls get 401; like all that breaks a demand they are not logged
    /// but counted by [`ScriptedServer::turned_away`].
    pub key: Option<String>,
    /// Refuses `max_tokens` by name, as newer servers do.
    pub newer_limit_name: bool,
    /// Refuses `response_format`, as servers do that cannot constrain an answer.
    pub no_schemas: bool,
    /// Refuses `temperature` by name, as models do that think.
    pub no_temperature: bool,
}

/// A running server; dropping it closes the listener.
pub struct ScriptedServer {
    port: u16,
    turned_away: Arc<AtomicUsize>,
    task: JoinHandle<Result<(), io::Error>>,
}

impl ScriptedServer {
    /// The address to set up as a provider.
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
        let routes = Router::new().route("/v1/chat/completions", post(complete)).with_state(shop);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(ScriptedServer { port, turned_away, task })
    }
}

async fn complete(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response, Infallible> {
    if let Some(complaint) = complaint(&shop.demands, &headers, &body) {
        shop.turned_away.fetch_add(1, Ordering::SeqCst);
        return Ok(complaint);
    }
    let Some(request) = request(&headers, &body) else {
        return Ok(problem(StatusCode::BAD_REQUEST, "invalid_request", "not a chat request"));
    };
    let (attempt, script) = shop.provider.arrive(&request);
    if let Some(gate) = &script.held {
        gate.pass().await;
    }
    if let Some(error) = &script.refusal {
        return Ok(refuse(&attempt, error));
    }
    if let Some(whole) = &script.reply {
        attempt.played();
        return Ok(reply(whole));
    }
    Ok(play(attempt, script))
}

fn complaint(demands: &Demands, headers: &HeaderMap, body: &Value) -> Option<Response> {
    if let Some(key) = &demands.key {
        let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        if given != Some(format!("Bearer {key}").as_str()) {
            let text = format!("Incorrect API key provided: {given:?}");
            return Some(problem(StatusCode::UNAUTHORIZED, "invalid_api_key", &text));
        }
    }
    if demands.newer_limit_name && body.get("max_tokens").is_some() {
        let text = "Unsupported parameter: 'max_tokens' is not supported with this model. \
                    Use 'max_completion_tokens' instead.";
        let error = json!({"error": {
            "message": text, "param": "max_tokens", "code": "unsupported_parameter"
        }});
        return Some((StatusCode::BAD_REQUEST, Json(error)).into_response());
    }
    if demands.no_temperature && body.get("temperature").is_some() {
        let error = json!({"error": {
            "message": "Unsupported value: only the default is supported.", "param": "temperature",
        }});
        return Some((StatusCode::BAD_REQUEST, Json(error)).into_response());
    }
    let no_schema = demands.no_schemas && body.get("response_format").is_some();
    no_schema.then(|| problem(StatusCode::BAD_REQUEST, "invalid_request", "SECRET TEXT"))
}

/// The request in the log's form; none unless it streams and asks for usage, and for JSON in the
/// one strict way.
fn request(headers: &HeaderMap, body: &Value) -> Option<ModelRequest> {
    let usage = body.get("stream_options")?.get("include_usage")?.as_bool()?;
    if !body.get("stream")?.as_bool()? || !usage {
        return None;
    }
    let limit = body.get("max_tokens").or_else(|| body.get("max_completion_tokens"))?;
    let messages = body.get("messages")?.as_array()?.iter().map(message).collect::<Option<_>>()?;
    Some(ModelRequest {
        call_id: headers.get("x-call-id")?.to_str().ok()?.to_owned(),
        model: body.get("model")?.as_str()?.to_owned(),
        messages,
        max_output_tokens: u32::try_from(limit.as_u64()?).ok()?,
        schema: match body.get("response_format") {
            Some(format) => Some(strict_schema(format)?),
            None => None,
        },
        steady: body.get("temperature").is_some_and(|it| it.as_f64() == Some(0.0)),
    })
}

fn strict_schema(format: &Value) -> Option<Value> {
    let wanted = format.get("json_schema")?;
    let named = !wanted.get("name")?.as_str()?.is_empty();
    let strict = format.get("type")? == "json_schema" && wanted.get("strict")?.as_bool()?;
    (named && strict).then(|| wanted.get("schema").cloned())?
}

fn message(message: &Value) -> Option<ChatMessage> {
    let role = match message.get("role")?.as_str()? {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return None,
    };
    Some(ChatMessage { role, content: message.get("content")?.as_str()?.to_owned() })
}

fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"error": {"message": message, "code": code}}))).into_response()
}

fn refuse(attempt: &Attempt, error: &ModelError) -> Response {
    attempt.refused();
    match error {
        ModelError::NotReached { retry_after, .. } => {
            let mut busy = problem(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "SECRET TEXT");
            if let Some(wait) = retry_after {
                busy.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().into());
            }
            busy
        }
        ModelError::NotReady { .. } => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "loading", "SECRET TEXT")
        }
        ModelError::Refused { .. } => {
            problem(StatusCode::UNAUTHORIZED, "invalid_api_key", "SECRET TEXT")
        }
        ModelError::InputTooLong => {
            problem(StatusCode::BAD_REQUEST, "context_length_exceeded", "SECRET TEXT")
        }
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

fn play(attempt: Attempt, script: Script) -> Response {
    let frames = stream::unfold(Player::new(attempt, script), |mut player| async move {
        let step = player.next().await?;
        Some((frame(&step), player))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(frames)).into_response()
}

fn frame(step: &Step) -> io::Result<Bytes> {
    let text = match step {
        Step::Queued(ahead) => format!("event: queue\ndata: {{\"ahead\":{ahead}}}\n\n"),
        Step::Text(text) | Step::Forever(text) => chunk(json!({"content": text}), None),
        Step::Thought(text) => chunk(json!({"reasoning_content": text}), None),
        Step::Finish(Finish::Stop) => chunk(json!({}), Some("stop")),
        Step::Finish(Finish::Length) => chunk(json!({}), Some("length")),
        Step::Usage { input, output } => {
            let usage = json!({
                "prompt_tokens": input, "completion_tokens": output,
                "total_tokens": u64::from(*input) + u64::from(*output)
            });
            data(&json!({"object": "chat.completion.chunk", "choices": [], "usage": usage}))
        }
        Step::Done => "data: [DONE]\n\n".to_owned(),
        Step::Report => data(&json!({"error": {"message": "SECRET TEXT", "code": 500}})),
        Step::Bytes(bytes) => return Ok(Bytes::copy_from_slice(bytes)),
        Step::Cut => return Err(io::Error::other("script")),
        Step::Wait(_) | Step::Hang => ": waiting\n\n".to_owned(),
    };
    Ok(Bytes::from(text))
}

fn chunk(delta: Value, finish: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
    data(&json!({"object": "chat.completion.chunk", "choices": [choice], "usage": null}))
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}
