//! What an URL may name: a host and port, by http or https, and nothing secret.
//!
//! Owns: reading URLs and hosts in every spelling into one, and the ports that are refused.
//! Never does: resolve or connect.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

use super::error::EgressError;

/// The longest URL, in bytes. Browsers and servers stop far below.
const MAX_URL_BYTES: usize = 8 * 1024;

/// Ports of services that are not the web: a request to them may be read as their own commands.
const PORTS_REFUSED: [u16; 32] = [
    0, 1, 7, 9, 11, 13, 19, 20, 21, 22, 23, 25, 53, 69, 79, 110, 111, 119, 135, 139, 143, 389, 445,
    465, 514, 587, 636, 993, 995, 3306, 5432, 6379,
];

/// Whether `port` belongs to another service than the web.
pub(super) fn refused_port(port: u16) -> bool {
    PORTS_REFUSED.contains(&port)
}

/// A host in its one spelling, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    host: Host<String>,
    /// Without the brackets of an IPv6 address.
    text: String,
    port: u16,
}

/// The text names no host and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a host and a port are written like example.org:443 or [::1]:8080")]
pub struct NotHostPort;

impl HostPort {
    /// Reads a host in any spelling: names in any case, IPv4 addresses also as one number, in
    /// octal or hexadecimal, IPv6 addresses with or without brackets.
    ///
    /// # Errors
    /// [`NotHostPort`].
    pub fn new(host: &str, port: u16) -> Result<Self, NotHostPort> {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let host = match bare.parse() {
            Ok(address) => Host::Ipv6(address),
            Err(_) => Host::parse(host).map_err(|_| NotHostPort)?,
        };
        let text = match &host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Ok(HostPort { host, text, port })
    }

    /// The host as resolvers and certificates name it.
    pub fn host(&self) -> &str {
        &self.text
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host, if it is an address and no name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        }
    }
}

impl FromStr for HostPort {
    type Err = NotHostPort;

    fn from_str(text: &str) -> Result<Self, NotHostPort> {
        let (host, port) = text.rsplit_once(':').ok_or(NotHostPort)?;
        if host.contains(':') && !host.starts_with('[') {
            return Err(NotHostPort);
        }
        HostPort::new(host, port.parse().map_err(|_| NotHostPort)?)
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// One hop of a fetch.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) https: bool,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, EgressError> {
        let url = url.trim();
        if url.len() > MAX_URL_BYTES {
            return Err(bad("it is too long"));
        }
        Target::of(Url::parse(url).map_err(|_| bad("it is not a web address"))?)
    }

    /// The target that a redirect names, which may be relative to this one.
    pub(super) fn redirected(&self, location: &str) -> Result<Self, EgressError> {
        if location.len() > MAX_URL_BYTES {
            return Err(bad("it redirects to one that is too long"));
        }
        let url = self.url.join(location).map_err(|_| bad("it redirects to what is none"))?;
        let next = Target::of(url)?;
        if self.https && !next.https {
            return Err(EgressError::Downgrade);
        }
        Ok(next)
    }

    fn of(mut url: Url) -> Result<Self, EgressError> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(bad("it must begin with http:// or https://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it must hold no user name and no password"));
        }
        url.set_fragment(None);
        let host = url.host_str().ok_or_else(|| bad("it names no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or_else(|| bad("it names no port"))?;
        Ok(Target { url, host, port, https })
    }
}

fn bad(reason: &'static str) -> EgressError {
    EgressError::BadUrl { reason }
}
