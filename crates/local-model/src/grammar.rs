//! Owns the way from a wanted JSON Schema to a grammar that answers can be held to.
//! Never decides which token comes next, and never lets a schema through that it cannot enforce
//! the shape of. Read next: `choice.rs`, which uses the grammar.

use llama_cpp_2::json_schema_to_grammar;
use llama_cpp_2::sampling::LlamaSampler;
use serde_json::Value;

use crate::fault::Fault;
use crate::model::LocalModel;

/// The longest schema: its grammar is looked at for every token.
pub const SCHEMA_BYTES: usize = 64 * 1024;

/// A schema as it was sent, because the order of properties is the order of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema(String);

impl Schema {
    /// Any JSON object.
    pub fn any_object() -> Self {
        Self(r#"{"type":"object"}"#.to_owned())
    }

    /// Reads the text of a schema.
    pub fn read(text: &str) -> Result<Self, Fault> {
        if text.len() > SCHEMA_BYTES {
            return Err(Fault::bad_schema(format!("it is longer than {SCHEMA_BYTES} bytes")));
        }
        // This also refuses what is nested deeper than llama.cpp's own reader could stand.
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(_)) => Ok(Self(text.to_owned())),
            Ok(_) => Err(Fault::bad_schema("it is not a JSON object")),
            Err(error) => Err(Fault::bad_schema(error.to_string())),
        }
    }

    /// The grammar for one answer.
    pub fn grammar(&self, model: &LocalModel) -> Result<LlamaSampler, Fault> {
        let rules = json_schema_to_grammar(&self.0).ok();
        rules
            .filter(|rules| counts_are_right(rules))
            .and_then(|rules| model.grammar(&rules))
            .ok_or_else(|| Fault::bad_schema("this local model cannot be held to it"))
    }
}

/// Whether every `{least,most}` of the rules has a `most` that is not below its `least`: with any
/// other (from `minLength` 5 and `maxLength` 2) llama.cpp counts down past zero until memory ends.
fn counts_are_right(rules: &str) -> bool {
    let mut rest = rules.chars();
    while let Some(found) = rest.next() {
        match found {
            // What is quoted is text, whatever it looks like.
            '"' => skip(&mut rest, '"'),
            '[' => skip(&mut rest, ']'),
            '{' => {
                let inner: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
                let count = |text: &str| text.trim().parse::<u64>().ok();
                let open = most.trim().is_empty();
                if !open && count(least).zip(count(most)).is_none_or(|(least, most)| most < least) {
                    return false;
                }
            }
            _ => {}
        }
    }
    true
}

fn skip(rest: &mut std::str::Chars<'_>, end: char) {
    while let Some(found) = rest.next() {
        if found == '\\' {
            rest.next();
        } else if found == end {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_right_counts(schema: &str) -> bool {
        counts_are_right(&json_schema_to_grammar(schema).unwrap())
    }

    #[test]
    fn counts_that_end_before_they_begin_are_seen_wherever_they_come_from() {
        for schema in [
            r#"{"type":"string","minLength":5,"maxLength":2}"#,
            r#"{"type":"object","properties":{"a":{"type":"string","pattern":"^(a|b{3,1})c$"}}}"#,
            r#"{"anyOf":[{"type":"null"},{"type":"string","minLength":3,"maxLength":2}]}"#,
        ] {
            assert!(!has_right_counts(schema), "{schema}");
        }
        for schema in [
            r#"{"type":"string","minLength":2,"maxLength":5}"#,
            r#"{"type":"array","items":{"type":"string"},"minItems":3}"#,
            r#"{"enum":["{5,2}","\"{5,2}","]{5,2}"]}"#,
            r#"{"type":"string","pattern":"^[{5,2}]{4}$"}"#,
            r#"{"type":"integer","minimum":-7,"maximum":999}"#,
        ] {
            assert!(has_right_counts(schema), "{schema}");
        }
    }

    #[test]
    fn reads_objects_only() {
        assert_eq!(Schema::read("{}"), Ok(Schema("{}".to_owned())));
        let kept = r#"{ "b": 1, "a": 2 }"#;
        assert_eq!(Schema::read(kept), Ok(Schema(kept.to_owned())));
        let deep = format!("{{\"items\":{}{}}}", "[".repeat(200), "]".repeat(200));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(SCHEMA_BYTES));
        for (text, hint) in
            [("true", "not a JSON object"), (&deep, "recursion"), (&long, "longer than")]
        {
            let fault = Schema::read(text).unwrap_err();
            assert!(fault.body().to_string().contains(hint), "{}", fault.body());
        }
    }
}
