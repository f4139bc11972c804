//! A small site on loopback, served by the test.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ampere_adapters::egress::HostPort;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::pages;

pub struct Site {
    address: SocketAddr,
    /// Nobody listens here.
    closed: SocketAddr,
    /// Paths and cookies of all requests.
    requests: Arc<Mutex<Vec<(String, String)>>>,
    _tasks: JoinSet<()>,
}

impl Site {
    pub async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let closed = {
            let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
            unused.local_addr().unwrap()
        };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        let log = requests.clone();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(answer(stream, log.clone()));
            }
        });
        Site { address, closed, requests, _tasks: tasks }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn host_port(&self) -> HostPort {
        self.address.to_string().parse().unwrap()
    }

    pub fn closed_port(&self) -> HostPort {
        self.closed.to_string().parse().unwrap()
    }

    pub fn closed_url(&self) -> String {
        format!("http://{}/", self.closed)
    }

    /// The cookies that came with requests for `path`.
    pub fn cookies(&self, path: &str) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let asked = requests.iter().filter(|(asked, _)| asked == path);
        asked.map(|(_, cookies)| cookies.clone()).collect()
    }
}

async fn answer(mut stream: TcpStream, log: Arc<Mutex<Vec<(String, String)>>>) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let cookie = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("cookie: ").map(str::to_owned));
    log.lock().unwrap().push((path.clone(), cookie.unwrap_or_default()));
    let (bare, query) = path.split_once('?').unwrap_or((&path, ""));
    let fields = url_fields(query);
    let (status, headers, body) = match pages::html(bare, &fields) {
        Some((headers, body)) => ("200 OK", headers, body),
        None if bare == "/locked" => {
            let asks = "www-authenticate: Basic realm=\"x\"\r\n";
            ("401 Unauthorized", asks, "<title>Locked</title>Locked.".to_owned())
        }
        None => ("404 Not Found", "", "<title>Nothing</title>There is nothing here.".to_owned()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n{headers}\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn url_fields(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace('+', " "))).collect()
}
