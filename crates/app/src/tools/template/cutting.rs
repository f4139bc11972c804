//! Functions that cut texts: into pieces that a model can take, into words, into points.
//!
//! Never changes a text beyond cutting and trimming, except where [`material`] says so.

use minijinja::{Environment, Error, ErrorKind, State};

/// Characters that end a sentence when something blank follows.
const ENDS: [char; 4] = ['.', '!', '?', '\u{2026}'];
/// Characters that end a sentence in writing without blanks.
const FULL_ENDS: [char; 3] = ['\u{3002}', '\u{ff01}', '\u{ff1f}'];
/// Tokens of a call that are neither material nor answer: the instructions and their frame.
const INSTRUCTION_TOKENS: i64 = 500;
/// Characters a token is counted on with, where the writing is not known: half of what English
/// comes to.
const CHARACTERS_A_TOKEN: i64 = 2;
/// Characters that even the smallest model is given, and the largest.
const ROOM: std::ops::RangeInclusive<i64> = 1_000..=24_000;

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_function("chunks", chunks_of);
    environment.add_function("room", room);
    environment.add_function("words", words);
    environment.add_function("clip", clip);
    environment.add_function("points", points);
    environment.add_function("material", material);
}

fn pay(state: &State, text: &str) -> Result<(), Error> {
    state.consume_fuel(text.len() as u64 / 16)
}

fn at_least_one(max: usize) -> Result<usize, Error> {
    if max > 0 {
        return Ok(max);
    }
    Err(Error::new(ErrorKind::InvalidOperation, "a piece must have at least 1 character"))
}

/// `chunks(text, max_chars)`: the text in pieces, cut between paragraphs where that is possible,
/// else between sentences, lines, words. Nothing but white space is lost.
fn chunks_of(state: &State, text: &str, max: usize) -> Result<Vec<String>, Error> {
    pay(state, text)?;
    let max = at_least_one(max)?;
    Ok(chunks(text, max).into_iter().map(str::to_owned).collect())
}

pub(super) fn chunks(text: &str, max: usize) -> Vec<&str> {
    let mut rest = text.trim();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(end_of_piece(rest, max));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces
}

/// Where the first piece of `text` ends, in bytes: at most `max` characters, and at the best
/// border that the second half of them has.
fn end_of_piece(text: &str, max: usize) -> usize {
    let Some((end, next)) = text.char_indices().nth(max) else { return text.len() };
    let half = text.char_indices().nth(max / 2).map_or(0, |(at, _)| at);
    let head = &text[..end];
    let late = |at: &usize| *at > half;
    let paragraph = head.rfind("\n\n").filter(late);
    let border = paragraph.or_else(|| sentence_end(head, next).filter(late));
    let border = border.or_else(|| head.rfind('\n').filter(late));
    if let Some(border) = border {
        return border;
    }
    if next.is_whitespace() {
        return end;
    }
    head.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(end)
}

/// Where the last sentence of `head` ends; `next` is the character that follows.
fn sentence_end(head: &str, next: char) -> Option<usize> {
    let mut after = next;
    for (at, c) in head.char_indices().rev() {
        let ended = (ENDS.contains(&c) && after.is_whitespace()) || FULL_ENDS.contains(&c);
        if ended {
            return Some(at + c.len_utf8());
        }
        after = c;
    }
    None
}

/// `room(answer_tokens)`: characters of material that fit into one call of the run's model
/// beside the instructions and an answer of so many tokens.
fn room(state: &State, answer_tokens: i64) -> Result<i64, Error> {
    let model = state.lookup("model").unwrap_or_default();
    let context = model.get_attr("context_tokens").ok();
    let Some(context) = context.and_then(|tokens| i64::try_from(tokens).ok()) else {
        return Err(Error::new(ErrorKind::UndefinedError, "`model.context_tokens` is not there"));
    };
    let left = context.saturating_sub(answer_tokens).saturating_sub(INSTRUCTION_TOKENS);
    Ok(left.saturating_mul(CHARACTERS_A_TOKEN).clamp(*ROOM.start(), *ROOM.end()))
}

/// `words(text, n)`: the first n words, with an ellipsis where something was left out.
fn words(state: &State, text: &str, most: usize) -> Result<String, Error> {
    pay(state, text)?;
    let mut all = text.split_whitespace();
    let kept: Vec<&str> = all.by_ref().take(most).collect();
    let more = if all.next().is_some() { "\u{2026}" } else { "" };
    Ok(format!("{}{more}", kept.join(" ")))
}

/// `clip(text, max_chars)`: the first piece of [`chunks`].
fn clip(state: &State, text: &str, max: usize) -> Result<String, Error> {
    pay(state, text)?;
    let text = text.trim();
    Ok(text[..end_of_piece(text, at_least_one(max)?)].trim_end().to_owned())
}

/// `points(text)`: the lines of a text that say something, without bullets, numbers and marks of
/// emphasis in front.
fn points(state: &State, text: &str) -> Result<Vec<String>, Error> {
    pay(state, text)?;
    Ok(text.lines().map(point).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

pub(super) fn point(line: &str) -> &str {
    let line = line.trim();
    let bare = line.trim_start_matches(['-', '*', '\u{2022}', '\u{2013}', '#']);
    let bullet = bare.len() < line.len() && bare.starts_with(char::is_whitespace);
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < line.len() && line.len() - digits.len() <= 3;
    let after = digits.strip_prefix(['.', ')']).filter(|rest| rest.starts_with(' '));
    let text = match after {
        Some(after) if numbered => after,
        _ if bullet || bare.is_empty() => bare,
        _ => line,
    };
    text.trim().trim_matches('"').trim()
}

/// `material(text)`: a foreign text between marks, for a prompt whose instructions say that what
/// stands between them is material. Marks within the text are made shorter, so that it cannot
/// end itself.
fn material(state: &State, text: &str) -> Result<String, Error> {
    pay(state, text)?;
    let mut kept = String::with_capacity(text.len() + 8);
    let mut run = (' ', 0);
    for c in text.trim().chars() {
        run = if c == run.0 { (c, run.1 + 1) } else { (c, 1) };
        if !matches!(c, '<' | '>') || run.1 < 3 {
            kept.push(c);
        }
    }
    Ok(format!("<<<\n{kept}\n>>>"))
}
