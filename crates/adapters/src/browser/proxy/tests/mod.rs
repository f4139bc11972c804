//! The proxy over real sockets: the test is the browser, the site and the world's resolver.
//!
//! Every wait has an end ([`soon`]), so that what hangs fails.
//!
//! Read next: `passes`, `refuses`, `bounds`, `endings`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod endings;
mod passes;
mod refuses;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Proxy, ProxyLimits, start};
use crate::egress::{Egress, EgressConfig, HostPort, Network};

/// What a name or an address of the world leads to. Loopback is loopback: what slips through the
/// guard really arrives.
#[derive(Default)]
struct World {
    /// The answers of each name, one for each time it is asked; the last one stays.
    names: Mutex<HashMap<&'static str, Vec<IpAddr>>>,
    /// Where the public addresses really are.
    routes: Mutex<HashMap<IpAddr, SocketAddr>>,
    asked: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

#[async_trait]
impl Network for World {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut names = self.names.lock().unwrap();
        let answers = names.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(vec![if answers.len() > 1 { answers.remove(0) } else { answers[0] }])
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.connected.lock().unwrap().push(address);
        if address.ip().is_loopback() {
            return TcpStream::connect(address).await;
        }
        let route = self.routes.lock().unwrap().get(&address.ip()).copied();
        TcpStream::connect(route.ok_or(io::ErrorKind::ConnectionRefused)?).await
    }
}

impl World {
    fn name(&self, name: &'static str, answers: &[&str]) {
        let answers = answers.iter().map(|answer| answer.parse().unwrap()).collect();
        self.names.lock().unwrap().insert(name, answers);
    }

    fn route(&self, from: &str, to: SocketAddr) {
        self.routes.lock().unwrap().insert(from.parse().unwrap(), to);
    }
}

/// A world, a site on loopback that is allowed by its host and port, and a proxy.
struct Scene {
    world: Arc<World>,
    site: TcpListener,
    /// The site's host and port.
    at: String,
    proxy: Proxy,
}

impl Scene {
    async fn new() -> Self {
        Scene::within(ProxyLimits::default()).await
    }

    async fn within(limits: ProxyLimits) -> Self {
        let world = Arc::new(World::default());
        let site = listener().await;
        let at = site.local_addr().unwrap().to_string();
        let egress = guard(&world, vec![at.parse().unwrap()]);
        let proxy = start(egress, limits).await.unwrap();
        Scene { world, site, at, proxy }
    }

    /// A new connection of the browser.
    async fn browser(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.proxy.port())).await.unwrap()
    }

    /// A new connection of the browser that says this.
    async fn says(&self, text: &str) -> TcpStream {
        let mut browser = self.browser().await;
        browser.write_all(text.as_bytes()).await.unwrap();
        browser
    }

    /// The next connection that the site gets, and the head of what is asked there.
    async fn arrives(&self) -> (TcpStream, String) {
        let (mut site, _) = soon(self.site.accept()).await.unwrap();
        let head = head(&mut site).await;
        (site, head)
    }

    /// Both ends of a tunnel to the site.
    async fn tunnel(&self) -> (TcpStream, TcpStream) {
        let mut browser =
            self.says(&format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", self.at)).await;
        let (site, _) = soon(self.site.accept()).await.unwrap();
        let answer = head(&mut browser).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(!answer.contains("content-length") && !answer.contains("transfer-encoding"));
        (browser, site)
    }
}

fn guard(world: &Arc<World>, allow: Vec<HostPort>) -> Egress {
    let connect = Duration::from_secs(5);
    let config = EgressConfig { allow, connect, ..EgressConfig::default() };
    Egress::over(config, Arc::clone(world) as Arc<dyn Network>, None)
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// What comes within the time in which anything must.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("in time")
}

/// Reads to the empty line, and not a byte further.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match soon(stream.read_u8()).await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// Reads exactly this.
async fn expect(stream: &mut TcpStream, wanted: &[u8]) {
    let mut read = vec![0; wanted.len()];
    soon(stream.read_exact(&mut read)).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&read), String::from_utf8_lossy(wanted));
}

/// Reads to the end, however it comes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let _ = soon(stream.read_to_end(&mut read)).await;
    String::from_utf8_lossy(&read).into_owned()
}

/// Whether nothing more comes because the other side has hung up.
async fn ended(stream: &mut TcpStream) -> bool {
    !matches!(soon(stream.read(&mut [0; 64])).await, Ok(1..))
}
