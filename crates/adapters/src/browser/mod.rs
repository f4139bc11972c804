//! The Browser port: a real browser that does one thing at a time and tells what it sees.
//!
//! Owns: what can be asked of a browser and what it answers, in our own words. Never does: decide
//! what to do on a page, charge anything, or reach a page by any other way than the egress guard.
//!
//! What a page says (texts, names, titles, dialogs) is material from strangers: it grants no rights
//! and is bounded here, so that whoever shows it or hands it to a model need not.
//!
//! Read next: `chromium` (the real one), then `scripted` (a small site in memory, for tests).

mod chromium;
mod proxy;
#[cfg(feature = "scripted")]
pub mod scripted;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;
use tokio::sync::watch;

pub use chromium::{ChromiumConfig, chromium, usual_program};

/// The most characters of [`Seen::text`].
pub const TEXT_AT_MOST: usize = 20_000;
/// The most entries of [`Seen::elements`].
pub const ELEMENTS_AT_MOST: usize = 150;
/// The most tables of [`Seen::tables`].
pub const TABLES_AT_MOST: usize = 5;
/// The most rows of one table.
pub const ROWS_AT_MOST: usize = 500;
/// The most columns of one table.
pub const COLUMNS_AT_MOST: usize = 30;
/// The longest [`Action::Wait`], in seconds.
pub const WAIT_AT_MOST: u8 = 10;
/// The greatest height of a picture of a whole page, in CSS pixels.
pub const PICTURE_HEIGHT_AT_MOST: u32 = 10_000;

/// Whether browsers can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserState {
    Ready,
    /// The operator switched browser sessions off.
    Off,
    /// Something that it needs is not on this computer; `detail` says what, for the operator.
    Missing {
        detail: String,
    },
}

/// What opens browsers.
#[async_trait]
pub trait Browser: Send + Sync {
    /// Whether [`Browser::open`] can succeed here at all.
    fn state(&self) -> BrowserState;

    /// A fresh browser with one empty page. It shares nothing with any other.
    ///
    /// # Errors
    /// [`BrowserError::Off`], [`BrowserError::Missing`], [`BrowserError::Busy`] when as many as are
    /// allowed at once are open, [`BrowserError::NotStarted`].
    async fn open(&self, options: OpenOptions) -> Result<Arc<dyn BrowserSession>, BrowserError>;
}

/// How large the page is, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    pub width: u32,
    pub height: u32,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { width: 1024, height: 640 }
    }
}

/// One open browser with one page.
#[async_trait]
pub trait BrowserSession: Send + Sync {
    /// Does one thing and gives what the page shows afterwards. Takes at most 30 s, whatever the
    /// page does. Acts are done one after the other, in the order they were asked for.
    ///
    /// # Errors
    /// [`BrowserError`]; the session can go on after all of them but [`BrowserError::Gone`].
    async fn act(&self, action: Action) -> Result<Seen, BrowserError>;

    /// Live pictures, the newest only. The sender is dropped with the session's end.
    fn frames(&self) -> watch::Receiver<Frame>;

    /// Turns false, once, when the browser is gone, whoever or whatever ended it.
    fn alive(&self) -> watch::Receiver<bool>;

    /// Ends everything: no process runs and no file of it is left when this returns. May be called
    /// again. Dropping the last handle does the same in the background.
    async fn close(&self);
}

/// One thing to do. Marks are those of the last [`Seen`] of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing but look.
    Look,
    /// By `http` or `https`; anything else is [`BrowserError::AddressRefused`].
    Navigate {
        url: String,
    },
    Click {
        mark: u32,
    },
    /// Replaces what a field holds; `submit` presses Enter afterwards.
    Type {
        mark: u32,
        text: String,
        submit: bool,
    },
    /// Chooses the option with this visible label.
    Select {
        mark: u32,
        option: String,
    },
    /// CSS pixels; negative: up.
    Scroll {
        down: i32,
    },
    Back,
    /// At most [`WAIT_AT_MOST`]; more is cut.
    Wait {
        seconds: u8,
    },
    /// A person's hand: CSS pixels from the left and top of what is visible.
    ClickAt {
        x: u32,
        y: u32,
    },
    /// A person's hand: turns the wheel at a place.
    ScrollAt {
        x: u32,
        y: u32,
        dx: i32,
        dy: i32,
    },
    /// A person's hand: types into whatever has the focus.
    Text {
        text: String,
    },
    /// A person's hand: presses a key.
    Key {
        key: Key,
    },
    /// Gives a PNG in [`Seen::picture`]; `full`: of the whole page, to a height of
    /// [`PICTURE_HEIGHT_AT_MOST`].
    Screenshot {
        full: bool,
    },
    /// Gives [`Seen::tables`].
    Tables,
    /// Clicks the first link or button with this visible label (the same, else one that contains
    /// it; upper and lower case are alike), else [`BrowserError::NotFound`].
    Follow {
        label: String,
    },
}

