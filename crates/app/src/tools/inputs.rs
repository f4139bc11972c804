//! What a person put into a tool's form: checked against the form, and made whole.
//!
//! Owns: which inputs are refused with which sentence, and what stands where nothing was put in.
//! Never looks into files or fetches pages: whether a file is there and of an accepted type is
//! for whoever reads it. Read next: `soundness` (what a form may ask for).

use serde_json::{Map, Value};

use super::schema::{is_of, is_required, list, spoken};
use crate::error::FieldError;

/// Characters of an input of one line, unless the form says otherwise.
const LONGEST_LINE: u64 = 500;
/// Characters of a long text, unless the form says otherwise.
const LONGEST_TEXT: u64 = 60_000;
/// Characters of an address.
const LONGEST_ADDRESS: u64 = 2_048;
/// Entries of a list, unless the form says otherwise.
const MOST_ENTRIES: u64 = 20;

/// Checks `given` against the form `schema`; answers it with defaults filled in. An optional
/// input without a default that was left empty comes back as `""`, `[]`, `false` or null, by its
/// type, so that a template can always ask for it. Null and, for optional texts, `""` count as
/// left empty.
///
/// # Errors
/// Every mistake at once, with pointers `/inputs/<name>`.
pub fn check(schema: &Value, given: Value) -> Result<Value, Vec<FieldError>> {
    let Value::Object(mut given) = given else {
        return Err(vec![wrong("/inputs", "invalid_value", "The inputs must be an object.")]);
    };
    let mut mistakes = Vec::new();
    let mut whole = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let value = given.remove(name).filter(|value| !is_empty(value));
        let value = value.or_else(|| property.get("default").cloned());
        let pointer = pointer(name);
        let value = match value {
            Some(value) => {
                mistakes.extend(mistake(property, &value, &pointer));
                value
            }
            None if is_required(schema, name) => {
                mistakes.push(wrong(&pointer, "required", missing(property)));
                continue;
            }
            None => nothing(property),
        };
        whole.insert(name.clone(), value);
    }
    for name in given.keys() {
        mistakes.push(wrong(&pointer(name), "unknown", "This tool has no such input."));
    }
    mistakes.extend(one_of(schema, &whole));
    if mistakes.is_empty() { Ok(Value::Object(whole)) } else { Err(mistakes) }
}

/// What a form comes to that is not whole yet, for estimates: defaults filled in, and everything
/// else that was left empty as [`check`] would leave it. Nothing is refused.
pub fn completed(schema: &Value, given: &Value) -> Value {
    let mut whole = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let value = given.get(name).filter(|value| !is_empty(value));
        let value = value.or_else(|| property.get("default")).cloned();
        whole.insert(name.clone(), value.unwrap_or_else(|| nothing(property)));
    }
    Value::Object(whole)
}

