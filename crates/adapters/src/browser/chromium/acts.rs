//! What each action does on the page, and the look afterwards.
//!
//! Owns: carrying out one [`Action`], and the marks of the last look. Addresses are looked at here
//! for a good answer; the boundary is the proxy, whatever a page does.
//!
//! Read next: `hands`, `look`, `scripts`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

use super::look::{Reading, Trees, folded};
use super::page::{CALL, Page, text};
use super::pipe::CallError;
use super::scripts;
use crate::browser::{
    Action, BrowserError, Element, Key, PICTURE_HEIGHT_AT_MOST, Seen, WAIT_AT_MOST,
};
use crate::egress::{Egress, EgressError};

/// Inner frames that are read.
const FRAMES: usize = 12;

/// A page with the marks of its last look.
pub(super) struct Acts {
    pub(super) page: Page,
    egress: Egress,
    /// Elements of the last look and their nodes.
    marks: Mutex<(Vec<Element>, Vec<u64>)>,
}

impl Acts {
    pub(super) fn new(page: Page, egress: Egress) -> Self {
        Acts { page, egress, marks: Mutex::default() }
    }

    /// Does it, waits until the page is quiet, and looks.
    pub(super) async fn perform(&self, action: &Action) -> Result<Seen, BrowserError> {
        if self.page.wiring.lost() {
            self.page.replace().await?;
            if !matches!(action, Action::Navigate { .. }) {
                return Err(BrowserError::Refused("the page has crashed".to_owned()));
            }
        }
        let begun = self.page.begun();
        let mut seen = Seen::default();
        self.carry_out(action, &mut seen).await?;
        if moves(action) {
            self.page.settle(begun).await;
        }
        self.look(&mut seen).await?;
        // Asked after the look: what a page tells comes on the line by which it was read, so that a
        // window that the act opened is known by now.
        if let Some(url) = self.page.wiring.take_window() {
            self.window(&url).await;
            self.look(&mut seen).await?;
        }
        if self.page.wiring.take_stuck() {
            self.renew(&seen.url).await?;
            self.look(&mut seen).await?;
        }
        Ok(seen)
    }

    async fn carry_out(&self, action: &Action, seen: &mut Seen) -> Result<(), BrowserError> {
        let page = &self.page;
        match action {
            Action::Look => Ok(()),
            Action::Navigate { url } => self.navigate(url).await,
            Action::Click { mark } => page.click_node(self.marked(*mark)?.1).await,
            Action::Type { mark, text, submit } => {
                let (element, node) = self.marked(*mark)?;
                page.fill(node, &element.role, text).await?;
                if *submit { page.press(Key::Enter).await } else { Ok(()) }
            }
            Action::Select { mark, option } => self.select(*mark, option).await,
            Action::Scroll { down } => page.wheel(self.centre(), (0, *down)).await,
            Action::Back => page.back().await,
            Action::Wait { seconds } => {
                let seconds = (*seconds).min(WAIT_AT_MOST);
                tokio::time::sleep(Duration::from_secs(seconds.into())).await;
                Ok(())
            }
            Action::ClickAt { x, y } => page.click_at((*x).into(), (*y).into()).await,
            Action::ScrollAt { x, y, dx, dy } => {
                page.wheel(((*x).into(), (*y).into()), (*dx, *dy)).await
            }
            Action::Text { text } => page.write(text).await,
            Action::Key { key } => page.press(*key).await,
            Action::Screenshot { full } => {
                seen.picture = Some(self.picture(*full).await?);
                Ok(())
            }
            Action::Tables => {
                seen.tables = self.tables().await?;
                Ok(())
            }
            Action::Follow { label } => self.follow(label).await,
        }
    }

