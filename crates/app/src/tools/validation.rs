//! Whether a declaration makes sense: ids, expressions, what refers to what, bounds.
//!
//! Owns the rules of a tool as a whole. Never reads a file: `book` does, and turns the places of
//! faults into lines. Read next: `soundness` (schemas), `plan` (which tries a tool out).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::declaration::{Act, ResultKind, ResultSpec, Step, Tool};
use super::lines::Key;
use super::plan;
use super::schema::sample;
use super::soundness::{Place, answer, form};
use super::template::{FaultKind, TemplateFault, names_in_expression, names_in_template};

/// Steps of a tool.
const MOST_STEPS: usize = 20;
/// Output tokens of one call.
const OUTPUT_TOKENS: std::ops::RangeInclusive<u32> = 1..=4_096;
/// Seconds of a run.
const SECONDS: std::ops::RangeInclusive<u32> = 10..=3_600;
/// Items of an `each`.
const EACH: std::ops::RangeInclusive<u32> = 1..=50;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where, from the top of the file.
    pub(super) at: Vec<Key>,
    /// The line within the text at that place, from 1.
    pub(super) line: Option<u32>,
    /// A sentence.
    pub(super) reason: String,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, at: Vec<Key>, reason: impl Into<String>) {
        self.0.push(Fault { at, line: None, reason: reason.into() });
    }

    fn template(&mut self, at: Vec<Key>, fault: TemplateFault) {
        let TemplateFault { line, reason, .. } = fault;
        self.0.push(Fault { at, line, reason });
    }
}

/// Everything that is wrong with a tool whose file is called `stem`.
pub(super) fn faults(tool: &Tool, stem: &str) -> Vec<Fault> {
    let mut faults = Faults::default();
    head(tool, stem, &mut faults);
    form(Place { at: vec!["inputs".into()], faults: &mut faults }, &tool.inputs);
    let mut used = BTreeSet::new();
    for number in 0..tool.steps.len() {
        Checker { tool, number, faults: &mut faults, used: &mut used }.step();
    }
    let number = tool.steps.len();
    Checker { tool, number, faults: &mut faults, used: &mut used }.result(&tool.result);
    for (name, _) in tool.inputs["properties"].as_object().into_iter().flatten() {
        if !used.contains(name) {
            let at = ["inputs", "properties", name].map(Key::from).to_vec();
            faults.add(at, format!("the input `{name}` is used nowhere"));
        }
    }
    if faults.0.is_empty() {
        try_out(tool, &mut faults);
    }
    faults.0
}

/// Runs every template once on made-up values: that finds filters and functions that do not
/// exist, which parsing cannot.
fn try_out(tool: &Tool, faults: &mut Faults) {
    let inputs = sample(&tool.inputs, 2, 40);
    for (number, key, fault) in plan::try_out(tool, &inputs) {
        if fault.kind == FaultKind::Written {
            faults.template(vec!["steps".into(), number.into(), key.into()], fault);
        }
    }
}

fn head(tool: &Tool, stem: &str, faults: &mut Faults) {
    let Tool { id, name, purpose, steps, limits, .. } = tool;
    let sound = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.len() <= 60
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !sound {
        faults.add(vec!["id".into()], "an id has small letters, digits and hyphens, at most 60");
    } else if id != stem {
        faults.add(vec!["id".into()], format!("the id `{id}` is not the file's name `{stem}`"));
    }
    for (key, text, most) in [("name", name, 60), ("purpose", purpose, 160)] {
        one_line(vec![key.into()], text, most, faults);
    }
    if !(1..=MOST_STEPS).contains(&steps.len()) {
        faults.add(vec!["steps".into()], format!("a tool has 1 to {MOST_STEPS} steps"));
    }
    for (key, value, allowed) in [("seconds", limits.seconds, SECONDS), ("each", limits.each, EACH)]
    {
        if !allowed.contains(&value) {
            let (least, most) = (allowed.start(), allowed.end());
            let reason = format!("`{key}` must be between {least} and {most}");
            faults.add(vec!["limits".into(), key.into()], reason);
        }
    }
}

