//! `/runs/{id}/browser`: starting a session, driving it, handing it over, its ends and limits.

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_adapters::browser::BrowserState;
use ampere_adapters::browser::scripted::Fault;
use serde_json::{Value, json};

use crate::browsing::{HOME, PRICES, ask, drive, ended, input, put, site, stop, until};
use crate::harness::Server;
use crate::spending::{balance, run_dry};

/// The model's tokens and the browser's time of a receipt.
async fn lines(client: &mut crate::harness::Client, run: &str) -> Vec<(String, u64, String)> {
    let receipt = client.get(&format!("/api/v1/runs/{run}/receipt")).await.expect(200);
    let line = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        (text("measure"), line["quantity"].as_u64().unwrap(), text("credits"))
    };
    receipt["lines"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn a_person_drives_and_pays_by_the_second() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let run = drive(&mut owner, "one").await;
    let now = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    let me = owner.get("/api/v1/auth/me").await.expect(200);
    let browser = &now["browser"];
    assert_eq!((&now["kind"], &now["state"]), (&json!("browser"), &json!("running")));
    assert_eq!(browser["state"], "controlled");
    assert_eq!(browser["controlled_by"], json!({ "id": me["user"]["id"], "name": "Mia Berg" }));
    assert_eq!((&browser["url"], &browser["start_url"]), (&json!(HOME), &json!(HOME)));
    assert_eq!((&browser["task"], &browser["may_control"]), (&Value::Null, &json!(true)));
    assert!(browser["ends_at"].is_string() && browser["paused_until"].is_null(), "{browser}");
    let click = json!([{ "kind": "click", "x": 10, "y": 10 }]);
    let page = input(&mut owner, &run, click).await.expect(200);
    assert_eq!(page, json!({ "url": PRICES, "title": "Prices", "notes": [] }));
    let many = json!([
        { "kind": "back" },
        { "kind": "scroll", "x": 5, "y": 5, "dx": 0, "dy": 300 },
        { "kind": "click", "x": 10, "y": 50 },
        { "kind": "text", "text": "blue" },
        { "kind": "key", "key": "Tab" },
        { "kind": "navigate", "url": PRICES },
    ]);
    assert_eq!(input(&mut owner, &run, many).await.expect(200)["title"], "Prices");
    server.clock.advance_seconds(89);
    let end = stop(&mut owner, &run).await;
    assert_eq!((&end["state"], &end["reason"]), (&json!("cancelled"), &json!("stopped")));
    assert_eq!(end["browser"]["state"], "finished");
    assert_eq!(server.browser.open_now(), 0);
    let lines = lines(&mut owner, &run).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    // A second or two went by in the test's clock, which every look moves.
    let (measure, seconds, credits) = &lines[0];
    assert!(measure == "seconds" && (90..=100).contains(seconds), "{lines:?}");
    let paid: ampere_credits::Credits = credits.parse().unwrap();
    assert_eq!(paid.micros(), i64::try_from(*seconds).unwrap() * 50_000, "3 credits a minute");
    assert_eq!((&end["credits"], &end["browser"]["seconds"]), (&json!(credits), &json!(seconds)));
    assert_eq!(balance(&mut owner).await["held"], "0");
}

#[tokio::test]
async fn the_agent_works_and_its_log_says_what_it_did() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let click = json!({ "mark": 1, "reason": "Prices are there." });
    server.provider.push(Script::calls(&[("click", click)], 1_000, 100));
    server.provider.push(Script::calls(&[("note", json!({ "text": "40" }))], 1_000, 100));
    server.provider.push(Script::calls(&[("done", json!({ "answer": "It is 40." }))], 1_000, 100));
    let task = json!({ "task": "What does it cost?", "url": HOME, "minutes": 5 });
    let started = ask(&owner, "one", task).await.expect(202);
    let run = started["id"].as_str().unwrap();
    let end = ended(&mut owner, run).await;
    assert_eq!((&end["state"], &end["reason"]), (&json!("succeeded"), &json!("completed")));
    assert_eq!(end["result"]["kind"], "markdown");
    let answer = end["result"]["value"].as_str().unwrap();
    assert!(answer.contains("It is 40."), "{answer}");
    assert_eq!(end["browser"]["task"], "What does it cost?");
    assert_eq!((&end["browser"]["url"], &end["title"]), (&json!(PRICES), &started["title"]));
    let steps = end["steps"].as_array().unwrap();
    let acts: Vec<&Value> = steps.iter().filter(|step| step["kind"] == "browse").collect();
    assert_eq!(acts[0]["name"], "Opened site.test");
    assert_eq!(acts[1]["name"], "Clicked “Prices”");
    assert_eq!(acts[1]["note"], "Prices are there.");
    let time = steps.iter().find(|step| step["kind"] == "time").unwrap();
    assert!(time["seconds"].as_u64().unwrap() > 0, "{time}");
    let lines = lines(&mut owner, run).await;
    let tokens = lines.iter().filter(|line| line.0 == "input_tokens").count();
    assert_eq!((tokens, lines.len()), (3, 7), "{lines:?}");
    let calls = server.provider.calls();
    assert!(calls[1].messages.iter().any(|message| message.content.contains("It costs 40.")));
}

