//! Size and time: whatever a server does, a fetch ends soon and holds little.

use std::time::Duration;

use ampere_adapters::egress::{EgressConfig, EgressError};

use super::{Reply, World, answer, quick};

const PUBLIC: &str = "93.184.216.34";
const URL: &str = "http://a.example/";

fn raw(text: &str) -> Reply {
    Reply::Bytes(text.as_bytes().to_vec())
}

async fn fetched(reply: Reply, config: EgressConfig) -> Result<Vec<u8>, EgressError> {
    let world = World::new();
    let _site = world.site("a.example", PUBLIC, reply).await;
    world.egress(config).fetch(URL).await.map(|fetched| fetched.bytes.to_vec())
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_cap_and_not_a_byte_larger() {
    let max_bytes = quick().max_bytes;
    let too_big = Err(EgressError::TooBig { max_bytes });
    assert_eq!(fetched(Reply::Zeros(max_bytes), quick()).await.unwrap().len(), max_bytes);
    assert_eq!(fetched(Reply::Zeros(max_bytes + 1), quick()).await, too_big);
    // The same without saying it before: counted while it comes.
    let endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let drip = Reply::Drip(endless, vec![b'0'; 16_384], Duration::from_millis(1));
    assert_eq!(fetched(drip, quick()).await, too_big);
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"4000\r\n", &[b'0'; 0x4000][..], b"\r\n"].concat();
    let drip = Reply::Drip(chunked, chunk, Duration::from_millis(1));
    assert_eq!(fetched(drip, quick()).await, too_big);
}

#[tokio::test]
async fn a_server_that_said_too_much_is_not_listened_to() {
    let reply = raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nsmall");
    let max_bytes = quick().max_bytes;
    assert_eq!(fetched(reply, quick()).await, Err(EgressError::TooBig { max_bytes }));
}

#[tokio::test]
async fn dripping_is_cut_by_the_time_of_the_whole() {
    let short = EgressConfig { total: Duration::from_millis(250), ..quick() };
    let pace = Duration::from_millis(20);
    let body = b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n".to_vec();
    let head = b"HTTP/1.1 200 OK\r\nx: ".to_vec();
    for start in [body, head, Vec::new()] {
        let drip = Reply::Drip(start, b"a".to_vec(), pace);
        let error = fetched(drip, short.clone()).await.unwrap_err();
        assert!(matches!(error, EgressError::TooSlow | EgressError::BadAnswer { .. }), "{error:?}");
    }
    let drip = Reply::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b"a".to_vec(), pace);
    let error = fetched(drip, short).await.unwrap_err();
    assert!(error == EgressError::TooSlow && error.retryable());
}

#[tokio::test]
async fn a_body_that_is_shorter_or_longer_than_said_is_never_more_than_was_said() {
    let short = raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort");
    let error = fetched(short, quick()).await.unwrap_err();
    assert!(matches!(error, EgressError::NotReached { .. }), "{error:?}");
    let long = raw("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlonger than that");
    assert_eq!(fetched(long, quick()).await.unwrap(), b"long");
    let cut = raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort");
    assert!(matches!(fetched(cut, quick()).await, Err(EgressError::NotReached { .. })));
}

#[tokio::test]
async fn what_is_compressed_is_not_unpacked() {
    for encoding in ["gzip", "br", "deflate", "identity, gzip", "zstd"] {
        let reply = answer("200 OK", &[("content-encoding", encoding)], "\u{1f}bomb");
        let error = fetched(reply, quick()).await.unwrap_err();
        assert_eq!(error, EgressError::BadAnswer { detail: "it is compressed" }, "{encoding}");
    }
    let plain = answer("200 OK", &[("content-encoding", "identity")], "plain");
    assert_eq!(fetched(plain, quick()).await.unwrap(), b"plain");
}

#[tokio::test]
async fn statuses_say_what_the_site_said() {
    for (status, again) in [("404 No", false), ("403 No", false), ("503 Busy", true)] {
        let error = fetched(answer(status, &[], "a text of theirs"), quick()).await.unwrap_err();
        let number = status[..3].parse().unwrap();
        assert_eq!((error.clone(), error.retryable()), (EgressError::Status(number), again));
        assert!(!error.to_string().contains("theirs"));
    }
    for status in ["300 Choose", "304 Same", "305 Proxy"] {
        let reply = answer(status, &[("location", "http://127.0.0.1/")], "");
        assert!(matches!(fetched(reply, quick()).await, Err(EgressError::Status(_))), "{status}");
    }
    assert_eq!(fetched(answer("204 Empty", &[], ""), quick()).await.unwrap(), b"");
    let nowhere = fetched(answer("302 Found", &[], ""), quick()).await.unwrap_err();
    assert!(matches!(nowhere, EgressError::BadAnswer { .. }), "{nowhere:?}");
}

#[tokio::test]
async fn what_is_not_http_is_not_an_answer() {
    let heads = "x: ".to_owned() + &"a".repeat(200_000);
    let many: String = (0..500).map(|number| format!("x-{number}: 1\r\n")).collect();
    for text in [
        "SSH-2.0-OpenSSH_9\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "<html>no head</html>\r\n\r\n",
        &format!("HTTP/1.1 200 OK\r\n{heads}\r\n\r\n"),
        &format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
    ] {
        let error = fetched(raw(text), quick()).await.unwrap_err();
        assert!(matches!(error, EgressError::BadAnswer { .. }), "{error:?} {:.30}", text);
    }
    let gone = fetched(raw(""), quick()).await.unwrap_err();
    assert!(matches!(gone, EgressError::NotReached { .. }), "{gone:?}");
}
