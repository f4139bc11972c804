//! kill −9 of the real process while runs of each kind ask a provider behind a real socket: at
//! every call, before its first word and in its middle. The next start settles or takes up each
//! run once; the provider sees each call id once; the books verify.
//!
//! Read next: `browsers`, where Chromium is killed too, and `clock`, where a schedule starts them.

mod browsers;
mod clock;

use ampere_adapters::ai::scripted::{
    Demands, Gate, Script, ScriptedProvider, ScriptedServer, Step,
};
use serde_json::{Value, json};

use crate::program::{Folder, Serving};
use crate::serving::{http, set_up};

/// Where in a call the process is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    BeforeTheFirstWord,
    InTheMiddle,
}

const MOMENTS: [Moment; 2] = [Moment::BeforeTheFirstWord, Moment::InTheMiddle];

/// An answer that costs exactly 2 credits at a provider's default rates (1 and 4 for 1,000).
fn two_credits(text: &str) -> Script {
    Script::answer(&[text], 1_000, 250)
}

/// One installation over several lives of its process.
struct Installation {
    folder: Folder,
    provider: ScriptedProvider,
    model: ScriptedServer,
    serving: Option<Serving>,
    cookie: String,
    /// More of its environment.
    settings: Vec<(&'static str, String)>,
}

impl Installation {
    /// With the provider as its model; background work as given.
    async fn start(titles: bool) -> Self {
        Installation::with(titles, Vec::new()).await
    }

