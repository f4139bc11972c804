//! The boundary below a browser: a forward proxy that reaches only what the egress guard allows.
//!
//! Owns: one listener on loopback for one browser session, the bounds of what passes through, and
//! the end of all of it. Whatever a page does to reach an address (a redirect, a frame, a socket,
//! a form) comes here as a host and a port, and each is resolved, checked and connected to in one
//! go by the guard. Never does: look into what passes, keep any of it, or say to a page more than
//! that an address is not allowed.
//!
//! The client is a browser that may be in a stranger's hands, and the other side is a stranger:
//! neither can hold a connection for ever, nor more than a few buffers.
//!
//! Read next: `forward` (what is asked, and the way to the site), `metered` (counting bytes and
//! silence).

mod forward;
mod metered;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::egress::Egress;
use forward::Tunnel;
use metered::{Metered, Pulse};

/// How long to wait when the computer has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Less room than this is none to read into.
const LEAST_HEAD: usize = 8 * 1024;

/// Bounds of one browser session's traffic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProxyLimits {
    /// Connections of the browser at once; more are closed unheard.
    pub(crate) connections: usize,
    /// Bytes from and to the browser over the whole session. Once they have passed every
    /// connection ends. May be overstepped by one buffer for each connection.
    pub(crate) bytes: u64,
    /// The longest that a request's head may take, and the wait for a next one.
    pub(crate) head: Duration,
    /// The longest that a connection may move no byte, for whatever reason.
    pub(crate) idle: Duration,
    /// The largest head of a request or an answer, in bytes, and so the room to read into. At least
    /// [`LEAST_HEAD`], whatever is said.
    pub(crate) head_bytes: usize,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        ProxyLimits {
            connections: 128,
            bytes: 500 * 1_000_000,
            head: Duration::from_secs(30),
            idle: Duration::from_secs(120),
            head_bytes: 64 * 1024,
        }
    }
}

/// What has passed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests that were understood, refused ones included.
    pub(crate) requests: u64,
    /// Requests for what is not allowed.
    pub(crate) refused: u64,
    /// Bytes from and to the browser.
    pub(crate) bytes: u64,
}

/// A running proxy. Dropping it ends it and every connection through it.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    accepting: AbortHandle,
    /// Every task of the proxy holds the other end.
    held: watch::Sender<()>,
}

/// What all connections of a proxy have in common.
struct Shared {
    egress: Egress,
    own: SocketAddr,
    limits: ProxyLimits,
    requests: AtomicU64,
    refused: AtomicU64,
    bytes: AtomicU64,
}

/// Opens a proxy on a free port of loopback.
///
/// # Errors
/// When no port can be opened.
pub(crate) async fn start(egress: Egress, limits: ProxyLimits) -> io::Result<Proxy> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let shared = Arc::new(Shared {
        egress,
        own: listener.local_addr()?,
        limits,
        requests: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
    });
    let (held, holds) = watch::channel(());
    let accepting = tokio::spawn(accept(listener, Arc::clone(&shared), holds)).abort_handle();
    Ok(Proxy { shared, accepting, held })
}

impl Proxy {
    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.shared.own.port()
    }

    /// What has passed so far.
    pub(crate) fn counts(&self) -> Counts {
        let Shared { requests, refused, bytes, .. } = &*self.shared;
        let [requests, refused, bytes] =
            [requests, refused, bytes].map(|counter| counter.load(Ordering::Relaxed));
        Counts { requests, refused, bytes }
    }

    /// Ends the proxy; when this returns no connection through it is left. May be called again.
    pub(crate) async fn close(&self) {
        self.accepting.abort();
        self.held.closed().await;
        let Counts { requests, refused, bytes } = self.counts();
        tracing::debug!(requests, refused, bytes, "a browser's proxy ended");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, holds: watch::Receiver<()>) {
    // Dropped with this task, and its tasks with it.
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            Some(_) = open.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        // Those that have ended make room before this one is judged.
        while open.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) if open.len() < shared.limits.connections => {
                let (shared, holds) = (Arc::clone(&shared), holds.clone());
                open.spawn(async move {
                    let _holds = holds;
                    serve(stream, shared).await;
                });
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(NO_ROOM).await,
        }
    }
}

/// One connection of the browser, to its end or until nothing moves on it.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Small messages of a socket or a page shall not wait for each other.
    let _ = stream.set_nodelay(true);
    let pulse = Arc::new(Pulse::default());
    let idle = shared.limits.idle;
    let stream = Metered::new(stream, Arc::clone(&shared), Arc::clone(&pulse));
    tokio::select! {
        () = converse(stream, shared) => {}
        () = pulse.silent_for(idle) => {}
    }
}

async fn converse(stream: Metered, shared: Arc<Shared>) {
    let tunnel: Arc<Mutex<Option<Tunnel>>> = Arc::default();
    let service = service_fn(|request| {
        let (shared, tunnel) = (Arc::clone(&shared), Arc::clone(&tunnel));
        async move {
            let (response, opened) = shared.answer(request).await;
            if opened.is_some() {
                *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = opened;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head)
        .max_header_size(shared.limits.head_bytes)
        .max_buf_size(shared.limits.head_bytes.max(LEAST_HEAD))
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    let tunnel = tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let (Ok(()), Some(tunnel)) = (served, tunnel) {
        tunnel.carry().await;
    }
}
