//! Connections: accepted within bounds, served, and ended in good order.
//!
//! Owns: what HTTP itself must withstand: slow heads, huge heads, too many connections (security
//! check S29). Never looks at a path. Read next: `http`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::http::Limits;
use crate::http::extract::Peer;

/// Bytes of a head that are read at all; `guard` draws the line for those that came whole.
const HEAD_BYTES: usize = 64 * 1024;
/// Headers of a request.
const HEADERS: usize = 100;
/// After a failure to accept (no file descriptors left), others get time to end.
const BREATHER: Duration = Duration::from_millis(100);

/// Serves until `ending` becomes true, then lets requests end for as long as `farewell`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    mut ending: watch::Receiver<bool>,
    farewell: Duration,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut open = JoinSet::new();
    loop {
        let next = accept(&listener, &room);
        let (stream, peer, place) = tokio::select! {
            biased;
            () = ended(&mut ending) => break,
            accepted = next => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    tokio::time::sleep(BREATHER).await;
                    continue;
                }
            },
        };
        // Finished ones are forgotten, so that memory follows the open ones.
        while open.try_join_next().is_some() {}
        let connection = Connection {
            router: router.clone(),
            peer,
            head_time: limits.head_time,
            ending: ending.clone(),
        };
        open.spawn(async move {
            connection.serve(stream).await;
            drop(place);
        });
    }
    drop(listener);
    let all = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(farewell, all).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

/// Resolves once the server is to end.
pub async fn ended(ending: &mut watch::Receiver<bool>) {
    // An error means that whoever would say so is gone, which is the end as well.
    let _ = ending.wait_for(|ending| *ending).await;
}

type Accepted = (TcpStream, Peer, OwnedSemaphorePermit);

/// The next connection, once there is room for one: others wait in the system's own queue.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(room).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, Peer(address.ip().to_canonical()), place))
}

struct Connection {
    router: Router,
    peer: Peer,
    head_time: Duration,
    ending: watch::Receiver<bool>,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        let Connection { router, peer, head_time, mut ending } = self;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            let mut router = router.clone();
            async move { tower_service::Service::call(&mut router, request).await }
        });
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_time)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        let mut serving = std::pin::pin!(serving);
        let over = tokio::select! {
            over = serving.as_mut() => Some(over),
            () = ended(&mut ending) => None,
        };
        let over = match over {
            Some(over) => over,
            None => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = over {
            // Mostly somebody who went away in the middle.
            tracing::debug!(target: "http", %error, "a connection ended badly");
        }
    }
}
