//! Mouse and keyboard: what a person's hands would do, as Chromium's own input events.
//!
//! Owns: where an element is clicked, how a field is filled, which events a key is. Never: looks
//! at what came of it.

use serde_json::{Value, json};

use super::page::{Page, text};
use super::pipe::CallError;
use super::scripts;
use crate::browser::{BrowserError, Key};

/// The longest text that is typed at once, in characters.
const TYPED: usize = 20_000;

impl Page {
    /// Clicks the middle of a node.
    pub(super) async fn click_node(&self, node: u64) -> Result<(), BrowserError> {
        let which = json!({ "backendNodeId": node });
        found(self.ask("DOM.scrollIntoViewIfNeeded", which.clone()).await)?;
        let quads = found(self.ask("DOM.getContentQuads", which).await)?;
        match quads["quads"].as_array().into_iter().flatten().find_map(middle) {
            Some((x, y)) => self.click_at(x, y).await,
            // It has no place of its own (a box drawn by its label): its own click does it.
            None => self.on_node(node, scripts::CLICK, &[]).await.map(|_| ()),
        }
    }

    /// Clicks a place of what is visible.
    pub(super) async fn click_at(&self, x: f64, y: f64) -> Result<(), BrowserError> {
        let at = |kind: &str, count: u32| {
            json!({
                "type": kind, "x": x, "y": y, "button": if count > 0 { "left" } else { "none" },
                "buttons": if kind == "mousePressed" { 1 } else { 0 }, "clickCount": count,
            })
        };
        for event in [at("mouseMoved", 0), at("mousePressed", 1), at("mouseReleased", 1)] {
            self.input("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }

    /// Turns the wheel at a place.
    pub(super) async fn wheel(&self, at: (f64, f64), by: (i32, i32)) -> Result<(), BrowserError> {
        let event = json!({
            "type": "mouseWheel", "x": at.0, "y": at.1, "deltaX": by.0, "deltaY": by.1,
        });
        self.input("Input.dispatchMouseEvent", event).await
    }

    /// Replaces what a field holds.
    pub(super) async fn fill(
        &self,
        node: u64,
        role: &str,
        written: &str,
    ) -> Result<(), BrowserError> {
        if matches!(role, "date" | "datetime" | "time" | "color" | "slider") {
            // Such fields are not written into; they take a value as a whole.
            let done = self.on_node(node, scripts::SET, &[json!(written)]).await?;
            let refused = || BrowserError::Refused("the field does not take this".to_owned());
            return if done == json!(true) { Ok(()) } else { Err(refused()) };
        }
        found(self.ask("DOM.focus", json!({ "backendNodeId": node })).await)?;
        let select = json!({
            "type": "rawKeyDown", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65,
            "modifiers": 2, "commands": ["selectAll"],
        });
        self.input("Input.dispatchKeyEvent", select).await?;
        if written.is_empty() { self.press(Key::Delete).await } else { self.write(written).await }
    }

    /// Types into what has the focus.
    pub(super) async fn write(&self, written: &str) -> Result<(), BrowserError> {
        if written.chars().count() > TYPED {
            return Err(BrowserError::Refused("the text is too long".to_owned()));
        }
        self.input("Input.insertText", json!({ "text": written })).await
    }

    pub(super) async fn press(&self, key: Key) -> Result<(), BrowserError> {
        let (code, number, written) = of(key);
        let event = |kind: &str| {
            json!({
                "type": kind, "key": key.word(), "code": code, "windowsVirtualKeyCode": number,
            })
        };
        let mut down = event(if written.is_some() { "keyDown" } else { "rawKeyDown" });
        if let Some(written) = written {
            down["text"] = json!(written);
        }
        self.input("Input.dispatchKeyEvent", down).await?;
        self.input("Input.dispatchKeyEvent", event("keyUp")).await
    }

    /// An input event is answered once the page has dealt with it, or when the page goes away by
    /// it; the second is no failure.
    async fn input(&self, method: &str, event: Value) -> Result<(), BrowserError> {
        match self.ask(method, event).await {
            Ok(_) | Err(CallError::Said(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Calls a function of ours on a node, out of reach of the page's own scripts.
    pub(super) async fn on_node(
        &self,
        node: u64,
        function: &str,
        arguments: &[Value],
    ) -> Result<Value, BrowserError> {
        let world = self.world().await?;
        let which = json!({ "backendNodeId": node, "executionContextId": world });
        let object = found(self.ask("DOM.resolveNode", which).await)?;
        let arguments: Vec<Value> = arguments.iter().map(|one| json!({ "value": one })).collect();
        let call = json!({
            "objectId": text(&object["object"]["objectId"]), "functionDeclaration": function,
            "arguments": arguments, "returnByValue": true,
        });
        let mut answer = self.ask("Runtime.callFunctionOn", call).await?;
        Ok(answer["result"]["value"].take())
    }

    /// A place for scripts of ours in the main frame.
    pub(super) async fn world(&self) -> Result<Value, BrowserError> {
        let world = json!({ "frameId": self.wiring.target().frame, "worldName": "ampere" });
        let mut made = self.ask("Page.createIsolatedWorld", world).await?;
        Ok(made["executionContextId"].take())
    }
}

/// Chromium's refusal about a node means that it is not there any more, or cannot be used.
fn found(answer: Result<Value, CallError>) -> Result<Value, BrowserError> {
    answer.map_err(|error| match error {
        CallError::Said(_) => BrowserError::NotFound,
        error => error.into(),
    })
}

/// The middle of a quad (eight numbers) that has an area.
fn middle(quad: &Value) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = quad.as_array()?.iter().filter_map(Value::as_f64).collect();
    let [x1, y1, x2, y2, x3, y3, x4, y4] = numbers.try_into().ok()?;
    let wide = (x3 - x1).abs() >= 1.0 && (y3 - y1).abs() >= 1.0;
    wide.then_some(((x1 + x2 + x3 + x4) / 4.0, (y1 + y2 + y3 + y4) / 4.0))
}

/// A key's code, its number in Chromium's list, and what it writes.
fn of(key: Key) -> (&'static str, u32, Option<&'static str>) {
    match key {
        Key::Enter => ("Enter", 13, Some("\r")),
        Key::Tab => ("Tab", 9, None),
        Key::Escape => ("Escape", 27, None),
        Key::Backspace => ("Backspace", 8, None),
        Key::Delete => ("Delete", 46, None),
        Key::ArrowUp => ("ArrowUp", 38, None),
        Key::ArrowDown => ("ArrowDown", 40, None),
        Key::ArrowLeft => ("ArrowLeft", 37, None),
        Key::ArrowRight => ("ArrowRight", 39, None),
        Key::PageUp => ("PageUp", 33, None),
        Key::PageDown => ("PageDown", 34, None),
        Key::Home => ("Home", 36, None),
        Key::End => ("End", 35, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quad_without_area_has_no_middle() {
        let square = json!([10, 20, 30, 20, 30, 40, 10, 40]);
        assert_eq!(middle(&square), Some((20.0, 30.0)));
        assert_eq!(middle(&json!([10, 20, 10, 20, 10, 20, 10, 20])), None);
        assert_eq!(middle(&json!([1, 2])), None);
    }
}
