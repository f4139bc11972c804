//! Polling a future by hand: only when it asked to be, and only so often.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{Thread, current, park};

use futures_util::future::BoxFuture;

/// What became of the future.
#[derive(Debug, PartialEq, Eq)]
pub enum Polled {
    Completed,
    Dropped,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls at most so often, then drops.
pub fn poll_at_most(mut future: BoxFuture<'static, ()>, polls: usize) -> Polled {
    let waker = Waker::from(Arc::new(Unpark(current())));
    let mut context = Context::from_waker(&waker);
    for poll in 1..=polls {
        match Pin::new(&mut future).poll(&mut context) {
            Poll::Ready(()) => return Polled::Completed,
            // The last one is dropped while what it asked for is under way.
            Poll::Pending if poll == polls => break,
            Poll::Pending => park(),
        }
    }
    Polled::Dropped
}
