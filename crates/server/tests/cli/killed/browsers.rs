//! kill −9 in a browser session: of the real Chromium, of the server, of both; while the agent
//! thinks and while a person is in control. The session is settled once, the books verify, and of
//! Chromium nothing is left: no process, no profile.

use ampere_adapters::ai::scripted::{Gate, Script};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Installation, id};
use crate::processes::Browsers;
use crate::serving::http;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Victim {
    Chromium,
    Server,
    Both,
}

const VICTIMS: [Victim; 3] = [Victim::Chromium, Victim::Server, Victim::Both];

/// A site of one page with a link to itself; its address.
async fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 4_096];
                let _ = stream.read(&mut asked).await;
                let page = "<!doctype html><title>Shop</title><p>Welcome.<p><a href=/>Again</a>";
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close";
                let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

/// An installation whose browsers may reach a local site.
async fn with_a_site() -> (Installation, String) {
    let site = site().await;
    let settings = vec![("AMPERE_EGRESS_ALLOW", site.clone())];
    (Installation::with(false, settings).await, site)
}

impl Installation {
    /// Reads the session with each of its events until it is as wanted, or has ended: Chromium
    /// starts beside us, and needs the processor more.
    async fn browsing(&self, run: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/api/v1/runs/{run}");
        let url = format!("{}{path}/events", self.serving.as_ref().unwrap().line("Open").unwrap());
        let request = http().get(url).header("cookie", &self.cookie);
        let mut events = request.send().await.unwrap();
        loop {
            let now = self.ask("GET", &path, None).await;
            if wanted(&now) || !now["ended_at"].is_null() {
                return now;
            }
            if events.chunk().await.unwrap().is_none() {
                return self.ask("GET", &path, None).await;
            }
        }
    }

    /// Kills, starts the server again if it was killed, and looks at what became of the session.
    async fn survives(&mut self, victim: Victim, run: &str) {
        let mut browsers = Browsers::of(&self.folder.0);
        let chromium = browsers.look().expect("Chromium runs");
        assert!(browsers.count() > 3, "with its own processes: {}", browsers.count());
        if victim != Victim::Server {
            chromium.kill();
        }
        if victim != Victim::Chromium {
            self.kill();
            self.begin();
        }
        let end = self.browsing(run, |_| false).await;
        let reason = if victim == Victim::Chromium { "browser_failed" } else { "server_restarted" };
        assert_eq!((&end["state"], &end["reason"]), (&json!("failed"), &json!(reason)), "{end}");
        assert_ne!(end["credits"], "0", "the seconds that were recorded are paid: {end}");
        assert_eq!(end["browser"]["state"], "finished");
        browsers.are_gone().await;
        self.is_in_order().await;
        let receipt = self.ask("GET", &format!("/api/v1/runs/{run}/receipt"), None).await;
        assert_eq!(receipt["used"], end["credits"], "{receipt}");
        assert_eq!(receipt["holds"].as_array().unwrap().len(), 1, "settled once: {receipt}");
        let balance = self.ask("GET", "/api/v1/credits", None).await;
        self.kill();
        self.begin();
        let again = self.ask("GET", "/api/v1/credits", None).await;
        assert_eq!(again["position"], balance["position"], "and nothing is left to settle");
    }
}

#[tokio::test]
async fn killed_while_the_agent_works_it_is_settled_once_and_nothing_runs_on() {
    for victim in VICTIMS {
        let (mut one, site) = with_a_site().await;
        one.provider.push(Script::calls(&[("click", json!({ "mark": 1 }))], 1_000, 250));
        let thinks = Gate::new();
        one.provider.push(Script::answer(&["never said"], 10, 10).held(&thinks));
        let browser = json!({ "task": "Look around.", "url": format!("http://{site}/") });
        let run = one.ask("POST", "/api/v1/runs", Some(json!({ "browser": browser }))).await;
        let run = id(&run);
        tokio::select! {
            () = thinks.reached() => {}
            end = one.browsing(&run, |_| false) => panic!("it ended before: {end}"),
        }
        one.survives(victim, &run).await;
        assert_eq!(one.provider.calls().len(), 2, "{victim:?}");
    }
}

#[tokio::test]
async fn killed_while_a_person_is_in_control_it_is_settled_once_and_nothing_runs_on() {
    for victim in VICTIMS {
        let (mut one, site) = with_a_site().await;
        let browser = json!({ "url": format!("http://{site}/") });
        let run = one.ask("POST", "/api/v1/runs", Some(json!({ "browser": browser }))).await;
        let run = id(&run);
        // Recorded at least once, so that there is something to pay.
        let paid = |run: &Value| {
            let steps = run["steps"].as_array().unwrap().iter();
            run["browser"]["state"] == "controlled"
                && steps.clone().any(|step| step["seconds"].as_u64().unwrap() > 0)
        };
        let now = one.browsing(&run, paid).await;
        assert_eq!(now["browser"]["title"], "Shop", "{now}");
        one.survives(victim, &run).await;
    }
}
