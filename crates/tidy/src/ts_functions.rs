//! Functions of a TypeScript, TSX or JavaScript file, found by matching brackets.
//!
//! Owns: telling a function's body from a block, an object or a type. Refuses a file whose braces
//! do not match, so that a wrong measure is seen. The callbacks of `describe` are groups of tests
//! and no functions. Never: judges (`size` does). Read next: `ts_tokens`.

use crate::rust_source::Function;
use crate::ts_tokens::{Token, tokens};

/// What stands on one level of brackets, whole groups taken as one.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Word(String),
    Literal,
    Arrow,
    Sign(char),
    Round,
    Other,
}

type Parts = Vec<(Part, usize)>;

/// A function whose end is not seen yet.
#[derive(Clone, Debug)]
struct Start {
    name: String,
    first: usize,
}

struct Level {
    open: char,
    line: usize,
    body_of: Option<Start>,
    parts: Parts,
    /// Arrows whose body is an expression: they end with the next comma or semicolon here.
    expressions: Vec<Start>,
}

impl Level {
    fn new(open: char, line: usize, body_of: Option<Start>) -> Self {
        Self { open, line, body_of, parts: Vec::new(), expressions: Vec::new() }
    }
}

struct Matcher {
    levels: Vec<Level>,
    current: Level,
    found: Vec<Function>,
}

/// # Errors
/// When a brace has no partner.
pub fn functions(text: &str) -> Result<Vec<Function>, String> {
    let current = Level::new('\0', 1, None);
    let mut matcher = Matcher { levels: Vec::new(), current, found: Vec::new() };
    for (token, line) in tokens(text) {
        matcher.take(token, line)?;
    }
    let last = text.lines().count();
    matcher.end_expressions(last);
    match matcher.levels.is_empty() {
        true => Ok(matcher.found),
        false => Err(format!("the {} of line {} never ends", matcher.current.open, {
            matcher.current.line
        })),
    }
}

impl Matcher {
    fn take(&mut self, token: Token, line: usize) -> Result<(), String> {
        self.begin_expression(&token);
        match token {
            Token::Sign(open @ ('{' | '(' | '[')) => self.open(open, line),
            Token::Sign('}') => return self.close_brace(line),
            Token::Sign(close @ (')' | ']')) => self.close_if_open(close, line),
            Token::Sign(sign @ (',' | ';')) => {
                self.end_expressions(line);
                self.current.parts.push((Part::Sign(sign), line));
            }
            Token::Sign(sign) => self.current.parts.push((Part::Sign(sign), line)),
            Token::Word(word) => self.current.parts.push((Part::Word(word), line)),
            Token::Literal => self.current.parts.push((Part::Literal, line)),
            Token::Arrow => self.current.parts.push((Part::Arrow, line)),
        }
        Ok(())
    }

    fn begin_expression(&mut self, next: &Token) {
        let after_arrow = matches!(self.current.parts.last(), Some((Part::Arrow, _)));
        if after_arrow && *next != Token::Sign('{') && !self.is_test_group() {
            self.current.expressions.extend(start_of(&self.current.parts));
        }
    }

    fn end_expressions(&mut self, line: usize) {
        for start in self.current.expressions.drain(..) {
            self.found.push(Function { name: start.name, first: start.first, last: line });
        }
    }

    /// Are we between the round brackets of `describe(…)`?
    fn is_test_group(&self) -> bool {
        let outer = self.levels.last().and_then(|level| level.parts.last());
        let grouping = matches!(outer, Some((Part::Word(word), _)) if word == "describe");
        self.current.open == '(' && grouping
    }

    fn open(&mut self, open: char, line: usize) {
        let is_body = open == '{' && !self.is_test_group();
        let body_of = if is_body { start_of(&self.current.parts) } else { None };
        let inner = Level::new(open, line, body_of);
        self.levels.push(std::mem::replace(&mut self.current, inner));
    }

