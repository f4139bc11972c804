//! When somebody goes, all that hung on it goes too.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{Scene, ended, expect, head, rest};

/// A tunnel, an answer half way, a question half way and a head half way: what may hang about.
async fn in_the_middle(scene: &Scene) -> Vec<TcpStream> {
    let (browser, site) = scene.tunnel().await;
    let mut all = vec![browser, site];
    for asked in ["GET", "POST"] {
        let length = if asked == "POST" { "Content-Length: 9\r\n" } else { "" };
        let asked = format!("{asked} http://{}/ HTTP/1.1\r\n{length}\r\n", scene.at);
        let mut browser = scene.says(&asked).await;
        let (mut site, _) = scene.arrives().await;
        if length.is_empty() {
            site.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await.unwrap();
            head(&mut browser).await;
            expect(&mut browser, b"half").await;
        }
        all.extend([browser, site]);
    }
    all.push(scene.says("GET http://").await);
    all
}

#[tokio::test]
async fn closing_leaves_nothing() {
    let scene = Scene::new().await;
    let mut all = in_the_middle(&scene).await;
    let (port, counts) = (scene.proxy.port(), scene.proxy.counts());
    scene.proxy.close().await;
    for stream in &mut all {
        assert!(ended(stream).await);
    }
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    scene.proxy.close().await;
    assert_eq!(scene.proxy.counts(), counts);
    assert_eq!(counts.requests, 3);
}

#[tokio::test]
async fn dropping_leaves_nothing_either() {
    let scene = Scene::new().await;
    let mut all = in_the_middle(&scene).await;
    let port = scene.proxy.port();
    drop(scene.proxy);
    for stream in &mut all {
        assert!(ended(stream).await);
    }
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn the_site_is_let_go_when_the_browser_goes() {
    let scene = Scene::new().await;
    let asked = format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at);
    // While it waits for an answer, and while one comes.
    let browser = scene.says(&asked).await;
    let (mut site, _) = scene.arrives().await;
    drop(browser);
    assert!(ended(&mut site).await);

    let mut browser = scene.says(&asked).await;
    let (mut site, _) = scene.arrives().await;
    site.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf").await.unwrap();
    head(&mut browser).await;
    drop(browser);
    assert!(ended(&mut site).await);
}

#[tokio::test]
async fn what_is_no_request_ends_only_itself() {
    let scene = Scene::new().await;
    for wrong in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"\x05\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\n\r\n",
        b"GET http://a b/ HTTP/1.1\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET\r\n\r\n",
    ] {
        let mut browser = scene.browser().await;
        browser.write_all(wrong).await.unwrap();
        browser.shutdown().await.unwrap();
        let answer = rest(&mut browser).await;
        let said = ["", "HTTP/1.1 400", "HTTP/1.1 505"].contains(&&answer[..answer.len().min(12)]);
        assert!(said, "{wrong:?}: {answer}");
    }
    let (mut browser, mut site) = scene.tunnel().await;
    browser.write_all(b"works").await.unwrap();
    expect(&mut site, b"works").await;
}
