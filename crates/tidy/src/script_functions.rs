//! Functions of Python and shell files, by their layout.
//!
//! Owns: where such a function begins and ends. Never: judges (`size` does).

use crate::rust_source::Function;

/// A Python function lasts while lines are empty or indented deeper than its `def`.
pub fn python(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let head = line.trim_start();
        let Some(rest) = head.strip_prefix("def ").or(head.strip_prefix("async def ")) else {
            continue;
        };
        let indent = line.len() - head.len();
        let inside = |line: &&&str| {
            let trimmed = line.trim_start();
            let closes = trimmed.starts_with(')') && line.len() - trimmed.len() == indent;
            trimmed.is_empty() || line.len() - trimmed.len() > indent || closes
        };
        let body: Vec<_> = lines[index + 1..].iter().take_while(inside).collect();
        let used = body.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
        let name = rest.split('(').next().unwrap_or_default().to_owned();
        found.push(Function { name, first: index + 1, last: index + 1 + used });
    }
    found
}

/// A shell function lasts from `name() {` to the next `}` at the same column.
pub fn shell(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = line.trim_end().strip_suffix("() {") else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let ends = |line: &&str| line.trim_end() == end;
        let length = lines[index..].iter().position(ends).unwrap_or(lines.len() - index - 1);
        let name = name.trim().to_owned();
        found.push(Function { name, first: index + 1, last: index + 1 + length });
    }
    found
}
