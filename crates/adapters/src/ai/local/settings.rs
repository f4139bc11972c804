//! What the local model is told at the start of the server.

use std::path::PathBuf;
use std::time::Duration;

use crate::ai::Limits;
use crate::secrets::SecretText;

/// How the worker is started and called.
#[derive(Clone, Debug)]
pub struct LocalModelConfig {
    /// The worker program.
    pub binary: PathBuf,
    /// The GGUF file.
    pub model: PathBuf,
    /// Its SHA-256 in lower-case hexadecimal; the worker refuses any other file.
    pub sha256: String,
    /// The model's name, for the worker and for people.
    pub name: String,
    /// The id under which Ampere's rate cards know it.
    pub id: String,
    /// Where the worker logs its calls, without texts. What it says on its standard error goes to
    /// the same path with `.err` appended.
    pub log: PathBuf,
    /// The worker's bearer secret: fresh random text at each start of the server.
    pub token: SecretText,
    /// What the card says until the worker tells its own.
    pub context_tokens: u32,
    pub max_output_tokens: u32,
    pub limits: Limits,
    pub patience: Patience,
}

/// How the worker is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From starting the process to its word that it is ready.
    pub start: Duration,
    /// Before the first restart; doubled for each further one in a row.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// A worker that was ready for longer did not fail in a row.
    pub quick: Duration,
    /// After so many quick failures in a row it is started on demand only.
    pub quick_failures: u32,
    /// How often a missing or wrong file is looked for again.
    pub look_again: Duration,
    /// How long a call waits for a worker that is starting.
    pub call_wait: Duration,
    /// What a worker gets to end by itself.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            start: Duration::from_secs(60),
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(30),
            quick: Duration::from_secs(30),
            quick_failures: 5,
            look_again: Duration::from_secs(2),
            call_wait: Duration::from_secs(10),
            farewell: Duration::from_secs(3),
        }
    }
}
