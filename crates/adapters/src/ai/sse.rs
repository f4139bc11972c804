//! Server-sent events, read incrementally.
//!
//! Owns: bytes in any split → whole events. Takes `\n`, `\r\n` and `\r` line ends, comments,
//! several `data` lines, and characters split between reads. Never interprets the data.

/// One event: its name (`message` where none is given is the empty string) and its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SseEvent {
    pub(super) name: String,
    pub(super) data: String,
}

/// A line or an event passed the bound: what follows cannot be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The reader of one stream.
#[derive(Debug)]
pub(super) struct SseReader {
    max_bytes: usize,
    line: Vec<u8>,
    after_cr: bool,
    started: bool,
    has_data: bool,
    event: SseEvent,
}

impl SseReader {
    /// A reader that refuses lines and events of more than `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        SseReader {
            max_bytes,
            line: Vec::new(),
            after_cr: false,
            started: false,
            has_data: false,
            event: SseEvent::default(),
        }
    }

    /// Takes the next bytes and appends the events that they complete to `events`.
    ///
    /// # Errors
    /// [`TooLong`]; the events completed before it stand.
    pub(super) fn take(&mut self, bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLong> {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    self.end_line(events)?;
                }
                _ => {
                    self.after_cr = false;
                    if self.line.len() >= self.max_bytes {
                        return Err(TooLong);
                    }
                    self.line.push(byte);
                }
            }
        }
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<SseEvent>) -> Result<(), TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line: &str = &text;
        if !self.started {
            self.started = true;
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            // An event without data is none, by the format's own rule.
            if std::mem::take(&mut self.has_data) {
                events.push(event);
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                if self.event.data.len() + value.len() > self.max_bytes {
                    return Err(TooLong);
                }
                self.event.data.push_str(value);
            }
            "event" => self.event.name = value.to_owned(),
            // Comments (an empty field), `id`, `retry` and unknown fields say nothing to us.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &[u8], split: usize) -> Vec<SseEvent> {
        let mut reader = SseReader::new(1_000);
        let mut events = Vec::new();
        for bytes in text.chunks(split) {
            reader.take(bytes, &mut events).unwrap();
        }
        events
    }

    fn event(name: &str, data: &str) -> SseEvent {
        SseEvent { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn every_split_of_the_bytes_gives_the_same_events() {
        let text = "\u{feff}: hello\r\n\r\nevent: queue\r\ndata: {\"ahead\":1}\r\n\r\n\
                    data: grüße 日本 🙂\n\ndata:a\rdata: b\r\rid: 7\nretry: 5\n\n\
                    data\n\nevent: x\n\ndata: end\n\n";
        let expected = vec![
            event("queue", "{\"ahead\":1}"),
            event("", "grüße 日本 🙂"),
            event("", "a\nb"),
            event("", ""),
            event("", "end"),
        ];
        for split in 1..=text.len() {
            assert_eq!(read(text.as_bytes(), split), expected, "split at {split}");
        }
    }

    #[test]
    fn an_event_that_its_blank_line_did_not_end_is_not_given() {
        assert_eq!(read(b"data: a\n\ndata: cut", 3), vec![event("", "a")]);
    }

    #[test]
    fn a_line_or_an_event_over_the_bound_is_refused() {
        let mut events = Vec::new();
        let mut reader = SseReader::new(10);
        assert_eq!(reader.take(b"data: 12345", &mut events), Err(TooLong));
        let mut reader = SseReader::new(10);
        let lines = b"data: 1234\ndata: 5678\ndata: 9\n\n";
        assert_eq!(reader.take(lines, &mut events), Err(TooLong));
        assert_eq!(events, vec![]);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_stop_the_reader() {
        assert_eq!(read(b"data: a\xff\xfeb\n\n", 2), vec![event("", "a\u{fffd}\u{fffd}b")]);
    }
}