fn one_line(at: Vec<Key>, text: &str, most: usize, faults: &mut Faults) {
    let bad =
        text.trim().is_empty() || text.chars().count() > most || text.chars().any(char::is_control);
    if bad {
        faults.add(at, format!("must be one line of 1 to {most} characters"));
    }
}

/// Whether a text can be the name of an input or the id of a step.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The name in a template that is nothing but `{{ name }}`.
fn only_name(template: &str) -> Option<&str> {
    let name = template.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    name.chars().all(plain).then_some(name)
}

/// A template or an expression, and where it stands.
struct Text<'t> {
    at: Vec<Key>,
    source: &'t str,
    /// Whether it is done for each item.
    inside: bool,
    /// Whether inputs that are files may be named.
    files: bool,
}

struct Checker<'a> {
    tool: &'a Tool,
    /// Of the step that is looked at; what stands before it may be used.
    number: usize,
    faults: &'a mut Faults,
    used: &'a mut BTreeSet<String>,
}

impl Checker<'_> {
    fn at(&self, key: &str) -> Vec<Key> {
        vec!["steps".into(), self.number.into(), key.into()]
    }

    fn step(&mut self) {
        let Some(step) = self.tool.steps.get(self.number) else { return };
        let Step { id, name, each, when, act } = step;
        let earlier = &self.tool.steps[..self.number];
        if !is_name(id) {
            let reason = "an id of a step has small letters, digits and underscores";
            self.faults.add(self.at("id"), reason);
        } else if earlier.iter().any(|step| step.id == *id) {
            self.faults.add(self.at("id"), format!("there are two steps `{id}`"));
        }
        one_line(self.at("name"), name, 80, self.faults);
        for (key, expression) in [("each", each), ("when", when)] {
            if let Some(expression) = expression {
                let (at, source, files) = (self.at(key), expression, key == "when");
                let names = names_in_expression(expression);
                self.names(Text { at, source, inside: false, files }, names);
            }
        }
        let inside = each.is_some();
        match act {
            Act::Prompt { system, prompt, max_output_tokens, output } => {
                if let Some(system) = system {
                    self.text("system", system, inside);
                }
                self.text("prompt", prompt, inside);
                if !OUTPUT_TOKENS.contains(max_output_tokens) {
                    let reason = "`max_output_tokens` must be between 1 and 4096";
                    self.faults.add(self.at("max_output_tokens"), reason);
                }
                if let Some(schema) = output {
                    answer(Place { at: self.at("output"), faults: self.faults }, schema);
                }
            }
            Act::Transform { template, .. } => self.text("template", template, inside),
            Act::Read { file } => self.file(file, step),
            Act::Fetch { url } => self.url(url, inside),
            Act::Screenshot { url, full } => {
                self.url(url, inside);
                if let Some(full) = full {
                    self.expression("full", full, inside);
                }
            }
            Act::Collect { url, next, pages } => {
                self.url(url, inside);
                self.text("next", next, inside);
                self.expression("pages", pages, inside);
            }
        }
    }

    fn text(&mut self, key: &str, template: &str, inside: bool) {
        if template.trim().is_empty() {
            self.faults.add(self.at(key), format!("`{key}` is empty"));
        }
        let text = Text { at: self.at(key), source: template, inside, files: false };
        self.names(text, names_in_template(template));
    }

    fn expression(&mut self, key: &str, source: &str, inside: bool) {
        let text = Text { at: self.at(key), source, inside, files: false };
        self.names(text, names_in_expression(source));
    }

    fn input_format(&self, name: &str) -> Option<&str> {
        self.tool.inputs["properties"][name.strip_prefix("inputs.")?]["format"].as_str()
    }

    fn file(&mut self, file: &str, step: &Step) {
        let name = only_name(file).filter(|name| self.input_format(name) == Some("file"));
        if name.is_none() || step.each.is_some() {
            let reason = "`file` must be \"{{ inputs.<name> }}\" of an input with format \"file\"";
            self.faults.add(self.at("file"), reason);
        }
        let text = Text { at: self.at("file"), source: file, inside: false, files: true };
        self.names(text, names_in_template(file));
    }

    fn url(&mut self, url: &str, inside: bool) {
        let name = only_name(url);
        let input = name.filter(|name| name.starts_with("inputs."));
        let sound = match (input, name) {
            (Some(input), _) => self.input_format(input) == Some("url"),
            (None, Some(_)) => true,
            (None, None) => url.starts_with("https://") || url.starts_with("http://"),
        };
        if !sound {
            let reason = "`url` must be \"{{ inputs.<name> }}\" of an input with format \"url\", \
                          \"{{ item }}\", or begin with https:// or http://";
            self.faults.add(self.at("url"), reason);
        }
        let text = Text { at: self.at("url"), source: url, inside, files: false };
        self.names(text, names_in_template(url));
    }

    fn result(&mut self, result: &ResultSpec) {
        let ResultSpec { kind, value, keep, file_name } = result;
        let at = |key: &str| vec![Key::from("result"), key.into()];
        for (key, expression) in [("value", Some(value)), ("keep", keep.as_ref())] {
            if let Some(expression) = expression {
                let text = Text { at: at(key), source: expression, inside: false, files: false };
                self.names(text, names_in_expression(expression));
            }
        }
        let endings: &[&str] = match kind {
            ResultKind::Markdown => &["md"],
            ResultKind::Text => &["txt", "md", "html"],
            ResultKind::Table => &["csv"],
            ResultKind::List => &["txt"],
            ResultKind::Json => &["json"],
            ResultKind::Image => &["png"],
        };
        let (stem, ending) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if stem.is_empty() || stem.len() > 60 || !stem.chars().all(plain) {
            let reason = "a file name has letters, digits, - and _, a dot and an ending";
            self.faults.add(at("file_name"), reason);
        } else if !endings.contains(&ending) {
            let reason = format!("the file name of this kind must end in .{}", endings.join(", ."));
            self.faults.add(at("file_name"), reason);
        }
    }

    /// Checks the names that a template or an expression uses.
    fn names(&mut self, text: Text<'_>, names: Result<BTreeSet<String>, TemplateFault>) {
        let names = match names {
            Ok(names) => names,
            Err(fault) => return self.faults.template(text.at, fault),
        };
        for name in names {
            if let Some(reason) = self.name(&name, text.inside, text.files) {
                let line = text.source.lines().position(|line| line.contains(&name));
                let line = line.and_then(|line| u32::try_from(line + 1).ok());
                self.faults.0.push(Fault { at: text.at.clone(), line, reason });
            }
        }
    }

    fn name(&mut self, name: &str, inside: bool, files: bool) -> Option<String> {
        let mut parts = name.split('.');
        match (parts.next().unwrap_or_default(), parts.next()) {
            ("inputs", Some(input)) => {
                self.used.insert(input.to_owned());
                let property = self.tool.inputs["properties"].get(input);
                let Some(property) = property else {
                    return Some(format!("there is no input `{input}`"));
                };
                let file = property["format"] == "file" && !files;
                file.then(|| format!("`{input}` is a file: use the text of a step that reads it"))
            }
            ("steps", Some(step)) => {
                let number = self.tool.steps.iter().position(|known| known.id == step);
                match number {
                    None => Some(format!("there is no step `{step}`")),
                    Some(number) if number >= self.number => {
                        Some(format!("the step `{step}` does not come before this one"))
                    }
                    Some(_) => None,
                }
            }
            (whole @ ("inputs" | "steps"), None) => {
                Some(format!("`{whole}` needs a name after it, as in {whole}.name"))
            }
            ("previous" | "today" | "model", _) => None,
            ("item" | "index", _) if inside => None,
            (name @ ("item" | "index"), _) => {
                Some(format!("`{name}` is there only in a step with `each`"))
            }
            (other, _) => Some(format!("there is no `{other}` here")),
        }
    }
}

/// The rest of a context, for trying a tool out.
pub(super) fn surroundings() -> Value {
    json!({ "previous": null, "today": "2 January 2026", "model": { "context_tokens": 8_192 } })
}
