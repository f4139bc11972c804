//! The guard of what goes out, against real sockets on loopback.
//!
//! The tests own the world: a resolver that may change its mind, and routes from public addresses
//! to servers of the test. Everything that the guard asks for is written down. An address without
//! a route is not connected to, whatever it is.
//!
//! Read next: `addresses`, `spellings`, `hops`, `bounds`, `secure`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod bounds;
mod hops;
mod secure;
mod spellings;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ampere_adapters::egress::{Egress, EgressConfig, EgressError, Fetched, Network};
use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The world as the guard sees it.
#[derive(Default)]
struct World {
    /// The answers of each name, one for each time it is asked; the last one stays.
    names: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    /// Where a connection to an address really goes.
    routes: Mutex<HashMap<SocketAddr, SocketAddr>>,
    asked: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn name(&self, name: &str, answers: &[&[&str]]) {
        let one = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().map(one).collect();
        self.names.lock().unwrap().insert(name.to_owned(), answers);
    }

    fn route(&self, from: &str, to: SocketAddr) {
        self.routes.lock().unwrap().insert(from.parse().unwrap(), to);
    }

    /// A site with a public address under a name.
    async fn site(&self, name: &str, address: &str, reply: Reply) -> Site {
        let site = Site::serve(reply).await;
        self.name(name, &[&[address]]);
        self.route(&SocketAddr::new(address.parse().unwrap(), 80).to_string(), site.address);
        site
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn connected(&self) -> Vec<String> {
        self.connected.lock().unwrap().iter().map(ToString::to_string).collect()
    }

    fn egress(self: &Arc<Self>, config: EgressConfig) -> Egress {
        Egress::over(config, Arc::clone(self) as Arc<dyn Network>, None)
    }

    async fn fetch(self: &Arc<Self>, url: &str) -> Result<Fetched, EgressError> {
        self.egress(quick()).fetch(url).await
    }
}

#[async_trait]
impl Network for World {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut names = self.names.lock().unwrap();
        let answers = names.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() })
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.connected.lock().unwrap().push(address);
        let route = self.routes.lock().unwrap().get(&address).copied();
        TcpStream::connect(route.ok_or(io::ErrorKind::ConnectionRefused)?).await
    }
}

fn quick() -> EgressConfig {
    EgressConfig {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(5),
        max_bytes: 64 * 1024,
        ..EgressConfig::default()
    }
}

/// What a server does once it has read a request.
#[derive(Clone)]
enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes first, then these again and again, at this pace, as long as anybody listens.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// The head of an answer of this many zero bytes, and all of them.
    Zeros(usize),
}

fn page(body: &str) -> Reply {
    answer("200 OK", &[("content-type", "text/html; charset=utf-8")], body)
}

fn redirect(location: &str) -> Reply {
    answer("302 Found", &[("location", location)], "")
}

fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    Reply::Bytes(format!("{text}\r\n{body}").into_bytes())
}

/// A real server on loopback that gives every request the same reply; dropping it stops it.
struct Site {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

impl Site {
    async fn serve(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                calls.spawn(converse(stream, reply.clone(), Arc::clone(&log)));
            }
        });
        Site { address, requests, _tasks: tasks }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn converse<S>(mut stream: S, reply: Reply, log: Arc<Mutex<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    log.lock().unwrap().push(String::from_utf8(head).unwrap());
    // The guard may hang up whenever it has seen enough: that is no failure of the server.
    let _ = match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await,
        Reply::Zeros(many) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {many}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            stream.write_all(&vec![b'0'; many]).await
        }
        Reply::Drip(head, drop, pace) => {
            let mut ticks = tokio::time::interval(pace);
            let mut sent = stream.write_all(&head).await;
            while sent.is_ok() {
                ticks.tick().await;
                sent = stream.write_all(&drop).await;
            }
            sent
        }
    };
    let _ = stream.shutdown().await;
}
