//! What every browser keeps to, one body for both.

use std::sync::Arc;

use ampere_adapters::browser::{
    Action, Browser, BrowserError, BrowserSession, BrowserState, Key, OpenOptions,
};

use crate::{Real, Says, gone, mark, pages, soon};

/// A browser, the site's address, and an address where nobody answers.
struct Case {
    browser: Arc<dyn Browser>,
    origin: String,
    nowhere: String,
}

impl Case {
    async fn keeps_the_contract(&self) {
        assert_eq!(self.browser.state(), BrowserState::Ready);
        self.reads_and_clicks().await;
        self.fills_forms().await;
        self.collects_tables().await;
        self.scrolls_and_pictures().await;
        self.tells_what_it_kept_out().await;
        self.refuses().await;
        self.shows_frames().await;
        self.ends().await;
    }

    async fn open(&self) -> Arc<dyn BrowserSession> {
        self.browser.open(OpenOptions::default()).await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    async fn reads_and_clicks(&self) {
        let session = self.open().await;
        let empty = session.look().await.unwrap();
        assert_eq!((empty.url.as_str(), empty.text.as_str()), ("", ""));
        assert!(empty.elements.is_empty());
        let home = session.navigate(&self.url("/")).await.unwrap();
        assert_eq!((home.url.clone(), home.title.as_str()), (self.url("/"), "Home"));
        assert!(
            home.text.starts_with("Welcome to the test site.\nTwo bold words."),
            "{}",
            home.text
        );
        assert!(!home.text.contains("Nobody") && !home.more && home.notes.is_empty());
        assert_eq!(home.elements[0].role, "link");
        let marks: Vec<u32> = home.elements.iter().map(|element| element.mark).collect();
        assert_eq!(marks, [1, 2, 3, 4, 5, 6, 7]);
        let more = session.act(Action::Click { mark: mark(&home, "More") }).await.unwrap();
        assert!(more.text.contains("More text."), "{}", more.text);
        let form = session.act(Action::Click { mark: mark(&more, "Form") }).await.unwrap();
        assert_eq!(form.url, self.url("/form"));
        let back = session.act(Action::Back).await.unwrap();
        assert_eq!(back.title, "Home");
        // There is nothing before the first page.
        let still = session.act(Action::Back).await.unwrap();
        assert_eq!(still.title, "Home");
        let waited = session.act(Action::Wait { seconds: 0 }).await.unwrap();
        assert_eq!(waited.title, "Home");
        session.close().await;
    }

    async fn fills_forms(&self) {
        let session = self.open().await;
        let form = session.navigate(&self.url("/form")).await.unwrap();
        let size = &form.elements[1];
        assert_eq!((size.role.as_str(), size.value.as_str()), ("combobox", "Small"));
        assert_eq!(size.options, ["Small", "Large"]);
        let name = mark(&form, "Name");
        let written =
            |text: &str, submit| Action::Type { mark: name, text: text.to_owned(), submit };
        session.act(written("Somebody", false)).await.unwrap();
        let typed = session.act(written("Ada", false)).await.unwrap();
        assert_eq!(typed.elements[0].value, "Ada");
        let option = |option: &str| Action::Select { mark: 2, option: option.to_owned() };
        assert_eq!(session.act(option("Huge")).await, Err(BrowserError::NotFound));
        let chosen = session.act(option("Large")).await.unwrap();
        assert_eq!(chosen.elements[1].value, "Large");
        let checked = session.act(Action::Click { mark: 3 }).await.unwrap();
        assert_eq!(checked.elements[2].value, "true");
        let done = session.act(Action::Click { mark: mark(&checked, "Send") }).await.unwrap();
        assert_eq!(done.text, "Thank you, Ada. Large on");
        // Enter in a field sends the form too; so does a person's key.
        session.navigate(&self.url("/form")).await.unwrap();
        let done = session.act(written("Bo", true)).await.unwrap();
        assert!(done.text.starts_with("Thank you, Bo."), "{}", done.text);
        session.navigate(&self.url("/form")).await.unwrap();
        session.act(Action::Click { mark: name }).await.unwrap();
        session.act(Action::Text { text: "Cy".to_owned() }).await.unwrap();
        let done = session.act(Action::Key { key: Key::Enter }).await.unwrap();
        assert!(done.text.starts_with("Thank you, Cy."), "{}", done.text);
        session.close().await;
    }

    async fn collects_tables(&self) {
        let session = self.open().await;
        session.navigate(&self.url("/prices")).await.unwrap();
        let mut rows = Vec::new();
        loop {
            let seen = session.act(Action::Tables).await.unwrap();
            assert_eq!(seen.tables[0].columns, ["Fruit", "Price"]);
            rows.extend(seen.tables[0].rows.clone());
            match session.follow("next").await {
                Ok(_) => {}
                Err(error) => break assert_eq!(error, BrowserError::NotFound),
            }
        }
        assert_eq!(rows, pages::PRICES);
        session.close().await;
    }

    async fn scrolls_and_pictures(&self) {
        let session = self.open().await;
        let long = session.navigate(&self.url("/long")).await.unwrap();
        assert_eq!((long.scrolled, long.height), (0, 3_000));
        let down = session.act(Action::Scroll { down: 300 }).await.unwrap();
        assert_eq!(down.scrolled, 300);
        let up = session.act(Action::ScrollAt { x: 50, y: 50, dx: 0, dy: -100 }).await.unwrap();
        assert_eq!(up.scrolled, 200);
        for (full, height) in [(false, 640), (true, 3_000)] {
            let seen = session.act(Action::Screenshot { full }).await.unwrap();
            assert_eq!(size_of_png(&seen.picture.unwrap()), (1_024, height));
        }
        session.close().await;
    }

    async fn tells_what_it_kept_out(&self) {
        let session = self.open().await;
        session.navigate(&self.url("/")).await.unwrap();
        let asked = session.follow("Ask").await.unwrap();
        assert_eq!(asked.notes, ["A dialog said: Are you sure?"]);
        let got = session.follow("Get").await.unwrap();
        assert!(got.notes[0].starts_with("A download was kept out"), "{:?}", got.notes);
        assert_eq!(got.title, "Home");
        let window = session.follow("Elsewhere").await.unwrap();
        assert_eq!(window.notes, ["A new window was opened in this page."]);
        assert_eq!((window.url, window.title.as_str()), (self.url("/window"), "Window"));
        let after = session.look().await.unwrap();
        assert!(after.notes.is_empty(), "told twice: {:?}", after.notes);
        session.close().await;
    }

    async fn refuses(&self) {
        let session = self.open().await;
        session.navigate(&self.url("/")).await.unwrap();
        for mark in [0, 99] {
            let click = session.act(Action::Click { mark }).await;
            assert_eq!(click, Err(BrowserError::NotFound));
        }
        for label in ["no such label", ""] {
            let follow = session.follow(label).await;
            assert_eq!(follow, Err(BrowserError::NotFound), "{label}");
        }
        let schemes = [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "chrome://version",
            "x",
        ];
        for url in schemes {
            assert_eq!(session.navigate(url).await, Err(BrowserError::AddressRefused), "{url}");
        }
        let nowhere = session.navigate(&self.nowhere).await;
        assert!(matches!(nowhere, Err(BrowserError::NotReached { .. })), "{nowhere:?}");
        let after = session.look().await.unwrap();
        assert_eq!(after.title, "Home", "a refusal leaves the page as it was");
        session.close().await;
    }

    async fn shows_frames(&self) {
        let session = self.open().await;
        let mut frames = session.frames();
        session.navigate(&self.url("/")).await.unwrap();
        let home = soon(frames.wait_for(|frame| frame.title == "Home")).await.unwrap().clone();
        assert!(home.number > 0 && home.jpeg.starts_with(&[0xff, 0xd8, 0xff]));
        assert_eq!(home.url, self.url("/"));
        session.navigate(&self.url("/long")).await.unwrap();
        let other = |frame: &ampere_adapters::browser::Frame| {
            frame.number > home.number && frame.title == "Long" && frame.jpeg != home.jpeg
        };
        soon(frames.wait_for(other)).await.unwrap();
        session.close().await;
        soon(async { while frames.changed().await.is_ok() {} }).await;
    }

    async fn ends(&self) {
        let session = self.open().await;
        assert!(*session.alive().borrow());
        session.close().await;
        assert!(!*session.alive().borrow());
        assert_eq!(session.look().await, Err(BrowserError::Gone));
        session.close().await;
        // A dropped handle ends it too.
        let session = self.open().await;
        let mut alive = session.alive();
        drop(session);
        soon(alive.wait_for(|alive| !alive)).await.unwrap();
        // An act that waits is answered when its session ends.
        let session = self.open().await;
        let waits = session.act(Action::Wait { seconds: 10 });
        let (waited, ()) = tokio::join!(waits, session.close());
        if let Err(error) = waited {
            assert_eq!(error, BrowserError::Gone);
        }
        gone(&session).await;
    }
}

#[tokio::test]
async fn the_scripted_browser_keeps_the_contract() {
    let origin = "http://site.test".to_owned();
    let browser = pages::scripted(&origin);
    let nowhere = "http://nowhere.test/".to_owned();
    Case { browser: Arc::new(browser), origin, nowhere }.keeps_the_contract().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_browser_keeps_the_contract() {
    let real = Real::new().await;
    let origin = real.site.url("");
    let nowhere = real.site.closed_url();
    Case { browser: real.browser.clone(), origin, nowhere }.keeps_the_contract().await;
}

/// Width and height of a PNG.
pub fn size_of_png(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}
