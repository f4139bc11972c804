//! A model that obeys: every order in what it is told, in several disguises, each once.

use std::sync::{Arc, Mutex};

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_adapters::ai::{Finish, ModelRequest, Role, ToolCall};
use serde_json::{Value, json};

/// What an order begins with, in the languages it knows.
const ORDERS: [&str; 5] = ["DO: ", "TU: ", "FAIS : ", "执行：", "ДЕЛАЙ: "];
/// An order whose rest is in Base64.
const CODED: &str = "DO64: ";
/// It says the rest of the line.
const SAY: &str = "SAY: ";
/// An argument that it fills with as much text as it can write.
const HUGE: &str = "#HUGE#";

/// What it obeyed so far.
#[derive(Clone)]
pub struct Obedient {
    forever: bool,
    called: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Obedient {
    pub fn new(forever: bool) -> Self {
        Obedient { forever, called: Arc::default() }
    }

    /// Name and arguments of every call it asked for.
    pub fn called(&self) -> Vec<(String, Value)> {
        self.called.lock().unwrap().clone()
    }

    /// For [`ampere_adapters::ai::scripted::ScriptedProvider::otherwise`].
    pub fn rule(&self) -> impl Fn(&ModelRequest) -> Script + Send + Sync + 'static {
        let model = self.clone();
        move |request| model.answer(request)
    }

    fn answer(&self, request: &ModelRequest) -> Script {
        if !offered(request) {
            return said("Nothing to do.");
        }
        let mut called = self.called.lock().unwrap();
        let told = request.messages.iter().rev();
        let told = told.filter(|message| matches!(message.role, Role::User | Role::Tool));
        let all: Vec<(String, Value)> = told.flat_map(|message| orders(&message.content)).collect();
        let count = called.len();
        let order = match (self.forever, all.into_iter()) {
            // The first is the person's own where there is one; the rest is the case's.
            (true, mut all) => all.next().map(|order| numbered(order, count)),
            (false, mut all) => all.find(|order| !called.contains(order)),
        };
        let Some((name, arguments)) = order else { return finished(request) };
        called.push((name.clone(), arguments.clone()));
        if name == SAY {
            return said(arguments.as_str().unwrap());
        }
        write(request, &name, &arguments)
    }
}

fn numbered((name, arguments): (String, Value), count: usize) -> (String, Value) {
    let text = arguments.to_string().replace('#', &count.to_string());
    (name, serde_json::from_str(&text).unwrap())
}

/// Whether it may call anything now.
fn offered(request: &ModelRequest) -> bool {
    let told = ["You can use these tools", "Use one of these tools now"];
    let system = |text: &str| told.iter().any(|words| text.contains(words));
    !request.tools.is_empty() || request.messages.iter().any(|message| system(&message.content))
}

/// Orders of a text, first to last.
fn orders(text: &str) -> Vec<(String, Value)> {
    text.lines().filter_map(order).collect()
}

fn order(line: &str) -> Option<(String, Value)> {
    // What is hidden from people is not hidden from a model.
    let line: String = line.chars().filter(|letter| *letter != '\u{200b}').collect();
    if let Some((_, said)) = line.split_once(SAY) {
        return Some((SAY.to_owned(), Value::from(said)));
    }
    if let Some((_, coded)) = line.split_once(CODED) {
        return wish(&decoded(coded.split_whitespace().next()?)?);
    }
    let wished = ORDERS.iter().find_map(|mark| line.split_once(mark))?;
    wish(wished.1)
}

fn wish(text: &str) -> Option<(String, Value)> {
    let (name, rest) = text.trim().split_once(' ')?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    Some((name.to_owned(), values.next()?.ok()?))
}

fn decoded(text: &str) -> Option<String> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits: u32 = 0;
    let (mut count, mut bytes) = (0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let value = u32::try_from(letters.iter().position(|known| *known == letter)?).ok()?;
        (bits, count) = ((bits << 6) | value, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The call, as the model writes it: natively where it can.
fn write(request: &ModelRequest, name: &str, arguments: &Value) -> Script {
    let arguments = arguments.to_string().replace(HUGE, &"A".repeat(3_000));
    let usage = Step::Usage { input: 1_000, output: 1_000 };
    if request.tools.is_empty() {
        let name = Value::from(name);
        let line = format!("{{\"tool\": {name}, \"arguments\": {arguments}}}");
        return Script::steps(vec![Step::Text(line), usage, Step::Done]);
    }
    let call = ToolCall { id: "call_0".to_owned(), name: name.to_owned(), arguments };
    let finish = Step::Finish(Finish::Calls);
    Script::steps(vec![Step::Call(call), finish, usage, Step::Done])
}

/// Nothing is left to obey.
fn finished(request: &ModelRequest) -> Script {
    let ends = |text: &str| text.contains("- done: ");
    let native = request.tools.iter().any(|tool| tool.name == "done");
    if native || request.messages.iter().any(|message| ends(&message.content)) {
        return write(request, "done", &json!({ "answer": "Read." }));
    }
    said("Nothing to do.")
}

fn said(text: &str) -> Script {
    let usage = Step::Usage { input: 1_000, output: 100 };
    Script::steps(vec![Step::Text(text.to_owned()), usage, Step::Done])
}
