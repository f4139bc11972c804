//! Where the values of a workflow's step come from: earlier results, the form, or as they stand.
//!
//! Owns paths and what a result looks like as text. Never runs anything.

use serde_json::Value;

use super::definition::{Source, Test};

/// What a path leads to in `scope`, an object with `inputs` and, by step id, `result`s.
pub fn resolve<'a>(source: &'a Source, scope: &'a Value) -> Option<&'a Value> {
    match source {
        Source::Value(value) => Some(value),
        Source::From(path) => path.split('.').try_fold(scope, |value, name| match value {
            Value::Object(fields) => fields.get(name),
            Value::Array(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        }),
    }
}

/// A value as a person would read it: text as it is, a table as lines of cells, a list as lines,
/// everything else as JSON.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => match (fields.get("columns"), fields.get("rows")) {
            (Some(Value::Array(columns)), Some(Value::Array(rows))) => {
                let line = |cells: &Value| match cells {
                    Value::Array(cells) => {
                        cells.iter().map(as_text).collect::<Vec<_>>().join(" | ")
                    }
                    other => as_text(other),
                };
                let head = line(&Value::Array(columns.clone()));
                std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n")
            }
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

/// Whether a condition holds. Text is compared without regard to case and outer blanks; numbers
/// as numbers where both sides are.
pub fn holds(left: &Value, test: Test, right: &Value) -> bool {
    let (l, r) = (plain(left), plain(right));
    match test {
        Test::Contains => l.contains(&r),
        Test::NotContains => !l.contains(&r),
        Test::Equals => number(left).zip(number(right)).map_or(l == r, |(a, b)| a == b),
        Test::NotEquals => !holds(left, Test::Equals, right),
        Test::IsEmpty => l.is_empty(),
        Test::IsNotEmpty => !l.is_empty(),
        Test::GreaterThan => number(left).zip(number(right)).is_some_and(|(a, b)| a > b),
        Test::LessThan => number(left).zip(number(right)).is_some_and(|(a, b)| a < b),
    }
}

fn plain(value: &Value) -> String {
    as_text(value).trim().to_lowercase()
}

/// A number, a text that is one, or how many a list has.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Array(items) => u32::try_from(items.len()).ok().map(f64::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_results_inputs_and_fields() {
        let scope = json!({ "inputs": { "n": 3 }, "s1": { "result": { "rows": [["a"]] } } });
        let at = |path: &str| resolve(&Source::From(path.to_owned()), &scope).cloned();
        assert_eq!(at("inputs.n"), Some(json!(3)));
        assert_eq!(at("s1.result.rows.0.0"), Some(json!("a")));
        assert_eq!(at("s2.result"), None);
    }

    #[test]
    fn conditions_compare_numbers_as_numbers_and_text_as_text() {
        assert!(holds(&json!("12"), Test::GreaterThan, &json!(9)));
        assert!(!holds(&json!("twelve"), Test::GreaterThan, &json!(9)));
        assert!(holds(&json!(" Yes. "), Test::Contains, &json!("yes")));
        assert!(holds(&json!("1.0"), Test::Equals, &json!(1)));
        assert!(holds(&json!([]), Test::IsEmpty, &Value::Null));
        assert!(holds(&json!([1, 2]), Test::LessThan, &json!(3)));
    }

    #[test]
    fn a_table_reads_as_lines() {
        let table = json!({ "columns": ["who", "what"], "rows": [["Ada", "write"], ["Bo", 2]] });
        assert_eq!(as_text(&table), "who | what\nAda | write\nBo | 2");
    }
}
