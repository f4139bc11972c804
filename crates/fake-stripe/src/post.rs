//! Posts one webhook to an address on this machine.
//!
//! Owns: a request over plain HTTP/1.1 on the loopback. Never follows, never leaves the machine.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::hooks::Webhook;

const PATIENCE: Duration = Duration::from_secs(10);

/// True when it was taken: an answer of 2xx.
pub(crate) async fn post(url: &str, webhook: &Webhook) -> bool {
    timeout(PATIENCE, try_post(url, webhook)).await.ok().flatten().unwrap_or(false)
}

async fn try_post(url: &str, webhook: &Webhook) -> Option<bool> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if !["127.0.0.1", "localhost", "[::1]"].contains(&host) {
        return None;
    }
    let mut stream = TcpStream::connect(authority).await.ok()?;
    let headers: Vec<_> =
        webhook.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         User-Agent: Stripe/1.0 (fake)\r\nContent-Length: {}\r\n{}\r\n",
        webhook.body.len(),
        headers.concat()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&webhook.body).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(answer.starts_with(b"HTTP/1.1 2"))
}