    /// The same with settings in its environment.
    async fn with(titles: bool, settings: Vec<(&'static str, String)>) -> Self {
        let folder = Folder::new();
        std::fs::create_dir_all(&folder.0).unwrap();
        let catalog = include_str!("../../../app/src/catalog.toml")
            .replace("summaries = true", "summaries = false")
            .replace("follow_ups = true", "follow_ups = false")
            .replace("titles = true", &format!("titles = {titles}"));
        std::fs::write(folder.0.join("catalog.toml"), catalog).unwrap();
        let provider = ScriptedProvider::new();
        let model = provider.serve(Demands::default()).await.unwrap();
        let cookie = String::new();
        let serving = None;
        let mut started = Installation { folder, provider, model, serving, cookie, settings };
        started.begin();
        let set = set_up(started.serving.as_ref().unwrap()).await;
        assert_eq!(set.status().as_u16(), 201);
        let cookie = set.headers()["set-cookie"].to_str().unwrap();
        started.cookie = cookie.split(';').next().unwrap().to_owned();
        started
    }

    /// A new life of the process.
    fn begin(&mut self) {
        let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/tests/app/tools");
        let (model, catalog) = (self.model.base_url(), self.folder.0.join("catalog.toml"));
        let mut settings = vec![
            ("AMPERE_MODEL_URL", model.as_str()),
            ("AMPERE_MODEL_NAME", "scripted"),
            ("AMPERE_TOOLS", tools),
            ("AMPERE_CATALOG", catalog.to_str().unwrap()),
        ];
        settings.extend(self.settings.iter().map(|(name, text)| (*name, text.as_str())));
        self.serving = Some(self.folder.serve_with(&settings));
    }

    fn kill(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.signal("-KILL");
        serving.ended();
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.serving.as_ref().unwrap().line("Open").unwrap());
        let method = method.parse().unwrap();
        let key = format!("{path}-{}", self.provider.calls().len());
        let request = http().request(method, url).header("cookie", &self.cookie);
        let mut request = request.header("idempotency-key", key.replace('/', "-"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {:?}", answer.text().await);
        answer.json().await.unwrap()
    }

    /// Looks until the run has ended.
    async fn ended(&self, run: &str) -> Value {
        loop {
            let now = self.ask("GET", &format!("/api/v1/runs/{run}"), None).await;
            if matches!(now["state"].as_str(), Some("succeeded" | "failed" | "cancelled")) {
                return now;
            }
        }
    }

    /// The answers of finished calls, then one that hangs where the process is to be killed.
    fn script(&self, finished: usize, moment: Moment) -> Gate {
        for number in 0..finished {
            self.provider.push(two_credits(&format!("good {number}")));
        }
        let gate = Gate::new();
        let mut steps = Vec::new();
        if moment == Moment::InTheMiddle {
            steps.push(Step::Text("half of an answer".to_owned()));
        }
        steps.push(Step::Wait(gate.clone()));
        self.provider.push(Script::steps(steps));
        gate
    }

    /// Nothing is held, the books verify, and no call id came twice.
    async fn is_in_order(&self) {
        let balance = self.ask("GET", "/api/v1/credits", None).await;
        assert_eq!(balance["held"], "0", "{balance}");
        let verified = self.folder.run(&["verify"]);
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success(), "{said}");
        let mut ids: Vec<String> =
            self.provider.calls().into_iter().map(|call| call.call_id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "each call id once: {ids:?}");
    }
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn killed_in_a_message_it_is_settled_once_from_what_was_delivered() {
    for moment in MOMENTS {
        let mut one = Installation::start(false).await;
        let gate = one.script(0, moment);
        let session = id(&one.ask("POST", "/api/v1/sessions", Some(json!({}))).await);
        let path = format!("/api/v1/sessions/{session}/messages");
        let sent = one.ask("POST", &path, Some(json!({ "text": "Hello?" }))).await;
        let run = sent["run"]["id"].as_str().unwrap().to_owned();
        gate.reached().await;
        if moment == Moment::InTheMiddle {
            one.written(&path, "half of an answer").await;
        }
        one.kill();
        one.begin();
        let now = one.ended(&run).await;
        assert_eq!((&now["state"], &now["reason"]), (&json!("failed"), &json!("server_restarted")));
        let nothing = now["credits"] == "0";
        assert_eq!(nothing, moment == Moment::BeforeTheFirstWord, "{moment:?}: {now}");
        assert_eq!(one.provider.calls().len(), 1);
        one.is_in_order().await;
    }
}

impl Installation {
    /// Looks until the answer that is kept has this text.
    async fn written(&self, path: &str, text: &str) {
        loop {
            let kept = self.ask("GET", path, None).await;
            let last = kept["data"].as_array().and_then(|all| all.last().cloned());
            if last.is_some_and(|last| last["text"].as_str().unwrap_or_default().contains(text)) {
                return;
            }
        }
    }
}

#[tokio::test]
async fn killed_at_every_step_of_a_tool_it_goes_on_there() {
    for finished in 0..3 {
        for moment in MOMENTS {
            let mut one = Installation::start(false).await;
            let gate = one.script(finished, moment);
            let body = json!({ "tool": "three-questions", "inputs": { "topic": "sea" } });
            let run = id(&one.ask("POST", "/api/v1/runs", Some(body)).await);
            gate.reached().await;
            one.kill();
            for number in finished..3 {
                one.provider.push(two_credits(&format!("again {number}")));
            }
            one.begin();
            let now = one.ended(&run).await;
            assert_eq!((&now["state"], &now["credits"]), (&json!("succeeded"), &json!("6")));
            assert_eq!(now["result"]["value"], "again 2");
            assert_eq!(one.provider.calls().len(), 4, "after {finished}, {moment:?}");
            one.is_in_order().await;
        }
    }
}

#[tokio::test]
async fn killed_in_any_part_of_a_workflow_it_goes_on_there() {
    let tool = |id: &str, from: &str| {
        json!({
            "id": id, "name": id, "kind": "tool", "tool": "three-questions",
            "inputs": { "topic": { "from": from } },
        })
    };
    let definition = json!({
        "inputs": [{ "name": "topic", "label": "Topic", "kind": "text" }],
        "steps": [
            tool("first", "inputs.topic"),
            { "id": "gate", "name": "Only if good", "kind": "condition",
              "left": { "from": "first.result" }, "test": "contains",
              "right": { "value": "a" } },
            tool("second", "first.result"),
        ],
    });
    for finished in [0, 2, 3, 5] {
        let mut one = Installation::start(false).await;
        let made = json!({ "name": "Two rounds", "definition": definition });
        let workflow = id(&one.ask("POST", "/api/v1/workflows", Some(made)).await);
        for number in 0..finished {
            one.provider.push(two_credits(&format!("a{number}")));
        }
        let gate = one.script(0, Moment::InTheMiddle);
        let body = json!({ "workflow": workflow, "inputs": { "topic": "sea" } });
        let run = id(&one.ask("POST", "/api/v1/runs", Some(body)).await);
        gate.reached().await;
        one.kill();
        for number in finished..6 {
            one.provider.push(two_credits(&format!("a{number}")));
        }
        one.begin();
        let now = one.ended(&run).await;
        assert_eq!((&now["state"], &now["credits"]), (&json!("succeeded"), &json!("12")), "{now}");
        assert_eq!(one.provider.calls().len(), 7, "after {finished}");
        one.is_in_order().await;
    }
}

#[tokio::test]
async fn killed_in_background_work_it_is_settled_and_done_anew() {
    let mut one = Installation::start(true).await;
    one.provider.push(two_credits("An answer about the sea."));
    let gate = one.script(0, Moment::BeforeTheFirstWord);
    let session = id(&one.ask("POST", "/api/v1/sessions", Some(json!({}))).await);
    let path = format!("/api/v1/sessions/{session}/messages");
    one.ask("POST", &path, Some(json!({ "text": "What about the sea?" }))).await;
    gate.reached().await;
    one.kill();
    one.provider.push(Script::answer(&["The salty sea"], 100, 5));
    one.begin();
    loop {
        let now = one.ask("GET", &format!("/api/v1/sessions/{session}"), None).await;
        if now["title"] == "The salty sea" {
            break;
        }
    }
    let runs = one.ask("GET", "/api/v1/runs?kind=background", None).await;
    let states: Vec<&str> =
        runs["data"].as_array().unwrap().iter().filter_map(|run| run["state"].as_str()).collect();
    assert_eq!(states, ["succeeded", "failed"], "{runs}");
    one.is_in_order().await;
}
