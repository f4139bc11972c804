//! The one page of a session: opening it, speaking to it, waiting for it.
//!
//! Owns: the page's target and when it is quiet. Never: decides what to do with it.
//!
//! Read next: `acts` (what is done on it), `look` (what it shows).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::pipe::{CallError, Pipe};
use super::wiring::{Target, Wiring};
use crate::browser::{BrowserError, OpenOptions};

/// How long one question to the page may take. A page in an endless script answers none.
pub(super) const CALL: Duration = Duration::from_secs(10);
/// How long one question to the browser itself may take: no page can hold it up, only a computer
/// with too much to do.
const BROWSER: Duration = Duration::from_secs(30);
/// How often, and how long each time, a page is asked to have its size.
const RESIZES: u32 = 10;
const RESIZE: Duration = Duration::from_secs(2);
/// How long a page may load before what there is is taken.
const LOAD: Duration = Duration::from_secs(15);
/// How long after an act a page has to begin something.
const BEGIN: Duration = Duration::from_millis(300);
/// How long a page may load after an act that was no navigation.
const SETTLE: Duration = Duration::from_secs(8);
/// After loading: for what scripts then show.
const AFTER_LOAD: Duration = Duration::from_millis(150);

/// The quality of live pictures, of 100.
const QUALITY: u32 = 55;
/// The largest live picture.
const PICTURE: (u32, u32) = (1024, 640);

pub(super) struct Page {
    pub(super) pipe: Pipe,
    pub(super) wiring: Arc<Wiring>,
    pub(super) options: OpenOptions,
}

impl Page {
    /// Asks the page.
    pub(super) async fn ask(&self, method: &str, params: Value) -> Result<Value, CallError> {
        self.ask_within(method, params, CALL).await
    }

    pub(super) async fn ask_within(
        &self,
        method: &str,
        params: Value,
        patience: Duration,
    ) -> Result<Value, CallError> {
        let session = self.wiring.target().session;
        let mut page = self.wiring.loading.subscribe();
        tokio::select! {
            answer = self.pipe.call(Some(&session), method, params, patience) => answer,
            _ = page.wait_for(|page| page.lost) => Err(CallError::Lost),
        }
    }

    /// Asks the browser.
    pub(super) async fn browser(&self, method: &str, params: Value) -> Result<Value, CallError> {
        self.pipe.call(None, method, params, BROWSER).await
    }

    /// Opens an empty page and closes the one before, if there was one.
    pub(super) async fn replace(&self) -> Result<(), BrowserError> {
        let old = self.wiring.target();
        self.wiring.expect(true);
        let made = self.browser("Target.createTarget", json!({ "url": "about:blank" })).await;
        self.wiring.expect(false);
        let id = text(&made?["targetId"]);
        let attach = json!({ "targetId": id, "flatten": true });
        let session = text(&self.browser("Target.attachToTarget", attach).await?["sessionId"]);
        self.prepare(&session).await?;
        // The main frame of a fresh page has the id of its target.
        let frame = id.clone();
        self.wiring.show(Target { id, session, frame });
        let cast = json!({
            "format": "jpeg", "quality": QUALITY, "maxWidth": PICTURE.0, "maxHeight": PICTURE.1,
        });
        self.ask("Page.startScreencast", cast).await?;
        if !old.id.is_empty() {
            self.pipe.tell(None, "Target.closeTarget", json!({ "targetId": old.id }));
        }
        Ok(())
    }

