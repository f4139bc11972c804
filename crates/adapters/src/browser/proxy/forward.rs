//! What the browser asks of the proxy, and the way to the site and back.
//!
//! Owns: the two forms of a request that are served (`CONNECT host:port`, and a whole `http://`
//! address), the headers that belong to one connection only, and the pages that say no. Never
//! does: connect by itself; the egress guard hands it a connection or a refusal.

use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1;
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::uri::{Authority, Scheme};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{LEAST_HEAD, Shared};
use crate::egress::EgressError;

/// A body of either side.
pub(super) type Passed = UnsyncBoxBody<Bytes, hyper::Error>;

/// Headers that are meant for the next hop only, besides those that `Connection` names.
const HOP: [HeaderName; 5] = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Why a request is not served. The page says nothing of where the address leads.
#[derive(Clone, Copy)]
enum No {
    NotAllowed,
    NotReached,
}

impl From<EgressError> for No {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::BadUrl { .. }
            | EgressError::AddressRefused
            | EgressError::PortRefused(_) => No::NotAllowed,
            _ => No::NotReached,
        }
    }
}

impl From<hyper::Error> for No {
    fn from(_: hyper::Error) -> Self {
        No::NotReached
    }
}

/// An open way for bytes, from the moment that the browser was told so.
pub(super) struct Tunnel {
    browser: OnUpgrade,
    site: TcpStream,
}

impl Tunnel {
    /// Carries bytes both ways until both sides have ended theirs, or one broke.
    pub(super) async fn carry(mut self) {
        if let Ok(browser) = self.browser.await {
            let mut browser = TokioIo::new(browser);
            let _ = tokio::io::copy_bidirectional(&mut browser, &mut self.site).await;
        }
    }
}

impl Shared {
    /// What to answer, and the tunnel to carry once the answer has been sent.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> (Response<Passed>, Option<Tunnel>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answered = if request.method() == Method::CONNECT {
            self.tunnel(request).await.map(|tunnel| (Response::new(plain("")), Some(tunnel)))
        } else {
            self.forward(request).await.map(|response| (response, None))
        };
        answered.unwrap_or_else(|no| {
            if matches!(no, No::NotAllowed) {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
            (page(no), None)
        })
    }

    async fn tunnel(&self, mut request: Request<Incoming>) -> Result<Tunnel, No> {
        let authority = request.uri().authority().filter(|_| request.uri().scheme().is_none());
        let site = self.connect(authority.ok_or(No::NotAllowed)?, None).await?;
        Ok(Tunnel { browser: hyper::upgrade::on(&mut request), site })
    }

    async fn forward(&self, request: Request<Incoming>) -> Result<Response<Passed>, No> {
        let (mut parts, body) = request.into_parts();
        if parts.uri.scheme() != Some(&Scheme::HTTP) {
            return Err(No::NotAllowed);
        }
        let authority = parts.uri.authority().ok_or(No::NotAllowed)?;
        let site = self.connect(authority, Some(80)).await?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| No::NotAllowed)?;
        strip(&mut parts.headers);
        parts.headers.insert(HOST, host);
        parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = path.parse::<Uri>().map_err(|_| No::NotAllowed)?;
        parts.version = Version::HTTP_11;
        self.exchange(Request::from_parts(parts, body), site).await
    }

    /// A connection to a site; the proxy itself is none, whatever it is called.
    async fn connect(&self, authority: &Authority, usual: Option<u16>) -> Result<TcpStream, No> {
        let port = authority.port_u16().or(usual).ok_or(No::NotAllowed)?;
        if authority.as_str().contains('@') {
            return Err(No::NotAllowed);
        }
        let site = self.egress.connect(authority.host(), port).await?;
        let _ = site.set_nodelay(true);
        let itself = site.peer_addr().is_ok_and(|address| address == self.own);
        if itself { Err(No::NotAllowed) } else { Ok(site) }
    }

    async fn exchange(
        &self,
        request: Request<Incoming>,
        site: TcpStream,
    ) -> Result<Response<Passed>, No> {
        let (mut sender, connection) = http1::Builder::new()
            .max_header_size(self.limits.head_bytes)
            .max_buf_size(self.limits.head_bytes.max(LEAST_HEAD))
            .handshake(TokioIo::new(site))
            .await?;
        let mut road = Box::pin(async {
            let _ = connection.await;
        });
        let answer = sender.send_request(request);
        tokio::pin!(answer);
        // The connection only moves while it is polled; when it ends first the answer says why.
        let (response, road) = tokio::select! {
            answer = &mut answer => (answer?, Some(road as Road)),
            () = &mut road => (answer.await?, None),
        };
        let (mut parts, body) = response.into_parts();
        // Such answers would be taken for the proxy's own words.
        if matches!(parts.status.as_u16(), 101 | 407) {
            return Err(No::NotReached);
        }
        strip(&mut parts.headers);
        parts.version = Version::HTTP_11;
        Ok(Response::from_parts(parts, Relayed { body, road }.boxed_unsync()))
    }
}

/// A connection to a site, which moves its bytes while it is polled.
type Road = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of a site's answer, with the connection that it comes over.
struct Relayed {
    body: Incoming,
    road: Option<Road>,
}

impl Body for Relayed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.road.as_mut().is_some_and(|road| road.as_mut().poll(cx).is_ready()) {
            self.road = None;
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Takes away what is meant for one hop: the browser's words to the proxy are not the site's
/// business, nor the other way round.
fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let hop = |name: &str| name == "keep-alive" || name.starts_with("proxy-");
    let others: Vec<HeaderName> =
        headers.keys().filter(|name| hop(name.as_str())).cloned().collect();
    // Where both say how long a body is, the one that was believed has been undone here.
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    for name in named.iter().chain(&HOP).chain(&others) {
        headers.remove(name);
    }
}

fn page(no: No) -> Response<Passed> {
    let (status, said) = match no {
        No::NotAllowed => (StatusCode::FORBIDDEN, "This address is not allowed."),
        No::NotReached => (StatusCode::BAD_GATEWAY, "This page could not be reached."),
    };
    let text = format!("<!doctype html><title>{said}</title><p>{said}</p>\n");
    let mut response = Response::new(plain(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(text: impl Into<Bytes>) -> Passed {
    Full::new(text.into()).map_err(|never| match never {}).boxed_unsync()
}
