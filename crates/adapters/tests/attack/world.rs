//! The world behind the guard: names that lead inside, and a loopback that is really there.
//!
//! Whatever the guard lets through arrives. Only what is public leads nowhere: tests do not go out.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use ampere_adapters::egress::Network;
use async_trait::async_trait;
use tokio::net::TcpStream;

const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34));
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A resolver that writes down what it was asked.
#[derive(Default)]
pub(crate) struct World(Mutex<Vec<String>>);

impl World {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The names in the order they were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Network for World {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.0.lock().unwrap();
        let again = asked.iter().any(|before| before == name);
        asked.push(name.to_owned());
        match name {
            "flip.example" if !again => Ok(vec![PUBLIC]),
            "flip.example" | "localhost" | "inside.localhost" => Ok(vec![LOOPBACK]),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        if address.ip() == PUBLIC {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        TcpStream::connect(address).await
    }
}
