//! Owns the wire: one HTTP/1.1 request per connection in, one answer or event stream out.
//! Never knows what a request means. Read next: `server.rs`, which does.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fault::Fault;

const HEAD_LIMIT: usize = 16 * 1024;
pub const BODY_LIMIT: usize = 1_000_000;
/// The caller is on this computer: whoever needs longer is not going to send it.
const ARRIVAL: Duration = Duration::from_secs(10);
/// A caller that takes nothing for so long counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a request gets no ordinary answer.
#[derive(Debug)]
pub enum Refusal {
    Fault(Fault),
    Gone,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Fault(fault)
    }
}

impl From<io::Error> for Refusal {
    fn from(_: io::Error) -> Self {
        Refusal::Gone
    }
}

#[derive(Debug, Default)]
pub struct Head {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub call: Option<String>,
    length: Option<String>,
    encoded: bool,
    /// What of the body came together with the head.
    early: Vec<u8>,
}

pub fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_write_timeout(Some(PATIENCE))
}

pub fn read_head(socket: &mut TcpStream) -> Result<Head, Refusal> {
    let deadline = Instant::now() + ARRIVAL;
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = parse_head(&bytes)? {
            return Ok(head);
        }
        if bytes.len() > HEAD_LIMIT {
            return Err(Fault::invalid("the request's head is too large").into());
        }
        read_some(socket, &mut bytes, deadline)?;
    }
}

fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Fault> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(Fault::invalid(format!("this is not HTTP/1.1: {error}"))),
    };
    let path = parsed.path.unwrap_or_default();
    let mut head = Head {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.split('?').next().unwrap_or_default().to_owned(),
        early: bytes[length..].to_vec(),
        ..Head::default()
    };
    for header in parsed.headers.iter() {
        let value = || Some(String::from_utf8_lossy(header.value).into_owned());
        match header.name.to_ascii_lowercase().as_str() {
            "authorization" => head.authorization = value(),
            "x-call-id" => head.call = value(),
            "content-length" => head.length = value(),
            "transfer-encoding" => head.encoded = true,
            _ => {}
        }
    }
    Ok(Some(head))
}

pub fn read_body(socket: &mut TcpStream, head: &mut Head) -> Result<Vec<u8>, Refusal> {
    let length = head.length.as_deref().filter(|_| !head.encoded);
    let length: usize = match length.map(str::parse) {
        Some(Ok(length)) => length,
        Some(Err(_)) => return Err(Fault::invalid("Content-Length is not a number").into()),
        None => return Err(Fault::length_required().into()),
    };
    if length > BODY_LIMIT {
        return Err(Fault::too_large().into());
    }
    let deadline = Instant::now() + ARRIVAL;
    let mut body = std::mem::take(&mut head.early);
    while body.len() < length {
        read_some(socket, &mut body, deadline)?;
    }
    body.truncate(length);
    Ok(body)
}

fn read_some(
    socket: &mut TcpStream,
    bytes: &mut Vec<u8>,
    deadline: Instant,
) -> Result<(), Refusal> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Fault::request_timeout().into());
    }
    socket.set_read_timeout(Some(left))?;
    let mut buffer = [0_u8; 8192];
    match socket.read(&mut buffer) {
        Ok(0) => Err(Refusal::Gone),
        Ok(count) => {
            bytes.extend_from_slice(&buffer[..count]);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Err(Fault::request_timeout().into())
        }
        Err(_) => Err(Refusal::Gone),
    }
}

/// Whether the other side has closed the connection, or only its sending half.
pub fn is_gone(socket: &mut TcpStream) -> bool {
    if socket.set_nonblocking(true).is_err() {
        return true;
    }
    // Nothing more is expected; what comes nevertheless is taken off the line and dropped.
    let gone = match socket.read(&mut [0_u8; 1024]) {
        Ok(count) => count == 0,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    };
    gone || socket.set_nonblocking(false).is_err()
}

