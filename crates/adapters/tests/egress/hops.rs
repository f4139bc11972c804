//! Names that change their mind, redirects, and the list of what is allowed all the same.

use std::sync::Arc;

use ampere_adapters::egress::{Egress, EgressConfig, EgressError, HostPort};

use super::{Reply, Site, World, answer, page, quick, redirect};

const PUBLIC: &str = "93.184.216.34";
const OTHER: &str = "1.2.3.4";

#[tokio::test]
async fn a_public_page_is_fetched_under_its_name_and_we_say_who_we_are() {
    let world = World::new();
    let site = world.site("example.org", PUBLIC, page("<p>Hello</p>")).await;
    let fetched = world.fetch("http://Example.org/a%20b?q=1#part").await.unwrap();
    assert_eq!(fetched.bytes, "<p>Hello</p>");
    assert_eq!((fetched.status, fetched.media_type.as_str()), (200, "text/html"));
    assert_eq!(fetched.charset.as_deref(), Some("utf-8"));
    assert_eq!(fetched.final_url, "http://example.org/a%20b?q=1");
    assert_eq!(world.connected(), [format!("{PUBLIC}:80")]);
    let request = site.requests().concat();
    assert!(request.starts_with("GET /a%20b?q=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("host: example.org\r\n") && request.contains("user-agent: Ampere/"));
    for never in ["cookie", "authorization", "referer", "gzip"] {
        assert!(!request.to_lowercase().contains(never), "{never}: {request}");
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_so_it_cannot_flip_to_loopback() {
    let world = World::new();
    let outside = Site::serve(page("outside")).await;
    let inside = Site::serve(page("inside")).await;
    world.name("flip.example", &[&[PUBLIC], &["127.0.0.1"]]);
    world.route(&format!("{PUBLIC}:80"), outside.address);
    world.route("127.0.0.1:80", inside.address);
    let fetched = world.fetch("http://flip.example/").await.unwrap();
    assert_eq!(fetched.bytes, "outside");
    assert_eq!(world.asked(), ["flip.example"], "one resolution");
    assert_eq!(world.connected(), [format!("{PUBLIC}:80")]);
    // It has flipped now: the next fetch looks anew and refuses.
    assert_eq!(world.fetch("http://flip.example/").await, Err(EgressError::AddressRefused));
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn a_name_that_flips_between_two_hops_is_caught() {
    let world = World::new();
    let outside = Site::serve(redirect("/again")).await;
    world.name("flip.example", &[&[PUBLIC], &["10.0.0.1"]]);
    world.route(&format!("{PUBLIC}:80"), outside.address);
    assert_eq!(world.fetch("http://flip.example/").await, Err(EgressError::AddressRefused));
    assert_eq!(world.asked().len(), 2, "each hop is looked at");
    assert_eq!(world.connected().len(), 1);
}

#[tokio::test]
async fn one_refused_address_among_public_ones_refuses_the_name() {
    for second in ["127.0.0.1", "::1", "169.254.169.254", "64:ff9b::7f00:1"] {
        let world = World::new();
        world.name("mixed.example", &[&[PUBLIC, second]]);
        assert_eq!(world.fetch("http://mixed.example/").await, Err(EgressError::AddressRefused));
        assert!(world.connected().is_empty());
    }
}

#[tokio::test]
async fn the_next_checked_address_is_tried_when_one_does_not_answer() {
    let world = World::new();
    let site = Site::serve(page("here")).await;
    world.name("two.example", &[&["2606:4700::1111", PUBLIC]]);
    world.route(&format!("{PUBLIC}:80"), site.address);
    assert_eq!(world.fetch("http://two.example/").await.unwrap().bytes, "here");
    assert_eq!(world.connected(), ["[2606:4700::1111]:80".to_owned(), format!("{PUBLIC}:80")]);
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn names_of_this_computer_and_unknown_ones_lead_nowhere() {
    let world = World::new();
    world.name("localhost", &[&["127.0.0.1", "::1"]]);
    world.name("empty.example", &[&[]]);
    let refused = world.fetch("http://localhost/").await;
    assert_eq!(refused, Err(EgressError::AddressRefused));
    for url in ["http://empty.example/", "http://unknown.example/"] {
        let error = world.fetch(url).await.unwrap_err();
        assert!(matches!(error, EgressError::NotReached { .. }) && error.retryable(), "{error:?}");
    }
    assert!(world.connected().is_empty());
}

#[tokio::test]
async fn redirects_are_followed_hop_by_hop_and_the_last_address_is_told() {
    let world = World::new();
    let first = world.site("a.example", PUBLIC, redirect("//b.example/deep/page?x=1")).await;
    let second = world.site("b.example", OTHER, page("there")).await;
    let fetched = world.fetch("http://a.example/").await.unwrap();
    assert_eq!(
        (fetched.final_url.as_str(), &fetched.bytes[..]),
        ("http://b.example/deep/page?x=1", &b"there"[..])
    );
    assert_eq!([first.requests().len(), second.requests().len()], [1, 1]);
}

#[tokio::test]
async fn a_redirect_reaches_nothing_that_could_not_be_asked_for_itself() {
    let inside = Site::serve(page("inside")).await;
    let refused = |url: &str| (url.to_owned(), EgressError::AddressRefused);
    let bad = |reason| EgressError::BadUrl { reason };
    let cases = [
        refused("http://127.0.0.1/"),
        refused("http://2130706433/"),
        refused("http://0177.0.0.1/"),
        refused("http://0x7f.1/"),
        refused("//[::ffff:127.0.0.1]/"),
        refused("http://169.254.169.254/latest/meta-data/"),
        refused("http://inside.example/"),
        ("http://b.example:25/".to_owned(), EgressError::PortRefused(25)),
        ("file:///etc/passwd".to_owned(), bad("it must begin with http:// or https://")),
        ("ftp://b.example/".to_owned(), bad("it must begin with http:// or https://")),
        ("http://me:pw@b.example/".to_owned(), bad("it must hold no user name and no password")),
        ("http://[".to_owned(), bad("it redirects to what is none")),
    ];
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Keep", "308 Stay"] {
        for (location, expected) in &cases {
            let world = World::new();
            world.name("inside.example", &[&["127.0.0.1"]]);
            world.route("127.0.0.1:80", inside.address);
            let reply = answer(status, &[("location", location)], "moved");
            let _site = world.site("a.example", PUBLIC, reply).await;
            let error = world.fetch("http://a.example/").await.unwrap_err();
            assert_eq!(&error, expected, "{status} {location}");
            assert_eq!(world.connected().len(), 1, "{location}");
        }
    }
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn redirects_in_circles_end_after_five() {
    let world = World::new();
    let site = world.site("round.example", PUBLIC, redirect("/round")).await;
    let error = world.fetch("http://round.example/").await.unwrap_err();
    assert_eq!(error, EgressError::TooManyRedirects);
    assert_eq!(site.requests().len(), 6, "the first and five redirects");
    let none = EgressConfig { max_redirects: 0, ..quick() };
    let error = world.egress(none).fetch("http://round.example/").await.unwrap_err();
    assert_eq!((error, site.requests().len()), (EgressError::TooManyRedirects, 7));
}

#[tokio::test]
async fn exactly_the_allowed_host_and_port_skip_the_look() {
    let site = Site::serve(page("a site of the operator")).await;
    let neighbour = Site::serve(page("not for you")).await;
    let allowed = site.address.to_string();
    let config = EgressConfig { allow: vec![allowed.parse().unwrap()], ..quick() };
    // The real network of this computer: everything here is on loopback.
    let egress = Egress::new(config);
    for url in [format!("http://{allowed}/"), format!("http://2130706433:{}/", site.address.port())]
    {
        assert_eq!(egress.fetch(&url).await.unwrap().bytes, "a site of the operator");
    }
    for url in [
        format!("http://{}/", neighbour.address),
        format!("http://localhost:{}/", site.address.port()),
        format!("http://127.0.0.2:{}/", site.address.port()),
        format!("http://[::ffff:127.0.0.1]:{}/", site.address.port()),
        "http://127.0.0.1/".to_owned(),
    ] {
        assert_eq!(egress.fetch(&url).await, Err(EgressError::AddressRefused), "{url}");
    }
    assert!(neighbour.requests().is_empty());
}

#[tokio::test]
async fn an_allowed_site_may_not_lend_its_permission_by_a_redirect() {
    let neighbour = Site::serve(page("not for you")).await;
    let site = Site::serve(redirect(&format!("http://{}/", neighbour.address))).await;
    let allow = vec![HostPort::new("127.0.0.1", site.address.port()).unwrap()];
    let egress = Egress::new(EgressConfig { allow, ..quick() });
    let error = egress.fetch(&format!("http://{}/", site.address)).await.unwrap_err();
    assert_eq!(error, EgressError::AddressRefused);
    assert!(neighbour.requests().is_empty() && site.requests().len() == 1);
}

#[tokio::test]
async fn a_check_for_others_answers_with_the_addresses_to_use() {
    let world: Arc<World> = World::new();
    world.name("example.org", &[&[PUBLIC, OTHER]]);
    let egress = world.egress(quick());
    let found = egress.resolve_and_check("EXAMPLE.org", 8443).await.unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, [format!("{PUBLIC}:8443"), format!("{OTHER}:8443")]);
    for host in ["::1", "[::1]", "0x7f.1", "127.0.0.1."] {
        assert_eq!(egress.resolve_and_check(host, 443).await, Err(EgressError::AddressRefused));
    }
    for host in ["", "a b", "a/b", "a@b", "a..", "."] {
        let error = egress.resolve_and_check(host, 443).await.unwrap_err();
        let harmless = matches!(error, EgressError::BadUrl { .. } | EgressError::NotReached { .. });
        assert!(harmless, "{host}: {error:?}");
    }
    let reply = Reply::Bytes(Vec::new());
    let site = Site::serve(reply).await;
    world.route(&format!("{PUBLIC}:8443"), site.address);
    let stream = egress.connect("example.org", 8443).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap(), site.address);
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_used() {
    let proxy = Site::serve(page("from the proxy")).await;
    let address = format!("http://{}", proxy.address);
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "hops::a_public_page_is_fetched_under_its_name_and_we_say_who_we_are"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        again.env(name, &address);
    }
    let output = again.kill_on_drop(true).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(proxy.requests().is_empty());
}
