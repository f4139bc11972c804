//! What a browser says of its own network: names it looked up, sockets it used, what it tried.
//!
//! Owns: reading the log that Chromium writes. A browser that was killed leaves it unfinished.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde_json::Value;

/// The parts of a log that matter here.
#[derive(Debug, Default)]
pub(crate) struct NetLog {
    /// Names that the browser looked up by itself.
    pub(crate) names: BTreeSet<String>,
    /// Addresses that it opened connections to.
    pub(crate) tcp: BTreeSet<String>,
    /// Addresses that it sent packets to.
    pub(crate) udp: BTreeSet<String>,
    /// What its pages and it itself wanted to have.
    pub(crate) urls: BTreeSet<String>,
    /// Events, of whatever kind.
    pub(crate) events: usize,
}

impl NetLog {
    /// Reads a log.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the browser wrote its log");
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let constants = first.strip_prefix("{\"constants\":").expect("the log's beginning");
        let constants: Value = serde_json::from_str(constants.trim_end_matches(',')).unwrap();
        let kinds = &constants["logEventTypes"];
        let kind = |name: &str| {
            let number = kinds[name].as_u64();
            number.unwrap_or_else(|| panic!("this Chromium knows no event {name}"))
        };
        let lookups =
            ["HOST_RESOLVER_SYSTEM_TASK", "HOST_RESOLVER_DNS_TASK", "HOST_RESOLVER_MANAGER_JOB"]
                .map(kind);
        let (tcp, udp) = (kind("TCP_CONNECT_ATTEMPT"), kind("UDP_BYTES_SENT"));
        let (udp_connect, request) = (kind("UDP_CONNECT"), kind("URL_REQUEST_START_JOB"));
        let mut log = NetLog::default();
        let mut bound = HashMap::new();
        for line in lines {
            let Ok(event) = serde_json::from_str::<Value>(line.trim_end_matches(',')) else {
                continue;
            };
            let Some(number) = event["type"].as_u64() else { continue };
            log.events += 1;
            let params = &event["params"];
            let text = |name: &str| params[name].as_str().unwrap_or_default().to_owned();
            let (into, said) = if lookups.contains(&number) {
                (&mut log.names, [text("host"), text("hostname")].concat())
            } else if number == tcp {
                (&mut log.tcp, text("address"))
            } else if number == udp_connect {
                // Only says where packets would go: none is sent by it.
                bound.insert(event["source"]["id"].as_u64(), text("address"));
                continue;
            } else if number == udp {
                let known = bound.get(&event["source"]["id"].as_u64()).cloned();
                (&mut log.udp, known.unwrap_or_else(|| text("address")))
            } else if number == request {
                (&mut log.urls, text("url"))
            } else {
                continue;
            };
            if !said.is_empty() {
                into.insert(said);
            }
        }
        log
    }

    /// Whether anything was wanted from a port.
    pub(crate) fn tried(&self, port: u16) -> bool {
        let port = format!(":{port}/");
        self.urls.iter().any(|url| url.contains(&port))
    }
}
