//! `/operator/v1`: sign-up and the model provider.

use ampere_adapters::ai::scripted::{Demands, Script, ScriptedProvider, ScriptedServer, Step};
use serde_json::{Value, json};

use crate::harness::{Client, Server};

const PROVIDER: &str = "/operator/v1/model-provider";
const TEST: &str = "/operator/v1/model-provider/test";
const SETTINGS: &str = "/operator/v1/settings";
const KEY: &str = "sk-very-secret-key-of-a-provider";

/// A provider that wants the key.
async fn provider() -> (ScriptedProvider, ScriptedServer) {
    let provider = ScriptedProvider::new();
    let demands = Demands { key: Some(KEY.to_owned()), ..Demands::default() };
    let server = provider.serve(demands).await.unwrap();
    (provider, server)
}

fn wanted(at: &str) -> Value {
    json!({
        "base_url": at, "api_key": KEY, "model": "moon-1", "name": "Moon",
        "input_credits_per_thousand": "2.5", "output_credits_per_thousand": 10,
    })
}

async fn model_ids(client: &mut Client) -> Vec<Value> {
    let models = client.get("/api/v1/models").await.expect(200);
    models["data"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect()
}

/// Asks and gives the finished run.
async fn answered(client: &mut Client, key: &str) -> Value {
    let session = client.post("/api/v1/sessions", json!({})).await.expect(201);
    let path = format!("/api/v1/sessions/{}/messages", session["id"].as_str().unwrap());
    let sent = client.keyed(key).post(&path, json!({"text": "Hello?"})).await.expect(202);
    let path = format!("/api/v1/runs/{}/events", sent["run"]["id"].as_str().unwrap());
    let mut events = client.stream(&path).await;
    events.named("finished").await.data["run"].clone()
}

#[tokio::test]
async fn a_provider_is_in_use_the_moment_it_is_saved() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    assert_eq!(model_ids(&mut owner).await, ["local"]);
    let (_, model) = provider().await;
    let shown = owner.put(PROVIDER, wanted(&model.base_url())).await.expect(200);
    assert_eq!(shown["configured"], true);
    assert_eq!(shown["source"], "screen");
    assert_eq!(shown["key_set"], true);
    assert_eq!(shown["input_credits_per_thousand"], "2.5");
    assert_eq!(shown["output_credits_per_thousand"], "10");
    assert_eq!(shown["local"]["pid"], 4_711);
    assert_eq!(shown["local"]["queued"], 2);
    assert_eq!(model_ids(&mut owner).await, ["moon-1", "local"], "the provider's is the default");
    let card = owner.get("/api/v1/rate-card").await.expect(200);
    assert_eq!(card["version"], 2);
    let run = answered(&mut owner, "k").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert_eq!(run["model"], "moon-1");
    assert_eq!(run["credits"], "0.045", "10 × 2.5 + 2 × 10 a thousand");
    owner.delete(PROVIDER).await.expect(204);
    assert_eq!(model_ids(&mut owner).await, ["local"]);
    assert_eq!(owner.get(PROVIDER).await.expect(200)["key_set"], false);
}

