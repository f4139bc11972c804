//! Whether the schemas of a declaration are sound: those of forms and those of models' answers.
//!
//! Owns the keywords that each may use. Never looks at values beyond defaults. Read next:
//! `inputs` and `schema`, which hold values against what is sound here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::inputs;
use super::lines::Key;
use super::schema::is_of;
use super::validation::{Faults, is_name};

/// Inputs of a form.
const MOST_INPUTS: usize = 20;
/// How deep the schema of an answer may go.
const DEEPEST: usize = 5;
/// Media types of files that can be read.
const READABLE: [&str; 6] = [
    "text/plain",
    "text/markdown",
    "text/csv",
    "text/html",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// The keywords of one input of a form, each with the type of its value.
const OF_INPUT: [(&str, &str); 15] = [
    ("type", "string"),
    ("title", "string"),
    ("description", "string"),
    ("default", "any"),
    ("enum", "array"),
    ("minLength", "size"),
    ("maxLength", "size"),
    ("minItems", "size"),
    ("maxItems", "size"),
    ("minimum", "number"),
    ("maximum", "number"),
    ("items", "object"),
    ("format", "string"),
    ("x-advanced", "boolean"),
    ("x-accept", "array"),
];
/// The keywords of an answer's schema.
const OF_ANSWER: [(&str, &str); 14] = [
    ("type", "string"),
    ("title", "string"),
    ("description", "string"),
    ("properties", "object"),
    ("required", "array"),
    ("additionalProperties", "boolean"),
    ("items", "object"),
    ("enum", "array"),
    ("minLength", "size"),
    ("maxLength", "size"),
    ("minItems", "size"),
    ("maxItems", "size"),
    ("minimum", "number"),
    ("maximum", "number"),
];
/// The keywords of a form.
const OF_FORM: [(&str, &str); 4] =
    [("type", "string"), ("required", "array"), ("properties", "object"), ("x-one-of", "array")];

/// A place in a declaration, with what was found there so far.
pub(super) struct Place<'a> {
    pub(super) at: Vec<Key>,
    pub(super) faults: &'a mut Faults,
}

impl Place<'_> {
    fn wrong(&mut self, key: Option<&str>, reason: impl Into<String>) {
        let at = self.at.iter().cloned().chain(key.map(Key::from)).collect();
        self.faults.add(at, reason);
    }

    fn within(&mut self, keys: &[&str]) -> Place<'_> {
        let deeper = keys.iter().map(|key| Key::from(*key));
        let at = self.at.iter().cloned().chain(deeper).collect();
        Place { at, faults: self.faults }
    }

    /// Only known keywords, each of its type; bounds that leave something.
    fn keywords(&mut self, schema: &Value, known: &[(&str, &str)]) {
        for (key, value) in schema.as_object().into_iter().flatten() {
            match known.iter().find(|(name, _)| name == key) {
                None => self.wrong(Some(key), format!("`{key}` is not known here")),
                Some((_, kind)) => {
                    let fits = match *kind {
                        "any" => true,
                        "size" => value.is_u64(),
                        kind => is_of(value, kind),
                    };
                    if !fits {
                        self.wrong(Some(key), format!("`{key}` has the wrong type"));
                    }
                }
            }
        }
        let pairs = [("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")];
        for (least, most) in pairs {
            let bounds = schema[least].as_f64().zip(schema[most].as_f64());
            if bounds.is_some_and(|(least, most)| least > most) {
                self.wrong(Some(least), format!("`{least}` is above `{most}`"));
            }
        }
        self.choices(schema);
    }

    fn choices(&mut self, schema: &Value) {
        let Some(choices) = schema["enum"].as_array() else { return };
        let texts: BTreeSet<&str> = choices.iter().filter_map(Value::as_str).collect();
        if schema["type"] != "string" || texts.is_empty() || texts.len() != choices.len() {
            self.wrong(Some("enum"), "`enum` must be a list of different texts, of type string");
        }
    }

    /// A list of names that must be among the properties.
    fn names(&mut self, schema: &Value, key: &str) {
        for name in schema[key].as_array().into_iter().flatten() {
            let known = name.as_str().is_some_and(|name| {
                schema["properties"].as_object().is_some_and(|all| all.contains_key(name))
            });
            if !known {
                self.wrong(Some(key), format!("`{key}` names {name}, which is not there"));
            }
        }
    }
}

