//! Owns one chat call from request to last byte: it joins the queue, passes on what is heard,
//! and gives up its place as soon as the caller is gone. Never generates. Read next: `worker.rs`.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::engine::{Finish, Outcome};
use crate::fault::Fault;
use crate::http::{self, EventStream, Refusal};
use crate::queue::{Refused, Ticket, WAITING_LIMIT};
use crate::request;
use crate::server::Office;
use crate::shapes::Stamp;
use crate::worker::{Event, Job};

/// How often the caller and the queue are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// After so long without a word a comment is sent.
const PAUSE: Duration = Duration::from_millis(300);

pub fn serve(
    office: &Office,
    call: Option<String>,
    body: &[u8],
    socket: &mut TcpStream,
) -> Result<(), Refusal> {
    let arrived = Instant::now();
    let request = request::parse(body, &office.name)?;
    let prompt = office.model.tokens(&request.messages);
    if prompt.len() >= office.context {
        return Err(Fault::too_long(prompt.len(), office.context).into());
    }
    let grammar = request.schema.map(|schema| schema.grammar(&office.model)).transpose()?;
    let (events, heard) = mpsc::channel();
    let cancelled = Arc::new(AtomicBool::new(false));
    let job = Job {
        call,
        prompt,
        max_tokens: request.max_tokens,
        sampling: request.sampling,
        grammar,
        arrived,
        cancelled: Arc::clone(&cancelled),
        events,
    };
    let ticket = office.desk.queue.join(job).map_err(|refused| match refused {
        Refused::Full => Fault::queue_full(WAITING_LIMIT),
        Refused::Closed => Fault::stopping(),
    })?;
    let listener = Listener { office, ticket, heard, stamp: office.stamp() };
    let result = if request.stream {
        listener.stream(socket, request.include_usage).map_err(Refusal::from)
    } else {
        listener.collect(socket)
    };
    if matches!(result, Err(Refusal::Gone)) {
        cancelled.store(true, Ordering::SeqCst);
        // If it no longer waits, its turn has come: then the worker sees the mark and logs it.
        if let Some(job) = office.desk.queue.leave(ticket) {
            office.desk.dismiss(&job);
        }
    }
    result
}

struct Listener<'a> {
    office: &'a Office,
    ticket: Ticket,
    heard: mpsc::Receiver<Event>,
    stamp: Stamp,
}

impl Listener<'_> {
    fn stream(&self, socket: &mut TcpStream, include_usage: bool) -> io::Result<()> {
        let mut stream = EventStream::open(socket)?;
        let mut ahead = 0;
        let mut opened = false;
        let outcome = loop {
            let event = self.heard.recv_timeout(LOOK);
            if http::is_gone(stream.socket()) {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let now = self.office.desk.queue.ahead(self.ticket);
            if std::mem::replace(&mut ahead, now) != now {
                stream.named("queue", &json!({ "ahead": now }))?;
            }
            match event {
                Ok(Event::Text(text)) => {
                    if !std::mem::replace(&mut opened, true) {
                        stream.data(&self.stamp.opening())?;
                    }
                    stream.data(&self.stamp.text(&text))?;
                }
                Ok(Event::Done(outcome)) => break Some(outcome),
                Err(RecvTimeoutError::Timeout) => stream.breathe(PAUSE)?,
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        match verdict(outcome) {
            Err(fault) => stream.data(&fault.body())?,
            Ok(outcome) => {
                if !opened {
                    stream.data(&self.stamp.opening())?;
                }
                stream.data(&self.stamp.closing(&outcome))?;
                if include_usage {
                    stream.data(&self.stamp.usage(&outcome))?;
                }
            }
        }
        stream.close()
    }

    fn collect(&self, socket: &mut TcpStream) -> Result<(), Refusal> {
        let mut answer = String::new();
        let outcome = loop {
            let event = self.heard.recv_timeout(LOOK);
            if http::is_gone(socket) {
                return Err(Refusal::Gone);
            }
            match event {
                Ok(Event::Text(text)) => answer.push_str(&text),
                Ok(Event::Done(outcome)) => break Some(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        let outcome = verdict(outcome)?;
        http::respond(socket, 200, &self.stamp.whole(&answer, &outcome))?;
        Ok(())
    }
}

/// A call that nobody cancelled here but that was cut short nevertheless is a fault of ours.
fn verdict(outcome: Option<Outcome>) -> Result<Outcome, Fault> {
    match outcome {
        Some(outcome) if outcome.finish == Finish::Error => Err(Fault::engine()),
        Some(outcome) if outcome.finish != Finish::Cancelled => Ok(outcome),
        _ => Err(Fault::stopping()),
    }
}
