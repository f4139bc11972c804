//! Owns the way from bytes of tokens to text: a token may end inside a character, text may not.
//! Never drops a byte: what cannot become a character becomes U+FFFD. Read next: `engine.rs`.

/// Collects bytes and gives back whole characters only.
#[derive(Default)]
pub struct Assembler {
    pending: Vec<u8>,
}

impl Assembler {
    /// Adds bytes; returns the text that is complete by now, possibly none.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            let error = match std::str::from_utf8(&self.pending) {
                Ok(whole) => {
                    text.push_str(whole);
                    self.pending.clear();
                    return text;
                }
                Err(error) => error,
            };
            let valid = error.valid_up_to();
            text.push_str(&String::from_utf8_lossy(&self.pending[..valid]));
            let Some(broken) = error.error_len() else {
                self.pending.drain(..valid);
                return text;
            };
            text.push(char::REPLACEMENT_CHARACTER);
            self.pending.drain(..valid + broken);
        }
    }

    /// The end of the text: a character that never became whole is marked as such.
    pub fn finish(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_by_byte_gives_the_same_text() {
        let original = "Größe 🙂 e\u{301} 漢字 — ok";
        let mut assembler = Assembler::default();
        let mut text = String::new();
        for byte in original.as_bytes() {
            text.push_str(&assembler.push(&[*byte]));
        }
        text.push_str(&assembler.finish());
        assert_eq!(text, original);
    }

    #[test]
    fn holds_back_half_a_character() {
        let mut assembler = Assembler::default();
        assert_eq!(assembler.push(b"a\xF0\x9F"), "a");
        assert_eq!(assembler.push(b"\x99"), "");
        assert_eq!(assembler.push(b"\x82b"), "🙂b");
        assert_eq!(assembler.finish(), "");
    }

    #[test]
    fn marks_bytes_that_are_no_text() {
        let mut assembler = Assembler::default();
        assert_eq!(assembler.push(b"a\xFFb\xC3\x28"), "a\u{FFFD}b\u{FFFD}(");
        assert_eq!(assembler.push(b"\xE2\x82"), "");
        assert_eq!(assembler.finish(), "\u{FFFD}");
        assert_eq!(assembler.finish(), "");
    }
}
