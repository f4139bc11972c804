//! Tokens of a TypeScript, TSX or JavaScript file: enough to match braces honestly.
//!
//! Owns: strings, templates, comments and regular expressions, so that a brace inside of them is
//! not taken for one. Text between JSX tags simply becomes words. Never: judges.
//! Read next: `ts_functions`, the only reader.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(String),
    /// A string, template, number or regular expression.
    Literal,
    Arrow,
    Sign(char),
}

/// All tokens with their lines, counted from 1.
pub fn tokens(text: &str) -> Vec<(Token, usize)> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line: 1, found: Vec::new() };
    while reader.at < reader.chars.len() {
        reader.next();
    }
    reader.found
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<(Token, usize)>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.line += usize::from(self.peek(0) == '\n');
            self.at += 1;
        }
    }

    fn push(&mut self, token: Token, line: usize) {
        self.found.push((token, line));
    }

    fn next(&mut self) {
        let (line, char) = (self.line, self.peek(0));
        match (char, self.peek(1)) {
            ('/', '/') => self.skip_until("\n"),
            ('/', '*') => {
                self.skip(2);
                self.skip_until("*/");
                self.skip(2);
            }
            ('=', '>') => {
                self.skip(2);
                self.push(Token::Arrow, line);
            }
            ('/', _) if self.regex_length() > 0 => {
                self.skip(self.regex_length());
                self.push(Token::Literal, line);
            }
            ('"' | '\'', _) if self.quoted_length(char) > 0 => {
                self.skip(self.quoted_length(char));
                self.push(Token::Literal, line);
            }
            ('`', _) => {
                self.template();
                self.push(Token::Literal, line);
            }
            _ if is_word(char) => self.word(line),
            _ => {
                self.skip(1);
                if !char.is_whitespace() {
                    self.push(Token::Sign(char), line);
                }
            }
        }
    }

    fn word(&mut self, line: usize) {
        let rest = &self.chars[self.at..];
        let word: String = rest.iter().take_while(|char| is_word(**char)).collect();
        self.skip(word.chars().count());
        let number = word.starts_with(|first: char| first.is_ascii_digit());
        self.push(if number { Token::Literal } else { Token::Word(word) }, line);
    }

    fn skip_until(&mut self, end: &str) {
        let end: Vec<char> = end.chars().collect();
        while self.at < self.chars.len() && !self.chars[self.at..].starts_with(&end) {
            self.skip(1);
        }
    }

    /// The length of the string that begins here, or 0: then it is an apostrophe in a text.
    fn quoted_length(&self, quote: char) -> usize {
        let after_word = self.at > 0 && is_word(self.chars[self.at - 1]);
        if after_word && quote == '\'' {
            return 0;
        }
        self.closed_by(|char, _| char == quote)
    }

    /// The length of the regular expression that begins here, or 0: then it is a division or a
    /// tag.
    fn regex_length(&self) -> usize {
        let value_before = match self.found.last() {
            Some((Token::Word(word), _)) => !matches!(word.as_str(), "return" | "case" | "of"),
            Some((Token::Literal, _)) => true,
            Some((Token::Sign(sign), _)) => matches!(sign, ')' | ']' | '}' | '<'),
            Some((Token::Arrow, _)) | None => false,
        };
        if value_before {
            return 0;
        }
        let mut in_class = false;
        self.closed_by(|char, _| {
            in_class = (in_class || char == '[') && char != ']';
            char == '/' && !in_class
        })
    }

    /// From here to what `closes` accepts on the same line, both ends counted; 0 without one.
    fn closed_by(&self, mut closes: impl FnMut(char, usize) -> bool) -> usize {
        let mut ahead = 1;
        loop {
            match self.peek(ahead) {
                '\n' | '\0' => return 0,
                '\\' => ahead += 2,
                char if closes(char, ahead) => return ahead + 1,
                _ => ahead += 1,
            }
        }
    }

    /// A template and the code within its `${…}`, however deep.
    fn template(&mut self) {
        self.skip(1);
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('`', _) => return self.skip(1),
                ('\\', _) => self.skip(2),
                ('$', '{') => {
                    self.skip(2);
                    self.template_code();
                }
                _ => self.skip(1),
            }
        }
    }

    fn template_code(&mut self) {
        let mut depth = 1;
        while depth > 0 && self.at < self.chars.len() {
            let kept = self.found.len();
            self.next();
            match self.found.get(kept) {
                Some((Token::Sign('{'), _)) => depth += 1,
                Some((Token::Sign('}'), _)) => depth -= 1,
                _ => {}
            }
            self.found.truncate(kept);
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_' || char == '$'
}
