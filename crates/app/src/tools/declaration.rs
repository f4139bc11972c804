//! What a tool is: the declaration as it stands in a file, and as a run keeps it.
//!
//! Owns the types and which keys belong to which kind of step. Never decides whether a declaration
//! makes sense (`validation` does), and never reads a file (`book`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tool: what it asks for, what it does in which order, what comes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Small letters, digits and hyphens; equals the file's name without its ending.
    pub id: String,
    /// What people read.
    pub name: String,
    /// One line: what a person gets out of it.
    pub purpose: String,
    /// Whose work it is.
    pub category: Category,
    /// Whether it makes sense to run it again and again by the clock.
    #[serde(default = "yes")]
    pub schedulable: bool,
    /// The form: a JSON Schema of the kind that [`super::schema`] knows. The loader adds `x-order`,
    /// the names of the inputs as they stand in the file.
    pub inputs: Value,
    /// In the order in which they are done.
    pub steps: Vec<Step>,
    /// What comes out.
    pub result: ResultSpec,
    /// Bounds of one run.
    #[serde(default)]
    pub limits: Limits,
}

/// Whose work a tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Texts for others.
    Marketing,
    /// Finding things out.
    Research,
    /// Getting things done.
    Operations,
}

/// One step of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StepKeys", into = "StepKeys")]
pub struct Step {
    /// Small letters, digits and underscores; later steps find its result under this name.
    pub id: String,
    /// What people read while it is done.
    pub name: String,
    /// An expression that gives a list: the step is done once for each item, and its result is the
    /// list of what came out.
    pub each: Option<String>,
    /// An expression: the step is skipped (its result is null) where it is not true.
    pub when: Option<String>,
    /// What is done.
    pub act: Act,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Asks the model.
    Prompt {
        /// Template: who the model is and what it must heed.
        system: Option<String>,
        /// Template: what it is asked.
        prompt: String,
        /// 1 to 4,096.
        max_output_tokens: u32,
        /// JSON Schema of the answer; without one the answer is text.
        output: Option<Value>,
    },
    /// Fetches a page.
    Fetch {
        /// Template of the address.
        url: String,
    },
    /// Takes a picture of a page in a browser.
    Screenshot {
        /// Template of the address.
        url: String,
        /// Expression: the whole page instead of what a window shows of it, where it is true.
        full: Option<String>,
    },
    /// Collects the rows of a table over several pages in a browser.
    Collect {
        /// Template of the first page's address.
        url: String,
        /// Template of what the link or button to the next page is called.
        next: String,
        /// Expression of how many pages at most.
        pages: String,
    },
    /// Reads a file of the organization.
    Read {
        /// Template of the file's id.
        file: String,
    },
    /// Makes something of what is there, without a model.
    Transform {
        /// The template.
        template: String,
        /// What its text is.
        format: TextOrJson,
    },
}

/// What the text of a transform is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextOrJson {
    /// Text as it is.
    Text,
    /// JSON: the step's result is what it says.
    Json,
}

/// What comes out of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultSpec {
    /// How it is shown.
    pub kind: ResultKind,
    /// Expression of the result.
    pub value: String,
    /// Expression of what the next run of this tool with the same inputs gets as `previous`;
    /// without one it gets the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    /// The name under which it is downloaded.
    pub file_name: String,
}

/// How a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultKind {
    /// Text with headings and lists.
    Markdown,
    /// Plain text.
    Text,
    /// `{ "columns": [...], "rows": [[...]] }`.
    Table,
    /// A list of texts.
    List,
    /// Any JSON.
    Json,
    /// A picture that is kept as a file: `{ "file": … }` of a step that takes one.
    Image,
}

/// Bounds of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Seconds that a run may work.
    pub seconds: u32,
    /// The most items of an `each`.
    pub each: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { seconds: 600, each: 12 }
    }
}

fn yes() -> bool {
    true
}

/// The kinds of steps, by the word in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Prompt,
    Fetch,
    Read,
    Transform,
    Screenshot,
    Collect,
}

/// A step as it is written: all keys that some kind of step has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepKeys {
    id: String,
    name: String,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    each: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    format: Option<TextOrJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pages: Option<String>,
}

