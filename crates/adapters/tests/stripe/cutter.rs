//! Between the client and a stateful Stripe: lets the n-th write through and loses its reply.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::road::{Asked, request};

/// Loses nothing.
const NOTHING: usize = usize::MAX;

pub struct Cutter {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    /// `127.0.0.1:port` of the server behind.
    behind: String,
    cut: AtomicUsize,
    writes: Mutex<Vec<String>>,
}

impl Cutter {
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let behind = url.trim_start_matches("http://").to_owned();
        let cut = AtomicUsize::new(NOTHING);
        let shared = Arc::new(Shared { behind, cut, writes: Mutex::default() });
        let serving = shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, serving.clone()));
            }
        });
        Cutter { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on counts writes anew, and loses the reply to the n-th.
    pub fn cut(&self, write: Option<usize>) {
        self.shared.writes.lock().unwrap().clear();
        self.shared.cut.store(write.unwrap_or(NOTHING), Ordering::SeqCst);
    }

    /// What was written since, as `POST /v1/invoices`.
    pub fn writes(&self) -> Vec<String> {
        self.shared.writes.lock().unwrap().clone()
    }
}

/// Whether it changes something that we asked for.
fn writes(asked: &Asked) -> bool {
    let works_out = ["/invoices/create_preview", "/billing_portal/"];
    !asked.line.starts_with("GET ") && !works_out.iter().any(|part| asked.line.contains(part))
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let Some(asked) = request(&mut stream).await else { return };
    let mut behind = TcpStream::connect(&shared.behind).await.unwrap();
    let sent = format!("{}\r\nconnection: close\r\n\r\n{}", asked.head, asked.body);
    behind.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    behind.read_to_end(&mut answer).await.unwrap();
    if writes(&asked) {
        let mut done = shared.writes.lock().unwrap();
        done.push(asked.line.split('?').next().unwrap_or_default().to_owned());
        let lost = done.len() == shared.cut.load(Ordering::SeqCst).saturating_add(1);
        drop(done);
        if lost {
            return;
        }
    }
    let _ = stream.write_all(&answer).await;
}
