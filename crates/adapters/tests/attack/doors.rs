//! The allowed site: the attack page, and the pages that lead out by themselves.
//!
//! Owns: what is served on the one host and port that the guard allows, and what the pages report
//! there. Everything is told by events; nobody waits for a time to pass.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

const PAGE: &str = include_str!("page.html");
/// Fetches what it is told, from within a worker or a service worker.
const WORKER: &str = "\
    self.addEventListener('install', () => self.skipWaiting());\
    self.addEventListener('message', async (event) => {\
      await fetch(event.data, { mode: 'no-cors' }).catch(() => {});\
      event.ports[0].postMessage('over');\
    });";
/// Says when this page has gone to wherever it leads.
const LEAVING: &str = "<!doctype html><meta charset=utf-8><title>A door</title><script>\
    addEventListener('pagehide', () => navigator.sendBeacon('/over?way={{way}}'));</script>";

/// What the pages said, in the order they said it: `over meta`, `ready popup` and the like.
pub(crate) type Said = watch::Receiver<Vec<String>>;

/// The running site.
pub(crate) struct Doors {
    pub(crate) address: SocketAddr,
    said: Said,
    _tasks: JoinSet<()>,
}

impl Doors {
    /// Serves an attack on these ports.
    pub(crate) async fn open(ports: &HashMap<&'static str, u16>, files: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let page = PAGE
            .replace("{{ports}}", &serde_json::to_string(ports).unwrap())
            .replace("{{files}}", &serde_json::to_string(files).unwrap());
        let page = Arc::new(page);
        let (say, said) = watch::channel(Vec::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                calls.spawn(converse(stream, Arc::clone(&page), say.clone()));
            }
        });
        Doors { address, said, _tasks: tasks }
    }

    /// The address of a page.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A page that leads to `to` by itself and reports as `way` when it has.
    pub(crate) fn door(&self, door: &str, way: &str, to: &str) -> String {
        let mut url = Url::parse(&self.page(door)).unwrap();
        url.query_pairs_mut().append_pair("way", way).append_pair("to", to);
        url.into()
    }

    /// Waits until all of these have been said; gives those that were not.
    pub(crate) async fn silent(&self, words: &[String], patience: Duration) -> Vec<String> {
        let mut said = self.said.clone();
        let all = |said: &Vec<String>| words.iter().all(|word| said.contains(word));
        let _ = tokio::time::timeout(patience, said.wait_for(all)).await;
        let said = self.said.borrow().clone();
        words.iter().filter(|word| !said.contains(word)).cloned().collect()
    }

    /// Everything that was said so far.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.borrow().clone()
    }
}

async fn converse(mut stream: TcpStream, page: Arc<String>, say: watch::Sender<Vec<String>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or("/");
    let url = Url::parse("http://site").unwrap().join(path).unwrap();
    let answer = answer(&url, &page, &say);
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    // What is left of a form or a beacon is read, or the answer might be lost with it.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

fn answer(url: &Url, page: &str, say: &watch::Sender<Vec<String>>) -> String {
    let asked: HashMap<_, _> = url.query_pairs().into_owned().collect();
    let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let (way, to) = (get("way"), get("to"));
    let heard = |word: &str| say.send_modify(|said| said.push(format!("{word} {way}")));
    let leaving = LEAVING.replace("{{way}}", &way);
    let html = |text: &str| served("text/html; charset=utf-8", text);
    match url.path() {
        "/" => html(page),
        "/go" => {
            heard("over");
            let close = "content-length: 0\r\nconnection: close";
            format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n{close}\r\n\r\n")
        }
        "/meta" => html(&format!("{leaving}<meta http-equiv=refresh content='0;url={to}'>")),
        "/script" => html(&format!("{leaving}<script>location.href = '{to}'</script>")),
        "/form" => html(&format!(
            "{leaving}<form method=post action='{to}'><input name=a value=b></form>\
             <script>document.forms[0].submit()</script>"
        )),
        "/popup" => html(&format!(
            "<!doctype html><title>A popup</title><button onclick=\"window.open('{to}')\">Open\
             </button><script>fetch('/ready?way={way}')</script>"
        )),
        "/link" => html(&format!("<!doctype html><title>A link</title><a href='{to}'>Lead</a>")),
        // The second icon is asked for when the first could not be had.
        "/icon" => html(&format!(
            "<!doctype html><title>An icon</title><link rel=icon sizes=64x64 href='{to}'>\
             <link rel=icon sizes=32x32 href='/over?way={way}'>"
        )),
        "/service.js" | "/worker.js" => served("text/javascript", WORKER),
        "/over" => {
            heard("over");
            served("text/plain", "")
        }
        "/ready" => {
            heard("ready");
            served("text/plain", "")
        }
        "/leak" => {
            say.send_modify(|said| said.push(format!("leak {}", get("text"))));
            served("text/plain", "")
        }
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    }
}

fn served(kind: &str, text: &str) -> String {
    let length = text.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{text}"
    )
}
