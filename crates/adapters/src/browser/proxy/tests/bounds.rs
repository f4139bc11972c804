//! Room and time: nobody takes more than there is, and nobody waits for ever.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Scene, ended, expect, head, rest, soon};
use crate::browser::proxy::ProxyLimits;

const SHORT: Duration = Duration::from_millis(200);

fn idle() -> ProxyLimits {
    ProxyLimits { idle: SHORT, ..ProxyLimits::default() }
}

#[tokio::test]
async fn a_head_that_drips_is_not_waited_for() {
    let limits = ProxyLimits { head: SHORT, ..ProxyLimits::default() };
    let scene = Scene::within(limits).await;
    let mut browser = scene.says("GET http://a.example/ HTTP/1.1\r\nx: ").await;
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    let sent = soon(async {
        let mut sent = 0;
        loop {
            pace.tick().await;
            let (mut reads, mut writes) = browser.split();
            tokio::select! {
                _ = reads.read_u8() => return sent,
                written = writes.write_all(b"a") => match written {
                    Ok(()) => sent += 1,
                    Err(_) => return sent,
                },
            }
        }
    })
    .await;
    assert!(sent < 200, "{sent}");
    // Saying nothing at all is no better, before the first request or after one.
    let mut silent = scene.browser().await;
    assert!(ended(&mut silent).await);
    let mut between = scene.says("GET / HTTP/1.1\r\n\r\n").await;
    assert!(head(&mut between).await.starts_with("HTTP/1.1 403 "));
    rest(&mut between).await;
    assert_eq!(scene.proxy.counts().requests, 1);
}

#[tokio::test]
async fn a_tunnel_in_which_nothing_moves_ends_for_both() {
    let scene = Scene::within(idle()).await;
    let (mut browser, mut site) = scene.tunnel().await;
    assert!(ended(&mut browser).await && ended(&mut site).await);
    // Half of it is not enough to be alive either.
    let (mut browser, mut site) = scene.tunnel().await;
    site.shutdown().await.unwrap();
    assert!(ended(&mut browser).await && ended(&mut site).await);
}

#[tokio::test]
async fn a_tunnel_in_which_a_little_moves_goes_on() {
    let scene = Scene::within(idle()).await;
    let (mut browser, mut site) = scene.tunnel().await;
    let mut pace = tokio::time::interval(SHORT / 4);
    for _ in 0..12 {
        pace.tick().await;
        site.write_all(b".").await.unwrap();
        expect(&mut browser, b".").await;
    }
}

#[tokio::test]
async fn a_browser_that_takes_nothing_does_not_hold_the_site() {
    let scene = Scene::within(idle()).await;
    let (_browser, mut site) = scene.tunnel().await;
    let filled = soon(async {
        let mut sent = 0;
        while site.write_all(&[0; 65_536]).await.is_ok() {
            sent += 65_536;
        }
        sent
    });
    // What was sent stands in the buffers of the system.
    assert!(filled.await < 64 * 1024 * 1024);

    let _browser = scene.says(&format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at)).await;
    let (mut site, _) = scene.arrives().await;
    site.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    soon(async { while site.write_all(&[0; 65_536]).await.is_ok() {} }).await;
}

#[tokio::test]
async fn a_site_that_does_not_answer_or_does_not_listen_is_given_up() {
    let scene = Scene::within(idle()).await;
    let mut browser = scene.says(&format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at)).await;
    let (mut site, _) = scene.arrives().await;
    assert!(ended(&mut browser).await && ended(&mut site).await);

    let asked = format!("POST http://{}/ HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", scene.at);
    let mut browser = scene.says(&asked).await;
    let (_site, _) = scene.arrives().await;
    soon(async { while browser.write_all(&[0; 65_536]).await.is_ok() {} }).await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_there_is_room_again_later() {
    let limits = ProxyLimits { connections: 2, ..ProxyLimits::default() };
    let scene = Scene::within(limits).await;
    let first = scene.tunnel().await;
    let mut second = scene.tunnel().await;
    let mut third = scene.browser().await;
    assert!(ended(&mut third).await);
    drop(first);
    // The proxy learns of the end a moment later.
    let mut again = soon(async {
        loop {
            let mut browser = scene.browser().await;
            let asked = "GET / HTTP/1.1\r\n\r\n";
            if browser.write_all(asked.as_bytes()).await.is_ok() {
                let answer = head(&mut browser).await;
                if answer.starts_with("HTTP/1.1 403 ") {
                    return browser;
                }
            }
        }
    })
    .await;
    // Those who were there noticed nothing.
    second.0.write_all(b"here").await.unwrap();
    expect(&mut second.1, b"here").await;
    again.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_session_has_only_so_many_bytes_for_all_its_connections() {
    let limits = ProxyLimits { bytes: 200_000, ..ProxyLimits::default() };
    let scene = Scene::within(limits).await;
    let (mut other, mut other_site) = scene.tunnel().await;
    let (mut browser, mut site) = scene.tunnel().await;
    let (got, _) = soon(async {
        let much = vec![b'x'; 1_000_000];
        tokio::join!(rest(&mut browser), async {
            let _ = site.write_all(&much).await;
            let _ = site.shutdown().await;
        })
    })
    .await;
    assert!((100_000..300_000).contains(&got.len()), "{}", got.len());
    assert!(scene.proxy.counts().bytes < 300_000);
    // Nothing more passes, neither there nor in the others, old or new.
    let _ = other_site.write_all(b"late").await;
    assert!(ended(&mut other).await);
    let mut new = scene.says("GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(rest(&mut new).await, "");
}

#[tokio::test]
async fn heads_have_a_largest_size_both_ways() {
    let scene = Scene::new().await;
    let long = "a".repeat(100_000);
    let mut browser = scene.browser().await;
    let asked = format!("GET http://{}/ HTTP/1.1\r\nx: {long}\r\n\r\n", scene.at);
    let _ = browser.write_all(asked.as_bytes()).await;
    let answer = head(&mut browser).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");

    let mut browser = scene.says(&format!("GET http://{}/ HTTP/1.1\r\n\r\n", scene.at)).await;
    let (mut site, _) = scene.arrives().await;
    let _ = site.write_all(format!("HTTP/1.1 200 OK\r\nx: {long}\r\n\r\n").as_bytes()).await;
    let answer = head(&mut browser).await;
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
}