#[tokio::test]
async fn control_goes_from_hand_to_hand_and_a_pause_costs_nothing() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let thinks = Gate::new();
    let done = json!({ "answer": "Enough." });
    server.provider.push(Script::calls(&[("wait", json!({ "seconds": 1 }))], 10, 10).held(&thinks));
    server.provider.push(Script::calls(&[("done", done)], 10, 10));
    let task = json!({ "task": "Look around.", "url": HOME });
    let run = ask(&ben, "one", task).await.expect(202)["id"].as_str().unwrap().to_owned();
    thinks.reached().await;
    let click = json!([{ "kind": "click", "x": 10, "y": 10 }]);
    input(&mut ben, &run, click.clone()).await.problem(409, "state_conflict");
    let taken = put(&mut ben, &run, "control").await.expect(200);
    assert_eq!(
        (&taken["state"], &taken["controlled_by"]["name"]),
        (&json!("controlled"), &json!("Ben"))
    );
    // An owner may drive what others started, but not while these drive.
    put(&mut owner, &run, "control").await.problem(409, "state_conflict");
    input(&mut owner, &run, click.clone()).await.problem(409, "state_conflict");
    assert_eq!(input(&mut ben, &run, click.clone()).await.expect(200)["title"], "Prices");
    let before = put(&mut ben, &run, "pause").await.expect(200);
    assert_eq!(before["state"], "paused");
    assert!(before["paused_until"].is_string(), "{before}");
    let rests = |run: &Value| {
        let steps = run["steps"].as_array().unwrap();
        steps.iter().any(|step| step["name"] == "Paused" && step["ended_at"].is_null())
    };
    until(&mut ben, &run, rests).await;
    server.clock.advance_seconds(200);
    input(&mut ben, &run, click.clone()).await.problem(409, "state_conflict");
    let going = put(&mut ben, &run, "continue").await.expect(200);
    assert_eq!((&going["state"], &going["paused_until"]), (&json!("controlled"), &Value::Null));
    put(&mut ben, &run, "release").await.expect(200);
    put(&mut ben, &run, "release").await.problem(409, "state_conflict");
    thinks.open();
    let end = ended(&mut ben, &run).await;
    assert_eq!(end["state"], "succeeded", "{end}");
    let seconds = end["browser"]["seconds"].as_u64().unwrap();
    assert!(seconds < 100, "the pause was not charged: {seconds}");
    let names: Vec<&str> =
        end["steps"].as_array().unwrap().iter().filter_map(|step| step["name"].as_str()).collect();
    assert!(names.contains(&"Ben was in control") && names.contains(&"Paused"), "{names:?}");
    for what in ["control", "release", "pause", "continue"] {
        put(&mut ben, &run, what).await.problem(409, "state_conflict");
    }
}

#[tokio::test]
async fn each_limit_ends_it_with_its_own_word() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    for (number, (seconds, pauses, reason)) in [
        (181, false, "idle_too_long"),
        (301, true, "paused_too_long"),
        (61, false, "took_too_long"),
    ]
    .into_iter()
    .enumerate()
    {
        let minutes = if reason == "took_too_long" { 1 } else { 15 };
        let asked = json!({ "url": HOME, "minutes": minutes });
        let run = ask(&owner, &number.to_string(), asked).await.expect(202);
        let run = run["id"].as_str().unwrap();
        until(&mut owner, run, |run| run["browser"]["title"] == "Home").await;
        if pauses {
            put(&mut owner, run, "pause").await.expect(200);
        }
        server.clock.advance_seconds(seconds);
        let end = ended(&mut owner, run).await;
        assert_eq!(end["reason"], reason, "{end}");
        assert_eq!((&end["browser"]["state"], &end["held"]), (&json!("finished"), &json!("0")));
        assert_eq!(server.browser.open_now(), 0, "{reason}");
    }
}

