//! What a run says to people: paragraphs of several turns, and nothing of a call written as text.

use super::Meter;
use crate::agent::Screen;

/// How the next text goes to the watchers.
#[derive(Debug, Default)]
pub(super) struct Voice {
    /// It begins a paragraph, if anything was said before.
    paragraph: bool,
    /// Calls in it are kept back.
    veil: Option<Screen>,
}

impl Voice {
    /// Whether the text may hold calls: then the run may go on after it.
    pub(super) fn is_veiled(&self) -> bool {
        self.veil.is_some()
    }
}

impl Meter {
    /// The next text is a paragraph of its own; `veiled`: calls that are written in it are kept
    /// back, and what looks like one until [`Meter::show`].
    pub(crate) fn new_paragraph(&mut self, veiled: bool) {
        self.voice = Voice { paragraph: true, veil: veiled.then(Screen::default) };
    }

    /// Shows a text as it is.
    pub(crate) fn show(&mut self, text: &str) {
        self.voice.veil = None;
        self.say(text);
    }

    /// Shows what may be shown of more text.
    pub(super) fn say(&mut self, text: &str) {
        let shown = match &mut self.voice.veil {
            Some(veil) => veil.push(text),
            None => text.to_owned(),
        };
        if self.voice.paragraph && !self.feed.text().is_empty() {
            let begun = shown.trim_start();
            if !begun.is_empty() {
                self.voice.paragraph = false;
                self.feed.push(&format!("\n\n{begun}"));
            }
        } else if !shown.is_empty() {
            self.voice.paragraph = false;
            self.feed.push(&shown);
        }
    }
}
