//! Chromium as it comes: no proxy, nothing filtered. What the attack page can do to anybody.
//!
//! Owns: one browser over a pipe, as an unprivileged user with its sandbox on. Only what the test
//! needs of the protocol.

use std::collections::HashMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

/// The user that a browser runs as where the test is root.
const NOBODY: u32 = 65_534;

/// Whether this process may give files and processes to another user.
pub(crate) fn root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A new empty folder that the browser's user may use; dropping it removes it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `name` is of this test alone.
    pub(crate) fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ampere-{name}-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        if root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A running browser.
pub(crate) struct Bare {
    child: Child,
    input: Option<ChildStdin>,
    waiting: Waiting,
    next: u64,
}

impl Bare {
    /// Starts one with a fresh profile in `folder`.
    pub(crate) fn start(program: &Path, folder: &Folder, flags: &[String]) -> Self {
        let profile = format!("--user-data-dir={}", folder.path("profile").display());
        let pipe = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut command = Command::new("setpriv");
        if root() {
            let user = NOBODY.to_string();
            command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
        }
        command
            .args(["--no-new-privs", "--pdeathsig", "KILL", "sh", "-c", pipe, "sh"])
            .arg(program)
            .args(["--headless=new", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-crash-reporter"])
            .arg(profile)
            .args(flags)
            .arg("about:blank")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("setpriv and chromium are installed");
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        let waiting = Waiting::default();
        let answers = Arc::clone(&waiting);
        tokio::spawn(async move {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).await.is_ok_and(|read| read > 0) {
                message.pop();
                let value: Value = serde_json::from_slice(&message).unwrap_or_default();
                let waits = value["id"].as_u64().and_then(|id| answers.lock().unwrap().remove(&id));
                if let Some(waits) = waits {
                    let _ = waits.send(value);
                }
                message.clear();
            }
        });
        Bare { child, input, waiting, next: 0 }
    }

    async fn ask(&mut self, method: &str, params: Value, session: Option<&str>) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (send, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(self.next, send);
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.as_mut().unwrap().write_all(&bytes).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(30), answer).await;
        let answer = answer.expect("the browser answers").expect("the browser lives");
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Opens a page in a tab of its own; gives the tab.
    pub(crate) async fn open(&mut self, url: &str) -> String {
        let opened = self.ask("Target.createTarget", json!({"url": url}), None).await;
        opened["targetId"].as_str().unwrap().to_owned()
    }

    /// Presses the button of a page, as a person would.
    pub(crate) async fn press(&mut self, tab: &str) {
        let params = json!({"targetId": tab, "flatten": true});
        let attached = self.ask("Target.attachToTarget", params, None).await;
        let session = attached["sessionId"].as_str().unwrap();
        let press = "document.querySelector('button').click()";
        let params = json!({"expression": press, "userGesture": true});
        self.ask("Runtime.evaluate", params, Some(session)).await;
    }

    /// Ends it; it has written its log when this returns.
    pub(crate) async fn close(mut self) {
        drop(self.input.take());
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        ended.expect("the browser ends with its pipe").unwrap();
    }
}
