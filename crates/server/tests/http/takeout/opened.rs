//! A downloaded file, opened: what is in it, under which names.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use reqwest::header::COOKIE;
use serde_json::{Map, Value};
use zip::ZipArchive;

use crate::harness::Client;

/// All files of a ZIP file.
pub struct Opened {
    pub file_name: String,
    entries: Vec<(String, Vec<u8>)>,
}

/// Asks for a path and leaves the answer unread.
pub async fn begin(client: &Client, path: &str) -> reqwest::Response {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("{}{path}", client.base()));
    request.header(COOKIE, client.cookie.as_deref().unwrap()).send().await.unwrap()
}

/// What a path answers, byte by byte.
pub async fn bytes(client: &Client, path: &str) -> Vec<u8> {
    let answer = begin(client, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

impl Opened {
    /// Downloads and opens.
    pub async fn of(client: &Client, path: &str) -> Self {
        let answer = begin(client, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/zip");
        assert_eq!(header("cache-control"), "no-store");
        let disposition = header("content-disposition");
        let file_name = disposition.strip_prefix("attachment; filename=\"").unwrap();
        let file_name = file_name.trim_end_matches('"').to_owned();
        let mut zip = ZipArchive::new(Cursor::new(answer.bytes().await.unwrap())).unwrap();
        let mut entries = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            let told = file.last_modified().unwrap();
            assert_eq!((told.year(), told.month()), (2026, 11), "{name}");
            entries.push((name, bytes));
        }
        let names: std::collections::BTreeSet<_> = entries.iter().map(|entry| &entry.0).collect();
        assert_eq!(names.len(), entries.len(), "each name is there once");
        Opened { file_name, entries }
    }

    /// Names that begin like this, in their order.
    pub fn names(&self, begin: &str) -> Vec<String> {
        let names = self.entries.iter().map(|entry| entry.0.clone());
        names.filter(|name| name.starts_with(begin)).collect()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let found = self.entries.iter().find(|entry| entry.0 == name);
        found.unwrap_or_else(|| panic!("{name} is not in {:?}", self.names(""))).1.clone()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    #[track_caller]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// Whether a text stands in any of the files, or in a name of one.
    pub fn holds(&self, text: &str) -> bool {
        let inside = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        self.entries.iter().any(|(name, bytes)| name.contains(text) || inside(bytes))
    }

    /// A CSV file's rows by the names of its columns. Written for this test alone, so that it
    /// shares nothing with what wrote the file.
    pub fn table(&self, name: &str) -> Vec<Value> {
        let text = self.text(name);
        let mut rows = parsed(text.strip_prefix('\u{feff}').unwrap()).into_iter();
        let head = rows.next().unwrap();
        let row = |cells: Vec<String>| {
            assert_eq!(cells.len(), head.len(), "{name}: {cells:?}");
            let pairs = head.iter().cloned().zip(cells.into_iter().map(Value::String));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        rows.map(row).collect()
    }

    /// The lines of a file, each a JSON value.
    pub fn lines(&self, name: &str) -> Vec<Value> {
        let text = self.text(name);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Rows by what stands in one column.
    pub fn by(&self, name: &str, column: &str) -> BTreeMap<String, Value> {
        let rows = self.table(name).into_iter();
        rows.map(|row| (row[column].as_str().unwrap().to_owned(), row)).collect()
    }
}

fn parsed(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {
                letters.next();
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "the last line ends");
    rows
}
