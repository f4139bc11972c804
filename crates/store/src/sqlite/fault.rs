//! What SQLite's errors mean to the product.

use rusqlite::{Error, ErrorCode, ffi};

use crate::ports::StoreError;

/// An error of SQLite as one of ours.
pub(super) fn fault(error: Error) -> StoreError {
    let text = error.to_string();
    let Error::SqliteFailure(failure, _) = error else {
        return StoreError::Damaged(text);
    };
    match failure.code {
        ErrorCode::ConstraintViolation if is_unique(failure.extended_code) => {
            StoreError::Exists("a row with this key")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged(text),
        _ => StoreError::Unavailable(text),
    }
}

fn is_unique(extended: i32) -> bool {
    [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY].contains(&extended)
}

/// Whether a COMMIT that failed like this cannot have put its last frame into the log: it waited
/// in vain, or the log could not be written to its end.
pub(super) fn never_complete(error: &Error) -> bool {
    let code = error.sqlite_error().map(|failure| failure.extended_code);
    [ffi::SQLITE_BUSY, ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE].map(Some).contains(&code)
}
