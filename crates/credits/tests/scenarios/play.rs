//! Plays a table against the pool and compares what comes out, line by line.

use ampere_credits::Credits;
use ampere_credits::ledger::{Command, Request};

use super::parse::{Act, Step, Table};
use super::words;
use crate::lane::{Lane, queueing};

/// Plays a table; the error is the difference between what is written and what came out.
pub fn play(table: &Table) -> Result<(), String> {
    let mut lane = Lane::new();
    let mut limit = Credits::ZERO;
    for step in &table.steps {
        let head = lane.full.head;
        let mut came_out = act(&mut lane, table, step, &mut limit);
        came_out.extend(step.expected.iter().filter_map(|line| state(&lane, table, step, line)));
        if matches!(step.act, Act::Look) && lane.full.head != head {
            return Err(format!("{}: looking changed the journal", table.title));
        }
        if came_out != step.expected {
            return Err(difference(table, step, &came_out));
        }
    }
    let report = lane.audit(limit);
    match report.findings.first() {
        Some(finding) => Err(format!("{}: the auditor says {finding}", table.title)),
        None => Ok(()),
    }
}

fn act(lane: &mut Lane, table: &Table, step: &Step, limit: &mut Credits) -> Vec<String> {
    let Act::Commit(commands) = &step.act else { return Vec::new() };
    let requests: Vec<Request> = commands
        .iter()
        .map(|(key, command, stand)| queueing(key, command.clone(), stand.clone()))
        .collect();
    for (_, command, _) in commands {
        if let Command::Extend { overdraft: ampere_credits::ledger::Overdraft::UpTo(to), .. } =
            command
        {
            *limit = (*limit).max(*to);
        }
    }
    let commit = lane.commit(&requests, step.at);
    let mut lines: Vec<String> =
        commit.entries.iter().map(|entry| table.names.entry(entry)).collect();
    lines.extend(commit.answers.iter().filter_map(|answer| table.names.answer(answer)));
    lines.extend(commit.served.iter().map(|served| table.names.served(served)));
    lines.extend(commit.more.then(|| "-> more wait".to_owned()));
    if lines.is_empty() {
        lines.push("-> nothing".to_owned());
    }
    lines
}

/// What a line about the state should say; the subject is read from the line itself.
fn state(lane: &Lane, table: &Table, step: &Step, line: &str) -> Option<String> {
    let subject = line.strip_prefix("= ")?;
    let balance = lane.balance(step.at);
    let grant = table.names.grants.iter().find(|(_, name)| {
        subject.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(':'))
    });
    Some(if let Some((id, name)) = grant {
        match lane.full.grant(*id) {
            Some(grant) => words::parts(name, grant),
            None => format!("= {name} is not there"),
        }
    } else if subject.starts_with("available") {
        words::balance(&balance)
    } else if subject.starts_with("background") {
        words::background(&balance)
    } else if subject.starts_with("apart") {
        words::apart(&balance)
    } else if subject.starts_with("queue") {
        table.names.queue(&lane.queue)
    } else if subject.starts_with("on screen") {
        words::shown(&balance.shown().unwrap())
    } else if subject.starts_with("next expiry") {
        words::next_expiry(&balance)
    } else if subject.starts_with("booked at") {
        format!("= booked at {}", words::told_instant(lane.full.last))
    } else if subject.starts_with("open overdraft") {
        format!("= open overdraft {}", lane.full.overdraft)
    } else {
        format!("= the words \"{subject}\" are not known")
    })
}

fn difference(table: &Table, step: &Step, came_out: &[String]) -> String {
    let mut text = format!("{} (line {})\n", table.title, step.line);
    let longest = step.expected.len().max(came_out.len());
    for i in 0..longest {
        let (written, real) = (step.expected.get(i), came_out.get(i));
        if written == real {
            text += &format!("    {}\n", written.map_or("", String::as_str));
            continue;
        }
        text += &written.map_or(String::new(), |line| format!("  - {line}\n"));
        text += &real.map_or(String::new(), |line| format!("  + {line}\n"));
    }
    text
}
