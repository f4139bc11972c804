//! Where a model that cannot call tools begins to call one in its text.
//!
//! Owns: what of such an answer may be shown while it is being written, so that nothing of a call
//! is ever half shown; the first characters of a line decide. Never reads the call itself:
//! [`super::protocol`] does. Pure: the pieces in which a text comes make no difference.

/// What stands in front of a call: the words of a fence that may hold one.
const FENCES: [&str; 4] = ["", "json", "tool", "tool_call"];
/// How models that were taught so mark a call.
const TAG: &str = "<tool_call>";
/// The names that the object of a call begins with.
const KEYS: [&str; 2] = ["\"tool\"", "\"arguments\""];

/// An answer as far as it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Screen {
    text: String,
    /// Bytes of it that may be shown.
    shown: usize,
    /// Within a line whose beginning was ordinary.
    passing: bool,
    /// Within a block of code that is no call.
    fenced: bool,
    call_at: Option<usize>,
}

/// What the beginning of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    Call,
    Text,
    /// More of it is needed.
    Open,
}

impl Screen {
    /// A whole answer.
    pub(crate) fn over(text: &str) -> Screen {
        let mut screen = Screen::default();
        screen.push(text);
        screen
    }

    /// More of the answer; gives what may be shown now.
    pub(crate) fn push(&mut self, more: &str) -> String {
        self.text.push_str(more);
        let from = self.shown;
        while self.call_at.is_none() && self.step() {}
        self.text.get(from..self.shown).unwrap_or_default().to_owned()
    }

    /// Bytes that may be shown.
    pub(crate) fn shown(&self) -> usize {
        self.shown
    }

    /// Where a call begins, white space before it not counted.
    pub(crate) fn call_at(&self) -> Option<usize> {
        self.call_at
    }

    /// Goes on by a line or a beginning of one; false when more of the text is needed.
    fn step(&mut self) -> bool {
        let rest = self.text.get(self.shown..).unwrap_or_default();
        if self.passing {
            // Line breaks wait for what follows them: a call takes them along.
            let end = rest.find('\n').unwrap_or(rest.len());
            self.shown += end;
            self.passing = end == rest.len();
            return !self.passing;
        }
        let line = rest.trim_start();
        let begins = if self.fenced { code(line) } else { begins(line) };
        match begins {
            Begins::Open => return false,
            Begins::Call => self.call_at = Some(self.text.len() - line.len()),
            Begins::Text => {
                if line.starts_with("```") {
                    self.fenced = !self.fenced;
                }
                self.shown = self.text.len() - line.len();
                self.passing = true;
            }
        }
        true
    }
}

/// A line within a block of code: only the fence that ends it matters.
fn code(line: &str) -> Begins {
    if line.is_empty() || (line.len() < 3 && "```".starts_with(line)) {
        return Begins::Open;
    }
    Begins::Text
}

/// The beginning of a line of ordinary text.
fn begins(line: &str) -> Begins {
    if line.is_empty() {
        return Begins::Open;
    }
    if TAG.starts_with(line) || "```".starts_with(line) && line.len() < 3 {
        return Begins::Open;
    }
    if let Some(inner) = line.strip_prefix(TAG) {
        return object(inner);
    }
    match line.strip_prefix("```") {
        Some(rest) => fence(rest),
        None => object(line),
    }
}

fn fence(rest: &str) -> Begins {
    match rest.split_once('\n') {
        Some((word, inner)) if FENCES.contains(&word.trim()) => object(inner),
        Some(_) => Begins::Text,
        None if FENCES.iter().any(|word| word.starts_with(rest.trim())) => Begins::Open,
        None => Begins::Text,
    }
}

fn object(text: &str) -> Begins {
    let text = text.trim_start();
    if text.is_empty() {
        return Begins::Open;
    }
    let Some(key) = text.strip_prefix('{').map(str::trim_start) else { return Begins::Text };
    if KEYS.iter().any(|name| key.starts_with(name)) {
        return Begins::Call;
    }
    if KEYS.iter().any(|name| name.starts_with(key)) { Begins::Open } else { Begins::Text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(text: &str) -> (&str, Option<&str>) {
        let screen = Screen::over(text);
        (&text[..screen.shown()], screen.call_at().map(|at| &text[at..]))
    }

    #[test]
    fn a_call_is_kept_back_from_its_first_character() {
        for call in [
            "{\"tool\": \"x\"}",
            "{ \"tool\"",
            "{\n  \"arguments\": {}",
            "```json\n{\"tool\"",
            "```\n{\"tool\": 1}\n```",
            "<tool_call>\n{\"tool\": \"x\"}</tool_call>",
        ] {
            assert_eq!(seen(call), ("", Some(call)), "{call}");
            let after = format!("Let me look.\n\n  {call}");
            assert_eq!(seen(&after), ("Let me look.", Some(call)), "{after}");
        }
    }

    #[test]
    fn ordinary_text_passes_even_where_it_looks_like_json_for_a_while() {
        for text in [
            "Hello",
            "{\"name\": 1}",
            "The line {\"tool\": \"x\"} is shown",
            "```python\n{\"tool\": 1}\n```",
            "`x`",
            "<tool> is a tag",
            "```json\n[1]\n```",
        ] {
            assert_eq!(seen(text), (text, None), "{text}");
        }
    }

    #[test]
    fn what_might_still_become_a_call_waits() {
        for text in ["{", "{ ", "{\"to", "`", "```", "```js", "```json\n", "<tool", "\n"] {
            assert_eq!(seen(text), ("", None), "{text}");
        }
        assert_eq!(seen("One.\n"), ("One.", None));
        // A block of code that ended is over: what looks like a call after it is one.
        let text = "```python\nx\n```\n{\"tool\": \"x\"}";
        assert_eq!(seen(text), ("```python\nx\n```", Some("{\"tool\": \"x\"}")));
    }

    proptest! {
        #[test]
        fn the_pieces_make_no_difference_and_nothing_of_a_call_is_shown(
            parts in prop::collection::vec(prop::sample::select(vec![
                "a", " ", "\n", "{", "}", "\"tool\"", "\"arg", "uments\"", ":", "```", "json",
                "`", "<tool_call>", "<tool", "ä", "python",
            ]), 0..24),
        ) {
            let text = parts.concat();
            let whole = Screen::over(&text);
            let mut screen = Screen::default();
            let mut shown = String::new();
            for part in &parts {
                shown.push_str(&screen.push(part));
            }
            prop_assert_eq!(&shown, &text[..whole.shown()]);
            prop_assert_eq!(screen.call_at(), whole.call_at());
            if let Some(at) = whole.call_at() {
                prop_assert!(whole.shown() <= at);
                prop_assert!(text[whole.shown()..at].trim().is_empty());
            }
        }
    }
}