pub fn respond(socket: &mut TcpStream, status: u16, body: &Value) -> io::Result<()> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        reason(status),
        body.len()
    );
    socket.write_all(format!("{head}{body}").as_bytes())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// Ends a connection so that the last answer arrives even if the request was not read whole.
pub fn hang_up(socket: &mut TcpStream) {
    let lingering = Duration::from_millis(300);
    if socket.shutdown(Shutdown::Write).is_err()
        || socket.set_read_timeout(Some(lingering)).is_err()
    {
        return;
    }
    let mut left = 4 * BODY_LIMIT;
    let mut buffer = [0_u8; 8192];
    while let Ok(count @ 1..) = socket.read(&mut buffer) {
        left = left.saturating_sub(count);
        if left == 0 {
            return;
        }
    }
}

/// A stream of server-sent events; every one is on its way when the call returns.
pub struct EventStream<'a> {
    socket: &'a mut TcpStream,
    last: Instant,
}

impl<'a> EventStream<'a> {
    pub fn open(socket: &'a mut TcpStream) -> io::Result<Self> {
        socket.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
              Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        )?;
        Ok(Self { socket, last: Instant::now() })
    }

    pub fn data(&mut self, data: &Value) -> io::Result<()> {
        self.send(&format!("data: {data}\n\n"))
    }

    pub fn named(&mut self, name: &str, data: &Value) -> io::Result<()> {
        self.send(&format!("event: {name}\ndata: {data}\n\n"))
    }

    /// Says that we are still here, unless something was sent a moment ago.
    pub fn breathe(&mut self, pause: Duration) -> io::Result<()> {
        if self.last.elapsed() < pause { Ok(()) } else { self.send(": waiting\n\n") }
    }

    pub fn close(mut self) -> io::Result<()> {
        self.send("data: [DONE]\n\n")?;
        self.socket.write_all(b"0\r\n\r\n")
    }

    pub fn socket(&mut self) -> &mut TcpStream {
        self.socket
    }

    fn send(&mut self, frame: &str) -> io::Result<()> {
        self.last = Instant::now();
        self.socket.write_all(format!("{:x}\r\n{frame}\r\n", frame.len()).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn reads_a_request_that_comes_in_bits() {
        let (mut client, mut server) = pair();
        let writer = std::thread::spawn(move || {
            let request = b"POST /a?b=c HTTP/1.1\r\nAuthorization: Bearer t\r\n\
                x-call-id: c7\r\nContent-Length: 5\r\n\r\nhello";
            for part in request.chunks(9) {
                client.write_all(part).unwrap();
                client.flush().unwrap();
            }
            client
        });
        let mut head = read_head(&mut server).unwrap();
        assert_eq!((head.method.as_str(), head.path.as_str()), ("POST", "/a"));
        assert_eq!(head.authorization.as_deref(), Some("Bearer t"));
        assert_eq!(head.call.as_deref(), Some("c7"));
        assert_eq!(read_body(&mut server, &mut head).unwrap(), b"hello");
        let client = writer.join().unwrap();
        assert!(!is_gone(&mut server));
        drop(client);
        std::thread::sleep(Duration::from_millis(50));
        assert!(is_gone(&mut server));
    }

    #[test]
    fn refuses_bodies_without_an_honest_length() {
        let status = |headers: &str| {
            let (_client, mut server) = pair();
            let bytes = format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n");
            let mut head = parse_head(bytes.as_bytes()).unwrap().unwrap();
            match read_body(&mut server, &mut head) {
                Err(Refusal::Fault(fault)) => fault.status,
                other => panic!("{headers}: {other:?}"),
            }
        };
        assert_eq!(status("A: b"), 411);
        assert_eq!(status("Transfer-Encoding: chunked"), 411);
        assert_eq!(status("Content-Length: 4\r\nTransfer-Encoding: chunked"), 411);
        assert_eq!(status("Content-Length: -4"), 400);
        assert_eq!(status("Content-Length: 1000001"), 413);
        assert!(parse_head(b"nonsense\r\n\r\n").is_err());
    }
}
