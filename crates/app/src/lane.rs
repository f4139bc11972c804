//! The lane: one queue and one commit at a time for each pool in use.
//!
//! Takes all requests that are waiting and gives them to the store as one commit (group commit,
//! no delay timer: whatever queued during the last commit goes with the next). Every answer,
//! refusals and replays too, is given only after its commit. Different pools do not wait for each
//! other's lanes. After a commit that booked something, the pool's balance goes to [`News`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ampere_credits::OrgId;
use ampere_credits::ledger::{Answer, Balance, Served};
use ampere_store::ports::{Store, StoreError};
use ampere_store::rows::{Committed, LaneRequest};
use tokio::sync::{mpsc, oneshot, watch};

use crate::news::News;

/// Requests in one commit; more wait for the next.
const BATCH: usize = 1_000;
/// Requests that may wait in a lane before callers wait to get in.
const WAITING: usize = 8_192;
/// A lane without requests ends after this, so that memory follows the pools in use.
const IDLE: Duration = Duration::from_secs(60);

/// The answer to a request, and the pool after its commit.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Booked, replayed or refused.
    pub answer: Answer,
    /// The pool after the commit.
    pub balance: Balance,
}

type Reply = oneshot::Sender<Result<Vec<Answered>, StoreError>>;
/// Requests of one cause and who waits for their answers.
type Item = (Vec<LaneRequest>, Reply);
type Queue = mpsc::Sender<Item>;

/// The lanes that take requests now.
struct Open {
    queues: HashMap<OrgId, Queue>,
    /// Every lane has a clone: its other end hears when the last one is gone.
    running: mpsc::Sender<()>,
}

/// None once they are closed.
type Doors = Mutex<Option<Open>>;

/// Takes up runs that a commit gave their hold, or hears why it could not.
pub(crate) trait TakeUp: Send + Sync {
    /// Begins with them; returns at once.
    fn take_up(&self, org: OrgId, served: Vec<Served>);

    /// A commit has booked something; returns at once.
    fn booked(&self, org: OrgId, balance: &Balance);
}

/// What every lane uses.
struct Shared {
    store: Arc<dyn Store>,
    news: Arc<News>,
    take_up: OnceLock<Box<dyn TakeUp>>,
    /// Told after each commit that booked something: credits may be free.
    freed: Arc<watch::Sender<u64>>,
}

/// All lanes of this server process.
pub struct Lanes {
    shared: Arc<Shared>,
    open: Arc<Doors>,
    ended: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Lanes {
    /// No lane yet; each starts with its pool's first request.
    pub fn new(store: Arc<dyn Store>, news: Arc<News>) -> Self {
        let (running, ended) = mpsc::channel(1);
        let open = Open { queues: HashMap::new(), running };
        let open = Arc::new(Mutex::new(Some(open)));
        let freed = Arc::new(watch::Sender::new(0));
        let shared = Arc::new(Shared { store, news, take_up: OnceLock::new(), freed });
        Lanes { shared, open, ended: Mutex::new(Some(ended)) }
    }

    /// Changes after each commit that booked something.
    pub(crate) fn freed(&self) -> Arc<watch::Sender<u64>> {
        Arc::clone(&self.shared.freed)
    }

    /// Who takes up runs that were served; set once, before the first commit.
    pub(crate) fn give_served_to(&self, take_up: Box<dyn TakeUp>) {
        // A second one is a defect of `App::new`; the first stays.
        let _ = self.shared.take_up.set(take_up);
    }

    /// Takes nothing more and waits until everything that was taken is answered, so that no lane
    /// uses the store any more. For the end of the server.
    pub async fn close(&self) {
        drop(lock(&self.open).take());
        let ended = lock(&self.ended).take();
        if let Some(mut ended) = ended {
            // Nothing is ever sent: this is the end of the last lane.
            let _ = ended.recv().await;
        }
    }

    /// Has a request decided and, unless refused, committed. Dropping the future does not undo
    /// it: the request is decided all the same, and its outcome is found by its key.
    pub async fn submit(&self, org: OrgId, request: LaneRequest) -> Result<Answered, StoreError> {
        let answers = self.submit_all(org, vec![request]).await?;
        answers.into_iter().next().ok_or_else(unanswered)
    }

    /// Has several requests decided in order in one commit: either all of them are booked that
    /// are not refused, or the commit did not happen. One answer for each, in order.
    pub async fn submit_all(
        &self,
        org: OrgId,
        requests: Vec<LaneRequest>,
    ) -> Result<Vec<Answered>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let mut item = (requests, reply);
        loop {
            let closed = || StoreError::Unavailable("the server is ending".to_owned());
            match self.queue(org).ok_or_else(closed)?.send(item).await {
                Ok(()) => break,
                // The lane went idle between our look-up and our send: the next one takes it.
                Err(mpsc::error::SendError(back)) => item = back,
            }
        }
        answer.await.map_err(|_| unanswered())?
    }