/// `x-one-of`: at least one of some inputs must be filled in.
fn one_of(schema: &Value, whole: &Map<String, Value>) -> Vec<FieldError> {
    let names = schema["x-one-of"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<&str> = names.collect();
    let filled = |name: &&str| whole.get(*name).is_some_and(|value| !is_empty(value));
    if names.is_empty() || names.iter().any(filled) {
        return Vec::new();
    }
    let title = |name: &&str| {
        let title = schema["properties"][*name]["title"].as_str().unwrap_or(name);
        format!("\u{201c}{title}\u{201d}")
    };
    let titles: Vec<String> = names.iter().map(title).collect();
    let detail = format!("Fill in one of these: {}.", titles.join(", "));
    names.iter().map(|name| wrong(&pointer(name), "required", detail.as_str())).collect()
}

fn wrong(pointer: &str, code: &'static str, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code, detail: detail.into() }
}

/// The JSON pointer of an input.
fn pointer(name: &str) -> String {
    format!("/inputs/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether nothing was put in.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What stands for an input that was left empty.
fn nothing(property: &Value) -> Value {
    match property["type"].as_str() {
        Some("string") => Value::from(""),
        Some("array") => Value::Array(Vec::new()),
        Some("boolean") => Value::Bool(false),
        _ => Value::Null,
    }
}

fn missing(property: &Value) -> &'static str {
    match property["format"].as_str() {
        Some("file") => "Please choose a file.",
        Some("url") => "Please fill in an address.",
        _ if property.get("enum").is_some() => "Please choose one.",
        _ => "Please fill this in.",
    }
}

/// What is wrong with one input, if anything.
pub(super) fn mistake(property: &Value, value: &Value, pointer: &str) -> Option<FieldError> {
    let kind = property["type"].as_str().unwrap_or_default();
    if !is_of(value, kind) {
        let detail = format!("This must be {}.", spoken(kind));
        return Some(wrong(pointer, "invalid_value", detail));
    }
    if let Some(choices) = property["enum"].as_array().filter(|all| !all.contains(value)) {
        let detail = format!("Choose one of these: {}.", list(choices));
        return Some(wrong(pointer, "invalid_value", detail));
    }
    match value {
        Value::String(text) => text_mistake(property, text, pointer),
        Value::Array(entries) => entries_mistake(property, entries, pointer),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let low = property["minimum"].as_f64().filter(|low| number < *low);
            let high = property["maximum"].as_f64().filter(|high| number > *high);
            let detail = low.map(|low| format!("At least {low}."));
            let detail = detail.or(high.map(|high| format!("At most {high}.")))?;
            Some(wrong(pointer, "out_of_range", detail))
        }
        _ => None,
    }
}

fn text_mistake(property: &Value, text: &str, pointer: &str) -> Option<FieldError> {
    let format = property["format"].as_str().unwrap_or_default();
    let longest = match format {
        "long-text" => LONGEST_TEXT,
        "url" => LONGEST_ADDRESS,
        _ => LONGEST_LINE,
    };
    let length = text.chars().count() as u64;
    let most = property["maxLength"].as_u64().unwrap_or(longest);
    if length > most {
        let detail = format!("At most {most} characters; these are {length}.");
        return Some(wrong(pointer, "too_long", detail));
    }
    if let Some(least) = property["minLength"].as_u64().filter(|least| length < *least) {
        return Some(wrong(pointer, "too_short", format!("At least {least} characters.")));
    }
    let detail = match format {
        "file" if !is_file(text) => "Please choose a file.",
        "url" if !is_address(text) => {
            "This must be an address of a page that begins with http:// or https://."
        }
        "" if text.chars().any(char::is_control) => "One line without control characters.",
        "long-text" if text.contains('\0') => "This has characters that are no text.",
        _ => return None,
    };
    Some(wrong(pointer, "invalid_value", detail))
}

fn entries_mistake(property: &Value, entries: &[Value], pointer: &str) -> Option<FieldError> {
    let count = entries.len() as u64;
    let most = property["maxItems"].as_u64().unwrap_or(MOST_ENTRIES);
    if count > most {
        return Some(wrong(pointer, "too_long", format!("At most {most} entries.")));
    }
    if let Some(least) = property["minItems"].as_u64().filter(|least| count < *least) {
        return Some(wrong(pointer, "too_short", format!("At least {least} entries.")));
    }
    let pages = property["format"] == "pages";
    let mut entry = property.get("items").cloned().unwrap_or(Value::Null);
    if let (true, Some(entry)) = (pages, entry.as_object_mut()) {
        entry.insert("format".to_owned(), "url".into());
    }
    entries.iter().enumerate().find_map(|(index, value)| {
        let mut mistake = mistake(&entry, value, pointer)?;
        mistake.detail = format!("Entry {}: {}", index + 1, mistake.detail);
        Some(mistake)
    })
}

/// Whether a text looks like the id of a file; whose file it is, is asked later.
fn is_file(text: &str) -> bool {
    text.strip_prefix("file_").is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    })
}

