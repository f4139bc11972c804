//! Reading: environment and file into texts with their sources, before anybody knows their types.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use ampere_app::settings::Source;

use super::keys::{self, Key};

/// A mistake in the configuration, said as the person can find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake(pub String);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As it was written.
    pub text: String,
    /// Environment or file.
    pub source: Source,
    /// How the person finds it.
    pub place: String,
}

/// The environment, as an argument.
pub type Environment = BTreeMap<String, String>;

/// Everything that was said.
#[derive(Debug, Default)]
pub struct Raw {
    said: BTreeMap<&'static str, Text>,
    /// Everything that is wrong; collected, so that a person sees all of it.
    pub mistakes: Vec<Mistake>,
}

/// The data folder.
pub fn data_folder(environment: &Environment) -> PathBuf {
    let said = environment.get(keys::DATA.environment).filter(|text| !text.is_empty());
    PathBuf::from(said.map_or("data", String::as_str))
}

/// The configuration file; a file that was named must be there.
pub fn file_of(environment: &Environment) -> (PathBuf, bool) {
    match environment.get(keys::FILE.environment).filter(|text| !text.is_empty()) {
        Some(named) => (PathBuf::from(named), true),
        None => (data_folder(environment).join("ampere.toml"), false),
    }
}

impl Raw {
    /// Environment over file. An empty text in the environment says nothing.
    pub fn read(environment: &Environment, file: Option<(&Path, &str)>) -> Self {
        let mut raw = Raw::default();
        if let Some((path, text)) = file {
            raw.take_file(path, text);
        }
        raw.take_environment(environment);
        raw
    }

    fn take_file(&mut self, path: &Path, text: &str) {
        let shown = path.display();
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => return self.wrong(format!("{shown}: {}", error.message())),
        };
        for (name, value) in table {
            let Some(key) = keys::ALL.iter().find(|key| key.file == name) else {
                self.wrong(format!("{shown}: there is no setting {name}"));
                continue;
            };
            match plain(&value) {
                Some(text) => {
                    let place = format!("{shown}: {name}");
                    self.said.insert(key.file, Text { text, source: Source::File, place });
                }
                None => self.wrong(format!("{shown}: {name} must be one value, not a table")),
            }
        }
    }

    fn take_environment(&mut self, environment: &Environment) {
        for (name, text) in environment.iter().filter(|(name, _)| name.starts_with("AMPERE_")) {
            let elsewhere = [keys::DATA.environment, keys::FILE.environment];
            if elsewhere.contains(&name.as_str()) || keys::OF_OTHERS.contains(&name.as_str()) {
                continue;
            }
            let Some(key) = keys::ALL.iter().find(|key| key.environment == name) else {
                self.wrong(format!("{name}: there is no such setting (ampere --help lists them)"));
                continue;
            };
            if !text.is_empty() {
                let text = text.clone();
                let place = name.clone();
                self.said.insert(key.file, Text { text, source: Source::Environment, place });
            }
        }
    }

    fn wrong(&mut self, text: String) {
        self.mistakes.push(Mistake(text));
    }

    /// What was said for a setting.
    pub fn text(&self, key: Key) -> Option<&Text> {
        self.said.get(key.file)
    }

    /// The same, read by `read`; what cannot be read is noted with what is `wanted`.
    pub fn value<T>(
        &mut self,
        key: Key,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.said.get(key.file)?;
        let value = read(text.text.trim());
        if value.is_none() {
            // What was written is not repeated where it may be a secret.
            let said =
                if key.secret { String::new() } else { format!(" (it says {:?})", text.text) };
            let mistake = format!("{} must be {wanted}{said}", text.place);
            self.mistakes.push(Mistake(mistake));
        }
        value
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(yes) => yes.to_string(),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>()?.join(","),
        toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    })
}

/// Yes or no, in the ways people write it.
pub fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Some(true),
        "0" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}
