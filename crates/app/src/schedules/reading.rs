//! Reading rules: from JSON, with every mistake at once and where it is.
//!
//! Owns what is said about a mistake. Never guesses: a field that a rule does not have is a mistake
//! too. Read next: [`super::recurrence`].

use ampere_credits::Zone;
use serde_json::{Map, Value};

use super::rule::{MonthDay, Rule, Slot, TimeOfDay, Weekday, Weekdays};
use crate::error::FieldError;

impl Rule {
    /// From JSON, like `{"every": "weekly", "weekdays": ["monday"], "at": "09:15"}`.
    ///
    /// # Errors
    /// Every mistake, under `/rule`. Fields that a rule does not have are mistakes too.
    pub fn read(value: &Value) -> Result<Rule, Vec<FieldError>> {
        let Some(fields) = value.as_object() else {
            return Err(vec![mistake("", "required", "Say when it runs.")]);
        };
        let mut reader = Reader { fields, mistakes: Vec::new() };
        let every = fields.get("every").and_then(Value::as_str).unwrap_or_default();
        let rule = match every {
            "hourly" => reader.has(&["minute"]).minute().map(|minute| Rule::Hourly { minute }),
            "daily" => reader.has(&["at"]).at().map(|at| Rule::Daily { at }),
            "weekly" => {
                let reader = reader.has(&["weekdays", "at"]);
                let (weekdays, at) = (reader.weekdays(), reader.at());
                weekdays.zip(at).map(|(weekdays, at)| Rule::Weekly { weekdays, at })
            }
            "monthly" => {
                let reader = reader.has(&["day", "at"]);
                let (day, at) = (reader.day(), reader.at());
                day.zip(at).map(|(day, at)| Rule::Monthly { day, at })
            }
            _ => {
                reader.wrong("/every", "unknown_value", "hourly, daily, weekly or monthly.");
                None
            }
        };
        match rule {
            Some(rule) if reader.mistakes.is_empty() => Ok(rule),
            _ => Err(reader.mistakes),
        }
    }
}

/// A rule and the zone of its clocks.
///
/// # Errors
/// Every mistake in both, under `/rule` and `/zone`.
pub fn read(rule: &Value, zone: &str) -> Result<(Rule, Zone), Vec<FieldError>> {
    let rule = Rule::read(rule);
    let zone = Zone::named(zone.trim()).map_err(|error| FieldError {
        pointer: "/zone".to_owned(),
        code: "invalid_value",
        detail: format!("{error}."),
    });
    match (rule, zone) {
        (Ok(rule), Ok(zone)) => Ok((rule, zone)),
        (rule, zone) => {
            let mut mistakes = rule.err().unwrap_or_default();
            mistakes.extend(zone.err());
            Err(mistakes)
        }
    }
}

/// Reads the fields of a rule and collects what is wrong with them.
struct Reader<'a> {
    fields: &'a Map<String, Value>,
    mistakes: Vec<FieldError>,
}

impl Reader<'_> {
    fn wrong(&mut self, pointer: &str, code: &'static str, detail: &str) {
        self.mistakes.push(mistake(pointer, code, detail));
    }

    /// Notes the fields that are not among these.
    fn has(&mut self, names: &[&str]) -> &mut Self {
        for name in self.fields.keys().filter(|name| *name != "every") {
            if !names.contains(&name.as_str()) {
                let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                let detail = "This kind of rule has no such field.";
                self.mistakes.push(mistake(&pointer, "unknown_field", detail));
            }
        }
        self
    }

    /// The value of a field, noted as missing if it is not there.
    fn value(&mut self, name: &str) -> Option<Value> {
        let value = self.fields.get(name).filter(|value| !value.is_null()).cloned();
        if value.is_none() {
            self.wrong(&format!("/{name}"), "required", "Please fill this in.");
        }
        value
    }

    fn minute(&mut self) -> Option<Slot> {
        let minute = self.value("minute")?;
        let slot = small(&minute).and_then(Slot::new);
        if slot.is_none() {
            self.wrong("/minute", "invalid_value", "0, 15, 30 or 45.");
        }
        slot
    }

    fn at(&mut self) -> Option<TimeOfDay> {
        let at = self.value("at")?;
        let time = at.as_str().and_then(TimeOfDay::read);
        if time.is_none() {
            let detail = "A time of day in steps of 15 minutes, like 09:15.";
            self.wrong("/at", "invalid_value", detail);
        }
        time
    }

    fn day(&mut self) -> Option<MonthDay> {
        let day = self.value("day")?;
        let found = small(&day).and_then(MonthDay::new);
        if found.is_none() {
            self.wrong("/day", "out_of_range", "A day of the month, 1 to 31.");
        }
        found
    }

    fn weekdays(&mut self) -> Option<Weekdays> {
        let value = self.value("weekdays")?;
        let Some(words) = value.as_array() else {
            self.wrong("/weekdays", "invalid_value", "A list of days, like [\"monday\"].");
            return None;
        };
        let mut days = Vec::new();
        for (index, word) in words.iter().enumerate() {
            match word.as_str().and_then(Weekday::read) {
                Some(day) => days.push(day),
                None => {
                    let pointer = format!("/weekdays/{index}");
                    self.wrong(&pointer, "unknown_value", "monday, tuesday and so on.");
                }
            }
        }
        if words.is_empty() {
            self.wrong("/weekdays", "required", "Choose at least one day.");
        }
        Weekdays::new(days)
    }
}