/// Whether a text is an address of a page. Where it may lead is the egress guard's to decide.
fn is_address(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    !authority.is_empty() && !authority.contains('@') && !rest.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form() -> Value {
        json!({
            "type": "object",
            "required": ["title", "page"],
            "x-one-of": ["notes", "paper"],
            "properties": {
                "title": { "type": "string", "title": "Title", "minLength": 3 },
                "page": { "type": "string", "title": "Page", "format": "url" },
                "notes": { "type": "string", "title": "Notes", "format": "long-text" },
                "paper": { "type": "string", "title": "Paper", "format": "file" },
                "tone": { "type": "string", "enum": ["dry", "warm"], "default": "dry" },
                "points": { "type": "integer", "minimum": 1, "maximum": 9 },
                "more": { "type": "array", "format": "pages", "maxItems": 2,
                          "items": { "type": "string" } },
                "plain": { "type": "boolean" },
            },
        })
    }

    fn refused(given: Value) -> Vec<(String, &'static str, String)> {
        let found = check(&form(), given).err().unwrap_or_default();
        found.into_iter().map(|error| (error.pointer, error.code, error.detail)).collect()
    }

    fn good() -> Value {
        json!({ "title": "Tea", "page": "https://example.com/a?b#c", "notes": "Some\nnotes" })
    }

    #[test]
    fn what_is_right_comes_back_whole() {
        let mut given = good();
        given["points"] = Value::Null;
        let whole = check(&form(), given);
        assert_eq!(
            whole,
            Ok(json!({
                "title": "Tea", "page": "https://example.com/a?b#c", "notes": "Some\nnotes",
                "paper": "", "tone": "dry", "points": null, "more": [], "plain": false,
            }))
        );
    }

    #[test]
    fn checking_twice_changes_nothing() {
        let once = check(&form(), good()).unwrap_or_default();
        assert_eq!(check(&form(), once.clone()), Ok(once));
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let cases = [
            ("title", json!("  "), "required", "Please fill this in."),
            ("title", json!("ab"), "too_short", "At least 3 characters."),
            ("title", json!("a\nbc"), "invalid_value", "One line without control characters."),
            ("title", json!(7), "invalid_value", "This must be a text."),
            ("page", json!(null), "required", "Please fill in an address."),
            ("paper", json!("a.pdf"), "invalid_value", "Please choose a file."),
            ("tone", json!("icy"), "invalid_value", "Choose one of these: dry, warm."),
            ("points", json!(10), "out_of_range", "At most 9."),
            ("points", json!(0), "out_of_range", "At least 1."),
            ("points", json!(1.5), "invalid_value", "This must be a whole number."),
            ("more", json!(["http://a", "http://b", "http://c"]), "too_long", "At most 2 entries."),
            ("nosuch", json!(1), "unknown", "This tool has no such input."),
        ];
        for (name, value, code, detail) in cases {
            let mut given = good();
            given[name] = value;
            let expected = (format!("/inputs/{name}"), code, detail.to_owned());
            assert_eq!(refused(given), [expected], "{name}");
        }
        let long = json!({ "title": "x".repeat(501), "page": "http://a", "notes": "n" });
        assert_eq!(refused(long)[0].2, "At most 500 characters; these are 501.");
        assert_eq!(refused(json!([]))[0].0, "/inputs");
    }

    #[test]
    fn addresses_are_of_pages() {
        for text in [
            "ftp://a",
            "javascript:alert(1)",
            "https://",
            "http:///x",
            "example.com",
            "https://me@example.com",
            "https://a b",
            "https:\\\\a",
        ] {
            assert!(!is_address(text), "{text}");
        }
        for text in ["http://localhost:8080", "HTTPS://EXAMPLE.com/ä", "https://[::1]/"] {
            assert!(is_address(text), "{text}");
        }
        let mut given = good();
        given["more"] = json!(["http://a", "mailto:b"]);
        assert!(refused(given)[0].2.starts_with("Entry 2: This must be an address"));
    }

    #[test]
    fn one_of_several_is_enough_and_none_is_told_at_each() {
        let mut given = good();
        given["notes"] = json!(" ");
        let told = refused(given.clone());
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[1].0, "/inputs/paper");
        assert!(told[0].2.contains("\u{201c}Notes\u{201d}, \u{201c}Paper\u{201d}"), "{told:?}");
        given["paper"] = json!("file_0190aa");
        assert_eq!(refused(given), []);
    }

    #[test]
    fn odd_names_make_sound_pointers() {
        let mut given = good();
        given["a/b~c"] = json!(1);
        assert_eq!(refused(given)[0].0, "/inputs/a~1b~0c");
    }
}
