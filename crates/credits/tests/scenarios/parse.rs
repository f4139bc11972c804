//! Reads scenario tables. Strict: a word that is not known is an error.

use std::collections::BTreeMap;

use ampere_credits::ledger::{
    Cause, Class, Command, Draw, GrantTerms, Overdraft, Queueing, Turn, Waiting,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

use super::words::{self, Names};

/// A table: its steps in order, and the names of what is in it.
pub struct Table {
    pub title: String,
    pub names: Names,
    pub steps: Vec<Step>,
}

/// What is done at a reading of the clock, and the lines that must come out.
pub struct Step {
    pub line: usize,
    pub at: Timestamp,
    pub act: Act,
    pub expected: Vec<String>,
}

pub enum Act {
    /// One commit of these commands under their keys, and how they stand to the queue.
    Commit(Vec<Asked>),
    /// Only reading.
    Look,
}

pub type Asked = (String, Command, Queueing);

/// All tables of a file.
pub fn tables(file: &str, text: &str) -> Result<Vec<Table>, String> {
    let mut tables: Vec<Reader> = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line_number = i + 1;
        let line = line.split('#').next().unwrap_or_default().trim();
        let result = match line.strip_prefix("table: ") {
            _ if line.is_empty() => Ok(()),
            Some(title) => {
                tables.push(Reader::new(format!("{file}: {title}")));
                Ok(())
            }
            None => match tables.last_mut() {
                Some(reader) => reader.line(line_number, line),
                None => Err("a line before the first table".to_owned()),
            },
        };
        result.map_err(|error| format!("{file}:{line_number}: {error}"))?;
    }
    tables.into_iter().map(Reader::finish).collect()
}

struct Reader {
    table: Table,
    holds: BTreeMap<String, (HoldId, Timestamp)>,
    /// Of the holds, what their runs are.
    held_for: BTreeMap<HoldId, (RunId, Option<Credits>)>,
    grants: BTreeMap<String, GrantId>,
    runs: BTreeMap<String, RunId>,
}

/// The words of one line that are not read yet.
struct Words<'a>(std::iter::Peekable<std::str::SplitWhitespace<'a>>);

impl<'a> Words<'a> {
    fn next(&mut self, what: &str) -> Result<&'a str, String> {
        self.0.next().ok_or(format!("{what} is missing"))
    }

    /// Whether the next word is this one; then it is read.
    fn eat(&mut self, word: &str) -> bool {
        self.0.next_if_eq(&word).is_some()
    }

    /// A name with a colon behind it.
    fn subject(&mut self) -> Result<&'a str, String> {
        let word = self.next("a name")?;
        word.strip_suffix(':').ok_or(format!("{word} needs a colon behind it"))
    }

    fn amount(&mut self) -> Result<Credits, String> {
        let word = self.next("an amount")?;
        if word == "everything-countable" {
            return Ok(Credits::from_micros(i64::MAX));
        }
        let (sign, digits) = word.strip_prefix('-').map_or((1, word), |digits| (-1, digits));
        let amount: Credits = digits.parse().map_err(|error| format!("{word}: {error}"))?;
        Ok(Credits::from_micros(amount.micros() * sign))
    }

    fn instant(&mut self) -> Result<Timestamp, String> {
        let date = self.next("a date")?;
        let time = self.0.next_if(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        words::instant(date, time).ok_or(format!("{date} {time:?} is not an instant"))
    }

    fn end(&mut self) -> Result<(), String> {
        self.0.next().map_or(Ok(()), |word| Err(format!("the word {word} is not known here")))
    }
}

impl Reader {
    fn new(title: String) -> Self {
        Reader {
            table: Table { title, names: Names::default(), steps: Vec::new() },
            holds: BTreeMap::new(),
            held_for: BTreeMap::new(),
            grants: BTreeMap::new(),
            runs: BTreeMap::new(),
        }
    }