#[tokio::test]
async fn a_browser_that_breaks_ends_it_and_what_was_used_is_paid() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let run = drive(&mut owner, "one").await;
    server.clock.advance_seconds(30);
    server.browser.crash();
    let end = ended(&mut owner, &run).await;
    assert_eq!((&end["state"], &end["reason"]), (&json!("failed"), &json!("browser_failed")));
    let seconds = end["browser"]["seconds"].as_u64().unwrap();
    assert!((30..40).contains(&seconds), "{end}");
    assert_ne!(end["credits"], "0");
    let again = server.browser.acts().len() as u64 + 1;
    server.browser.fault(again, Fault::Gone);
    let run = ask(&owner, "two", json!({ "url": HOME })).await.expect(202);
    let end = ended(&mut owner, run["id"].as_str().unwrap()).await;
    assert_eq!(end["reason"], "browser_failed", "{end}");
    assert!(server.app().verify().await.unwrap().clean());
}

#[tokio::test]
async fn without_a_browser_a_place_or_credits_nothing_is_started() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let status = owner.get("/api/v1/browser").await.expect(200);
    let known = json!({
        "ready": true, "detail": null, "credits_per_minute": "3", "minutes_default": 15,
        "minutes_most": 60, "idle_seconds": 180, "pause_seconds": 300,
    });
    assert_eq!(status, known);
    let detail = "Chromium is not on this computer".to_owned();
    for state in [BrowserState::Off, BrowserState::Missing { detail }] {
        server.browser.set_state(state);
        let status = owner.get("/api/v1/browser").await.expect(200);
        assert!(status["ready"] == false && status["detail"].is_string(), "{status}");
        let refused = ask(&owner, "off", json!({ "url": HOME })).await;
        assert_eq!(refused.problem(503, "browser_unavailable")["retryable"], true);
    }
    server.browser.set_state(BrowserState::Ready);
    let first = drive(&mut owner, "first").await;
    let second = drive(&mut owner, "second").await;
    let refused = ask(&owner, "third", json!({ "url": HOME })).await;
    refused.problem(429, "browser_busy");
    assert!(!refused.header("retry-after").is_empty());
    stop(&mut owner, &first).await;
    stop(&mut owner, &second).await;
    let before = balance(&mut owner).await["position"].clone();
    let third = drive(&mut owner, "third").await;
    assert_ne!(balance(&mut owner).await["position"], before, "the same key, and now it goes");
    stop(&mut owner, &third).await;
}

#[tokio::test]
async fn without_credits_it_is_refused_and_cannot_wait() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    run_dry(&server, &mut owner, 0).await;
    let refused = ask(&owner, "dry", json!({ "url": HOME })).await;
    let problem = refused.problem(402, "insufficient_credits");
    assert!(problem.get("can_wait").is_none(), "{problem}");
    let body = json!({ "browser": { "url": HOME }, "when_short": "wait" });
    let waiting = owner.keyed("wait").post("/api/v1/runs", body).await;
    assert_eq!(waiting.wrong_fields()[0].0, "/when_short");
    assert_eq!(server.browser.opened(), 0);
}