impl StepKeys {
    /// The keys that are there and belong to some kinds of steps only.
    fn present(&self) -> impl Iterator<Item = (&'static str, &'static [Kind])> {
        let keys: [(_, &[Kind], _); 11] = [
            ("system", &[Kind::Prompt], self.system.is_some()),
            ("prompt", &[Kind::Prompt], self.prompt.is_some()),
            ("max_output_tokens", &[Kind::Prompt], self.max_output_tokens.is_some()),
            ("output", &[Kind::Prompt], self.output.is_some()),
            ("url", &[Kind::Fetch, Kind::Screenshot, Kind::Collect], self.url.is_some()),
            ("file", &[Kind::Read], self.file.is_some()),
            ("template", &[Kind::Transform], self.template.is_some()),
            ("as", &[Kind::Transform], self.format.is_some()),
            ("full", &[Kind::Screenshot], self.full.is_some()),
            ("next", &[Kind::Collect], self.next.is_some()),
            ("pages", &[Kind::Collect], self.pages.is_some()),
        ];
        keys.into_iter().filter(|(_, _, there)| *there).map(|(key, kind, _)| (key, kind))
    }
}

/// What is wrong with a step as it is written, and the key that is at fault if one is.
type Misplaced = (Option<&'static str>, String);

/// The steps of a file whose keys do not fit their kind: the step's number, the key, a sentence.
/// Reading the whole tool finds the same, but does not tell where.
pub(super) fn misplaced(text: &str) -> Vec<(usize, Option<&'static str>, String)> {
    #[derive(Deserialize)]
    struct Steps {
        steps: Vec<StepKeys>,
    }
    let Ok(Steps { steps }) = toml::from_str(text) else { return Vec::new() };
    let wrong = |(number, keys)| {
        let (key, reason) = step_of(keys).err()?;
        Some((number, key, reason))
    };
    steps.into_iter().enumerate().filter_map(wrong).collect()
}

fn step_of(keys: StepKeys) -> Result<Step, Misplaced> {
    let kind = keys.kind;
    let foreign = keys.present().find(|(_, of)| !of.contains(&kind));
    let StepKeys { id, name, each, when, .. } = keys;
    if let Some((key, _)) = foreign {
        let reason = format!("the step `{id}`: `{key}` does not belong to this kind of step");
        return Err((Some(key), reason));
    }
    let needed = |key: &str| (None, format!("the step `{id}` needs `{key}`"));
    let act = match kind {
        Kind::Prompt => Act::Prompt {
            system: keys.system,
            prompt: keys.prompt.ok_or_else(|| needed("prompt"))?,
            max_output_tokens: keys.max_output_tokens.ok_or_else(|| needed("max_output_tokens"))?,
            output: keys.output,
        },
        Kind::Fetch => Act::Fetch { url: keys.url.ok_or_else(|| needed("url"))? },
        Kind::Read => Act::Read { file: keys.file.ok_or_else(|| needed("file"))? },
        Kind::Screenshot => {
            Act::Screenshot { url: keys.url.ok_or_else(|| needed("url"))?, full: keys.full }
        }
        Kind::Collect => Act::Collect {
            url: keys.url.ok_or_else(|| needed("url"))?,
            next: keys.next.ok_or_else(|| needed("next"))?,
            pages: keys.pages.ok_or_else(|| needed("pages"))?,
        },
        Kind::Transform => Act::Transform {
            template: keys.template.ok_or_else(|| needed("template"))?,
            format: keys.format.unwrap_or(TextOrJson::Text),
        },
    };
    Ok(Step { id, name, each, when, act })
}

impl TryFrom<StepKeys> for Step {
    type Error = String;

    fn try_from(keys: StepKeys) -> Result<Step, String> {
        step_of(keys).map_err(|(_, reason)| reason)
    }
}

impl From<Step> for StepKeys {
    fn from(step: Step) -> StepKeys {
        let Step { id, name, each, when, act } = step;
        let mut keys = StepKeys {
            id,
            name,
            kind: Kind::Prompt,
            each,
            when,
            system: None,
            prompt: None,
            max_output_tokens: None,
            output: None,
            url: None,
            file: None,
            template: None,
            format: None,
            full: None,
            next: None,
            pages: None,
        };
        match act {
            Act::Prompt { system, prompt, max_output_tokens, output } => {
                keys.system = system;
                keys.prompt = Some(prompt);
                keys.max_output_tokens = Some(max_output_tokens);
                keys.output = output;
            }
            Act::Fetch { url } => (keys.kind, keys.url) = (Kind::Fetch, Some(url)),
            Act::Read { file } => (keys.kind, keys.file) = (Kind::Read, Some(file)),
            Act::Screenshot { url, full } => {
                (keys.kind, keys.url) = (Kind::Screenshot, Some(url));
                keys.full = full;
            }
            Act::Collect { url, next, pages } => {
                (keys.kind, keys.url) = (Kind::Collect, Some(url));
                (keys.next, keys.pages) = (Some(next), Some(pages));
            }
            Act::Transform { template, format } => {
                keys.kind = Kind::Transform;
                keys.template = Some(template);
                keys.format = Some(format);
            }
        }
        keys
    }
}