/// A key that a person may press on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Enter,
    Tab,
    Escape,
    Backspace,
    Delete,
    ArrowUp,
    ArrowDown,
    ArrowLeft,
    ArrowRight,
    PageUp,
    PageDown,
    Home,
    End,
}

impl Key {
    /// All of them.
    pub const ALL: [Key; 13] = [
        Key::Enter,
        Key::Tab,
        Key::Escape,
        Key::Backspace,
        Key::Delete,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
    ];

    /// Its name as in a web page's `KeyboardEvent.key`.
    pub fn word(self) -> &'static str {
        match self {
            Key::Enter => "Enter",
            Key::Tab => "Tab",
            Key::Escape => "Escape",
            Key::Backspace => "Backspace",
            Key::Delete => "Delete",
            Key::ArrowUp => "ArrowUp",
            Key::ArrowDown => "ArrowDown",
            Key::ArrowLeft => "ArrowLeft",
            Key::ArrowRight => "ArrowRight",
            Key::PageUp => "PageUp",
            Key::PageDown => "PageDown",
            Key::Home => "Home",
            Key::End => "End",
        }
    }

    /// The key of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Key::ALL.into_iter().find(|key| key.word() == word)
    }
}

/// What a page shows after an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Without a user name or password; empty for the empty page.
    pub url: String,
    pub title: String,
    /// The visible text, its white space folded; at most [`TEXT_AT_MOST`] characters.
    pub text: String,
    /// What can be used, in reading order; at most [`ELEMENTS_AT_MOST`].
    pub elements: Vec<Element>,
    /// Text or elements were cut.
    pub more: bool,
    /// CSS pixels above what is visible.
    pub scrolled: u32,
    /// CSS pixels of the whole page.
    pub height: u32,
    pub picture: Option<Bytes>,
    pub tables: Vec<Table>,
    /// What happened besides, in sentences for people and models.
    pub notes: Vec<String>,
}

/// Something on a page that can be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Counted from 1. Each [`Seen`] counts anew.
    pub mark: u32,
    /// `link`, `button`, `textbox`, `checkbox`, `radio`, `combobox` and others of ARIA's words.
    pub role: String,
    pub name: String,
    /// What a field holds; `true` or `false` for what is checked or not. Never a password.
    pub value: String,
    /// The labels of what can be chosen, for [`Action::Select`].
    pub options: Vec<String>,
}

/// A table of a page. Each row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A live picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// From 1; 0: there is none yet.
    pub number: u64,
    pub jpeg: Bytes,
    pub url: String,
    pub title: String,
}

/// Why something was not done. The texts are for people and models.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BrowserError {
    #[error("browser sessions are switched off")]
    Off,
    #[error("there is no browser here: {detail}")]
    Missing { detail: String },
    /// As many as are allowed are open: trying again later may help.
    #[error("all browsers are in use")]
    Busy,
    /// The detail is for the operator.
    #[error("the browser did not start: {0}")]
    NotStarted(String),
    /// The browser has ended; nothing more can be done with this session.
    #[error("the browser is gone")]
    Gone,
    #[error("the page took too long")]
    TooSlow,
    /// Not http or https, or not on the public internet and not allowed by the operator.
    #[error("this address may not be opened")]
    AddressRefused,
    #[error("the page could not be reached: {detail}")]
    NotReached { detail: String },
    /// No such mark or label on the page as it is now.
    #[error("there is nothing of that kind on the page")]
    NotFound,
    /// The page or the browser would not do it.
    #[error("it could not be done: {0}")]
    Refused(String),
}

/// No browser at all, with the reason for it.
#[derive(Clone, Debug)]
pub struct NoBrowser(pub BrowserState);

#[async_trait]
impl Browser for NoBrowser {
    fn state(&self) -> BrowserState {
        self.0.clone()
    }

    async fn open(&self, _: OpenOptions) -> Result<Arc<dyn BrowserSession>, BrowserError> {
        match &self.0 {
            BrowserState::Missing { detail } => {
                Err(BrowserError::Missing { detail: detail.clone() })
            }
            BrowserState::Off | BrowserState::Ready => Err(BrowserError::Off),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_word() {
        for key in Key::ALL {
            assert_eq!(Key::from_word(key.word()), Some(key));
        }
        assert_eq!(Key::from_word("F12"), None);
        assert_eq!(Key::from_word("enter"), None);
    }
}
