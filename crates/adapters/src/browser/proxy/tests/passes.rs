//! What is allowed passes unchanged, both ways and as it comes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Scene, ended, expect, head, listener, rest, soon};
use crate::browser::proxy::Counts;

const PUBLIC: &str = "93.184.216.34";

#[tokio::test]
async fn a_page_is_asked_for_under_its_own_name_and_without_the_words_for_the_proxy() {
    let scene = Scene::new().await;
    let asked = format!(
        "GET http://{}/a%20b?q={{1}}|2 HTTP/1.1\r\nHost: elsewhere.example\r\nCookie: a=1\r\n\
         Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\nKeep-Alive: 5\r\n\
         Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nUpgrade: h2c\r\n\r\n",
        scene.at
    );
    let mut browser = scene.says(&asked).await;
    let (mut site, request) = scene.arrives().await;
    assert!(request.starts_with("GET /a%20b?q={1}|2 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("host: {}\r\n", scene.at)), "{request}");
    assert!(request.contains("cookie: a=1\r\n") && request.contains("connection: close\r\n"));
    for gone in ["proxy-", "keep-alive", "x-hop", "te:", "upgrade", "elsewhere"] {
        assert!(!request.contains(gone), "{gone}: {request}");
    }
    site.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: b=2\r\nConnection: close, X-Own\r\n\
          X-Own: 1\r\nProxy-Authenticate: Basic\r\nKeep-Alive: 9\r\n\r\nHello",
    )
    .await
    .unwrap();
    let answer = head(&mut browser).await;
    expect(&mut browser, b"Hello").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-length: 5\r\n") && answer.contains("set-cookie: b=2\r\n"));
    for gone in ["x-own", "proxy-", "keep-alive", "connection"] {
        assert!(!answer.contains(gone), "{gone}: {answer}");
    }
    // The browser's connection stays; the site's does not.
    assert!(ended(&mut site).await);
    let again = format!("GET http://{0} HTTP/1.1\r\nHost: {0}\r\n\r\n", scene.at);
    browser.write_all(again.as_bytes()).await.unwrap();
    let (_site, request) = scene.arrives().await;
    assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn bodies_pass_both_ways_while_they_are_made() {
    let scene = Scene::new().await;
    let asked = format!("POST http://{}/ HTTP/1.1\r\nContent-Length: 8\r\n\r\nfour", scene.at);
    let mut browser = scene.says(&asked).await;
    let (mut site, request) = scene.arrives().await;
    assert!(request.contains("content-length: 8\r\n"), "{request}");
    expect(&mut site, b"four").await;
    // The answer begins before the question has ended.
    site.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none").await.unwrap();
    head(&mut browser).await;
    expect(&mut browser, b"one").await;
    browser.write_all(b"more").await.unwrap();
    expect(&mut site, b"more").await;
    site.write_all(b"two").await.unwrap();
    expect(&mut browser, b"two").await;
}

#[tokio::test]
async fn bodies_of_unknown_length_keep_their_ends() {
    let scene = Scene::new().await;
    let asked = format!(
        "PUT http://{}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        scene.at
    );
    let mut browser = scene.says(&asked).await;
    let (mut site, request) = scene.arrives().await;
    assert!(request.contains("transfer-encoding: chunked\r\n"), "{request}");
    expect(&mut site, b"3\r\nabc\r\n0\r\n\r\n").await;
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n";
    site.write_all(format!("{both}2\r\nde\r\n0\r\n\r\n").as_bytes()).await.unwrap();
    let answer = head(&mut browser).await;
    assert!(answer.contains("transfer-encoding: chunked\r\n"), "{answer}");
    assert!(!answer.contains("content-length"), "{answer}");
    expect(&mut browser, b"2\r\nde\r\n0\r\n\r\n").await;

    // A body that ends with the connection, as old servers do it.
    let asked = format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at);
    browser.write_all(asked.as_bytes()).await.unwrap();
    let (mut site, _) = scene.arrives().await;
    site.write_all(b"HTTP/1.0 200 OK\r\n\r\nold").await.unwrap();
    drop(site);
    let answer = head(&mut browser).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    expect(&mut browser, b"3\r\nold\r\n0\r\n\r\n").await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_made_whole() {
    let scene = Scene::new().await;
    for length in ["Content-Length: 9", "Transfer-Encoding: chunked"] {
        let asked = format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at);
        let mut browser = scene.says(&asked).await;
        let (mut site, _) = scene.arrives().await;
        let answer = format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n3\r\nabc\r\n");
        site.write_all(answer.as_bytes()).await.unwrap();
        head(&mut browser).await;
        expect(&mut browser, b"3\r\nabc\r\n").await;
        drop(site);
        assert_eq!(rest(&mut browser).await, "", "{length}");
    }
}

#[tokio::test]
async fn answers_without_a_body_have_none() {
    let scene = Scene::new().await;
    let mut browser = scene.browser().await;
    for (method, answer) in [
        ("HEAD", "200 OK\r\nContent-Length: 7"),
        ("GET", "304 Not Modified\r\nETag: \"1\""),
        ("DELETE", "204 No Content\r\nX: 1"),
    ] {
        let asked = format!("{method} http://{}/ HTTP/1.1\r\n\r\n", scene.at);
        browser.write_all(asked.as_bytes()).await.unwrap();
        let (mut site, request) = scene.arrives().await;
        assert!(request.starts_with(method), "{request}");
        site.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await.unwrap();
        let read = head(&mut browser).await;
        for line in answer.lines() {
            assert!(read.to_lowercase().contains(&line.to_lowercase()), "{line}: {read}");
        }
    }
    assert_eq!(scene.proxy.counts().requests, 3);
}

#[tokio::test]
async fn a_tunnel_carries_any_bytes_both_ways() {
    let scene = Scene::new().await;
    let (mut browser, mut site) = scene.tunnel().await;
    let many: Vec<u8> = (0..300_000_u32).map(|number| number as u8).collect();
    let (mut browser_reads, mut browser_writes) = browser.split();
    let (mut site_reads, mut site_writes) = site.split();
    let mut there = vec![0; many.len()];
    let mut back = vec![0; many.len()];
    let (a, b, c, d) = soon(async {
        tokio::join!(
            browser_writes.write_all(&many),
            site_writes.write_all(&many),
            site_reads.read_exact(&mut there),
            browser_reads.read_exact(&mut back),
        )
    })
    .await;
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    assert!(there == many && back == many);
    let Counts { requests, refused, bytes } = scene.proxy.counts();
    assert_eq!((requests, refused), (1, 0));
    assert!((600_000..601_000).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_web_socket_is_opened_through_a_tunnel() {
    let scene = Scene::new().await;
    let (mut browser, mut site) = scene.tunnel().await;
    let asked = "GET /live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    browser.write_all(asked.as_bytes()).await.unwrap();
    assert_eq!(head(&mut site).await, asked);
    let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    site.write_all(answer.as_bytes()).await.unwrap();
    assert_eq!(head(&mut browser).await, answer);
    site.write_all(b"\x81\x02hi").await.unwrap();
    expect(&mut browser, b"\x81\x02hi").await;
    browser.write_all(b"\x88\x80abcd").await.unwrap();
    expect(&mut site, b"\x88\x80abcd").await;
}

#[tokio::test]
async fn each_side_of_a_tunnel_ends_for_itself() {
    let scene = Scene::new().await;
    let (mut browser, mut site) = scene.tunnel().await;
    browser.write_all(b"all").await.unwrap();
    browser.shutdown().await.unwrap();
    assert_eq!(rest(&mut site).await, "all");
    site.write_all(b"answer").await.unwrap();
    expect(&mut browser, b"answer").await;
    site.shutdown().await.unwrap();
    assert!(ended(&mut browser).await);

    let (mut browser, mut site) = scene.tunnel().await;
    site.shutdown().await.unwrap();
    assert!(ended(&mut browser).await);
    browser.write_all(b"still").await.unwrap();
    expect(&mut site, b"still").await;
    drop(browser);
    assert!(ended(&mut site).await);
}

#[tokio::test]
async fn a_name_is_resolved_by_us_once_for_each_connection() {
    let scene = Scene::new().await;
    let site = listener().await;
    scene.world.name("a.example", &[PUBLIC]);
    scene.world.route(PUBLIC, site.local_addr().unwrap());
    let mut browser = scene.says("CONNECT a.example:443 HTTP/1.1\r\n\r\n").await;
    let (_site, _) = soon(site.accept()).await.unwrap();
    assert!(head(&mut browser).await.starts_with("HTTP/1.1 200"));
    assert_eq!(*scene.world.asked.lock().unwrap(), ["a.example"]);

    let _browser = scene.says("GET http://A.example/x HTTP/1.1\r\n\r\n").await;
    let (mut stream, _) = soon(site.accept()).await.unwrap();
    let request = head(&mut stream).await.to_lowercase();
    assert!(request.contains("host: a.example\r\n"), "{request}");
    let connected: Vec<_> =
        scene.world.connected.lock().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(connected, [format!("{PUBLIC}:443"), format!("{PUBLIC}:80")]);
    assert_eq!(scene.world.asked.lock().unwrap().len(), 2);
}
