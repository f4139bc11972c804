//! What of a model's answer is used for background work, or why none of it. Pure.
//!
//! Small models write around what they are asked for: quotation marks, markup, "Title:". What is
//! still not fit after that is taken away is not used at all.

use serde_json::Value;

use crate::meter::Output;

/// Characters of a title at most.
pub(super) const LONGEST_TITLE: usize = 60;
/// Characters of a follow-up at most.
pub(super) const LONGEST_FOLLOW_UP: usize = 100;
/// Follow-ups at most.
const FOLLOW_UPS: usize = 3;
/// Sentences of a summary at most.
const SENTENCES: usize = 8;
/// Characters of a summary at most.
const SUMMARY: usize = 1_600;

/// What stands around a title but does not belong to it.
const AROUND: &[char] = &['"', '\'', '“', '”', '„', '«', '»', '*', '#', '`', '_', '.', ':', '-'];

/// The topic of the JSON that was asked for, or else one line, without what models like to put
/// around it.
pub(super) fn title(output: &Output) -> Result<String, String> {
    if output.cut_at_length {
        return Err("The title was too long. The one there is stays.".to_owned());
    }
    let json = object(&output.text);
    let topic = json.get("topic").and_then(Value::as_str);
    let mut lines = topic.unwrap_or(&output.text).lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let said = line.split_once(':').filter(|(word, _)| bare(word).eq_ignore_ascii_case("title"));
    let title = bare(said.map_or(line, |(_, rest)| rest));
    if title.is_empty() {
        return Err("The model wrote no title. The one there is stays.".to_owned());
    }
    if title.chars().count() > LONGEST_TITLE || title.contains(['<', '>', '{', '}']) {
        return Err("The model wrote no short title. The one there is stays.".to_owned());
    }
    Ok(title.to_owned())
}

/// The JSON in a text; null where there is none.
fn object(text: &str) -> Value {
    let (start, end) = (text.find('{'), text.rfind('}'));
    let json = start.zip(end).and_then(|(start, end)| text.get(start..=end)).unwrap_or_default();
    serde_json::from_str(json).unwrap_or_default()
}

fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c))
}

/// One to three different questions other than the one that was just asked.
pub(super) fn follow_ups(output: &Output, asked: &str) -> Result<Vec<String>, String> {
    let list = object(&output.text)
        .get("questions")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut kept: Vec<String> = Vec::new();
    for question in list.iter().filter_map(Value::as_str) {
        let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
        let same = |other: &str| other.to_lowercase() == question.to_lowercase();
        let says = question.chars().filter(|c| c.is_alphanumeric()).count() > 1;
        let fits = says && question.chars().count() <= LONGEST_FOLLOW_UP;
        if fits && !same(asked.trim()) && !kept.iter().any(|other| same(other)) {
            kept.push(question);
        }
        if kept.len() == FOLLOW_UPS {
            break;
        }
    }
    match kept.is_empty() {
        true => Err("The model wrote no usable questions. None are shown.".to_owned()),
        false => Ok(kept),
    }
}

/// The first sentences, without one that was cut off.
pub(super) fn summary(output: &Output) -> Result<String, String> {
    let words = output.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut ends: Vec<usize> = sentence_ends(&words).take(SENTENCES).collect();
    if ends.len() < SENTENCES && !output.cut_at_length {
        ends.push(words.len());
    }
    let fits =
        |end: &&usize| words.get(..**end).is_some_and(|text| text.chars().count() <= SUMMARY);
    let end = ends.iter().rev().find(fits).copied().unwrap_or_default();
    let kept = words.get(..end).unwrap_or_default().trim();
    match kept.is_empty() {
        true => Err("The model wrote no usable summary. The one there is stays.".to_owned()),
        false => Ok(kept.to_owned()),
    }
}

/// Where sentences end, in bytes.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().filter_map(|(at, c)| {
        let end = at + c.len_utf8();
        let wide = matches!(c, '。' | '！' | '？');
        let narrow = matches!(c, '.' | '!' | '?');
        let over = text.get(end..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' '));
        (wide || (narrow && over)).then_some(end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Output {
        Output { text: text.to_owned(), cut_at_length: false, calls: Vec::new() }
    }

    fn cut(text: &str) -> Output {
        Output { cut_at_length: true, ..said(text) }
    }

    #[test]
    fn a_title_loses_its_wrapping_and_is_refused_when_it_is_none() {
        let good = [
            ("\"Tides of the sea\"\n", "Tides of the sea"),
            ("**Title: Tides**", "Tides"),
            ("# Tides: why and when.", "Tides: why and when"),
            ("\n\n„Gezeiten“\nand why", "Gezeiten"),
            ("{\"topic\": \"The tides\"}", "The tides"),
        ];
        for (text, title) in good {
            assert_eq!(super::title(&said(text)), Ok(title.to_owned()), "{text}");
        }
        for text in [
            "",
            " \n ",
            "{\"topic\": \"\"}",
            "{\"other\": 1}",
            "\"\"",
            "Title:",
            &"long ".repeat(13),
            "<think> tides",
        ] {
            assert!(title(&said(text)).is_err(), "{text}");
        }
        assert!(title(&cut("Tides of the")).is_err(), "half a title");
    }

    #[test]
    fn follow_ups_are_different_short_and_new() {
        let json = r#"Sure: {"questions": ["Why?", " why? ", "What  now?", "How far?", "More?"]}"#;
        assert_eq!(
            follow_ups(&said(json), "What now?"),
            Ok(vec!["Why?".to_owned(), "How far?".to_owned(), "More?".to_owned()])
        );
        let long = format!(r#"{{"questions": ["{}"]}}"#, "x".repeat(101));
        let dots = r#"{"questions": ["...", "?"]}"#;
        for text in
            ["", dots, "Why?", "{}", r#"{"questions": []}"#, r#"{"questions": [1, ""]}"#, &long]
        {
            assert!(follow_ups(&said(text), "").is_err(), "{text}");
        }
        assert!(follow_ups(&cut(r#"{"questions": ["Why?", "Wh"#), "").is_err());
    }

    #[test]
    fn a_summary_ends_with_a_whole_sentence() {
        assert_eq!(summary(&said(" One. \n\nTwo! Three")), Ok("One. Two! Three".to_owned()));
        assert_eq!(summary(&cut("One 1.5 times. Two tim")), Ok("One 1.5 times.".to_owned()));
        let nine = summary(&said(&"Word. ".repeat(9))).unwrap();
        assert_eq!(nine, "Word. ".repeat(8).trim());
        assert_eq!(summary(&said("海。空")), Ok("海。空".to_owned()));
        assert!(summary(&said(" ")).is_err());
        assert!(summary(&cut("half a sentence")).is_err());
        assert!(summary(&said(&"x".repeat(1_601))).is_err());
    }
}
