//! Profile folders: one for each browser, of its own, gone with it.
//!
//! Owns: making them so that nobody else reads them, removing them, and what a dead server left.
//! A folder's name tells which process made it, so that servers may share a folder: `browser`, the
//! process's number, its start and a number of its own. Never: reads what a browser wrote.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::processes::{self, Signs};

/// The profiles of this process so far.
static MADE: AtomicU64 = AtomicU64::new(1);

/// Whom a browser runs as, when not as ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: u32,
    pub(super) group: u32,
}

impl User {
    /// The user of that name.
    pub(super) fn named(name: &str) -> Option<User> {
        let text = fs::read_to_string("/etc/passwd").ok()?;
        let line = text.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some(User { id: numbers.next()?, group: numbers.next()? })
    }
}

/// A profile folder. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Profile(PathBuf);

impl Profile {
    /// A fresh folder that only `user` (else we ourselves) can enter.
    pub(super) fn make(folder: &Path, user: Option<User>) -> io::Result<Profile> {
        let pid = std::process::id();
        let started = i32::try_from(pid).ok().and_then(processes::started).unwrap_or(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("browser-{pid}-{started}-{number}"));
        let profile = Profile(path.clone());
        for path in [path.clone(), path.join("data"), path.join("jail")] {
            // Fails where there is something of that name: it is nothing of ours.
            DirBuilder::new().mode(0o700).create(&path)?;
            if let Some(user) = user {
                chown(&path, Some(user.id), Some(user.group))?;
            }
        }
        Ok(profile)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a browser's profile could not be removed");
        }
    }
}

/// Makes the folder of all profiles, and sees that `user` can pass through to one.
///
/// # Errors
/// What the operator must put right.
pub(super) fn prepare(folder: &Path, user: Option<User>) -> Result<(), String> {
    let told =
        |error: io::Error| format!("its folder {} cannot be used ({error})", folder.display());
    fs::create_dir_all(folder).map_err(told)?;
    let data = fs::symlink_metadata(folder).map_err(told)?;
    let own = fs::metadata("/proc/self").map_err(told)?.uid();
    if !data.is_dir() || data.uid() != own {
        return Err(format!("its folder {} belongs to somebody else", folder.display()));
    }
    // To pass through, not to look around.
    let mode = if user.is_some() { 0o711 } else { 0o700 };
    fs::set_permissions(folder, Permissions::from_mode(mode)).map_err(told)?;
    let full = fs::canonicalize(folder).map_err(told)?;
    for above in full.ancestors().filter(|_| user.is_some()) {
        let data = fs::metadata(above).map_err(told)?;
        if data.permissions().mode() & 0o001 == 0 {
            let above = above.display();
            return Err(format!("its user cannot pass through {above}: choose another folder"));
        }
    }
    Ok(())
}

/// Ends what browsers of dead servers run on, and removes their profiles.
pub(super) async fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let left = entries.flatten().map(|entry| entry.path()).filter(|path| is_left(path));
    for path in left.collect::<Vec<_>>() {
        tracing::info!("a browser that a dead server left is removed");
        if !Signs::of(None, &path).kill().await {
            tracing::warn!("a browser that a dead server left cannot be ended");
        }
        drop(Profile(path));
    }
}

/// Whether the process that made this profile has ended.
fn is_left(path: &Path) -> bool {
    let maker = || {
        let name = path.file_name()?.to_str()?.strip_prefix("browser-")?;
        let mut numbers = name.split('-').map_while(|part| part.parse::<u64>().ok());
        Some((i32::try_from(numbers.next()?).ok()?, numbers.next()?))
    };
    maker().is_some_and(|(pid, started)| processes::started(pid) != Some(started))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_name() {
        assert_eq!(User::named("root"), Some(User { id: 0, group: 0 }));
        assert_eq!(User::named("no such user"), None);
    }

    #[tokio::test]
    async fn only_what_a_dead_process_left_is_swept() {
        let folder = std::env::temp_dir().join(format!("ampere-sweep-{}", std::process::id()));
        prepare(&folder, None).unwrap();
        let own = Profile::make(&folder, None).unwrap();
        assert_eq!(fs::metadata(own.path()).unwrap().mode() & 0o777, 0o700);
        let dead = folder.join("browser-1-999999999999-1");
        let other = folder.join("browser-notes");
        for path in [&dead, &other] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("file"), "x").unwrap();
        }
        sweep(&folder).await;
        assert!(own.path().exists() && other.exists() && !dead.exists());
        let path = own.path().to_owned();
        drop(own);
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
