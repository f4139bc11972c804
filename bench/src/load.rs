//! The load generator: keep-alive connections that hold and settle in turn over raw TCP, on the
//! same cores as the server.
//!
//! Knows of HTTP only what this server's answers need: a status, a content length, a body.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::figures::Round;
use crate::inside::micros_of;
use crate::machine::Watch;

/// Answers are far smaller.
const LARGEST_ANSWER: usize = 4_096;

#[derive(Debug, Deserialize)]
struct Told {
    hold: u64,
}

/// So many connections for so long.
pub async fn measure(
    address: SocketAddr,
    path: &'static str,
    connections: u32,
    span: Duration,
) -> Outcome<Round> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address, path).await?);
    }
    let watch = Watch::start();
    let mut set = JoinSet::new();
    for connection in open {
        set.spawn(connection.work(watch, span));
    }
    let mut micros = Vec::new();
    while let Some(done) = set.join_next().await {
        micros.append(&mut done??);
    }
    Ok(Round::of(micros, watch.elapsed()))
}

struct Connection {
    stream: TcpStream,
    path: &'static str,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr, path: &'static str) -> Outcome<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, path, buffer: Vec::with_capacity(LARGEST_ANSWER) })
    }

    async fn work(mut self, watch: Watch, span: Duration) -> Outcome<Vec<u32>> {
        let mut micros = Vec::new();
        while watch.elapsed() < span {
            let before = Watch::start();
            let hold = self.ask("{\"settle\":null}").await?;
            let between = Watch::start();
            micros.push(micros_of(before.elapsed()));
            self.ask(&format!("{{\"settle\":{hold}}}")).await?;
            micros.push(micros_of(between.elapsed()));
        }
        Ok(micros)
    }

    /// One request and its answer.
    async fn ask(&mut self, body: &str) -> Outcome<u64> {
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.path,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed a connection".into());
            }
            if let Some(body) = whole(&self.buffer)? {
                return Ok(serde_json::from_slice::<Told>(body)?.hold);
            }
            if self.buffer.len() > LARGEST_ANSWER {
                return Err("an answer is too large".into());
            }
        }
    }
}

/// The body, once all of the answer is there.
fn whole(answer: &[u8]) -> Outcome<Option<&[u8]>> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, body) = (&answer[..end], &answer[end + 4..]);
    let head = std::str::from_utf8(head)?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    let length = length.ok_or("an answer has no length")??;
    if body.len() < length {
        return Ok(None);
    }
    if !head.starts_with("HTTP/1.1 200") {
        let said = String::from_utf8_lossy(body);
        return Err(format!("{}: {said}", head.lines().next().unwrap_or_default()).into());
    }
    Ok(Some(&body[..length]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for cut in 0..text.len() {
            assert!(matches!(whole(&text[..cut]), Ok(None)), "{cut}");
        }
        assert!(matches!(whole(text), Ok(Some(b"hello"))));
        assert!(whole(b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
