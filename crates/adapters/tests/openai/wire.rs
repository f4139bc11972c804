//! What goes over the wire, and what is read from it.

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, Step};
use ampere_adapters::ai::{BreakCause, Finish, ModelError, ModelEvent, ToolCall};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::{answer, exact, open, request};

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

/// The calls and the last event of a stream of these `tool_calls`, one chunk each.
async fn called(parts: &[&str]) -> (Vec<ToolCall>, ModelEvent) {
    let chunk = |part: &&str| {
        let part = part.replace('\n', " ");
        format!("data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":{part}}}}}]}}\n\n")
    };
    let mut bytes: Vec<u8> = parts.iter().map(chunk).collect::<String>().into_bytes();
    bytes.extend(b"data: {\"choices\":[{\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
    let provider = ScriptedProvider::new();
    let server = provider.serve(Demands::default()).await.unwrap();
    provider.push(Script::steps(vec![Step::Bytes(bytes)]));
    let stream = open(&server.base_url()).stream(request()).await.unwrap();
    let events: Vec<ModelEvent> = stream.collect().await;
    let calls = events.iter().find_map(|event| match event {
        ModelEvent::Calls(calls) => Some(calls.clone()),
        _ => None,
    });
    (calls.unwrap_or_default(), events.last().unwrap().clone())
}

#[tokio::test]
async fn every_way_of_sending_calls_is_read() {
    let expected = [("a", "look", "{\"x\":1}"), ("b", "go", "{}")];
    for parts in [
        // In pieces by index, as the format's inventors do.
        &[
            r#"[{"index":0,"id":"a","type":"function","function":{"name":"look","arguments":""}}]"#,
            r#"[{"index":1,"id":"b","type":"function","function":{"name":"go","arguments":""}}]"#,
            r#"[{"index":0,"function":{"arguments":"{\"x\""}}]"#,
            r#"[{"index":0,"function":{"arguments":":1}"}},
                {"index":1,"function":{"arguments":"{}"}}]"#,
        ][..],
        // Whole and without index, as small servers do; nulls where others leave things out.
        &[r#"[{"id":"a","function":{"name":"look","arguments":"{\"x\":1}"}},
             {"index":null,"id":"b","function":{"name":"go","arguments":null}}]"#],
        // Each at index 0.
        &[
            r#"[{"index":0,"id":"a","function":{"name":"look","arguments":"{\"x\":1}"}}]"#,
            r#"[{"index":0,"id":"b","function":{"name":"go","arguments":"{}"}}]"#,
        ],
    ] {
        let (calls, last) = called(parts).await;
        let calls: Vec<_> =
            calls.iter().map(|c| (c.id.as_str(), c.name.as_str(), c.arguments.as_str())).collect();
        assert_eq!(calls, expected, "{parts:?}");
        assert!(matches!(last, ModelEvent::Usage { finish: Finish::Calls, .. }), "{last:?}");
    }
}

#[tokio::test]
async fn pieces_that_come_to_no_call_are_broken() {
    for part in [
        r#"[{"index":-1,"id":"a","function":{"name":"look"}}]"#,
        r#"[{"index":0,"id":7,"function":{"name":"look"}}]"#,
        r#"[{"index":0,"id":"a","function":{"name":"look","arguments":{"x":1}}}]"#,
        r#"[{"index":0,"id":"a","function":{"arguments":"{}"}}]"#,
        r#"[{"function":{"arguments":"{}"}}]"#,
        r#"{"index":0}"#,
        r#""look""#,
    ] {
        let (calls, last) = called(&[part]).await;
        let garbled = ModelError::Broken(BreakCause::Garbled);
        assert!(matches!(last, ModelEvent::Broken { error, .. } if error == garbled), "{part}");
        assert!(calls.is_empty());
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