/// A form: an object of inputs.
pub(super) fn form(mut place: Place<'_>, schema: &Value) {
    place.keywords(schema, &OF_FORM);
    if schema["type"] != "object" {
        place.wrong(Some("type"), "the inputs must be of type \"object\"");
    }
    let properties = schema["properties"].as_object();
    let count = properties.map_or(0, serde_json::Map::len);
    if !(1..=MOST_INPUTS).contains(&count) {
        place.wrong(Some("properties"), format!("a tool has 1 to {MOST_INPUTS} inputs"));
    }
    place.names(schema, "required");
    place.names(schema, "x-one-of");
    let one_of = schema["x-one-of"].as_array().map(Vec::as_slice);
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    if one_of.is_some_and(|names| names.len() < 2 || names.iter().any(|n| required.contains(n))) {
        let reason = "`x-one-of` must name at least two inputs that are not required";
        place.wrong(Some("x-one-of"), reason);
    }
    for (name, property) in properties.into_iter().flatten() {
        let mut place = place.within(&["properties", name]);
        if !is_name(name) {
            place.wrong(None, "a name of an input has small letters, digits and underscores");
        }
        input(&mut place, property);
        let hidden = property["x-advanced"] == true && property.get("default").is_none();
        if hidden && required.iter().any(|needed| needed == name.as_str()) {
            let reason = "an advanced input needs a default, or must not be required";
            place.wrong(Some("x-advanced"), reason);
        }
    }
}

fn input(place: &mut Place<'_>, property: &Value) {
    if !property.is_object() {
        return place.wrong(None, "an input must be a table");
    }
    place.keywords(property, &OF_INPUT);
    for (key, most) in [("title", 80), ("description", 300)] {
        let text = property[key].as_str().unwrap_or_default().trim();
        if text.is_empty() || text.chars().count() > most {
            place
                .wrong(Some(key), format!("an input needs a `{key}` of at most {most} characters"));
        }
    }
    let kind = property["type"].as_str().unwrap_or_default();
    if !["string", "number", "integer", "boolean", "array"].contains(&kind) {
        let reason = "`type` must be string, number, integer, boolean or array";
        return place.wrong(Some("type"), reason);
    }
    format(place, property, kind);
    if kind == "array" {
        let items = &property["items"];
        let known = ["type", "minLength", "maxLength", "enum"];
        let known: Vec<_> = OF_INPUT.into_iter().filter(|(key, _)| known.contains(key)).collect();
        place.within(&["items"]).keywords(items, &known);
        if items["type"] != "string" {
            place.wrong(Some("items"), "`items` must be of type \"string\"");
        }
    }
    if let Some(default) = property.get("default")
        && let Some(mistake) = inputs::mistake(property, default, "")
    {
        place.wrong(Some("default"), format!("`default` does not fit: {}", mistake.detail));
    }
}

fn format(place: &mut Place<'_>, property: &Value, kind: &str) {
    let format = property["format"].as_str();
    let fits = match format {
        None => true,
        Some("long-text" | "file" | "url") => kind == "string",
        Some("pages") => kind == "array",
        Some(_) => false,
    };
    if !fits {
        let reason =
            "`format` must be long-text, file or url (of a string), or pages (of an array)";
        place.wrong(Some("format"), reason);
    }
    let Some(accept) = property["x-accept"].as_array() else { return };
    if format != Some("file") {
        place.wrong(Some("x-accept"), "`x-accept` belongs to files");
    }
    let odd = accept.iter().find(|media| !READABLE.iter().any(|readable| *media == readable));
    if let Some(odd) = odd {
        let reason = format!("{odd} cannot be read; these can: {}", READABLE.join(", "));
        place.wrong(Some("x-accept"), reason);
    }
}

/// The schema of an answer: an object at the top.
pub(super) fn answer(mut place: Place<'_>, schema: &Value) {
    if schema["type"] != "object" {
        place.wrong(Some("type"), "an output must be of type \"object\"");
    }
    part(place, schema, 1);
}

fn part(mut place: Place<'_>, schema: &Value, depth: usize) {
    if depth > DEEPEST {
        return place.wrong(None, format!("an output may be {DEEPEST} levels deep"));
    }
    if !schema.is_object() {
        return place.wrong(None, "a schema must be a table");
    }
    place.keywords(schema, &OF_ANSWER);
    match schema["type"].as_str().unwrap_or_default() {
        "string" | "number" | "integer" | "boolean" => {}
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            if properties.clone().next().is_none() {
                place.wrong(Some("properties"), "an object needs `properties`");
            }
            place.names(schema, "required");
            for (name, property) in properties {
                part(place.within(&["properties", name]), property, depth + 1);
            }
        }
        "array" if schema.get("items").is_none() => {
            place.wrong(None, "an array needs `items`");
        }
        "array" => part(place.within(&["items"]), &schema["items"], depth + 1),
        _ => place.wrong(
            Some("type"),
            "`type` must be string, number, integer, boolean, array or object",
        ),
    }
}