    fn finish(self) -> Result<Table, String> {
        let last = self.table.steps.last().and_then(|step| step.expected.last());
        if !last.is_some_and(|line| line.starts_with("= available")) {
            return Err(format!("{}: ends without a balance", self.table.title));
        }
        Ok(self.table)
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let mut words = Words(line.split_whitespace().peekable());
        match words.next("a word")? {
            "->" | "=" => {
                let step = self.table.steps.last_mut().ok_or("nothing was done yet")?;
                step.expected.push(line.split_whitespace().collect::<Vec<_>>().join(" "));
                Ok(())
            }
            "given" => {
                let at = words::instant("Jan-01", None).ok_or("no beginning")?;
                let command = self.grant(&mut words, at)?;
                let key = key(&mut words, number)?;
                let name = self.table.names.grants.values().last().cloned().unwrap_or_default();
                let Command::Grant(terms) = command else { return Err("no grant".to_owned()) };
                let expected = vec![format!("-> granted: issued > {name} {}", terms.amount)];
                let act = Act::Commit(vec![(key, command, Queueing::Overtakes)]);
                self.table.steps.push(Step { line: number, at, act, expected });
                words.end()
            }
            "at" => {
                let at = words.instant()?;
                let act = if words.eat("look") {
                    Act::Look
                } else if words.eat("sweep") {
                    Act::Commit(Vec::new())
                } else {
                    Act::Commit(vec![self.command(&mut words, at, number)?])
                };
                self.table.steps.push(Step { line: number, at, act, expected: Vec::new() });
                words.end()
            }
            "and" => {
                let at = self.table.steps.last().ok_or("and what?")?.at;
                let more = self.command(&mut words, at, number)?;
                match self.table.steps.last_mut().map(|step| &mut step.act) {
                    Some(Act::Commit(commands)) => commands.push(more),
                    _ => return Err("nothing to be added to".to_owned()),
                }
                words.end()
            }
            word => Err(format!("the word {word} is not known here")),
        }
    }

    fn command(&mut self, words: &mut Words, at: Timestamp, line: usize) -> Result<Asked, String> {
        let command = match words.next("a command")? {
            "grant" => self.grant(words, at)?,
            "hold" => self.hold(words, at)?,
            "extend" => self.extend(words, at)?,
            "settle" => {
                let hold = self.hold_id(words.subject()?, at).0;
                let charge = words.amount()?;
                Command::Settle { hold, charge, estimated: words.eat("estimated") }
            }
            "lapse" => {
                let hold = self.hold_id(words.subject()?, at).0;
                Command::Lapse { hold, charge: words.amount()? }
            }
            "release" => Command::Release { hold: self.hold_id(words.next("a hold")?, at).0 },
            "take-back" => {
                let grant = self.grant_id(words.subject()?);
                Command::TakeBack { grant, amount: words.amount()? }
            }
            "lock" => Command::Lock,
            "unlock" => Command::Unlock,
            "freeze" => Command::Freeze { grant: self.grant_id(words.next("a grant")?) },
            "thaw" => Command::Thaw { grant: self.grant_id(words.next("a grant")?) },
            "claim" => {
                let grant = self.grant_id(words.subject()?);
                Command::Claim { grant, total: words.amount()? }
            }
            word => return Err(format!("the word {word} is not known here")),
        };
        let stand = self.stand(words, &command, at)?;
        Ok((key(words, line)?, command, stand))
    }

    /// `in-turn`, `if-short`, or `then-waits HOLD: AMOUNT` of a hold's end.
    fn stand(
        &mut self,
        words: &mut Words,
        command: &Command,
        at: Timestamp,
    ) -> Result<Queueing, String> {
        if words.eat("in-turn") {
            return Ok(Queueing::InTurn);
        }
        if words.eat("if-short") {
            let Command::Hold { hold, run, amount, deadline, cap, .. } = *command else {
                return Err("only a hold may wait if credits are short".to_owned());
            };
            let hold_seconds = (deadline.micros() - at.micros()) / 1_000_000;
            let turn = Turn::Waiting;
            let waiting = Waiting { turn, since: at, run, hold, amount, hold_seconds, cap };
            return Ok(Queueing::IfShort(waiting));
        }
        if words.eat("then-waits") {
            let (Command::Settle { hold, .. } | Command::Release { hold }) = *command else {
                return Err("only after a hold's end a run may wait".to_owned());
            };
            let (run, cap) = *self.held_for.get(&hold).ok_or("of which run?")?;
            let hold = self.hold_id(words.subject()?, at.plus_seconds(3_600)).0;
            self.held_for.insert(hold, (run, cap));
            let (turn, amount) = (Turn::Paused, words.amount()?);
            let hold_seconds = 3_600;
            let waiting = Waiting { turn, since: at, run, hold, amount, hold_seconds, cap };
            return Ok(Queueing::Afterwards(waiting));
        }
        Ok(Queueing::Overtakes)
    }