    fn close(&mut self, line: usize) {
        self.end_expressions(line);
        let Some(outer) = self.levels.pop() else {
            return;
        };
        let inner = std::mem::replace(&mut self.current, outer);
        if let Some(Start { name, first }) = inner.body_of {
            self.found.push(Function { name, first, last: line });
        }
        let part = if inner.open == '(' { Part::Round } else { Part::Other };
        self.current.parts.push((part, inner.line));
    }

    /// A brace must have a partner; round and square brackets may be text between tags.
    fn close_brace(&mut self, line: usize) -> Result<(), String> {
        while matches!(self.current.open, '(' | '[') {
            self.close(line);
        }
        if self.levels.is_empty() {
            return Err(format!("the }} of line {line} has no beginning"));
        }
        self.close(line);
        Ok(())
    }

    fn close_if_open(&mut self, close: char, line: usize) {
        if (self.current.open, close) == ('(', ')') || (self.current.open, close) == ('[', ']') {
            self.close(line);
        }
    }
}

/// The function whose body begins after these parts; None when it is a block, object or type.
fn start_of(parts: &Parts) -> Option<Start> {
    if is_type(parts) {
        return None;
    }
    let (end, arrow) = match parts.last()?.0 {
        Part::Arrow => (parts.len() - 1, true),
        _ => (parts.len(), false),
    };
    let at = parameters(&parts[..end], arrow)?;
    let before = &parts[..at];
    let blocks = ["if", "for", "while", "switch", "catch", "with", "await"];
    match before.last() {
        Some((Part::Word(word), _)) if blocks.contains(&word.as_str()) => None,
        None | Some((Part::Other, _)) if !arrow => None,
        _ => Some(Start { name: name_of(before, arrow), first: parts[at].1 }),
    }
}

/// Do these parts begin an interface or an enum, whatever function stands before it?
fn is_type(parts: &Parts) -> bool {
    let statement =
        parts.iter().rev().take_while(|(part, _)| *part != Part::Other && *part != Part::Sign(';'));
    let mut words = statement.filter_map(|(part, _)| match part {
        Part::Word(word) => Some(word.as_str()),
        _ => None,
    });
    words.any(|word| word == "interface" || word == "enum")
}

/// Where the parameters stand that belong to a body after `parts`, a return type in between.
fn parameters(parts: &[(Part, usize)], arrow: bool) -> Option<usize> {
    let last = parts.len().checked_sub(1)?;
    match &parts[last].0 {
        Part::Round => return Some(last),
        Part::Word(_) if arrow && typed(parts).is_none() => return Some(last),
        Part::Sign(':' | '=' | '|' | '&' | ',' | '(' | '<' | '?') => return None,
        _ => {}
    }
    typed(parts)
}

/// Like `parameters`, for `(…): Type`.
fn typed(parts: &[(Part, usize)]) -> Option<usize> {
    let is_type = |part: &Part| match part {
        Part::Sign(sign) => matches!(sign, '.' | '<' | '>' | '|' | '&' | ','),
        Part::Arrow => false,
        _ => true,
    };
    let colon = parts.iter().rposition(|(part, _)| !is_type(part))?;
    let round = colon.checked_sub(1)?;
    let fits = parts[colon].0 == Part::Sign(':') && parts[round].0 == Part::Round;
    fits.then_some(round)
}

/// The word before the parameters, or the one an arrow is given to.
fn name_of(before: &[(Part, usize)], arrow: bool) -> String {
    let ends = |(part, _): &&(Part, usize)| !matches!(part, Part::Sign(',' | ';') | Part::Other);
    let mut statement = before.iter().rev().take_while(ends).map(|(part, _)| part);
    if arrow {
        let given = |part: &&Part| matches!(part, Part::Sign('=' | ':'));
        let _skipped = statement.find(given);
    }
    // Between the name and the parameters there may be `<…>`.
    let mut depth = 0usize;
    for part in statement {
        match part {
            Part::Sign('>') => depth += 1,
            Part::Sign('<') => depth = depth.saturating_sub(1),
            Part::Word(word) if depth == 0 && word != "async" => return word.clone(),
            _ => {}
        }
    }
    "(unnamed)".to_owned()
}