#[tokio::test]
async fn a_provider_of_the_other_kind_is_tried_saved_and_used() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (scripts, model) = provider().await;
    let mut moon = wanted(&model.base_url());
    moon["kind"] = "anthropic".into();
    assert_eq!(owner.post(TEST, moon.clone()).await.expect(200)["ok"], true);
    let mut wrong = moon.clone();
    wrong["api_key"] = "sk-another".into();
    let wrong = owner.post(TEST, wrong).await.expect(200);
    assert!(wrong["detail"].as_str().unwrap().contains("key"), "{wrong}");
    assert_eq!(owner.put(PROVIDER, moon.clone()).await.expect(200)["kind"], "anthropic");
    let shown = owner.get("/api/v1/models").await.expect(200);
    assert_eq!(shown["data"][0]["provider"], "anthropic", "{shown}");
    let run = answered(&mut owner, "k").await;
    assert_eq!((&run["state"], &run["model"]), (&json!("succeeded"), &json!("moon-1")), "{run}");
    assert_eq!(run["credits"], "0.045", "its own count, like anybody's");
    assert_eq!(scripts.calls().len(), 2);
    moon["kind"] = "gemini".into();
    owner.put(PROVIDER, moon.clone()).await.wrong_fields();
    moon.as_object_mut().unwrap().remove("kind");
    assert_eq!(owner.put(PROVIDER, moon).await.expect(200)["kind"], "openai");
    let shown = owner.get("/api/v1/models").await.expect(200);
    let providers = [&shown["data"][0]["provider"], &shown["data"][1]["provider"]];
    assert_eq!(providers, ["openai_compatible", "local"], "{shown}");
    owner.delete(PROVIDER).await.expect(204);
    assert_eq!(owner.get(PROVIDER).await.expect(200)["kind"], Value::Null);
}

#[tokio::test]
async fn its_key_is_never_shown_and_is_sealed_in_the_database() {
    let mut server = Server::start().await;
    let mut owner = server.owner().await;
    let (_, model) = provider().await;
    let saved = owner.put(PROVIDER, wanted(&model.base_url())).await;
    saved.expect(200);
    let shown = owner.get(PROVIDER).await;
    shown.expect(200);
    for answer in [saved, shown] {
        assert!(!answer.text.contains(KEY), "{}", answer.text);
    }
    server.restart().await;
    for file in std::fs::read_dir(server.folder()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            let bytes = std::fs::read(file.path()).unwrap();
            let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
            assert!(!found, "{:?} holds the key", file.path());
        }
    }
    let mut again = server.nobody();
    again.cookie = owner.cookie.clone();
    let run = answered(&mut again, "after").await;
    assert_eq!(run["state"], "succeeded", "the saved key still opens: {run}");
    assert_eq!(run["model"], "moon-1");
}

#[tokio::test]
async fn a_saved_key_goes_to_the_address_it_was_saved_with_and_no_other() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (_, model) = provider().await;
    owner.put(PROVIDER, wanted(&model.base_url())).await.expect(200);
    let mut same = wanted(&model.base_url());
    same.as_object_mut().unwrap().remove("api_key");
    assert_eq!(owner.post(TEST, same.clone()).await.expect(200)["ok"], true);
    let kept = owner.put(PROVIDER, same).await.expect(200);
    assert_eq!(kept["key_set"], true);
    let (_, elsewhere) = provider().await;
    let mut moved = wanted(&elsewhere.base_url());
    moved.as_object_mut().unwrap().remove("api_key");
    let tested = owner.post(TEST, moved.clone()).await.expect(200);
    assert_eq!(tested["ok"], false, "the key was not sent: {tested}");
    assert_eq!(elsewhere.turned_away(), 1);
    assert_eq!(owner.put(PROVIDER, moved).await.expect(200)["key_set"], false);
    let mut without = wanted(&model.base_url());
    without["api_key"] = "".into();
    assert_eq!(owner.put(PROVIDER, without).await.expect(200)["key_set"], false);
}

