//! The guard of what goes out: pages that people, tools or pages themselves name.
//!
//! Owns: the one way to a web address that is not the operator's own choice. It resolves a name
//! once, looks at every address it got, connects to exactly those, and does all of that anew for
//! each redirect. Body, headers and time are capped. Never does: send cookies or credentials, use
//! a proxy of the environment, ask for or unpack compressed bodies, or read what it fetched.
//!
//! Read next: `address` (which addresses are public), `target` (what an URL may name), `network`
//! (resolving and connecting, the only part that a test replaces), `exchange` (one request).

pub mod address;
mod error;
mod exchange;
mod network;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub use error::EgressError;
pub use network::{Network, SystemNetwork};
pub use target::{HostPort, NotHostPort};

use exchange::Answer;
use target::Target;

/// Bounds of a fetch, and what may be reached besides public addresses.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Exactly these skip the look at the address and the port: sites on this computer or in the
    /// operator's own network. Empty unless the operator fills it.
    pub allow: Vec<HostPort>,
    /// The longest that resolving and connecting may take, for each hop.
    pub connect: Duration,
    /// The longest that the whole fetch may take, redirects and body included.
    pub total: Duration,
    /// The largest body, in bytes. A larger one is an error, not cut.
    pub max_bytes: usize,
    /// Redirects that are followed, each checked like the first address.
    pub max_redirects: u32,
}

impl Default for EgressConfig {
    fn default() -> Self {
        EgressConfig {
            allow: Vec::new(),
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            max_bytes: 5 * 1024 * 1024,
            max_redirects: 5,
        }
    }
}

/// A page or file that was fetched; its status was a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where the body came from, after all redirects.
    pub final_url: String,
    /// 200 to 299.
    pub status: u16,
    /// In lower case and without parameters, for example `text/html`; empty if it was not said.
    pub media_type: String,
    /// The charset parameter of the content type, as the server wrote it.
    pub charset: Option<String>,
    pub bytes: Bytes,
}

/// The guard. Cheap to clone; nothing is shared between two fetches.
#[derive(Clone)]
pub struct Egress {
    config: Arc<EgressConfig>,
    network: Arc<dyn Network>,
    /// None: this computer's certificates could not be loaded, and https cannot be reached.
    tls: Option<TlsConnector>,
}

impl Egress {
    /// A guard over this computer's network and the certificates it trusts.
    pub fn new(config: EgressConfig) -> Self {
        Egress::over(config, Arc::new(SystemNetwork), exchange::system_tls())
    }

    /// A guard over another network and other certificates; the rules are the same.
    pub fn over(
        config: EgressConfig,
        network: Arc<dyn Network>,
        tls: Option<rustls::ClientConfig>,
    ) -> Self {
        let tls = tls.map(|tls| TlsConnector::from(Arc::new(tls)));
        Egress { config: Arc::new(config), network, tls }
    }

    /// Gets `url` by `http` or `https`.
    ///
    /// # Errors
    /// [`EgressError`], which says what the caller may do.
    pub async fn fetch(&self, url: &str) -> Result<Fetched, EgressError> {
        let fetch = self.follow(Target::parse(url)?);
        tokio::time::timeout(self.config.total, fetch).await.unwrap_or(Err(EgressError::TooSlow))
    }

    async fn follow(&self, mut target: Target) -> Result<Fetched, EgressError> {
        for _ in 0..=self.config.max_redirects {
            let stream = self.connect(&target.host, target.port).await?;
            let (tls, max_bytes) = (self.tls.as_ref(), self.config.max_bytes);
            match exchange::get(&target, stream, tls, max_bytes).await? {
                Answer::Body(fetched) => return Ok(fetched),
                Answer::Redirect(location) => target = target.redirected(&location)?,
            }
        }
        Err(EgressError::TooManyRedirects)
    }

    /// A connection to `host`, to an address that was looked at.
    ///
    /// # Errors
    /// Those of [`Egress::resolve_and_check`], [`EgressError::NotReached`].
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let connect = async {
            for address in self.resolve_and_check(host, port).await? {
                if let Ok(stream) = self.network.connect(address).await {
                    return Ok(stream);
                }
            }
            Err(EgressError::NotReached { detail: "there is no connection" })
        };
        let late = EgressError::NotReached { detail: "connecting took too long" };
        tokio::time::timeout(self.config.connect, connect).await.unwrap_or(Err(late))
    }

    /// The addresses that `host` may be reached at, in the order to try them; never none. Only
    /// these may be connected to: asking again may answer something else.
    ///
    /// # Errors
    /// [`EgressError::BadUrl`] for what is no host, [`EgressError::PortRefused`],
    /// [`EgressError::AddressRefused`] if any of its addresses is refused, and
    /// [`EgressError::NotReached`] for a name that does not resolve.
    pub async fn resolve_and_check(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, EgressError> {
        let asked = HostPort::new(host, port)
            .map_err(|_| EgressError::BadUrl { reason: "it names no host" })?;
        let allowed = self.config.allow.contains(&asked);
        if !allowed && target::refused_port(port) {
            return Err(EgressError::PortRefused(port));
        }
        let addresses = match asked.address() {
            Some(address) => vec![address],
            None => self.network.resolve(asked.host()).await.unwrap_or_default(),
        };
        if addresses.is_empty() {
            return Err(EgressError::NotReached { detail: "its name is not known" });
        }
        // One refused address refuses the name: who mixes them means no good.
        if !allowed && !addresses.iter().all(|address| address::is_public(*address)) {
            return Err(EgressError::AddressRefused);
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}