    fn grant(&mut self, words: &mut Words, at: Timestamp) -> Result<Command, String> {
        let id = self.grant_id(words.subject()?);
        let amount = words.amount()?;
        let class = match words.next("a class")? {
            "included" => Class::Included,
            "purchased" => Class::Purchased,
            "background" => Class::Background,
            word => return Err(format!("{word} is not a class")),
        };
        let mut cause = match class {
            Class::Included => Cause::Trial,
            Class::Purchased => Cause::TopUp,
            Class::Background => Cause::Background,
        };
        for (word, other) in [
            ("adjustment", Cause::Adjustment),
            ("plan", Cause::Plan),
            ("auto-recharge", Cause::AutoRecharge),
        ] {
            if words.eat(word) {
                cause = other;
            }
        }
        let effective = if words.eat("from") { words.instant()? } else { at };
        let expires = if words.eat("until") { Some(words.instant()?) } else { None };
        let terms = GrantTerms { id, class, cause, amount, effective, expires };
        Ok(Command::Grant(terms))
    }

    fn hold(&mut self, words: &mut Words, at: Timestamp) -> Result<Command, String> {
        let name = words.next("a hold")?;
        if !words.eat("for") {
            return Err("for which run?".to_owned());
        }
        let run_name = words.subject()?;
        let next = RunId::from_bits(self.runs.len() as u128 + 1);
        let run = *self.runs.entry(run_name.to_owned()).or_insert(next);
        self.table.names.runs.insert(run, run_name.to_owned());
        let amount = words.amount()?;
        let deadline = if words.eat("by") { words.instant()? } else { at.plus_seconds(3_600) };
        let cap = if words.eat("cap") { Some(words.amount()?) } else { None };
        let draw = draw(words)?;
        let hold = self.hold_id(name, deadline).0;
        self.holds.insert(name.to_owned(), (hold, deadline));
        self.held_for.entry(hold).or_insert((run, cap));
        Ok(Command::Hold { hold, run, amount, deadline, cap, draw })
    }

    fn extend(&mut self, words: &mut Words, at: Timestamp) -> Result<Command, String> {
        let name = words.subject()?;
        let (hold, before) = self.hold_id(name, at);
        let amount = words.amount()?;
        let deadline = if words.eat("by") { words.instant()? } else { before };
        let mut overdraft = Overdraft::Never;
        if words.eat("finish-within") {
            overdraft = Overdraft::UpTo(words.amount()?);
        }
        let draw = draw(words)?;
        Ok(Command::Extend { hold, amount, deadline, overdraft, draw })
    }

    /// The hold of that name, with the deadline that the table wanted for it.
    fn hold_id(&mut self, name: &str, deadline: Timestamp) -> (HoldId, Timestamp) {
        let next = HoldId::from_bits(self.holds.len() as u128 + 1);
        let known = *self.holds.entry(name.to_owned()).or_insert((next, deadline));
        self.table.names.holds.insert(known.0, name.to_owned());
        known
    }

    /// Ids follow the order in which a table first names its grants.
    fn grant_id(&mut self, name: &str) -> GrantId {
        let next = GrantId::from_bits(self.grants.len() as u128 + 1);
        let id = *self.grants.entry(name.to_owned()).or_insert(next);
        self.table.names.grants.insert(id, name.to_owned());
        id
    }
}

/// What a hold or an extension draws on; the pool unless told otherwise.
fn draw(words: &mut Words) -> Result<Draw, String> {
    if !words.eat("draw") {
        return Ok(Draw::Pool);
    }
    match words.next("what to draw on")? {
        "background" => Ok(Draw::Background),
        "background-then-pool" => Ok(Draw::BackgroundThenPool),
        word => Err(format!("{word} is nothing to draw on")),
    }
}

/// The key that a line names, or one of its own.
fn key(words: &mut Words, line: usize) -> Result<String, String> {
    if words.eat("key") { Ok(words.next("a key")?.to_owned()) } else { Ok(format!("line {line}")) }
}
