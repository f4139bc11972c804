//! All objects, the clock, and what happened.
//!
//! Owns: making and changing objects so that every change becomes an event with its snapshot, and
//! taking a request back whole. Never knows what an object means. Read next: `route`, `hooks`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::json::{Reading, previous, shown};
use crate::options::Options;
use crate::refusal::Refusal;

/// The version whose shapes these are.
pub const API_VERSION: &str = "2026-10-28.endive";

#[derive(Clone, Debug)]
struct Kept {
    /// Rises with every object made: lists are in its order, newest first.
    order: u64,
    value: Arc<Value>,
}

/// Where a request began, for taking it back.
pub(crate) struct Mark(usize);

/// Everything the fake knows.
pub(crate) struct State {
    pub options: Options,
    /// Seconds since 1970.
    pub now: i64,
    /// Oldest first.
    pub events: Vec<Arc<Value>>,
    /// Where this server answers, without a slash at the end.
    pub base_url: String,
    /// (request id, idempotency key) of the request that is at work.
    pub request: Option<(String, Option<String>)>,
    objects: BTreeMap<String, Kept>,
    /// The same by kind, in their order: what is asked most is all of a kind.
    kinds: BTreeMap<String, BTreeMap<u64, Arc<Value>>>,
    made: u64,
    chance: Chance,
    undo: Vec<(String, Option<Kept>)>,
}

impl State {
    pub fn new(options: Options, base_url: String) -> Self {
        State {
            now: options.now,
            chance: Chance::of(options.seed),
            options,
            events: Vec::new(),
            base_url,
            request: None,
            objects: BTreeMap::new(),
            kinds: BTreeMap::new(),
            made: 0,
            undo: Vec::new(),
        }
    }

    /// A new id, e.g. `cus_Q2kd…`.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.chance.word(14))
    }

    /// Begins a request.
    pub fn begin(&mut self) -> Mark {
        self.undo.clear();
        Mark(self.events.len())
    }

    /// Takes back everything since.
    pub fn take_back(&mut self, mark: &Mark) {
        while let Some((id, kept)) = self.undo.pop() {
            match kept {
                Some(kept) => self.put(id, kept),
                None => drop(self.take(&id)),
            }
        }
        self.events.truncate(mark.0);
    }

    pub fn find(&self, id: &str) -> Option<&Value> {
        self.objects.get(id).map(|kept| kept.value.as_ref())
    }

    /// The object of a kind (its member `object`), a copy of it.
    pub fn get(&self, kind: &str, id: &str) -> Result<Value, Refusal> {
        let found = self.find(id).filter(|value| value.text("object") == kind);
        found.cloned().ok_or_else(|| Refusal::no_such(kind, id))
    }

    /// All of a kind, oldest first.
    pub fn all<'a>(&'a self, kind: &'a str) -> Vec<&'a Value> {
        let of_kind = self.kinds.get(kind).into_iter().flat_map(BTreeMap::values);
        of_kind.map(Arc::as_ref).collect()
    }

    /// Those of a kind whose member has this text, oldest first, as copies.
    pub fn of(&self, kind: &str, member: &str, text: &str) -> Vec<Value> {
        let mine = |value: &&Value| value.text(member) == text;
        self.all(kind).into_iter().filter(mine).cloned().collect()
    }

    /// Keeps an object without telling anybody.
    pub fn keep(&mut self, value: Value) {
        let id = value.text("id").to_owned();
        let before = self.objects.get(&id).cloned();
        let order = before.as_ref().map_or(self.made + 1, |kept| kept.order);
        self.made = self.made.max(order);
        self.undo.push((id.clone(), before));
        self.put(id, Kept { order, value: Arc::new(value) });
    }

    fn put(&mut self, id: String, kept: Kept) {
        let kind = kept.value.text("object");
        match self.kinds.get_mut(kind) {
            Some(of_kind) => drop(of_kind.insert(kept.order, kept.value.clone())),
            None => {
                let of_kind = BTreeMap::from([(kept.order, kept.value.clone())]);
                self.kinds.insert(kind.to_owned(), of_kind);
            }
        }
        self.objects.insert(id, kept);
    }

    fn take(&mut self, id: &str) -> Option<Kept> {
        let kept = self.objects.remove(id)?;
        if let Some(of_kind) = self.kinds.get_mut(kept.value.text("object")) {
            of_kind.remove(&kept.order);
        }
        Some(kept)
    }

    /// Keeps a new object, and tells it.
    pub fn create(&mut self, event: &str, value: Value) -> Value {
        self.keep(value.clone());
        self.tell(event, &value, None);
        value
    }

    /// Keeps a changed object. Told with the old values where anything that is shown differs.
    pub fn update(&mut self, event: &str, value: Value) {
        let old = self.find(value.text("id")).cloned().unwrap_or(Value::Null);
        let differs = previous(&old, &value);
        self.keep(value.clone());
        if !differs.is_empty() {
            self.tell(event, &value, Some(Value::Object(differs)));
        }
    }

    pub fn remove(&mut self, event: &str, value: &Value) {
        self.forget(value);
        self.tell(event, value, None);
    }

    /// Takes an object away without telling anybody.
    pub fn forget(&mut self, value: &Value) {
        let id = value.text("id").to_owned();
        let before = self.take(&id);
        self.undo.push((id, before));
    }

    /// An event about an object as it is now.
    pub fn tell(&mut self, event: &str, value: &Value, previous: Option<Value>) {
        let id = self.id("evt");
        let (request, key) = self.request.clone().map_or((None, None), |(id, key)| (Some(id), key));
        let mut data = json!({"object": shown(value)});
        if let Some(previous) = previous {
            data["previous_attributes"] = shown(&previous);
        }
        self.events.push(Arc::new(json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": false,
            "pending_webhooks": 1,
            "request": {"id": request, "idempotency_key": key},
            "type": event,
        })));
    }

    /// Everything as one line of JSON, the same for the same history.
    pub fn dump(&self) -> String {
        let mut told = serde_json::Map::new();
        for (kind, rows) in self.kinds.iter().filter(|(_, rows)| !rows.is_empty()) {
            let rows = rows.values().map(|value| shown(value)).collect();
            told.insert(kind.clone(), Value::Array(rows));
        }
        let events = self.events.iter().map(|event| event.as_ref().clone()).collect();
        told.insert("event".to_owned(), Value::Array(events));
        crate::json::canonical(&json!({"now": self.now, "objects": told}))
    }
}