    fn marked(&self, mark: u32) -> Result<(Element, u64), BrowserError> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let place = mark.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        let found = place.and_then(|place| Some((marks.0.get(place)?, marks.1.get(place)?)));
        found.map(|(element, node)| (element.clone(), *node)).ok_or(BrowserError::NotFound)
    }

    fn centre(&self) -> (f64, f64) {
        let options = self.page.options;
        (f64::from(options.width) / 2.0, f64::from(options.height) / 2.0)
    }

    async fn navigate(&self, url: &str) -> Result<(), BrowserError> {
        let url = self.allowed(url).await?;
        let done = self.page.navigate(url.as_str()).await;
        if done == Err(BrowserError::TooSlow) {
            self.page.wake().await;
        }
        // A page in an endless script does not let go: it is left behind as a whole.
        if done.is_err() && self.page.wiring.lost() {
            self.page.replace().await?;
            return self.page.navigate(url.as_str()).await;
        }
        done
    }

    /// The address, if it may be opened.
    async fn allowed(&self, url: &str) -> Result<Url, BrowserError> {
        let url = Url::parse(url.trim()).map_err(|_| BrowserError::AddressRefused)?;
        let secret = !url.username().is_empty() || url.password().is_some();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(BrowserError::AddressRefused);
        };
        if secret || !matches!(url.scheme(), "http" | "https") {
            return Err(BrowserError::AddressRefused);
        }
        // By http the proxy can say only by a page of its own that a site is not reached.
        let looked = match url.scheme() {
            "http" => self.egress.connect(host, port).await.map(|_| ()),
            _ => self.egress.resolve_and_check(host, port).await.map(|_| ()),
        };
        match looked {
            Ok(()) => Ok(url),
            Err(EgressError::NotReached { detail }) => {
                Err(BrowserError::NotReached { detail: detail.to_owned() })
            }
            Err(_) => Err(BrowserError::AddressRefused),
        }
    }

    /// Opens in this page what wanted a window of its own.
    async fn window(&self, url: &str) {
        let wiring = &self.page.wiring;
        match self.navigate(url).await {
            Ok(()) => wiring.note("A new window was opened in this page.".to_owned()),
            Err(_) => wiring.note("A new window was not opened.".to_owned()),
        }
    }

    /// Loads the page afresh, because it takes no click any more.
    async fn renew(&self, url: &str) -> Result<(), BrowserError> {
        let wiring = &self.page.wiring;
        wiring.note("The page wanted to start a program; it was loaded again instead.".to_owned());
        self.page.replace().await?;
        let _ = self.navigate(url).await;
        // A page that does nothing else is not shown again.
        if wiring.take_stuck() { self.page.replace().await } else { Ok(()) }
    }

    async fn select(&self, mark: u32, option: &str) -> Result<(), BrowserError> {
        let (_, node) = self.marked(mark)?;
        let done = self.page.on_node(node, scripts::SELECT, &[json!(option)]).await?;
        match done.as_str() {
            Some("chosen") => Ok(()),
            Some("none") => Err(BrowserError::NotFound),
            _ => Err(BrowserError::Refused("this is no plain choice: click it".to_owned())),
        }
    }

    async fn follow(&self, label: &str) -> Result<(), BrowserError> {
        let reading = self.reading().await?;
        let wanted = folded(label).to_lowercase();
        let named = |fits: &dyn Fn(&str) -> bool| {
            let mut elements = reading.elements.iter();
            elements.position(|one| {
                matches!(one.role.as_str(), "link" | "button") && fits(&one.name.to_lowercase())
            })
        };
        let place = named(&|name| name == wanted)
            .or_else(|| named(&|name| name.contains(&wanted)))
            .filter(|_| !wanted.is_empty());
        let node = place.and_then(|place| reading.nodes.get(place));
        self.page.click_node(*node.ok_or(BrowserError::NotFound)?).await
    }

    async fn tables(&self) -> Result<Vec<crate::browser::Table>, BrowserError> {
        let question = json!({
            "expression": scripts::TABLES, "contextId": self.page.world().await?,
            "returnByValue": true, "timeout": 5_000,
        });
        let answer = self.page.ask("Runtime.evaluate", question).await?;
        Ok(scripts::tables(&answer["result"]["value"]))
    }

    async fn picture(&self, full: bool) -> Result<Bytes, BrowserError> {
        let mut question = json!({ "format": "png", "optimizeForSpeed": true });
        if full {
            let height = self.metrics().await?.1.clamp(1, PICTURE_HEIGHT_AT_MOST);
            question["captureBeyondViewport"] = json!(true);
            question["clip"] = json!({
                "x": 0, "y": 0, "width": self.page.options.width, "height": height, "scale": 1,
            });
        }
        let answer = self.page.ask_within("Page.captureScreenshot", question, CALL * 2).await?;
        let picture = answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok());
        let none = || BrowserError::Refused("the browser gave no picture".to_owned());
        picture.map(Bytes::from).ok_or_else(none)
    }

    /// What is above what is visible, and the whole page's height.
    async fn metrics(&self) -> Result<(u32, u32), BrowserError> {
        let metrics = self.page.ask("Page.getLayoutMetrics", json!({})).await?;
        Ok((
            pixels(&metrics["cssVisualViewport"]["pageY"]),
            pixels(&metrics["cssContentSize"]["height"]),
        ))
    }

    async fn look(&self, seen: &mut Seen) -> Result<(), BrowserError> {
        let target = self.page.wiring.target();
        let about = json!({ "targetId": target.id });
        let (reading, metrics, info) = tokio::try_join!(self.reading(), self.metrics(), async {
            Ok(self.page.browser("Target.getTargetInfo", about).await?)
        },)?;
        (seen.scrolled, seen.height) = metrics;
        (seen.url, seen.title) = self.page.wiring.named(&target, &info["targetInfo"]);
        (seen.text, seen.more) = (reading.text, reading.more);
        seen.elements.clone_from(&reading.elements);
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        *marks = (reading.elements, reading.nodes);
        drop(marks);
        seen.notes.extend(self.page.wiring.take_notes());
        Ok(())
    }

    async fn reading(&self) -> Result<Reading, BrowserError> {
        let page = &self.page;
        let tree = async { Ok(page.ask("Accessibility.getFullAXTree", json!({})).await?) };
        let frames =
            async { Ok::<_, BrowserError>(page.ask("Page.getFrameTree", json!({})).await?) };
        let (main, frames) = tokio::try_join!(tree, frames)?;
        let mut inner = HashMap::new();
        for frame in inner_frames(&frames["frameTree"]) {
            if let Ok((node, tree)) = self.inner(&frame).await {
                inner.insert(node, tree);
            }
        }
        Ok(Trees { main, inner }.read())
    }

    /// The tree of an inner frame, and the node that holds it.
    async fn inner(&self, frame: &str) -> Result<(u64, Value), CallError> {
        let which = json!({ "frameId": frame });
        let owner = self.page.ask("DOM.getFrameOwner", which.clone()).await?;
        let tree = self.page.ask("Accessibility.getFullAXTree", which).await?;
        let node = owner["backendNodeId"].as_u64();
        node.map(|node| (node, tree)).ok_or_else(|| CallError::Said(String::new()))
    }
}

/// Whether an action may make the page do something that is worth a wait.
fn moves(action: &Action) -> bool {
    let still = matches!(
        action,
        Action::Look | Action::Wait { .. } | Action::Screenshot { .. } | Action::Tables
    );
    let waited = matches!(action, Action::Navigate { .. } | Action::Back);
    !still && !waited
}

/// The ids of the frames in a frame, the first few.
fn inner_frames(tree: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![tree];
    while let Some(tree) = open.pop() {
        for child in tree["childFrames"].as_array().map(Vec::as_slice).unwrap_or_default() {
            if found.len() < FRAMES {
                found.push(text(&child["frame"]["id"]));
                open.push(child);
            }
        }
    }
    found
}

/// Whole pixels of a number that may have a fraction.
fn pixels(value: &Value) -> u32 {
    let whole = value.as_f64().unwrap_or(0.0).round().clamp(0.0, 4_000_000_000.0);
    // In bounds by the line above.
    whole as u32
}