    async fn prepare(&self, session: &str) -> Result<(), CallError> {
        let ask = |method, params| self.pipe.call(Some(session), method, params, BROWSER);
        tokio::try_join!(
            ask("Page.enable", json!({})),
            ask("DOM.enable", json!({})),
            ask("Inspector.enable", json!({})),
            ask("Page.setInterceptFileChooserDialog", json!({ "enabled": true })),
        )?;
        self.resize(session).await?;
        ask("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        Ok(())
    }

    /// Gives the page its size. Chromium answers once the page is drawn in it, and now and then
    /// loses the question when the page is being drawn for the first time: it is asked again.
    async fn resize(&self, session: &str) -> Result<(), CallError> {
        let OpenOptions { width, height } = self.options;
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let method = "Emulation.setDeviceMetricsOverride";
        let mut answer = Err(CallError::TooSlow);
        for _ in 0..RESIZES {
            answer = self.pipe.call(Some(session), method, size.clone(), RESIZE).await;
            if answer != Err(CallError::TooSlow) {
                break;
            }
        }
        answer.map(|_| ())
    }

    /// Ends an endless script, if there is one. A page that does not answer then is given up.
    pub(super) async fn wake(&self) {
        let patience = Duration::from_millis(1_500);
        let stop = self.ask_within("Runtime.terminateExecution", json!({}), patience).await;
        let question = json!({ "expression": "1" });
        if stop.is_err() || self.ask_within("Runtime.evaluate", question, patience).await.is_err() {
            self.wiring.lose();
        }
    }

    /// How many times the page began to load so far.
    pub(super) fn begun(&self) -> u64 {
        self.wiring.loading.borrow().begun
    }

    /// Waits a little for what an act begins, and then for its loading.
    pub(super) async fn settle(&self, begun: u64) {
        let mut loading = self.wiring.loading.subscribe();
        let starts = loading.wait_for(|loading| loading.begun > begun);
        let began = tokio::time::timeout(BEGIN, starts).await.is_ok();
        if began {
            self.loaded(begun, SETTLE).await;
        }
    }

    /// Waits until the page has begun to load more often than that, and has loaded; or for so long.
    async fn loaded(&self, begun: u64, patience: Duration) {
        let mut loading = self.wiring.loading.subscribe();
        let ends = loading.wait_for(|loading| loading.begun > begun && !loading.now);
        // What is there when the time is up is shown: pages that never end loading are common.
        if tokio::time::timeout(patience, ends).await.is_ok() {
            tokio::time::sleep(AFTER_LOAD).await;
        }
    }

    /// Goes to an address that was checked.
    pub(super) async fn navigate(&self, url: &str) -> Result<(), BrowserError> {
        let begun = self.begun();
        let answer = self.ask_within("Page.navigate", json!({ "url": url }), LOAD).await;
        let answer = match answer {
            Err(CallError::TooSlow) => {
                self.pipe.tell(Some(&self.wiring.target().session), "Page.stopLoading", json!({}));
                return Err(BrowserError::TooSlow);
            }
            answer => answer?,
        };
        match answer["errorText"].as_str() {
            // Without a loader it is another place of the same page.
            None if answer["loaderId"].is_string() => self.loaded(begun, LOAD).await,
            None => {}
            // A download, or an answer without a page: the page before stays.
            Some("net::ERR_ABORTED") => {}
            Some(error) => {
                // Chromium shows a page about it, which is not taken for the next one.
                self.loaded(begun, BEGIN).await;
                return Err(not_reached(error));
            }
        }
        Ok(())
    }

    /// Goes back one page, if there is one.
    pub(super) async fn back(&self) -> Result<(), BrowserError> {
        let history = self.ask("Page.getNavigationHistory", json!({})).await?;
        let before = history["currentIndex"].as_u64().and_then(|index| index.checked_sub(1));
        let entry = before.and_then(|before| history["entries"].get(usize::try_from(before).ok()?));
        let Some(entry) = entry.filter(|entry| entry["url"] != "about:blank") else {
            return Ok(());
        };
        let begun = self.begun();
        self.ask("Page.navigateToHistoryEntry", json!({ "entryId": entry["id"] })).await?;
        self.settle(begun).await;
        Ok(())
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// In words for people; Chromium's own names are many, these are the usual ones.
fn not_reached(error: &str) -> BrowserError {
    let detail = match error.trim_start_matches("net::ERR_") {
        "NAME_NOT_RESOLVED" => "its name is not known",
        "CONNECTION_REFUSED" | "TUNNEL_CONNECTION_FAILED" | "CONNECTION_FAILED" => {
            "there is no connection"
        }
        "CONNECTION_RESET" | "CONNECTION_CLOSED" | "EMPTY_RESPONSE" => "the connection broke",
        "TIMED_OUT" | "CONNECTION_TIMED_OUT" => "it took too long",
        "INVALID_AUTH_CREDENTIALS" => "it asks for a name and a password of its own",
        "TOO_MANY_REDIRECTS" => "it redirects too often",
        error if error.starts_with("CERT_") || error.starts_with("SSL_") => {
            "its connection is not secure"
        }
        "BLOCKED_BY_CLIENT" | "UNSAFE_PORT" | "UNSAFE_REDIRECT" => {
            return BrowserError::AddressRefused;
        }
        _ => "the browser cannot show it",
    };
    BrowserError::NotReached { detail: detail.to_owned() }
}
