//! Resolving names and opening connections: all of the guard that touches the machine.
//!
//! Owns: the port that a test replaces to be the world's resolver and its routes. Never decides
//! what may be reached: it is asked only after the rules have spoken.

use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use tokio::net::TcpStream;

/// Names to addresses, and connections to addresses.
#[async_trait]
pub trait Network: Send + Sync {
    /// The addresses of a name, in the order to try them. Called once for each hop.
    ///
    /// # Errors
    /// Whatever the resolver says; the guard treats all alike.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;

    /// A connection to exactly this address.
    ///
    /// # Errors
    /// When there is none; the guard tries the next address.
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream>;
}

/// This computer's network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNetwork;

#[async_trait]
impl Network for SystemNetwork {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        // The port is not looked at: it is set when an address was found good.
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }
}