#[tokio::test]
async fn mistakes_are_named_and_nothing_is_done() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let cases = [
        (json!({ "browser": { "task": "x".repeat(4_001) } }), "/browser/task"),
        (json!({ "browser": { "url": "ftp://site.test/" } }), "/browser/url"),
        (json!({ "browser": { "url": "javascript:alert(1)" } }), "/browser/url"),
        (json!({ "browser": { "url": HOME, "minutes": 0 } }), "/browser/minutes"),
        (json!({ "browser": { "url": HOME, "minutes": 61 } }), "/browser/minutes"),
        (json!({ "browser": { "task": "Look.", "tool": "x" } }), "/browser/tool"),
        (json!({ "browser": { "url": HOME }, "tool": "three-questions" }), "/tool"),
        (json!({ "browser": { "url": HOME }, "inputs": {} }), "/inputs"),
        (json!({ "browser": { "url": HOME }, "max_credits": "0" }), "/max_credits"),
        (json!({ "browser": { "task": "Look." }, "model": "gpt-9" }), "/model"),
        (json!({ "tool": "three-questions" }), "/inputs"),
    ];
    for (number, (body, pointer)) in cases.into_iter().enumerate() {
        let answer = owner.keyed(&format!("bad-{number}")).post("/api/v1/runs", body).await;
        assert_eq!(answer.wrong_fields()[0].0, pointer);
    }
    assert_eq!(
        (balance(&mut owner).await["position"].clone(), server.browser.opened()),
        (json!(1), 0)
    );
    let run = drive(&mut owner, "one").await;
    let acts = server.browser.acts().len();
    let cases = [
        (json!([]), "/events"),
        (json!(vec![json!({ "kind": "back" }); 21]), "/events"),
        (json!([{ "kind": "back" }, { "kind": "click", "x": 1024, "y": 0 }]), "/events/1/x"),
        (json!([{ "kind": "click", "x": 0, "y": 640 }]), "/events/0/y"),
        (json!([{ "kind": "scroll", "x": 0, "y": 0, "dx": 0, "dy": 10_001 }]), "/events/0/dy"),
        (json!([{ "kind": "text", "text": "" }]), "/events/0/text"),
        (json!([{ "kind": "text", "text": "x".repeat(2_001) }]), "/events/0/text"),
        (json!([{ "kind": "key", "key": "F12" }]), "/events/0/key"),
        (json!([{ "kind": "navigate", "url": "x".repeat(2_001) }]), "/events/0/url"),
    ];
    for (events, pointer) in cases {
        assert_eq!(input(&mut owner, &run, events).await.wrong_fields()[0].0, pointer);
    }
    for events in
        [json!([{ "kind": "evaluate", "text": "1" }]), json!([{ "kind": "click", "x": -1 }])]
    {
        let wrong = input(&mut owner, &run, events).await.wrong_fields();
        assert!(wrong[0].0.starts_with("/events/0"), "{wrong:?}");
    }
    assert_eq!(server.browser.acts().len(), acts, "none of these touched the page");
    stop(&mut owner, &run).await;
}

#[tokio::test]
async fn colleagues_watch_and_keep_their_hands_off() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let run = drive(&mut owner, "one").await;
    let seen = ben.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(
        (&seen["browser"]["title"], &seen["browser"]["may_control"]),
        (&json!("Home"), &json!(false))
    );
    for what in ["control", "release", "pause", "continue"] {
        put(&mut ben, &run, what).await.problem(403, "forbidden_role");
    }
    let click = json!([{ "kind": "click", "x": 1, "y": 1 }]);
    input(&mut ben, &run, click).await.problem(403, "forbidden_role");
    ben.post(&format!("/api/v1/runs/{run}/cancel"), json!({})).await.problem(403, "forbidden_role");
    stop(&mut owner, &run).await;
}

#[tokio::test]
async fn an_estimate_of_it_is_free_and_what_is_held() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let number = |text: &Value| text.as_str().unwrap().parse::<ampere_credits::Credits>().unwrap();
    let browser = json!({ "url": HOME, "minutes": 10 });
    let body = json!({ "kind": "browser", "browser": browser });
    let quote = owner.post("/api/v1/estimates", body).await.expect(200);
    assert_eq!((&quote["high"], &quote["basis"]), (&json!("30"), &json!("rate_card")));
    assert!(number(&quote["low"]) <= number(&quote["typical"]), "{quote}");
    let task = json!({ "kind": "browser", "browser": { "task": "Look.", "minutes": 10 } });
    let with_agent = owner.post("/api/v1/estimates", task).await.expect(200);
    assert!(number(&with_agent["high"]) > number(&quote["high"]), "a model is asked, too");
    let none = owner.post("/api/v1/estimates", json!({ "kind": "browser" })).await;
    assert_eq!(none.wrong_fields()[0], ("/browser".to_owned(), "missing_field".to_owned()));
    assert_eq!(balance(&mut owner).await["position"], 1);
    let started = ask(&owner, "one", browser).await.expect(202);
    assert_eq!(started["quote"]["hold"], quote["hold"], "what was shown is what is held");
    let run = started["id"].as_str().unwrap();
    until(&mut owner, run, |run| run["browser"]["title"] == "Home").await;
    stop(&mut owner, run).await;
}
