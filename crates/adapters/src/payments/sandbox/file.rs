//! The books' file: read whole, written whole.
//!
//! Owns the one file. A new one is on disk, name and all, before anybody is told what it says;
//! damaged books are refused, never repaired by guessing.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::books::Books;

/// Why the books cannot be used.
#[derive(Debug, Error)]
pub enum BooksError {
    /// The machine does not let us.
    #[error("the sandbox's books {path} cannot be read: {error}")]
    Unreadable { path: PathBuf, error: io::Error },
    /// They are not what we wrote.
    #[error(
        "the sandbox's books {path} are damaged: {why}. They hold its test customers, payments \
         and subscriptions, and no real money. Put back a copy of the file, or move it away to \
         begin with empty books; what was bought keeps its credits either way"
    )]
    Damaged { path: PathBuf, why: String },
}

/// The books of a file; empty ones where there is none.
pub(super) fn read(path: &Path) -> Result<Books, BooksError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Books::empty()),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return Err(damaged(path, "they are not text"));
        }
        Err(error) => return Err(BooksError::Unreadable { path: path.to_owned(), error }),
    };
    let books: Books =
        serde_json::from_str(&text).map_err(|error| damaged(path, error.to_string()))?;
    books.check().map_err(|why| damaged(path, why))?;
    Ok(books)
}

fn damaged(path: &Path, why: impl Into<String>) -> BooksError {
    BooksError::Damaged { path: path.to_owned(), why: why.into() }
}

/// Writes the books, whole or not at all.
pub(super) fn write(path: &Path, books: &Books) -> io::Result<()> {
    let begun = path.with_extension("new");
    let text = serde_json::to_vec(books)?;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&begun)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&begun, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
