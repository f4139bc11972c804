//! Starting Chromium: its command line, its environment, its user.
//!
//! Owns: what the process may do from its first instant. It has an empty environment, runs as a
//! user without rights where we are root, cannot gain any, and its own sandbox is always on: there
//! is no way here to switch it off. Everything it asks of the network goes to one port of ours.
//! Never: says anything to it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, io};

use tokio::process::{Child, Command};

use super::profile::User;
use crate::browser::OpenOptions;

/// Where the small programs are that set limits and users.
const PATHS: [&str; 4] = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];
const PATH: &str = "/usr/bin:/bin";

/// Standard input and output become the two ends of the pipe, and the process has neither.
const PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

/// The processor time of one process of a browser, in seconds: two processors for an hour.
const CPU_SECONDS: u32 = 7_200;
/// Files that one process may have open.
const OPEN_FILES: u32 = 4_096;

/// What never differs between two browsers.
const FLAGS: [&str; 33] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--disable-gpu",
    "--disable-software-rasterizer",
    // Of the network: nothing but the proxy, and no name is looked up here.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    // It would call home all the same: for components, and for who is signed in. Port 1 is one
    // that it refuses by itself.
    "--component-updater=url-source=http://127.0.0.1:1/",
    "--gaia-url=http://127.0.0.1:1/",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    // Of the person's computer that it is not on.
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--noerrdialogs",
    "--password-store=basic",
    "--use-mock-keychain",
    "--mute-audio",
    // What a page may not have.
    "--deny-permission-prompts",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-notifications",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-features=BackForwardCache,HttpsUpgrades,MediaRouter,OptimizationHints,Prerender2,\
     Translate,AutofillServerCommunication,NetworkTimeServiceQuerying,\
     WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
    // Of how pages are drawn and what they may fill.
    "--disable-smooth-scrolling",
    "--hide-scrollbars",
    "--js-flags=--max-old-space-size=512",
];

/// All that one start needs to know.
pub(super) struct Launch<'a> {
    pub(super) program: &'a Path,
    pub(super) profile: &'a Path,
    pub(super) user: Option<User>,
    /// The proxy's, on 127.0.0.1.
    pub(super) port: u16,
    pub(super) options: OpenOptions,
}

impl Launch<'_> {
    /// Starts it, with pipes for standard input and output, leading a process group of its own.
    pub(super) fn spawn(&self) -> io::Result<Child> {
        let line = self.line();
        let (first, rest) = line.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        Command::new(first)
            .args(rest)
            // The server's environment may hold secrets that are none of a browser's business.
            .env_clear()
            .env("PATH", PATH)
            .env("LANG", "C.UTF-8")
            .env("HOME", self.profile)
            .env("TMPDIR", self.profile)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }

    fn line(&self) -> Vec<String> {
        let mut line = Vec::new();
        let mut add = |words: &[&str]| line.extend(words.iter().map(|word| (*word).to_owned()));
        if let Some(nice) = tool("nice") {
            add(&[&nice, "-n", "2"]);
        }
        if let Some(prlimit) = tool("prlimit") {
            let (cpu, files) = (format!("--cpu={CPU_SECONDS}"), format!("--nofile={OPEN_FILES}"));
            add(&[&prlimit, &cpu, &files, "--core=0"]);
        }
        if let Some(setpriv) = tool("setpriv") {
            add(&[&setpriv, "--no-new-privs"]);
            if let Some(user) = self.user {
                let (id, group) =
                    (format!("--reuid={}", user.id), format!("--regid={}", user.group));
                add(&[&id, &group, "--clear-groups"]);
            }
        }
        add(&["/bin/sh", "-c", PIPES, "sh", &self.program.to_string_lossy()]);
        add(&FLAGS);
        let OpenOptions { width, height } = self.options;
        add(&[&format!("--proxy-server=http://127.0.0.1:{}", self.port)]);
        add(&[&format!("--user-data-dir={}", self.profile.join("data").display())]);
        add(&[&format!("--window-size={width},{height}")]);
        if small_shared_memory() {
            add(&["--disable-dev-shm-usage"]);
        }
        line
    }
}

/// What is missing on this computer to start `program` as `user`, if anything.
pub(super) fn missing(program: &Path, user: Option<&str>) -> Option<String> {
    if fs::metadata(program).is_err() {
        return Some(format!("{} is not installed", program.display()));
    }
    let user = user?;
    if User::named(user).is_none_or(|user| user.id == 0) {
        return Some(format!("there is no user {user} without rights to run it as"));
    }
    tool("setpriv").is_none().then(|| "the program setpriv is not installed".to_owned())
}

/// Whether we are root, and so must not run a browser as ourselves.
pub(super) fn we_are_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

/// Debian's Chromium, or what others call it, where it is installed.
pub fn usual_program() -> Option<PathBuf> {
    // Debian's own launcher would add flags and variables of its own: the program itself first.
    let places = ["/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/chromium-browser"];
    places.iter().map(PathBuf::from).find(|place| place.exists())
}

fn tool(name: &str) -> Option<String> {
    PATHS.iter().map(|path| format!("{path}/{name}")).find(|path| Path::new(path).exists())
}

/// Whether the memory that processes share by files is too little for pages, as in containers.
fn small_shared_memory() -> bool {
    const LEAST: u64 = 512 * 1024 * 1024;
    let Ok(mounts) = fs::read_to_string("/proc/mounts") else { return true };
    let Some(line) = mounts.lines().find(|line| line.split(' ').nth(1) == Some("/dev/shm")) else {
        return true;
    };
    let options = line.split(' ').nth(3).unwrap_or_default();
    let size = options.split(',').find_map(|option| option.strip_prefix("size="));
    let kibibytes = size.and_then(|size| size.strip_suffix('k')?.parse::<u64>().ok());
    kibibytes.is_some_and(|kibibytes| kibibytes * 1024 < LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_is_never_off_and_everything_goes_to_the_proxy() {
        let launch = Launch {
            program: Path::new("/opt/browser"),
            profile: Path::new("/x/profile"),
            user: Some(User { id: 65_534, group: 65_533 }),
            port: 4_321,
            options: OpenOptions::default(),
        };
        let line = launch.line();
        let has = |word: &str| line.iter().any(|one| one == word);
        assert!(!line.iter().any(|word| word.contains("no-sandbox") || word.contains("sandbox=")));
        assert!(has("--proxy-server=http://127.0.0.1:4321") && has("--no-new-privs"));
        assert!(has("--proxy-bypass-list=<-loopback>"));
        assert!(has("--reuid=65534") && has("--regid=65533") && has("--clear-groups"));
        assert!(has("--user-data-dir=/x/profile/data") && has("--window-size=1024,640"));
        let port = line.iter().any(|word| word.contains("remote-debugging-port"));
        assert!(has("--remote-debugging-pipe") && !port);
    }

    #[test]
    fn what_is_missing_is_told() {
        let here = Path::new("/bin/sh");
        assert_eq!(missing(here, None), None);
        let program = missing(Path::new("/no/browser"), None);
        assert_eq!(program.as_deref(), Some("/no/browser is not installed"));
        for user in ["root", "no such user"] {
            assert!(missing(here, Some(user)).is_some());
        }
    }
}
