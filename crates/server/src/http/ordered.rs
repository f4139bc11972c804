//! JSON objects whose members come as people put them, not by the alphabet: forms and what was
//! filled in.
//!
//! Owns: that order, nothing else. It is kept in a form's `x-order`.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// An object with its members in an order of ours.
#[derive(Debug)]
pub struct Ordered(Vec<(String, Member)>);

#[derive(Debug)]
enum Member {
    Plain(Value),
    Ordered(Ordered),
}

impl Serialize for Ordered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, member) in &self.0 {
            match member {
                Member::Plain(value) => map.serialize_entry(name, value)?,
                Member::Ordered(object) => map.serialize_entry(name, object)?,
            }
        }
        map.end()
    }
}

/// A form with its properties in their order.
pub fn form(form: &Value) -> Ordered {
    let members = form.as_object().into_iter().flatten().filter(|(name, _)| *name != "x-order");
    let each = members.map(|(name, value)| {
        let member = match name.as_str() {
            "properties" => Member::Ordered(filled(form, value)),
            _ => Member::Plain(value.clone()),
        };
        (name.clone(), member)
    });
    Ordered(each.collect())
}

/// What was filled into a form, in the form's order.
pub fn filled(form: &Value, given: &Value) -> Ordered {
    let order = form["x-order"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let order: Vec<&str> = order.collect();
    let place = |name: &str| order.iter().position(|other| *other == name).unwrap_or(usize::MAX);
    let mut members: Vec<(&String, &Value)> = given.as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| place(name));
    let plain = |(name, value): (&String, &Value)| (name.clone(), Member::Plain(value.clone()));
    Ordered(members.into_iter().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(object: &Ordered) -> String {
        serde_json::to_string(object).unwrap_or_default()
    }

    #[test]
    fn a_form_comes_in_its_order_and_what_was_filled_in_too() {
        let tool = json!({
            "type": "object", "x-order": ["topic", "audience"],
            "properties": { "audience": { "type": "string" }, "topic": { "type": "string" } },
        });
        let shown = text(&form(&tool));
        assert!(shown.find("topic") < shown.find("audience"), "{shown}");
        assert!(!shown.contains("x-order"), "{shown}");
        let given = json!({ "audience": "all", "extra": 1, "topic": "sea" });
        assert_eq!(text(&filled(&tool, &given)), r#"{"topic":"sea","audience":"all","extra":1}"#);
    }
}
