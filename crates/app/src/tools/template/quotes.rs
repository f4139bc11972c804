//! Functions that compare texts: which quotes really occur, what changed between two versions.
//!
//! Never guesses: a quote occurs word for word, or it is missing.

use minijinja::{Environment, Error, State, Value, context};
use similar::{ChangeTag, TextDiff};

/// Lines of a text that are compared.
const MOST_LINES: usize = 4_000;

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_function("quoted", quoted_of);
    environment.add_function("changes", changes_of);
}

/// `quoted(quotes, text)`: `found`, the quotes that occur in the text, and `missing`, the others.
fn quoted_of(state: &State, quotes: Vec<String>, text: &str) -> Result<Value, Error> {
    let work = text.len().saturating_mul(quotes.len() + 1) / 16;
    state.consume_fuel(work as u64)?;
    let (found, missing) = quoted(&quotes, text);
    Ok(context! { found, missing })
}

/// Which quotes occur in `text` word for word; white space and the form of quotation marks and
/// hyphens make no difference, nor do marks around the whole quote.
pub(super) fn quoted(quotes: &[String], text: &str) -> (Vec<String>, Vec<String>) {
    let text = plain(text);
    let mut seen: Vec<&String> = Vec::new();
    for quote in quotes {
        if !seen.contains(&quote) {
            seen.push(quote);
        }
    }
    let (found, missing): (Vec<&String>, Vec<&String>) =
        seen.into_iter().partition(|quote| occurs(&plain(quote), &text));
    let owned = |quotes: Vec<&String>| quotes.into_iter().cloned().collect();
    (owned(found), owned(missing))
}

/// Whether `quote` stands in `text` and does not begin or end within a word.
fn occurs(quote: &str, text: &str) -> bool {
    let quote = quote.trim_matches(|c: char| c == '"' || c == '\'' || c == ' ');
    if !quote.chars().any(char::is_alphanumeric) {
        return false;
    }
    let within = |edge: Option<char>, beside: Option<char>| {
        edge.is_some_and(char::is_alphanumeric) && beside.is_some_and(char::is_alphanumeric)
    };
    text.match_indices(quote).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !within(found.chars().next(), before) && !within(found.chars().next_back(), after)
    })
}

/// A text in which only words and marks make a difference.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Soft hyphens and zero-width characters are not seen by who reads.
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
            '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => plain.push('"'),
            '\u{2018}'..='\u{201b}' | '\u{2039}' | '\u{203a}' => plain.push('\''),
            '\u{2010}'..='\u{2015}' => plain.push('-'),
            '\u{2026}' => plain.push_str("..."),
            c if c.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            c => plain.push(c),
        }
    }
    plain
}

/// `changes(before, after)`: the lines that are new (`added`), those that are gone (`removed`),
/// and whether there are any (`any`). Blank lines and white space at the ends make no difference.
fn changes_of(state: &State, before: &str, after: &str) -> Result<Value, Error> {
    state.consume_fuel((before.len() + after.len()) as u64)?;
    let (added, removed) = changes(before, after);
    let any = !added.is_empty() || !removed.is_empty();
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect::<Vec<_>>();
    Ok(context! { added => owned(added), removed => owned(removed), any })
}

pub(super) fn changes<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (before, after) = (lines(before), lines(after));
    let diff = TextDiff::from_slices(&before, &after);
    let mut added = Vec::new();
    let mut removed = Vec::new();
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => added.extend(change.new_index().and_then(|at| after.get(at))),
            ChangeTag::Delete => removed.extend(change.old_index().and_then(|at| before.get(at))),
            ChangeTag::Equal => {}
        }
    }
    (added, removed)
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_LINES).collect()
}
