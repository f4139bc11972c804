//! The real Chromium under the real course of a session: an agent clicks, a person takes over.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use ampere_adapters::browser::{Action, ChromiumConfig, Key, chromium, usual_program};
use ampere_adapters::egress::{Egress, EgressConfig};
use ampere_app::Catalog;
use ampere_app::browser::{BrowserAsk, Phase};
use ampere_app::meter::Browsers;
use ampere_store::rows::{Reason, RunState};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::stage::{done, task, turn};
use crate::world::World;

const HOME: &str = "<title>Shop</title><h1>Shop</h1><a href=/prices>Prices</a>";
const PRICES: &str = "<title>Prices</title><p>Boots cost 40.</p>
    <form action=/found><input name=q aria-label=Search autofocus></form>";
const FOUND: &str = "<title>Found</title><p>Nothing is found.</p>";

/// Serves the shop on this computer; gives its host and port.
async fn shop() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 8_192];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let page = match request.split(' ').nth(1).unwrap_or_default() {
                    "/prices" => PRICES,
                    path if path.starts_with("/found") => FOUND,
                    _ => HOME,
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n{page}",
                    page.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    at
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_and_then_a_person_drive_a_real_browser() {
    let at = shop().await;
    let folder = Folder(std::env::temp_dir().join(format!("amp-b-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o711)).unwrap();
    let allow = vec![at.parse().unwrap()];
    let config = ChromiumConfig {
        program: usual_program().expect("Chromium is not installed: apt-get install chromium"),
        user: None,
        folder: folder.0.clone(),
        egress: Egress::new(EgressConfig { allow, ..EgressConfig::default() }),
        parallel: 1,
        memory_bytes: 1_500 * 1024 * 1024,
    };
    let world = World::with("1000").await;
    let browsers = Browsers::new(Some(chromium(config)));
    let world = world.restarted_with(Catalog::built_in().unwrap(), browsers).await;
    let gate = ampere_adapters::ai::scripted::Gate::new();
    world.agent(vec![turn("click", json!({ "mark": 1 })), done("never").held(&gate)]);
    let url = Some(format!("http://{at}/"));
    let run = world.session(BrowserAsk { url, ..task() }).await;
    gate.reached().await;
    let told = world.provider.calls().pop().unwrap().messages;
    assert!(told.iter().any(|message| message.content.contains("Boots cost 40.")));
    assert_eq!(world.view(run).await.title, "Prices");
    world.take(run).await;
    let hands = |action| world.app.browser_input(&world.owner, run, vec![action]);
    hands(Action::Text { text: "socks".to_owned() }).await.unwrap();
    let page = hands(Action::Key { key: Key::Enter }).await.unwrap();
    assert_eq!(page.place.url, format!("http://{at}/found?q=socks"));
    let frames = world.app.browser_frames(&world.owner, run).await.unwrap();
    assert_eq!(frames.borrow().jpeg.get(..2), Some(&[0xff, 0xd8][..]), "a live picture");
    world.app.release_control(&world.owner, run).await.unwrap();
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::Completed)));
    let looked = world.provider.calls().pop().unwrap().messages;
    assert!(looked.iter().any(|message| message.content.contains("Nothing is found.")));
    assert!(!world.app.stills(&world.owner, run).await.unwrap().is_empty());
    assert_eq!(world.view(run).await.state, Phase::Finished);
    world.assert_settled().await;
    let left = std::fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(left, 0, "no profile is left");
}
