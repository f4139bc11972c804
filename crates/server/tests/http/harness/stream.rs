//! Reading an event stream, event by event.

use serde_json::Value;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

/// An open stream.
pub struct Events {
    response: reqwest::Response,
    waiting: String,
}

impl Events {
    pub fn new(response: reqwest::Response) -> Self {
        Events { response, waiting: String::new() }
    }

    /// The next event; none at the end of the stream. Comments are passed over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.waiting.find("\n\n") {
                let frame: String = self.waiting.drain(..end + 2).collect();
                if let Some(event) = read(&frame) {
                    return Some(event);
                }
            }
            let bytes = self.response.chunk().await.ok()??;
            self.waiting.push_str(std::str::from_utf8(&bytes).expect("frames are not cut"));
        }
    }

    /// The next event of this name; others are passed over.
    pub async fn named(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("no {name} came"));
            if event.name == name {
                return event;
            }
        }
    }

    /// Everything until the stream ends.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn read(frame: &str) -> Option<Event> {
    let field = |name: &str| {
        let lines = frame.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        lines.map(|text| text.strip_prefix(' ').unwrap_or(text)).collect::<Vec<_>>().join("\n")
    };
    let data = field("data");
    if data.is_empty() {
        return None;
    }
    let data = serde_json::from_str(&data).expect("data is JSON");
    Some(Event { name: field("event"), id: field("id"), data })
}
