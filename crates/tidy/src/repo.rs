//! The files that are looked at: everything git tracks or would track.
//!
//! Owns: reading the tree once. Never: judges it. Read next: any rule, for example `size`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// One file, with its text when it is text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path from the repository's root, with `/`.
    pub path: String,
    pub bytes: usize,
    /// Empty for binary files.
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), bytes: text.len(), text: text.to_owned() }
    }

    fn read(root: &Path, path: String) -> io::Result<Self> {
        let content = fs::read(root.join(&path))?;
        let bytes = content.len();
        let text = if content.contains(&0) { Vec::new() } else { content };
        Ok(Self { path, bytes, text: String::from_utf8(text).unwrap_or_default() })
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The file's kind: its ending, or the program that a script names in its first line.
    pub fn kind(&self) -> &str {
        match self.name().rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => ending,
            _ if self.text.starts_with("#!/usr/bin/env bash") => "sh",
            _ if self.text.starts_with("#!/usr/bin/env python3") => "py",
            _ => "",
        }
    }

    pub fn is_rust(&self) -> bool {
        self.kind() == "rs"
    }

    pub fn is_code(&self) -> bool {
        matches!(self.kind(), "rs" | "ts" | "tsx" | "mjs" | "py" | "sh")
    }

    pub fn is_test(&self) -> bool {
        let in_tests = |part: &str| matches!(part, "tests" | "e2e");
        self.path.split('/').any(in_tests) || self.name().contains(".test.")
    }

    /// Written by a program and checked for staleness; nobody reads it whole.
    pub fn is_generated(&self) -> bool {
        matches!(self.name(), "Cargo.lock" | "package-lock.json" | "openapi.json")
    }

    /// Lines with their numbers, counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The repository: its root and its files.
#[derive(Clone, Debug)]
pub struct Repo {
    pub root: PathBuf,
    pub files: Vec<Source>,
}

impl Repo {
    /// Reads every file that git tracks, or would with the next commit.
    ///
    /// # Errors
    /// When git cannot list the files or one of them cannot be read.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for path in list(root)? {
            // Listed but deleted: the next commit will forget it.
            if root.join(&path).is_file() {
                files.push(Source::read(root, path)?);
            }
        }
        Ok(Self { root: root.to_owned(), files })
    }

    pub fn find(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn list(root: &Path) -> io::Result<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").arg("-C").arg(root).args(arguments).output()?;
    if !listed.status.success() {
        let why = String::from_utf8_lossy(&listed.stderr).into_owned();
        return Err(io::Error::other(format!("git ls-files: {why}")));
    }
    let names = String::from_utf8_lossy(&listed.stdout);
    let mut paths: Vec<_> = names.split_terminator('\0').map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}
