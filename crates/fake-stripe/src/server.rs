//! The socket.
//!
//! Owns: HTTP/1.1 on a loopback port, cutting and holding answers. Never looks into a request.
//! Read next: `world`, `control`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::control;
use crate::fault::Kind;
use crate::world::{Reply, Request, World};

/// What the server and the handle share.
pub(crate) struct Shared {
    world: Mutex<World>,
    /// There may be something to deliver.
    pub wake: Notify,
    /// How often held answers were let go.
    pub released: watch::Sender<u64>,
}

impl Shared {
    pub fn new(world: World) -> Self {
        let (released, _) = watch::channel(0);
        Shared { world: Mutex::new(world), wake: Notify::new(), released }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a connection ends without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("cut")
    }
}

impl std::error::Error for Cut {}

/// An answer's body, whole or broken off.
pub(crate) struct Told {
    bytes: Option<Bytes>,
    length: u64,
    broken: bool,
}

impl Body for Told {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.bytes.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.broken => Poll::Ready(Some(Err(Cut))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && !self.broken
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// Answers until its task ends.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, shared.clone()));
            // A client that goes away is its own business.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Delivers to addresses until its task ends.
pub(crate) async fn deliver(shared: Arc<Shared>) {
    loop {
        shared.wake.notified().await;
        loop {
            let sending = {
                let mut world = shared.world();
                let now = world.state.now;
                world.outbox.send(now)
            };
            if sending.is_empty() {
                break;
            }
            for one in sending {
                if !crate::post::post(&one.url, &one.webhook).await {
                    shared.world().outbox.failed(one);
                }
            }
        }
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Told>, Cut> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    let headers = head.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        body: String::from_utf8(body.to_vec()).map_err(|_| Cut)?,
        headers: headers.collect(),
    };
    let mut released = shared.released.subscribe();
    let reply = match request.path.strip_prefix("/_test/") {
        Some(name) => control::over_http(&shared, name, &request),
        None => shared.world().answer(&request),
    };
    shared.wake.notify_one();
    match reply.fault {
        Some(Kind::CutBefore | Kind::CutReply) => return Err(Cut),
        Some(Kind::Hold) => drop(released.changed().await),
        Some(Kind::Delay(wait)) => tokio::time::sleep(Duration::from_millis(wait)).await,
        _ => {}
    }
    Ok(response(reply))
}

fn response(reply: Reply) -> Response<Told> {
    let broken = reply.fault == Some(Kind::CutHalf);
    let length = reply.body.len();
    let kept = if broken { length / 2 } else { length };
    let bytes = Bytes::from(reply.body).slice(..kept);
    let length = u64::try_from(length).unwrap_or_default();
    let mut response = Response::new(Told { bytes: Some(bytes), length, broken });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    for (name, value) in reply.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
