//! Owns the door: which connections are let in, who may ask, and which paths there are.
//! Never serves anybody without the secret. Read next: `chat.rs`.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::chat;
use crate::fault::Fault;
use crate::http::{self, Head, Refusal};
use crate::model::LocalModel;
use crate::queue::WAITING_LIMIT;
use crate::shapes::{self, Stamp};
use crate::worker::Desk;

/// Waiting calls, and as many again for everything that is answered at once.
const CONNECTIONS: usize = 2 * WAITING_LIMIT + 16;
/// Splitting a long text into tokens takes more than the usual stack.
const STACK_BYTES: usize = 8 << 20;
const CALL_ID_LIMIT: usize = 128;

/// What every connection needs.
pub struct Office {
    pub name: String,
    pub sha256: String,
    pub context: usize,
    pub model: Arc<LocalModel>,
    pub desk: Arc<Desk>,
    secret: [u8; 32],
    started: u64,
    answers: AtomicU64,
    open: AtomicUsize,
}

/// What the office is told about its model.
pub struct Plate {
    pub name: String,
    pub sha256: String,
    pub context: usize,
}

impl Office {
    pub fn new(plate: Plate, model: Arc<LocalModel>, desk: Arc<Desk>, token: &str) -> Self {
        Self {
            name: plate.name,
            sha256: plate.sha256,
            context: plate.context,
            model,
            desk,
            secret: digest(token),
            started: now(),
            answers: AtomicU64::new(0),
            open: AtomicUsize::new(0),
        }
    }

    pub fn stamp(&self) -> Stamp {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let id = format!("chatcmpl-{:x}-{number}", std::process::id());
        Stamp { id, created: now(), model: self.name.clone() }
    }

    /// Digests are compared, so that the time it takes says nothing about the secret.
    fn admits(&self, authorization: Option<&str>) -> bool {
        let given = authorization.and_then(|value| value.strip_prefix("Bearer "));
        given.is_some_and(|token| digest(token) == self.secret)
    }

    fn health(&self) -> Value {
        let (busy, queued) = self.desk.queue.load();
        json!({
            "model": self.name, "sha256": self.sha256, "pid": std::process::id(),
            "busy": busy, "queued": queued, "tokens_per_second": self.desk.speed(),
            "context": self.context,
        })
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Lets callers in for as long as the process lives.
pub fn listen(office: &Arc<Office>, listener: &TcpListener) {
    for socket in listener.incoming().flatten() {
        let office = Arc::clone(office);
        let guest = Guest::enter(office);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        // If no thread can be had, the connection is closed and the caller may try again.
        drop(thread.spawn(move || receive(&guest, socket)));
    }
}

/// One open connection, counted.
struct Guest {
    office: Arc<Office>,
    crowded: bool,
}

impl Guest {
    fn enter(office: Arc<Office>) -> Self {
        let crowded = office.open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS;
        Self { office, crowded }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.office.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn receive(guest: &Guest, mut socket: TcpStream) {
    let result = if guest.crowded {
        Err(Fault::crowded().into())
    } else {
        answer(&guest.office, &mut socket)
    };
    match result {
        Ok(()) => http::hang_up(&mut socket),
        Err(Refusal::Fault(fault)) => {
            if http::respond(&mut socket, fault.status, &fault.body()).is_ok() {
                http::hang_up(&mut socket);
            }
        }
        Err(Refusal::Gone) => {}
    }
}

fn answer(office: &Office, socket: &mut TcpStream) -> Result<(), Refusal> {
    http::prepare(socket)?;
    let mut head = http::read_head(socket)?;
    if !office.admits(head.authorization.as_deref()) {
        return Err(Fault::unauthorized().into());
    }
    match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/health") => Ok(http::respond(socket, 200, &office.health())?),
        ("GET", "/v1/models") => {
            Ok(http::respond(socket, 200, &shapes::models(&office.name, office.started))?)
        }
        ("POST", "/v1/chat/completions") => {
            let call = call_id(&head)?;
            let body = http::read_body(socket, &mut head)?;
            chat::serve(office, call, &body, socket)
        }
        (_, "/health" | "/v1/models" | "/v1/chat/completions") => Err(Fault::wrong_method().into()),
        _ => Err(Fault::no_such_path().into()),
    }
}

/// The caller's own name of this call, for the log.
fn call_id(head: &Head) -> Result<Option<String>, Fault> {
    let Some(call) = &head.call else {
        return Ok(None);
    };
    let printable = call.bytes().all(|byte| byte.is_ascii_graphic());
    if call.is_empty() || call.len() > CALL_ID_LIMIT || !printable {
        return Err(Fault::invalid("X-Call-Id must be 1 to 128 printable characters"));
    }
    Ok(Some(call.clone()))
}
