//! Starting `ampere` with a data folder of its own, and reading what it prints.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A data folder that goes with the test.
pub struct Folder(pub PathBuf);

static FOLDERS: AtomicU64 = AtomicU64::new(0);

impl Folder {
    pub fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("ampere-cli-{}-{number}", std::process::id());
        Folder(std::env::temp_dir().join(name))
    }

    /// `ampere` with these arguments, this folder, and nothing else in its environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ampere"));
        command.args(arguments).env_clear().env("AMPERE_DATA", &self.0);
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("AMPERE_LISTEN", "127.0.0.1:0").env("AMPERE_LOCAL_MODEL", "off");
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs it to its end with a line on its standard input.
    pub fn run_with(&self, arguments: &[&str], line: &str) -> Output {
        let mut command = self.command(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Starts the server and waits until it says where it is.
    pub fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same with settings in its environment.
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Serving {
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains("Ctrl-C ends everything.") {
            let line = lines.next().unwrap_or_else(|| panic!("it ended after: {said}"));
            said.push_str(&line.unwrap());
            said.push('\n');
        }
        Serving { child, said }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Only an empty one: what is left of a browser is to be seen.
        let _ = std::fs::remove_dir(ampere_server::data::browsers(&self.0));
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server.
pub struct Serving {
    child: Child,
    /// What it printed when it was ready.
    pub said: String,
}

impl Serving {
    /// What follows a word at the beginning of a line.
    pub fn line(&self, word: &str) -> Option<&str> {
        let mut lines = self.said.lines().map(str::trim);
        lines.find_map(|line| line.strip_prefix(word)).map(str::trim)
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for its end: the exit code and what it logged.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }

    /// Presses Ctrl-C and waits.
    pub fn interrupt(self) -> (Option<i32>, String) {
        self.signal("-INT");
        self.ended()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
