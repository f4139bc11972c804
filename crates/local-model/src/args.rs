//! Owns the command line: what may be asked of this worker and how it is read.
//! Never touches the file system, the environment or the network. Read next: `main.rs`.

use std::path::PathBuf;

pub const USAGE: &str = "usage: ampere-local-model --model PATH --sha256 HEX --name NAME \
[--threads N] [--context N] [--log FILE]";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    pub model: PathBuf,
    /// Expected hash of the weights, lower case.
    pub sha256: String,
    pub name: String,
    /// None: all cores but one.
    pub threads: Option<u32>,
    /// None: 8,192 or what the model was trained for, whichever is less.
    pub context: Option<u32>,
    pub log: Option<PathBuf>,
}

#[derive(Default)]
struct Given {
    model: Option<String>,
    sha256: Option<String>,
    name: Option<String>,
    threads: Option<String>,
    context: Option<String>,
    log: Option<String>,
}

impl Given {
    fn slot(&mut self, flag: &str) -> Option<&mut Option<String>> {
        match flag {
            "--model" => Some(&mut self.model),
            "--sha256" => Some(&mut self.sha256),
            "--name" => Some(&mut self.name),
            "--threads" => Some(&mut self.threads),
            "--context" => Some(&mut self.context),
            "--log" => Some(&mut self.log),
            _ => None,
        }
    }
}

/// Reads the words after the program's name.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Args, String> {
    let mut given = Given::default();
    while let Some(flag) = words.next() {
        let slot = given.slot(&flag).ok_or_else(|| format!("unknown flag {flag}; {USAGE}"))?;
        let value = words.next().ok_or_else(|| format!("{flag} needs a value; {USAGE}"))?;
        if slot.replace(value).is_some() {
            return Err(format!("{flag} is given twice"));
        }
    }
    let sha256 = required(given.sha256, "--sha256")?.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("--sha256 must be 64 hexadecimal digits".to_owned());
    }
    Ok(Args {
        model: required(given.model, "--model")?.into(),
        sha256,
        name: required(given.name, "--name")?,
        threads: number(given.threads, "--threads", 1..=512)?,
        context: number(given.context, "--context", 256..=1_048_576)?,
        log: given.log.map(PathBuf::from),
    })
}

fn required(value: Option<String>, flag: &str) -> Result<String, String> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| format!("{flag} is missing; {USAGE}"))
}

fn number(
    value: Option<String>,
    flag: &str,
    range: std::ops::RangeInclusive<u32>,
) -> Result<Option<u32>, String> {
    let Some(text) = value else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
        _ => Err(format!("{flag} must be a number from {} to {}", range.start(), range.end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "B179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

    fn read(line: &str) -> Result<Args, String> {
        parse(line.split_whitespace().map(|word| word.replace("HEX", HEX)))
    }

    #[test]
    fn reads_all_flags_in_any_order() {
        let args =
            read("--name small --threads 3 --context 512 --sha256 HEX --log a.log --model m.gguf")
                .unwrap();
        assert_eq!(args.model, PathBuf::from("m.gguf"));
        assert_eq!(args.sha256, HEX.to_ascii_lowercase());
        assert_eq!((args.threads, args.context), (Some(3), Some(512)));
        assert_eq!(args.log, Some(PathBuf::from("a.log")));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        let full = "--model m --sha256 HEX --name n";
        assert!(read(full).is_ok());
        for (line, hint) in [
            ("--model m --sha256 HEX", "--name is missing"),
            ("--model m --sha256 abc --name n", "64 hexadecimal"),
            ("--model m --sha256 HEX --name n --threads 0", "--threads must be"),
            ("--model m --sha256 HEX --name n --context 9x", "--context must be"),
            ("--model m --sha256 HEX --name n --name o", "given twice"),
            ("--model m --sha256 HEX --name n --log", "needs a value"),
            ("--model m --sha256 HEX --name n --port 1", "unknown flag"),
        ] {
            let refusal = read(line).unwrap_err();
            assert!(refusal.contains(hint), "{line}: {refusal}");
        }
    }
}
