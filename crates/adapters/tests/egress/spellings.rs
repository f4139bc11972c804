//! No spelling of a refused address gets through, and none of them reaches the resolver.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;

use ampere_adapters::egress::address::is_public;
use ampere_adapters::egress::{EgressError, HostPort};
use futures_util::FutureExt;
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use super::addresses::{V4, V6};
use super::{World, quick};

/// Time-outs need a clock, though none of them is waited for here.
static CLOCK: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

/// What the guard says of an URL that needs no network to be judged.
fn judged(url: &str) -> EgressError {
    let _clock = CLOCK.enter();
    let world = World::new();
    let answer = world.egress(quick()).fetch(url).now_or_never();
    let error = answer.expect("judged at once").expect_err(url);
    assert!(world.connected().is_empty() && world.asked().is_empty(), "{url}");
    error
}

fn v4_spellings(address: Ipv4Addr) -> Vec<String> {
    let bits = address.to_bits();
    let [a, b, c, d] = address.octets();
    let wide: String = address.to_string().chars().map(full_width).collect();
    let percent: String = address.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect();
    let [high, low] = [bits >> 16, bits & 0xffff];
    vec![
        format!("{address}"),
        format!("{address}."),
        format!("{bits}"),
        format!("0x{bits:x}"),
        format!("0X{bits:08X}"),
        format!("0{bits:o}"),
        format!("0x{a:x}.0{b:o}.{c}.0x{d:X}"),
        format!("{a}.{b}.{}", u32::from(c) << 8 | u32::from(d)),
        format!("{a}.{}", bits & 0x00ff_ffff),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        wide,
        percent,
        format!("[::ffff:{address}]"),
        format!("[::FFFF:{high:x}:{low:x}]"),
        format!("[::{address}]"),
        format!("[::ffff:0:{address}]"),
        format!("[64:ff9b::{address}]"),
        format!("[64:ff9b:1::{address}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("[2001:0:1234::{:x}:{:x}]", high ^ 0xffff, low ^ 0xffff),
    ]
}

fn full_width(char: char) -> char {
    match char {
        '0'..='9' => char::from_u32('０' as u32 + (char as u32 - '0' as u32)).unwrap(),
        '.' => '。',
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_refused_address_of_ipv4_passes_in_any_spelling(
        (range, part, secure) in (0..V4.len(), any::<u32>(), any::<bool>())
    ) {
        let [first, last] = [V4[range].0, V4[range].1].map(|text| {
            text.parse::<Ipv4Addr>().unwrap().to_bits()
        });
        let span = u64::from(last - first) + 1;
        let bits = first + u32::try_from(u64::from(part) % span).unwrap();
        let scheme = if secure { "https" } else { "HTTP" };
        for host in v4_spellings(Ipv4Addr::from_bits(bits)) {
            for port in ["", ":8080"] {
                let url = format!("{scheme}://{host}{port}/path");
                prop_assert_eq!(judged(&url), EgressError::AddressRefused, "{}", url);
            }
        }
    }

    #[test]
    fn no_refused_address_of_ipv6_passes(
        bits in (0..V6.len()).prop_flat_map(|range| {
            let [first, last] = [V6[range].0, V6[range].1].map(|text| {
                text.parse::<Ipv6Addr>().unwrap().to_bits()
            });
            first..=last
        })
    ) {
        let address = Ipv6Addr::from_bits(bits);
        let parts = address.segments();
        let long: Vec<String> = parts.iter().map(|part| format!("{part:04X}")).collect();
        for url in [format!("http://[{address}]/"), format!("https://[{}]:443/", long.join(":"))] {
            prop_assert_eq!(judged(&url), EgressError::AddressRefused, "{}", url);
        }
    }

    #[test]
    fn whatever_is_asked_for_is_answered(url in ".{0,60}", host in "\\PC{0,20}") {
        let _clock = CLOCK.enter();
        let world = World::new();
        for url in [url, format!("http://{host}/"), format!("https://{host}")] {
            let _ = world.egress(quick()).fetch(&url).now_or_never();
        }
        for address in world.connected() {
            let address: SocketAddr = address.parse().unwrap();
            prop_assert!(is_public(address.ip()), "{address}");
        }
    }
}

#[test]
fn an_url_must_be_plainly_of_the_web() {
    let bad = [
        "",
        " ",
        "example.org",
        "//example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "data:text/html,hello",
        "javascript:alert(1)",
        "gopher://example.org:70/",
        "http://",
        "http:///",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "https://:secret@example.org/",
        "http://exa mple.org/",
        "http://[::1/",
        "http://[fe80::1%eth0]/",
        "http://example.org:99999/",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://0x1ffffffff/",
        "blob:http://example.org/",
        "ws://example.org/",
    ];
    for url in bad {
        let error = judged(url);
        assert!(matches!(error, EgressError::BadUrl { .. }), "{url}: {error:?}");
        assert!(!error.to_string().contains("secret") && !error.retryable());
    }
    let long = format!("http://example.org/{}", "a".repeat(9_000));
    assert!(matches!(judged(&long), EgressError::BadUrl { .. }));
}

#[test]
fn ports_of_other_services_are_refused_before_anything_is_asked() {
    for port in [0, 22, 25, 53, 110, 143, 465, 587, 993, 3306, 5432, 6379] {
        let url = format!("http://example.org:{port}/");
        assert_eq!(judged(&url), EgressError::PortRefused(port));
    }
}

#[test]
fn a_host_and_port_is_read_into_one_spelling() {
    let cases = [
        ("Example.ORG:443", "example.org:443"),
        ("127.1:80", "127.0.0.1:80"),
        ("0x7f000001:80", "127.0.0.1:80"),
        ("[::1]:8080", "[::1]:8080"),
        ("[0:0::1]:8080", "[::1]:8080"),
        ("bücher.example:80", "xn--bcher-kva.example:80"),
    ];
    for (text, one) in cases {
        assert_eq!(text.parse::<HostPort>().unwrap().to_string(), one, "{text}");
    }
    for wrong in ["", "example.org", ":80", "::1:80", "example.org:", "a b:80", "x:99999", "[::1]"]
    {
        assert!(wrong.parse::<HostPort>().is_err(), "{wrong}");
    }
}
