//! Sites that a person named: where an address or a text that a model made may go.
//!
//! The egress guard keeps requests away from private addresses; it cannot know that a public
//! address carries what was said in the conversation to somebody else's site. So a host counts
//! only when the person wrote it, agreed to it, or it stands in what people of the organization
//! wrote (a workflow, a tool). Pure; what cannot be read is never allowed.

use std::collections::BTreeSet;

use ampere_adapters::egress::HostPort;

/// Hosts that may be written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    named: BTreeSet<String>,
    any: bool,
}

impl Hosts {
    /// Every host: what a person drives by hand or asked for by itself.
    pub(crate) fn any() -> Hosts {
        Hosts { named: BTreeSet::new(), any: true }
    }

    /// The hosts that stand in texts of people.
    pub(crate) fn named_in<'a>(texts: impl IntoIterator<Item = &'a str>) -> Hosts {
        let mut hosts = Hosts::default();
        for text in texts {
            hosts.add_all_of(text);
        }
        hosts
    }

    /// The hosts of one more text.
    pub(crate) fn add_all_of(&mut self, text: &str) {
        let parts =
            |letter: char| letter.is_whitespace() || "<>()[]{}\"'`,;|*„“”‚‘’«»".contains(letter);
        for word in text.split(parts) {
            self.named.extend(host_in(word));
        }
    }

    /// One more host.
    pub(crate) fn add(&mut self, url: &str) {
        self.named.extend(host_of(url));
    }

    /// Those of others too.
    pub(crate) fn extend(&mut self, others: Hosts) {
        self.any |= others.any;
        self.named.extend(others.named);
    }

    /// Whether an address may be opened.
    pub(crate) fn allows(&self, url: &str) -> bool {
        self.any || host_of(url).is_some_and(|host| self.named.contains(&host))
    }
}

/// The host of an address in its one spelling, `www.` left out; none: it cannot be read.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "@\\%".contains(letter);
    if authority.contains(odd) {
        return None;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    one_spelling(host)
}

fn one_spelling(host: &str) -> Option<String> {
    let host = HostPort::new(host, 80).ok()?.host().trim_end_matches('.').to_ascii_lowercase();
    let bare = host.strip_prefix("www.").unwrap_or(&host);
    Some(bare.to_owned()).filter(|host| !host.is_empty())
}

/// The host that a word of a sentence names: an address, or a name with a dot in it.
fn host_in(word: &str) -> Option<String> {
    let word = word.trim_end_matches(['.', ':', '!', '?', '…']);
    if word.contains("://") {
        return host_of(word);
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let plain = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let named = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    if !host.contains('.') || !named || !host.split('.').all(plain) {
        return None;
    }
    one_spelling(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_allowed_in_every_spelling_of_it() {
        let hosts = Hosts::named_in([
            "Look at https://example.com/prices?x=1, please.",
            "and at docs.site.org/intro (or Müller.de)!",
            "http://127.0.0.1:8080/a",
        ]);
        for url in [
            "https://example.com",
            "http://EXAMPLE.com:8443/other#x",
            "https://www.example.com/",
            "https://example.com./",
            "https://docs.site.org/elsewhere",
            "https://müller.de/",
            "https://xn--mller-kva.de/",
            "http://127.0.0.1/",
            "http://0x7f000001:8080/",
        ] {
            assert!(hosts.allows(url), "{url}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        let hosts = Hosts::named_in(["Look at https://example.com/ and mail me@other.net."]);
        for url in [
            "https://evil.test/?q=example.com",
            "https://example.com.evil.test/",
            "https://example.com@evil.test/",
            "https://evil.test\\@example.com/",
            "https://example.com%2eevil.test/",
            "https://sub.example.com/",
            "https://notexample.com/",
            "https://other.net/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "example.com",
            "",
        ] {
            assert!(!hosts.allows(url), "{url}");
        }
        assert!(Hosts::any().allows("https://evil.test/"));
        assert!(!Hosts::default().allows("https://example.com/"));
    }
}
