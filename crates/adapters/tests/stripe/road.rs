//! A server on this computer that answers each request as it was told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With a status, more header lines, and a body.
    Say(u16, &'static str, String),
    /// With a status and half a body.
    Half(u16, String),
    /// The connection is closed.
    Cut,
    /// Never.
    Silence,
}

impl Answer {
    pub fn json(status: u16, body: &str) -> Self {
        Answer::Say(status, "", body.to_owned())
    }

    pub fn error(status: u16, kind: &str, code: &str) -> Self {
        let told = format!(
            r#"{{"error":{{"type":"{kind}","code":"{code}","message":"{} is wrong"}}}}"#,
            crate::KEY
        );
        Answer::Say(status, "", told)
    }
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `POST /v1/customers?…`
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    asked: Vec<Asked>,
}

pub struct Road {
    port: u16,
    state: Arc<Mutex<State>>,
    count: watch::Receiver<usize>,
}

impl Road {
    /// Answers in this order, the last one for ever.
    pub async fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { answers: answers.into_iter().collect(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let (told, count) = watch::channel(0);
        let (shared, told) = (state.clone(), Arc::new(told));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone(), told.clone()));
            }
        });
        Road { port, state, count }
    }

    /// What was asked, once that is so many requests.
    pub async fn until(&self, requests: usize) -> Vec<Asked> {
        self.count.clone().wait_for(|count| *count >= requests).await.unwrap();
        self.asked()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>, told: Arc<watch::Sender<usize>>) {
    let Some(asked) = request(&mut stream).await else { return };
    let answer = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked);
        told.send_replace(state.asked.len());
        let last = state.answers.len() == 1;
        let next = if last { state.answers.front().cloned() } else { state.answers.pop_front() };
        next.unwrap()
    };
    let (status, more, body, length) = match answer {
        Answer::Say(status, more, body) => (status, more, body.clone(), body.len()),
        Answer::Half(status, body) => (status, "", body.clone(), body.len() * 2),
        Answer::Cut => return,
        Answer::Silence => return std::future::pending().await,
    };
    let head = format!(
        "HTTP/1.1 {status} So\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {length}\r\n{more}\r\n"
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

/// Reads one request to its end.
pub async fn request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let asked = Asked {
                line: head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned(),
                head: head.to_owned(),
                body: body.to_owned(),
            };
            let wanted = asked.header("content-length").map_or(0, |n| n.parse().unwrap());
            if body.len() >= wanted {
                return Some(asked);
            }
        }
        let mut chunk = [0; 4_096];
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}
