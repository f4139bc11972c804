//! Reading and comparing JSON objects.
//!
//! Owns: access by a dotted path, `previous_attributes`, the canonical text. Never knows what an
//! object means. Read next: `state`.

use serde_json::{Map, Value};

/// Reads by a dotted path, e.g. `items.data.0.price.id`.
pub(crate) trait Reading {
    fn at(&self, path: &str) -> &Value;

    /// The text there; empty where there is none.
    fn text(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    /// The whole number there; 0 where there is none.
    fn int(&self, path: &str) -> i64 {
        self.at(path).as_i64().unwrap_or_default()
    }

    fn flag(&self, path: &str) -> bool {
        self.at(path).as_bool().unwrap_or_default()
    }

    /// The entries of the list there; none where there is no list.
    fn rows(&self, path: &str) -> &[Value] {
        self.at(path).as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

impl Reading for Value {
    fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |value, part| match value {
            Value::Array(rows) => {
                part.parse().ok().and_then(|at: usize| rows.get(at)).unwrap_or(&Value::Null)
            }
            other => other.get(part).unwrap_or(&Value::Null),
        })
    }
}

/// The text as JSON; null where it is empty.
pub(crate) fn or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

/// The old values of what differs: objects by member, everything else whole.
pub(crate) fn previous(old: &Value, new: &Value) -> Map<String, Value> {
    let mut differs = Map::new();
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return differs };
    for (name, before) in old.iter().filter(|(name, _)| !name.starts_with('_')) {
        match new.get(name) {
            Some(after) if after == before => {}
            Some(after) if before.is_object() && after.is_object() => {
                differs.insert(name.clone(), Value::Object(previous(before, after)));
            }
            _ => {
                differs.insert(name.clone(), before.clone());
            }
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name) && !name.starts_with('_')) {
        differs.insert(name.clone(), Value::Null);
    }
    differs
}

/// A copy without the members that are ours alone: their names begin with `_`.
pub(crate) fn shown(value: &Value) -> Value {
    let mut told = value.clone();
    hide(&mut told);
    told
}

/// Takes the members away that are ours alone.
pub(crate) fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.keys().any(|name| name.starts_with('_')) {
                members.retain(|name, _| !name.starts_with('_'));
            }
            members.values_mut().for_each(hide);
        }
        Value::Array(rows) => rows.iter_mut().for_each(hide),
        _ => {}
    }
}

/// As it goes over the wire.
pub(crate) fn written(value: &Value) -> String {
    // Through a vector: `Display` writes each piece by itself.
    serde_json::to_string(value).unwrap_or_default()
}

/// One line of JSON with the members in the order of their names.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let written = sorted.into_iter().map(|(name, value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            });
            format!("{{{}}}", written.collect::<Vec<_>>().join(","))
        }
        Value::Array(rows) => {
            format!("[{}]", rows.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
