//! The database's file: made for its owner alone, and held by one server process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::ports::{Kept, StoreError};
use crate::sqlite::Sharing;

/// Only the owner reads and writes.
const OWNER_ONLY: u32 = 0o600;

/// Held as long as a server has the database open; the system gives it up with the process.
#[derive(Debug)]
pub(super) struct ServerLock {
    _file: File,
}

/// Takes the lock and makes the file if it may be made.
pub(super) fn prepare(path: &Path, sharing: Sharing) -> Kept<Option<ServerLock>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
        return Err(unavailable(format!("there is no folder {}", missing.display())));
    }
    match sharing {
        Sharing::OneServer => {
            let lock = lock(path)?;
            open(path)?;
            Ok(Some(lock))
        }
        Sharing::Beside if path.is_file() => Ok(None),
        Sharing::Beside => Err(unavailable(format!("there is no database {}", path.display()))),
    }
}

/// The `-wal` file beside a database.
pub(super) fn wal_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn lock(path: &Path) -> Kept<ServerLock> {
    let mut file = open(&beside(path, ".lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message: an unreadable holder is still a holder.
            let _ = file.read_to_string(&mut holder);
            return Err(unavailable(format!(
                "another server has {} open (process {}); stop it first",
                path.display(),
                holder.trim()
            )));
        }
        Err(TryLockError::Error(error)) => {
            return Err(unavailable(format!("cannot lock {}: {error}", path.display())));
        }
    }
    let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(|error| unavailable(format!("cannot lock {}: {error}", path.display())))?;
    Ok(ServerLock { _file: file })
}

fn open(path: &Path) -> Kept<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(OWNER_ONLY);
    options
        .open(path)
        .map_err(|error| unavailable(format!("cannot open {}: {error}", path.display())))
}

fn unavailable(what: String) -> StoreError {
    StoreError::Unavailable(what)
}