fn small(value: &Value) -> Option<u8> {
    value.as_u64().and_then(|number| u8::try_from(number).ok())
}

fn mistake(pointer: &str, code: &'static str, detail: &str) -> FieldError {
    FieldError { pointer: format!("/rule{pointer}"), code, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mistakes(rule: Value, zone: &str) -> Vec<(String, &'static str)> {
        let found = read(&rule, zone).expect_err("it has mistakes");
        found.into_iter().map(|one| (one.pointer, one.code)).collect()
    }

    #[test]
    fn each_kind_is_written_as_it_was_read() {
        for rule in [
            json!({"every": "hourly", "minute": 45}),
            json!({"every": "daily", "at": "00:00"}),
            json!({"every": "weekly", "weekdays": ["monday", "sunday"], "at": "23:45"}),
            json!({"every": "monthly", "day": 31, "at": "09:15"}),
        ] {
            let read = Rule::read(&rule).expect("a rule");
            assert_eq!(serde_json::to_value(&read).expect("json"), rule);
        }
    }

    #[test]
    fn days_of_the_week_are_kept_once_and_in_order() {
        let rule = json!({"every": "weekly", "weekdays": ["friday", "monday", "friday"],
            "at": "09:00"});
        let Ok(Rule::Weekly { weekdays, .. }) = Rule::read(&rule) else {
            panic!("weekly");
        };
        assert_eq!(weekdays.iter().collect::<Vec<_>>(), [Weekday::Monday, Weekday::Friday]);
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let at = |places: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            places.iter().map(|(place, code)| ((*place).to_owned(), *code)).collect()
        };
        let weekly = json!({"every": "weekly", "weekdays": ["monday", "moonday"], "at": "9:00",
            "seconds/2": 1});
        let expected = [
            ("/rule/seconds~12", "unknown_field"),
            ("/rule/weekdays/1", "unknown_value"),
            ("/rule/at", "invalid_value"),
            ("/zone", "invalid_value"),
        ];
        assert_eq!(mistakes(weekly, "Mars/Olympus"), at(&expected));
        let empty = json!({"every": "weekly", "weekdays": [], "at": null});
        let expected = [("/rule/weekdays", "required"), ("/rule/at", "required")];
        assert_eq!(mistakes(empty, "UTC"), at(&expected));
        assert_eq!(mistakes(json!("daily"), "UTC"), at(&[("/rule", "required")]));
        assert_eq!(mistakes(json!({}), "UTC"), at(&[("/rule/every", "unknown_value")]));
    }

    #[test]
    fn only_slots_and_days_that_there_are() {
        for minute in [json!(7), json!(60), json!(-15), json!(15.5), json!("15"), json!(1e9)] {
            let rule = json!({"every": "hourly", "minute": minute});
            assert_eq!(mistakes(rule, "UTC").len(), 1, "{minute}");
        }
        for at in ["24:00", "09:10", "9:15", "09:15:00", "0900", "+9:15", "０9:15", ""] {
            assert_eq!(mistakes(json!({"every": "daily", "at": at}), "UTC").len(), 1, "{at}");
        }
        for day in [0, 32, 256 + 1] {
            let rule = json!({"every": "monthly", "day": day, "at": "09:00"});
            assert_eq!(mistakes(rule, "UTC"), [("/rule/day".to_owned(), "out_of_range")], "{day}");
        }
    }

    #[test]
    fn a_kind_has_no_fields_of_another() {
        let rule = json!({"every": "hourly", "minute": 0, "at": "09:00"});
        assert_eq!(mistakes(rule, "UTC"), [("/rule/at".to_owned(), "unknown_field")]);
    }
}