    /// Books what time alone has made due in a pool, and serves who waits for credits.
    pub async fn sweep(&self, org: OrgId) -> Result<(), StoreError> {
        self.shared.sweep(org).await
    }

    fn queue(&self, org: OrgId) -> Option<Queue> {
        let mut open = lock(&self.open);
        let open = open.as_mut()?;
        if let Some(queue) = open.queues.get(&org).filter(|queue| !queue.is_closed()) {
            return Some(queue.clone());
        }
        let (queue, waiting) = mpsc::channel(WAITING);
        open.queues.insert(org, queue.clone());
        let lane = Lane {
            org,
            shared: Arc::clone(&self.shared),
            open: Arc::clone(&self.open),
            waiting,
            _running: open.running.clone(),
        };
        tokio::spawn(lane.run());
        Some(queue)
    }
}

fn unanswered() -> StoreError {
    StoreError::Unknown("the lane ended before its answer".to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// One commit that nobody asked for, and more while runs that wait can be served.
    async fn sweep(&self, org: OrgId) -> Result<(), StoreError> {
        loop {
            let committed = self.store.commit(org, Vec::new()).await?;
            let more = committed.more;
            self.told(org, committed);
            if !more {
                return Ok(());
            }
        }
    }

    /// After a commit: open screens, runs that got their hold, and who looks for free credits.
    fn told(&self, org: OrgId, committed: Committed) {
        if committed.booked > 0 {
            self.news.balance(org, committed.balance);
            self.freed.send_modify(|count| *count = count.wrapping_add(1));
            if let Some(take_up) = self.take_up.get() {
                take_up.booked(org, &committed.balance);
            }
        }
        if let Some(take_up) = self.take_up.get().filter(|_| !committed.served.is_empty()) {
            take_up.take_up(org, committed.served);
        }
    }
}

struct Lane {
    org: OrgId,
    shared: Arc<Shared>,
    open: Arc<Doors>,
    waiting: mpsc::Receiver<Item>,
    _running: mpsc::Sender<()>,
}

impl Lane {
    async fn run(mut self) {
        loop {
            let mut items = Vec::new();
            let taken = tokio::time::timeout(IDLE, self.waiting.recv_many(&mut items, BATCH)).await;
            match taken {
                Ok(0) => return,
                Ok(_) => self.commit(items).await,
                Err(_) => {
                    if self.retire() {
                        return;
                    }
                }
            }
        }
    }

    /// Ends the lane unless a request came in meanwhile.
    fn retire(&mut self) -> bool {
        let mut open = lock(&self.open);
        if !self.waiting.is_empty() {
            return false;
        }
        self.waiting.close();
        if !self.waiting.is_empty() {
            // A sender got in before the close: serve it, then find the channel closed.
            return false;
        }
        if let Some(open) = open.as_mut() {
            open.queues.remove(&self.org);
        }
        true
    }

    async fn commit(&self, items: Vec<Item>) {
        let mut requests = Vec::new();
        let mut replies = Vec::new();
        for (mut asked, reply) in items {
            replies.push((asked.len(), reply));
            requests.append(&mut asked);
        }
        match self.shared.store.commit(self.org, requests).await {
            Ok(mut committed) => {
                let (balance, more) = (committed.balance, committed.more);
                let answers = std::mem::take(&mut committed.answers);
                self.shared.told(self.org, committed);
                let mut answers = answers.into_iter().map(|answer| Answered { answer, balance });
                for (count, reply) in replies {
                    // Whoever asked may be gone; what was committed stands.
                    let _ = reply.send(Ok(answers.by_ref().take(count).collect()));
                }
                if more && let Err(error) = self.shared.sweep(self.org).await {
                    tracing::error!(org = %self.org, %error, "runs still wait for credits");
                }
            }
            Err(error) => {
                tracing::error!(org = %self.org, %error, "a commit failed");
                for (_, reply) in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}
