//! The pages of a scripted site.
//!
//! Owns: what a page of the fake holds, and what its elements do. Never: keeps what happened.

use crate::browser::{Element, Table};

/// What comes of using an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A field or box that only takes its value.
    Nothing,
    /// Opens another page of the site.
    Go(String),
    /// Wants to open another page in a new window.
    Window(String),
    /// Sends the page's fields to another page, as its query; a field's name in it is its
    /// element's name in lower case.
    Send(String),
    /// Adds a line to the page's text.
    Say(String),
    /// A dialog with this message.
    Dialog(String),
    /// A download of a file with this name.
    Download(String),
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) element: Element,
    pub(super) effect: Effect,
}

/// A page of a scripted site. `{name}` in its text is replaced by what a form sent under `name`.
#[derive(Clone, Debug)]
pub struct Page {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) parts: Vec<Part>,
    pub(super) tables: Vec<Table>,
    pub(super) height: u32,
}

impl Page {
    /// A page with nothing on it but a text, as high as what is visible.
    pub fn new(title: &str, text: &str) -> Self {
        let (title, text) = (title.to_owned(), text.to_owned());
        Page { title, text, parts: Vec::new(), tables: Vec::new(), height: 0 }
    }

    /// How high the page is, in CSS pixels.
    pub fn height(mut self, height: u32) -> Self {
        self.height = height;
        self
    }

    /// A link to another page of the site.
    pub fn link(self, name: &str, url: &str) -> Self {
        self.with("link", name, &[], Effect::Go(url.to_owned()))
    }

    /// A button.
    pub fn button(self, name: &str, effect: Effect) -> Self {
        self.with("button", name, &[], effect)
    }

    /// An empty text field.
    pub fn field(self, name: &str) -> Self {
        self.with("textbox", name, &[], Effect::Nothing)
    }

    /// A box to check, which is not checked.
    pub fn checkbox(mut self, name: &str) -> Self {
        self = self.with("checkbox", name, &[], Effect::Nothing);
        self.value("false")
    }

    /// A choice of which the first is chosen.
    pub fn choice(mut self, name: &str, options: &[&str]) -> Self {
        self = self.with("combobox", name, options, Effect::Nothing);
        self.value(options.first().copied().unwrap_or_default())
    }

    /// A table.
    pub fn table(mut self, columns: &[&str], rows: &[&[&str]]) -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let rows = rows.iter().map(|row| texts(row)).collect();
        self.tables.push(Table { columns: texts(columns), rows });
        self
    }

    fn with(mut self, role: &str, name: &str, options: &[&str], effect: Effect) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let (role, name) = (role.to_owned(), name.to_owned());
        let element = Element { mark: 0, role, name, value: String::new(), options };
        self.parts.push(Part { element, effect });
        self
    }

    /// What the last element holds at first.
    pub fn value(mut self, value: &str) -> Self {
        if let Some(last) = self.parts.last_mut() {
            last.element.value = value.to_owned();
        }
        self
    }
}
