//! The data folder: everything that is kept, for its owner's eyes only.
//!
//! Owns: the folder, the names of what lies in it, and the key that seals secrets.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ampere_app::settings::SecretText;
use ampere_credits::Entropy;
use sha2::{Digest, Sha256};

/// The database of a data folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("ampere.db")
}

/// The books of the payment sandbox.
pub fn sandbox_books(folder: &Path) -> PathBuf {
    folder.join("sandbox.json")
}

/// The log of the local model's worker.
pub fn worker_log(folder: &Path) -> PathBuf {
    folder.join("logs").join("local-model.log")
}

/// Where browsers have their profiles: outside of the data folder, which the user that they run as
/// must not enter. Follows from the data folder, so that what a dead server left is found.
pub fn browsers(folder: &Path) -> PathBuf {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let hash = Sha256::digest(whole.as_os_str().as_encoded_bytes());
    let mark: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("ampere-b-{mark}"))
}

/// Makes the folder, or closes one that others could read.
///
/// # Errors
/// A sentence for the person.
pub fn prepare(folder: &Path) -> Result<(), String> {
    let failed = |error| format!("The data folder {} cannot be used: {error}", folder.display());
    fs::create_dir_all(folder.join("logs")).map_err(failed)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)
}

/// The key that seals secrets: the one that was given, or the one in `secret.key`, which is made
/// when it is not there.
///
/// # Errors
/// A sentence for the person.
pub fn secret_key(
    folder: &Path,
    given: Option<&SecretText>,
    entropy: &dyn Entropy,
) -> Result<[u8; 32], String> {
    if let Some(given) = given {
        return decoded(given.expose()).ok_or_else(|| "AMPERE_SECRET_KEY is not a key".to_owned());
    }
    let path = folder.join("secret.key");
    let failed = |error| format!("{} cannot be used: {error}", path.display());
    match fs::read_to_string(&path) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                tracing::warn!(target: "security", "secret.key was readable for others; closed");
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
            }
            decoded(text.trim())
                .ok_or_else(|| format!("{} must hold 64 hexadecimal digits", path.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut key = [0u8; 32];
            entropy.fill(&mut key);
            write_key(&path, &key).map_err(failed)?;
            Ok(key)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whole or not at all, and on disk before anything is sealed with it.
fn write_key(path: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let begun = path.with_extension("key.new");
    // Left over by a start that was cut off in here; its key sealed nothing.
    match fs::remove_file(&begun) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&begun)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&begun, path)?;
    fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn decoded(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0u8; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}
