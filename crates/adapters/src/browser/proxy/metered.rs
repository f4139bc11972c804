//! The browser's side of a connection, with every byte counted.
//!
//! Owns: the session's allowance of bytes and the watch for silence. It is enough to look at this
//! side: what comes from a site is passed on as it comes, and is not read before it was.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::Shared;

/// Tells that a connection moved a byte.
#[derive(Default)]
pub(super) struct Pulse(Notify);

impl Pulse {
    /// Returns once nothing has moved for that long.
    pub(super) async fn silent_for(&self, idle: Duration) {
        while tokio::time::timeout(idle, self.0.notified()).await.is_ok() {}
    }
}

/// A stream to the browser.
pub(super) struct Metered {
    stream: TcpStream,
    shared: Arc<Shared>,
    pulse: Arc<Pulse>,
}

impl Metered {
    pub(super) fn new(stream: TcpStream, shared: Arc<Shared>, pulse: Arc<Pulse>) -> Self {
        Metered { stream, shared, pulse }
    }

    fn used_up(&self) -> bool {
        self.shared.bytes.load(Ordering::Relaxed) >= self.shared.limits.bytes
    }

    fn moved(&self, bytes: usize) {
        if bytes > 0 {
            self.shared.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            self.pulse.0.notify_one();
        }
    }

    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.moved(*bytes);
        }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.used_up() {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.moved(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.used_up() {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.used_up() {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
