//! The places inside that must not be reached: real listeners that count who comes.
//!
//! Each way out has a port of its own. Any connection or packet is a hit, whatever it says.

use std::collections::HashMap;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a target listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ear {
    Tcp,
    Tcp6,
    Udp,
}

/// The listeners, and how often each was reached.
pub(crate) struct Inside {
    pub(crate) ports: HashMap<&'static str, u16>,
    hits: watch::Receiver<HashMap<&'static str, u32>>,
    _tasks: JoinSet<()>,
}

impl Inside {
    /// One listener for each way.
    pub(crate) async fn open(ways: impl IntoIterator<Item = (&'static str, Ear)>) -> Self {
        let (count, hits) = watch::channel(HashMap::new());
        let (mut ports, mut tasks) = (HashMap::new(), JoinSet::new());
        for (way, ear) in ways {
            let count = count.clone();
            let hit = move || count.send_modify(|hits| *hits.entry(way).or_default() += 1);
            let port = match ear {
                Ear::Udp => {
                    let socket = UdpSocket::bind("0.0.0.0:0").await.unwrap();
                    let port = socket.local_addr().unwrap().port();
                    tasks.spawn(async move {
                        while socket.recv(&mut [0; 2048]).await.is_ok() {
                            hit();
                        }
                    });
                    port
                }
                tcp => {
                    let host = if tcp == Ear::Tcp6 { "[::1]:0" } else { "0.0.0.0:0" };
                    let listener = TcpListener::bind(host).await.unwrap();
                    let port = listener.local_addr().unwrap().port();
                    tasks.spawn(async move {
                        let mut calls = JoinSet::new();
                        while let Ok((stream, _)) = listener.accept().await {
                            hit();
                            calls.spawn(welcome(stream));
                        }
                    });
                    port
                }
            };
            ports.insert(way, port);
        }
        Inside { ports, hits, _tasks: tasks }
    }

    /// How often each way was a hit.
    pub(crate) fn hits(&self) -> HashMap<&'static str, u32> {
        self.hits.borrow().clone()
    }

    /// Waits until all of these are hits, or no longer.
    pub(crate) async fn wait(&self, ways: &[&'static str], patience: Duration) {
        let mut hits = self.hits.clone();
        let all = |hits: &HashMap<_, _>| ways.iter().all(|way| hits.contains_key(way));
        let _ = tokio::time::timeout(patience, hits.wait_for(all)).await;
    }
}

/// Lets the page have what it asked for, so that it goes on.
async fn welcome(mut stream: TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\
                  access-control-allow-origin: *\r\nconnection: close\r\n\r\nInside";
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    let _ = stream.read_to_end(&mut Vec::new()).await;
}
