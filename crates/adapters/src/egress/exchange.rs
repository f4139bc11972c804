//! One request over one connection, and what came back.
//!
//! Owns: the request's headers, TLS, and the caps on what is read. Never chooses where to
//! connect: it is handed an open connection. The connection is used once and closed.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName,
    LOCATION, USER_AGENT,
};
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Position;

use super::Fetched;
use super::error::EgressError;
use super::target::{HostPort, Target};

/// Who asks. Sites can see that it is us and refuse us.
const WHO: &str = concat!("Ampere/", env!("CARGO_PKG_VERSION"));
/// What tools can read.
const WANTED: &str =
    "text/html, application/xhtml+xml, text/*;q=0.9, application/pdf;q=0.8, */*;q=0.5";
/// The most that an answer's headers may take.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// The most of a body that room is made for before it came.
const FIRST_ROOM: usize = 64 * 1024;

/// What a request brought.
pub(super) enum Answer {
    Body(Fetched),
    /// The location of a redirect, as the server wrote it.
    Redirect(String),
}

/// TLS that trusts what this computer trusts; none if it trusts nobody.
pub(super) fn system_tls() -> Option<rustls::ClientConfig> {
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_platform_verifier()
            .ok()?;
    Some(config.with_no_client_auth())
}

/// Asks for `target` over `stream`.
pub(super) async fn get(
    target: &Target,
    stream: TcpStream,
    tls: Option<&TlsConnector>,
    max_bytes: usize,
) -> Result<Answer, EgressError> {
    if !target.https {
        return ask(target, stream, max_bytes).await;
    }
    let tls = tls.ok_or(EgressError::NotReached { detail: "no certificates are trusted here" })?;
    let host = HostPort::new(&target.host, target.port)
        .ok()
        .and_then(|host| ServerName::try_from(host.host().trim_end_matches('.').to_owned()).ok())
        .ok_or(EgressError::BadUrl { reason: "no certificate can have its name" })?;
    let stream = tls
        .connect(host, stream)
        .await
        .map_err(|_| EgressError::NotReached { detail: "there is no secure connection" })?;
    ask(target, stream, max_bytes).await
}

async fn ask<S>(target: &Target, stream: S, max_bytes: usize) -> Result<Answer, EgressError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADER_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let exchange = async {
        let response = sender.send_request(request(target)?).await.map_err(broken)?;
        understood(target, response, max_bytes).await
    };
    tokio::pin!(exchange, connection);
    // The connection only moves while it is polled; what it says at its end, the exchange says
    // too, and there may be a body left to take when it has ended.
    tokio::select! {
        answer = &mut exchange => answer,
        _ = &mut connection => exchange.await,
    }
}

fn request(target: &Target) -> Result<Request<Empty<Bytes>>, EgressError> {
    let bad = |_| EgressError::BadUrl { reason: "it cannot be asked for" };
    Request::get(&target.url[Position::BeforePath..])
        .header(HOST, &target.url[Position::BeforeHost..Position::BeforePath])
        .header(USER_AGENT, WHO)
        .header(ACCEPT, WANTED)
        // A small compressed body may be a huge plain one: none is asked for, none is unpacked.
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(bad)
}

async fn understood(
    target: &Target,
    response: Response<Incoming>,
    max_bytes: usize,
) -> Result<Answer, EgressError> {
    let status = response.status().as_u16();
    let headers = response.headers();
    if matches!(status, 301 | 302 | 303 | 307 | 308) {
        let location = text(headers, &LOCATION)
            .ok_or(EgressError::BadAnswer { detail: "it redirects to nowhere" })?;
        return Ok(Answer::Redirect(location.to_owned()));
    }
    if !response.status().is_success() {
        return Err(EgressError::Status(status));
    }
    let encoding = text(headers, &CONTENT_ENCODING).unwrap_or("");
    if headers.contains_key(CONTENT_ENCODING) && !encoding.eq_ignore_ascii_case("identity") {
        return Err(EgressError::BadAnswer { detail: "it is compressed" });
    }
    let (media_type, charset) = content_type(text(headers, &CONTENT_TYPE).unwrap_or(""));
    let bytes = whole(response.into_body(), max_bytes).await?;
    let final_url = target.url.to_string();
    Ok(Answer::Body(Fetched { final_url, status, media_type, charset, bytes }))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn whole(mut body: Incoming, max_bytes: usize) -> Result<Bytes, EgressError> {
    let too_big = EgressError::TooBig { max_bytes };
    let said = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if said > max_bytes {
        return Err(too_big);
    }
    let mut bytes = BytesMut::with_capacity(said.min(FIRST_ROOM));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if data.len() > max_bytes - bytes.len() {
            return Err(too_big);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// The media type in lower case and the charset, if one is named.
fn content_type(value: &str) -> (String, Option<String>) {
    let mut parts = value.split(';');
    let media_type = parts.next().unwrap_or("").trim().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let named = name.trim().eq_ignore_ascii_case("charset") && !value.is_empty();
        named.then(|| value.to_owned())
    });
    (media_type, charset)
}

fn broken(error: hyper::Error) -> EgressError {
    if error.is_parse() {
        return EgressError::BadAnswer { detail: "it is not an answer of the web" };
    }
    EgressError::NotReached { detail: "the connection broke" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_and_charset_are_read_from_any_spelling() {
        let cases = [
            ("text/html", "text/html", None),
            ("Text/HTML; Charset=\"UTF-8\"", "text/html", Some("UTF-8")),
            ("text/plain;x=y ; charset = latin1;", "text/plain", Some("latin1")),
            ("text/plain; charset=", "text/plain", None),
            ("", "", None),
        ];
        for (value, media_type, charset) in cases {
            let read = content_type(value);
            assert_eq!((read.0.as_str(), read.1.as_deref()), (media_type, charset), "{value}");
        }
    }
}
