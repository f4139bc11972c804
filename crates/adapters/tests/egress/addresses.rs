//! The table of addresses: both edges of each refused range and both neighbours outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ampere_adapters::egress::address::is_public;

/// First and last of each refused range of IPv4, written from the registries, not from our masks.
pub(crate) const V4: [(&str, &str); 15] = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.31.196.0", "192.31.196.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "255.255.255.255"),
];

/// The same of IPv6. All below 2000:: and above 3fff:…:ffff is refused.
pub(crate) const V6: [(&str, &str); 6] = [
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

fn v4(text: &str) -> u32 {
    text.parse::<Ipv4Addr>().unwrap().to_bits()
}

fn v6(text: &str) -> u128 {
    text.parse::<Ipv6Addr>().unwrap().to_bits()
}

#[test]
fn both_edges_of_each_range_are_refused_and_their_neighbours_are_public() {
    let public = |bits: u32| is_public(IpAddr::V4(Ipv4Addr::from_bits(bits)));
    for (first, last) in V4 {
        let middle = v4(first) + (v4(last) - v4(first)) / 2;
        assert!(!public(v4(first)) && !public(v4(last)) && !public(middle), "{first}");
        assert!(v4(first) == 0 || public(v4(first) - 1), "before {first}");
        assert!(v4(last) == u32::MAX || public(v4(last) + 1), "after {last}");
    }
    let public = |bits: u128| is_public(IpAddr::V6(Ipv6Addr::from_bits(bits)));
    for (first, last) in V6 {
        let middle = v6(first) + (v6(last) - v6(first)) / 2;
        assert!(!public(v6(first)) && !public(v6(last)) && !public(middle), "{first}");
        assert!(v6(first) == 0 || public(v6(first) - 1) || first == "4000::", "before {first}");
        assert!(v6(last) == u128::MAX || public(v6(last) + 1), "after {last}");
    }
    assert!(public(v6("3fff:1000::")) && public(v6("3fff:ffff::")));
}

#[test]
fn each_kind_that_the_design_names_is_refused() {
    let named = [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "224.0.0.251",
        "192.0.2.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2002:7f00:1::",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "5f00::1",
    ];
    for text in named {
        assert!(!is_public(text.parse().unwrap()), "{text}");
    }
    for text in ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"] {
        assert!(is_public(text.parse().unwrap()), "{text}");
    }
}
