//! What Chromium tells unasked, and what is done about it at once.
//!
//! Owns: the one listener of a session. Dialogs are dismissed, new windows and downloads refused,
//! live pictures passed on, loading noted; each leaves a note where people should know. It never
//! waits for an answer, so that nothing a page does can hold it up.
//!
//! Read next: `page`, which reads what is noted here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::look::{TITLE, cut, shown_url};
use super::page::{CALL, text};
use super::pipe::{Event, Pipe};
use crate::browser::Frame;

/// The least time between two live pictures.
const BETWEEN_FRAMES: Duration = Duration::from_millis(125);
/// Notes that are kept until the next look.
const NOTES: usize = 20;
/// The longest text of a dialog or name of a file in a note, in characters.
const NOTE: usize = 300;

/// The page that a session shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    /// Chromium's id of it.
    pub(super) id: String,
    /// The session by which it is spoken to.
    pub(super) session: String,
    /// The id of its main frame.
    pub(super) frame: String,
}

/// How far the page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Loading {
    pub(super) now: bool,
    /// How many times the page began to load.
    pub(super) begun: u64,
    /// The page is gone, or stands still for good, although the browser is there.
    pub(super) lost: bool,
}

#[derive(Default)]
struct Noted {
    target: Target,
    notes: Vec<String>,
    /// What a page wanted to open in a new window.
    window: Option<String>,
    /// Chromium asks in a dialog of its own, which nobody can answer, to start a program.
    stuck: bool,
    /// A page of ours is being made.
    expected: bool,
    url: String,
    title: String,
    /// None once nobody shows pictures any more.
    frames: Option<watch::Sender<Frame>>,
}

impl Noted {
    /// Shows a picture, or the one before under other names.
    fn show(&self, picture: Option<Bytes>) {
        let Some(frames) = &self.frames else { return };
        frames.send_if_modified(|frame| {
            let shows = picture.is_some() || frame.number > 0;
            if shows {
                let jpeg = picture.unwrap_or_else(|| frame.jpeg.clone());
                let (url, title) = (self.url.clone(), self.title.clone());
                *frame = Frame { number: frame.number + 1, jpeg, url, title };
            }
            shows
        });
    }
}

/// What both the listener and the acts know.
pub(super) struct Wiring {
    noted: Mutex<Noted>,
    pub(super) loading: watch::Sender<Loading>,
}

