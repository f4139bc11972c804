//! What is not allowed gets the same short page, whoever asks however.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{Scene, ended, guard, head, listener, rest, soon};
use crate::browser::proxy::{ProxyLimits, start};
use crate::egress::HostPort;

const PUBLIC: &str = "93.184.216.34";

/// Loopback, and other places inside, in the spellings that people try.
const INSIDE: [&str; 26] = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.01",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST.",
    "inside.localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "10.0.0.1",
    "169.254.169.254",
    "192.168.1.1",
];

/// What the page says when something is refused; nothing is left of the address.
fn is_refusal(answer: &str) -> bool {
    let (head, page) = answer.split_once("\r\n\r\n").unwrap_or_default();
    head.starts_with("HTTP/1.1 403 Forbidden\r\n")
        && head.contains("cache-control: no-store")
        && page
            == "<!doctype html><title>This address is not allowed.</title>\
                <p>This address is not allowed.</p>\n"
}

async fn asks(scene: &Scene, target: &str) -> String {
    let mut browser = scene.says(&format!("{target} HTTP/1.1\r\nConnection: close\r\n\r\n")).await;
    rest(&mut browser).await
}

async fn nobody_came(listener: TcpListener) -> bool {
    // Whoever came stands in the queue by now; this one is the only one if nobody did.
    let own = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, first) = soon(listener.accept()).await.unwrap();
    first == own.local_addr().unwrap()
}

#[tokio::test]
async fn no_spelling_of_a_place_inside_is_reached() {
    let scene = Scene::new().await;
    let inside = listener().await;
    let port = inside.local_addr().unwrap().port();
    for name in ["localhost", "localhost.", "inside.localhost"] {
        scene.world.name(name, &["127.0.0.1"]);
    }
    let mut asked = 0;
    for host in INSIDE {
        for target in [
            format!("CONNECT {host}:{port}"),
            format!("GET http://{host}:{port}/secret"),
            format!("POST http://{host}:{port}/"),
            format!("GET http://{host}/"),
        ] {
            let answer = asks(&scene, &target).await;
            assert!(is_refusal(&answer), "{target}: {answer}");
            asked += 1;
        }
    }
    assert!(scene.world.connected.lock().unwrap().is_empty());
    assert!(nobody_came(inside).await);
    let counts = scene.proxy.counts();
    assert_eq!((counts.requests, counts.refused), (asked, asked));
}

#[tokio::test]
async fn an_allowed_host_and_port_allows_no_other_of_the_two() {
    let scene = Scene::new().await;
    let port = scene.site.local_addr().unwrap().port();
    let other = listener().await.local_addr().unwrap().port();
    scene.world.name("localhost", &["127.0.0.1"]);
    for target in [format!("127.0.0.1:{other}"), format!("localhost:{port}")] {
        assert!(is_refusal(&asks(&scene, &format!("CONNECT {target}")).await), "{target}");
        assert!(is_refusal(&asks(&scene, &format!("GET http://{target}/")).await), "{target}");
    }
}

#[tokio::test]
async fn a_name_that_flips_is_looked_at_each_time() {
    let scene = Scene::new().await;
    let (outside, inside) = (listener().await, listener().await);
    let port = inside.local_addr().unwrap().port();
    scene.world.name("flip.example", &[PUBLIC, "127.0.0.1"]);
    scene.world.route(PUBLIC, outside.local_addr().unwrap());
    let mut browser = scene.says(&format!("CONNECT flip.example:{port} HTTP/1.1\r\n\r\n")).await;
    let (_outside, _) = soon(outside.accept()).await.unwrap();
    assert!(head(&mut browser).await.starts_with("HTTP/1.1 200"));
    for target in ["CONNECT flip.example", "GET http://flip.example"] {
        let answer = asks(&scene, &format!("{target}:{port}")).await;
        assert!(is_refusal(&answer), "{target}: {answer}");
    }
    assert!(nobody_came(inside).await);
}

