//! What goes over the wire, and what is read from it.

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, Step};
use ampere_adapters::ai::{BreakCause, ModelError, ModelEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{answer, exact, open};

/// The answer to a stream of exactly these bytes.
async fn wire(bytes: &[&[u8]]) -> (String, ModelEvent) {
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    provider.push(Script::steps(bytes.iter().map(|b| Step::Bytes(b.to_vec())).collect()));
    answer(&*open(&server.base_url())).await.unwrap()
}

#[tokio::test]
async fn every_framing_that_the_format_allows_is_read() {
    let stream = ": ping\r\n\r\nevent: message\r\ndata: {\"choices\":[{\"delta\":\r\n\
        data: {\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null}\r\n\r\n\
        data:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"größer 🙂\"},\
        \"finish_reason\":null}]}\n\n\
        event: other\ndata: whatever\n\n\
        data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"not ours\"}}]}\n\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\
        \"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3,\"x\":{}}}\n\n\
        data: [DONE]\n\n";
    let one_by_one: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
    for bytes in [vec![stream.as_bytes()], one_by_one] {
        let (text, last) = wire(&bytes).await;
        assert_eq!((text.as_str(), last), ("größer 🙂", exact(4, 3)));
    }
}

#[tokio::test]
async fn a_count_that_is_no_count_is_missing() {
    for usage in [
        "null",
        "{}",
        "[]",
        "\"5\"",
        r#"{"prompt_tokens":-1,"completion_tokens":2}"#,
        r#"{"prompt_tokens":1.5,"completion_tokens":2}"#,
        r#"{"prompt_tokens":5,"completion_tokens":99999999999999999999}"#,
        r#"{"prompt_tokens":5}"#,
    ] {
        let chunk = format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}},\"finish_reason\":\"stop\"}}],\
             \"usage\":{usage}}}\n\ndata: [DONE]\n\n"
        );
        let (text, last) = wire(&[chunk.as_bytes()]).await;
        assert_eq!(text, "a");
        let ModelEvent::Usage { exact: false, output_tokens: 1, .. } = last else {
            panic!("{usage}: {last:?}")
        };
    }
}

#[tokio::test]
async fn a_line_over_the_bound_is_refused() {
    let (text, last) = wire(&[
        b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
        b"data: ",
        &vec![b'x'; 300_000],
    ])
    .await;
    assert_eq!(text, "a");
    let ModelEvent::Broken { error, output_tokens: 1, .. } = last else { panic!("{last:?}") };
    assert_eq!(error, ModelError::Broken(BreakCause::Garbled));
}

#[tokio::test]
async fn an_answered_connection_serves_the_next_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // Serves two calls on the first connection and accepts no other.
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        for _ in 0..2 {
            read_request(&mut socket).await;
            let body = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                        transfer-encoding: chunked\r\n\r\n";
            let answer = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let model = open(&format!("http://127.0.0.1:{port}/v1"));
    for _ in 0..2 {
        assert_eq!(answer(&*model).await.unwrap().0, "a");
    }
    server.await.unwrap();
}

async fn read_request(socket: &mut tokio::net::TcpStream) {
    let mut request = Vec::new();
    let length = loop {
        request.push(socket.read_u8().await.unwrap());
        if request.ends_with(b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            break length.split("\r\n").next().unwrap().parse().unwrap();
        }
    };
    socket.read_exact(&mut vec![0; length]).await.unwrap();
}
