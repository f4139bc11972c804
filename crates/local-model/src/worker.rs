//! Owns the one thread that generates: it takes jobs from the queue, one after another, and
//! tells each caller what happened. Never touches a socket. Read next: `chat.rs`, the other end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use crate::call_log::{CallLog, Times};
use crate::engine::{Engine, Outcome, Task};
use crate::queue::Queue;
use crate::request::Sampling;

/// What a waiting caller hears.
pub enum Event {
    Text(String),
    /// The last one: the call is in the log by now.
    Done(Outcome),
}

pub struct Job {
    pub call: Option<String>,
    pub prompt: Vec<LlamaToken>,
    pub max_tokens: Option<u32>,
    pub sampling: Sampling,
    /// Taken when its turn comes.
    pub grammar: Option<LlamaSampler>,
    pub arrived: Instant,
    pub cancelled: Arc<AtomicBool>,
    pub events: mpsc::Sender<Event>,
}

/// What the generating thread and the callers' threads share.
pub struct Desk {
    pub queue: Queue<Job>,
    log: CallLog,
    stopping: AtomicBool,
    speed: Mutex<Option<f64>>,
}

impl Desk {
    pub fn new(log: CallLog) -> Self {
        Self { queue: Queue::new(), log, stopping: AtomicBool::new(false), speed: Mutex::new(None) }
    }

    /// Ends the running call and drops the waiting ones; `work` returns soon after.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for job in self.queue.close() {
            self.dismiss(&job);
        }
    }

    /// Logs a call that ends before its turn.
    pub fn dismiss(&self, job: &Job) {
        let waited = job.arrived.elapsed();
        let outcome = Outcome::untouched(job.prompt.len());
        self.record(job, &outcome, Times { whole: waited, queued: waited });
    }

    /// Tokens per second of the last generation.
    pub fn speed(&self) -> Option<f64> {
        *self.speed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, job: &Job, outcome: &Outcome, times: Times) {
        // A full disk must not take the model away; the caller still gets its usage.
        drop(self.log.write(job.call.as_deref(), outcome, times));
    }

    fn note_speed(&self, outcome: &Outcome) {
        let seconds = outcome.generating.as_secs_f64();
        let tokens = u32::try_from(outcome.completion_tokens).unwrap_or(u32::MAX);
        if tokens > 0 && seconds > 0.0 {
            let tenths = (f64::from(tokens) / seconds * 10.0).round() / 10.0;
            *self.speed.lock().unwrap_or_else(PoisonError::into_inner) = Some(tenths);
        }
    }
}

/// Serves jobs until the desk stops.
pub fn work(desk: &Desk, engine: &mut Engine<'_>) {
    while let Some(job) = desk.queue.take() {
        serve(desk, engine, job);
    }
}

fn serve(desk: &Desk, engine: &mut Engine<'_>, mut job: Job) {
    let queued: Duration = job.arrived.elapsed();
    let cancelled = || job.cancelled.load(Ordering::SeqCst) || desk.stopping.load(Ordering::SeqCst);
    // A caller that is gone has set `cancelled`: nobody hears, nothing to do about it here.
    let mut say = |text: String| {
        if !text.is_empty() {
            drop(job.events.send(Event::Text(text)));
        }
    };
    let grammar = job.grammar.take();
    let (prompt, sampling) = (&job.prompt, &job.sampling);
    let task = Task { prompt, max_tokens: job.max_tokens, sampling, grammar };
    let outcome = engine.run(task, &cancelled, &mut say);
    desk.note_speed(&outcome);
    desk.record(&job, &outcome, Times { whole: job.arrived.elapsed(), queued });
    // First free, then tell: who hears of the end may ask again at once.
    desk.queue.done();
    drop(job.events.send(Event::Done(outcome)));
}