#[tokio::test]
async fn a_redirect_is_the_browsers_to_follow_and_comes_back_to_be_looked_at() {
    let scene = Scene::new().await;
    let inside = listener().await;
    let location = format!("http://{}/", inside.local_addr().unwrap());
    let mut browser = scene.says(&format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at)).await;
    let (mut site, _) = scene.arrives().await;
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    site.write_all(answer.as_bytes()).await.unwrap();
    assert!(head(&mut browser).await.contains(&format!("location: {location}\r\n")));
    let next = format!("GET {location} HTTP/1.1\r\nConnection: close\r\n\r\n");
    browser.write_all(next.as_bytes()).await.unwrap();
    assert!(is_refusal(&rest(&mut browser).await));
    assert!(nobody_came(inside).await);
}

#[tokio::test]
async fn only_the_two_forms_are_served() {
    let scene = Scene::new().await;
    let at = &scene.at;
    scene.world.name("a.example", &[PUBLIC]);
    for target in [
        "GET /".to_owned(),
        "OPTIONS *".to_owned(),
        format!("GET https://{at}/"),
        format!("GET ws://{at}/"),
        format!("GET ftp://{at}/"),
        format!("GET file://{at}/etc/passwd"),
        format!("GET http://me:secret@{at}/"),
        format!("GET {at}"),
        format!("CONNECT me@{at}"),
        "CONNECT a.example".to_owned(),
        "CONNECT a.example:25".to_owned(),
        "GET http://a.example:6379/".to_owned(),
    ] {
        let answer = asks(&scene, &target).await;
        assert!(is_refusal(&answer), "{target}: {answer}");
    }
    let whole = asks(&scene, &format!("CONNECT http://{at}/")).await;
    assert!(whole.starts_with("HTTP/1.1 40"), "{whole}");
    assert!(scene.world.connected.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_proxy_is_no_site_even_where_all_its_port_is_allowed() {
    // The port that the system gives is known only afterwards: allowed is what it may become.
    let scene = Scene::new().await;
    let mut proxies = Vec::new();
    for _ in 0..3 {
        let free = listener().await.local_addr().unwrap().port();
        let allow = (free - 200..free + 200).flat_map(|port| {
            ["127.0.0.1", "localhost"].map(|host| HostPort::new(host, port).unwrap())
        });
        let all = allow.collect();
        proxies.push(start(guard(&scene.world, all), ProxyLimits::default()).await.unwrap());
    }
    scene.world.name("localhost", &["127.0.0.1"]);
    for proxy in &proxies {
        for host in ["127.0.0.1", "localhost", "0x7f000001"] {
            let own = format!("{host}:{}", proxy.port());
            for target in [format!("CONNECT {own}"), format!("GET http://{own}/")] {
                let mut browser =
                    tokio::net::TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
                let asked = format!("{target} HTTP/1.1\r\nConnection: close\r\n\r\n");
                browser.write_all(asked.as_bytes()).await.unwrap();
                assert!(is_refusal(&rest(&mut browser).await), "{target}");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_reached_says_no_more_than_that() {
    let scene = Scene::new().await;
    scene.world.name("down.example", &[PUBLIC]);
    for target in ["CONNECT down.example:443", "GET http://unknown.example/"] {
        let answer = asks(&scene, target).await;
        assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
        assert!(answer.ends_with("<p>This page could not be reached.</p>\n"), "{answer}");
        assert!(!answer.contains("example") && !answer.contains(PUBLIC));
    }
    assert_eq!(scene.proxy.counts().refused, 0);
}

#[tokio::test]
async fn a_site_cannot_speak_as_the_proxy() {
    let scene = Scene::new().await;
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "SSH-2.0-OpenSSH_9\r\n\r\n",
        "",
    ] {
        let mut browser = scene.says(&format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at)).await;
        let (mut site, _) = scene.arrives().await;
        site.write_all(answer.as_bytes()).await.unwrap();
        site.shutdown().await.unwrap();
        let read = head(&mut browser).await;
        assert!(read.starts_with("HTTP/1.1 502 "), "{answer}: {read}");
        assert!(!read.contains("proxy-authenticate"));
        assert!(ended(&mut site).await);
    }
}