#[tokio::test]
async fn the_test_button_says_what_is_wrong_in_plain_words() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (scripts, model) = provider().await;
    scripts.push(Script::answer(&["ready"], 9, 1));
    let good = owner.post(TEST, wanted(&model.base_url())).await.expect(200);
    assert_eq!(good["ok"], true);
    assert_eq!((&good["input_tokens"], &good["output_tokens"]), (&json!(9), &json!(1)));
    scripts.push(Script::steps(vec![Step::Text("ready".to_owned()), Step::Done]));
    let silent = owner.post(TEST, wanted(&model.base_url())).await.expect(200);
    assert_eq!(silent["ok"], true);
    assert!(silent["detail"].as_str().unwrap().contains("estimated"), "{silent}");
    let mut wrong = wanted(&model.base_url());
    wrong["api_key"] = "sk-another".into();
    let wrong = owner.post(TEST, wrong).await.expect(200);
    assert_eq!(wrong["ok"], false);
    assert!(wrong["detail"].as_str().unwrap().contains("key"), "{wrong}");
    assert_eq!(wrong["input_tokens"], Value::Null);
    let nowhere = owner.post(TEST, wanted("http://127.0.0.1:9/v1")).await.expect(200);
    assert_eq!(nowhere["ok"], false);
    let credits = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!(credits["total"], "1000", "trying costs no credits");
    assert_eq!(owner.get(PROVIDER).await.expect(200)["configured"], false, "nothing is saved");
}

#[tokio::test]
async fn addresses_that_are_none_are_named() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let long = format!("http://127.0.0.1/{}", "x".repeat(200));
    for address in
        ["", "moon", "ftp://moon/v1", "file:///etc/passwd", "http://a:b@moon/v1", long.as_str()]
    {
        let wrong = owner.put(PROVIDER, wanted(address)).await.wrong_fields();
        assert_eq!(wrong[0].0, "/base_url", "{address}");
    }
    for model in ["", "local", "x\u{7}".repeat(200).as_str()] {
        let mut body = wanted("http://127.0.0.1:9/v1");
        body["model"] = model.into();
        assert_eq!(owner.put(PROVIDER, body).await.wrong_fields()[0].0, "/model", "{model}");
    }
    assert_eq!(owner.get(PROVIDER).await.expect(200)["configured"], false);
}

#[tokio::test]
async fn what_the_environment_says_wins_over_the_screen() {
    let (_, model) = provider().await;
    let at = model.base_url();
    let server = Server::with(&[
        ("AMPERE_MODEL_URL", at.as_str()),
        ("AMPERE_MODEL_KIND", "anthropic"),
        ("AMPERE_MODEL_KEY", KEY),
        ("AMPERE_MODEL_NAME", "moon-1"),
        ("AMPERE_MODEL_INPUT_CREDITS", "3"),
        ("AMPERE_SIGN_UP_OPEN", "yes"),
    ])
    .await;
    let mut owner = server.owner().await;
    let shown = owner.get(PROVIDER).await.expect(200);
    assert_eq!(shown["source"], "environment");
    assert_eq!(shown["base_url"], at);
    assert_eq!(shown["kind"], "anthropic");
    assert_eq!(shown["input_credits_per_thousand"], "3");
    assert_eq!(shown["output_credits_per_thousand"], "4", "the catalog's");
    assert!(!shown.to_string().contains(KEY));
    owner.put(PROVIDER, wanted(&at)).await.problem(409, "state_conflict");
    owner.delete(PROVIDER).await.problem(409, "state_conflict");
    assert_eq!(answered(&mut owner, "k").await["model"], "moon-1");
    let settings = owner.get(SETTINGS).await.expect(200);
    assert_eq!(settings["sign_up_open"], json!({"value": true, "source": "environment"}));
    let close = json!({"sign_up_open": false});
    owner.patch(SETTINGS, close).await.problem(409, "state_conflict");
}

#[tokio::test]
async fn sign_up_is_closed_until_the_operator_opens_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let of = |value, source| json!({"sign_up_open": {"value": value, "source": source}});
    assert_eq!(owner.get(SETTINGS).await.expect(200), of(false, "default"));
    let opened = owner.patch(SETTINGS, json!({"sign_up_open": true})).await.expect(200);
    assert_eq!(opened, of(true, "screen"));
    assert_eq!(owner.patch(SETTINGS, json!({})).await.expect(200), opened);
    let closed = owner.patch(SETTINGS, json!({"sign_up_open": false})).await.expect(200);
    assert_eq!(closed, of(false, "screen"));
}