impl Wiring {
    pub(super) fn new(frames: watch::Sender<Frame>) -> Arc<Self> {
        let loading = watch::Sender::new(Loading::default());
        let noted = Noted { frames: Some(frames), ..Noted::default() };
        Arc::new(Wiring { noted: Mutex::new(noted), loading })
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn target(&self) -> Target {
        self.noted().target.clone()
    }

    /// From now on this is the page.
    pub(super) fn show(&self, target: Target) {
        let mut noted = self.noted();
        noted.target = target;
        noted.stuck = false;
        noted.window = None;
        self.loading.send_modify(|loading| {
            *loading = Loading { begun: loading.begun, ..Loading::default() };
        });
    }

    /// Whether a page that nobody opened is ours.
    pub(super) fn expect(&self, expected: bool) {
        self.noted().expected = expected;
    }

    pub(super) fn lost(&self) -> bool {
        self.loading.borrow().lost
    }

    pub(super) fn take_window(&self) -> Option<String> {
        self.noted().window.take()
    }

    pub(super) fn take_stuck(&self) -> bool {
        std::mem::take(&mut self.noted().stuck)
    }

    pub(super) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.noted().notes)
    }

    pub(super) fn note(&self, note: String) {
        let mut noted = self.noted();
        if noted.notes.len() < NOTES && !noted.notes.contains(&note) {
            noted.notes.push(note);
        }
    }

    /// Passes on what Chromium tells until it ends.
    pub(super) async fn listen(self: Arc<Self>, pipe: Pipe, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            let target = self.target();
            let of_page = event.session.as_deref() == Some(target.session.as_str());
            match event.method.as_str() {
                "Page.screencastFrame" if of_page => self.frame(&pipe, &target, event.params),
                // Chromium tells of the address, but not of a title that comes later.
                "Page.domContentEventFired" | "Page.loadEventFired" if of_page => {
                    tokio::spawn(self.clone().ask_names(pipe.clone(), target));
                }
                _ if of_page => self.of_page(&pipe, &target, &event),
                "Target.targetInfoChanged" => {
                    self.named(&target, &event.params["targetInfo"]);
                }
                _ => self.of_browser(&pipe, &target, &event),
            }
        }
        self.noted().frames.take();
    }

    async fn ask_names(self: Arc<Self>, pipe: Pipe, target: Target) {
        let about = json!({ "targetId": target.id });
        if let Ok(answer) = pipe.call(None, "Target.getTargetInfo", about, CALL).await {
            self.named(&target, &answer["targetInfo"]);
        }
    }

    fn of_page(&self, pipe: &Pipe, target: &Target, event: &Event) {
        let params = &event.params;
        let main = params["frameId"].as_str() == Some(target.frame.as_str());
        match event.method.as_str() {
            "Page.javascriptDialogOpening" => {
                // To leave a page that asks to stay is what was wanted; all else is dismissed.
                let leave = params["type"] == "beforeunload";
                let answer = json!({ "accept": leave });
                pipe.tell(Some(&target.session), "Page.handleJavaScriptDialog", answer);
                if !leave {
                    self.note(format!("A dialog said: {}", short(&params["message"])));
                }
            }
            // The first that a click opens; Chromium itself keeps out what pages open alone.
            "Page.windowOpen" if params["userGesture"] == true => {
                self.noted().window.get_or_insert_with(|| text(&params["url"]));
            }
            "Page.frameStartedNavigating" if !is_page(&text(&params["url"])) => {
                self.noted().stuck = true;
            }
            "Page.frameStartedLoading" if main => self.loading.send_modify(|loading| {
                (loading.now, loading.begun) = (true, loading.begun + 1);
            }),
            "Page.frameStoppedLoading" if main => {
                self.loading.send_modify(|loading| loading.now = false);
            }
            "Page.fileChooserOpened" => self.note("The page asked for a file.".to_owned()),
            "Inspector.targetCrashed" => self.lose(),
            _ => {}
        }
    }

    fn of_browser(&self, pipe: &Pipe, target: &Target, event: &Event) {
        let params = &event.params;
        let about = params["targetId"].as_str().or(params["targetInfo"]["targetId"].as_str());
        let ours = about == Some(target.id.as_str());
        match event.method.as_str() {
            // Every page but ours is one that our page opened; what it wanted was noted there.
            "Target.targetCreated" if !ours => {
                let info = &params["targetInfo"];
                let opened = info["openerId"].is_string() || !self.noted().expected;
                if info["type"] == "page" && opened {
                    pipe.tell(None, "Target.closeTarget", json!({ "targetId": info["targetId"] }));
                }
            }
            "Target.targetCrashed" | "Target.targetDestroyed" if ours => self.lose(),
            "Browser.downloadWillBegin" => {
                pipe.tell(None, "Browser.cancelDownload", json!({ "guid": params["guid"] }));
                let name = short(&params["suggestedFilename"]);
                self.note(format!("A download was kept out: {name}"));
            }
            _ => {}
        }
    }

    /// The page cannot be used any more.
    pub(super) fn lose(&self) {
        self.loading.send_modify(|loading| (loading.now, loading.lost) = (false, true));
    }

    /// The page's address and title as Chromium tells them, and so of the picture that is shown.
    pub(super) fn named(&self, target: &Target, info: &Value) -> (String, String) {
        let url = shown_url(info["url"].as_str().unwrap_or_default());
        let title = if url.is_empty() { "" } else { info["title"].as_str().unwrap_or_default() };
        let title = cut(title, TITLE);
        let mut noted = self.noted();
        let other = (&noted.url, &noted.title) != (&url, &title);
        if other && noted.target.id == target.id && info["targetId"] == target.id.as_str() {
            (noted.url, noted.title) = (url.clone(), title.clone());
            noted.show(None);
        }
        (url, title)
    }

    /// Shows a live picture, and asks for the next after a while.
    fn frame(&self, pipe: &Pipe, target: &Target, params: Value) {
        let picture = params["data"].as_str().and_then(|data| STANDARD.decode(data).ok());
        if let Some(picture) = picture {
            self.noted().show(Some(Bytes::from(picture)));
        }
        let (pipe, session) = (pipe.clone(), target.session.clone());
        let seen = json!({ "sessionId": params["sessionId"] });
        tokio::spawn(async move {
            tokio::time::sleep(BETWEEN_FRAMES).await;
            pipe.tell(Some(&session), "Page.screencastFrameAck", seen);
        });
    }
}

/// Whether the address is one that Chromium shows itself.
fn is_page(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    let shown = ["http", "https", "about", "data", "blob", "javascript", "file", "chrome-error"];
    url.is_empty() || shown.contains(&scheme.to_ascii_lowercase().as_str())
}

fn short(text: &Value) -> String {
    text.as_str().unwrap_or_default().chars().take(NOTE).collect()
}
