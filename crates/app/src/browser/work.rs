//! A browser session as a work: what is written when it starts and ends, and what is done.

use std::sync::Mutex;
use std::sync::PoisonError;

use ampere_credits::OrgId;
use ampere_store::rows::{Reason, RowWrite, RunRow, RunState, TaskRow};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::drive::{Ended, Errand, drive};
use super::screen::Seat;
use crate::meter::{Meter, Stop};
use crate::tasks::{Definition, Outcome};
use crate::tools::ResultKind;
use crate::work::{Plan, Work};

/// A browser session that a person starts.
pub(super) struct BrowserWork {
    pub(super) plan: Plan,
    pub(super) org: OrgId,
    pub(super) definition: Definition,
    /// The key it is started under.
    pub(super) start_key: String,
    /// What it is to do, and its place among the live ones; taken by its run.
    pub(super) begins: Mutex<Option<(Errand, Seat)>>,
    pub(super) text: String,
}

#[async_trait]
impl Work for BrowserWork {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn rows(&self, row: &RunRow) -> Vec<RowWrite> {
        let definition = serde_json::to_string(&self.definition).unwrap_or_default();
        let (run, org, inputs) = (row.id, self.org, json!({}).to_string());
        let start_key = self.start_key.clone();
        let task = TaskRow { run, org, definition, inputs, result: None, start_key };
        vec![RowWrite::Task(Box::new(task))]
    }

    async fn run(&mut self, meter: &mut Meter) -> Result<Reason, Stop> {
        let begins = self.begins.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let (errand, seat) = begins.ok_or(Stop(Reason::InternalError))?;
        let by_hand = errand.about.task.is_none();
        let ended = drive(meter, errand, seat).await;
        self.text = outcome_text(&ended);
        match ended.how? {
            Reason::Completed => Ok(Reason::Completed),
            // A person who drives has no task that is left undone by the end of the time.
            reason @ (Reason::TookTooLong | Reason::IdleTooLong | Reason::PausedTooLong)
                if by_hand =>
            {
                Ok(reason)
            }
            reason => Err(Stop(reason)),
        }
    }

    fn last_rows(&self, run: &RunRow, _state: RunState) -> Vec<RowWrite> {
        let outcome = Outcome {
            kind: ResultKind::Markdown,
            value: Value::String(self.text.clone()),
            file_name: "answer.md".to_owned(),
            keep: None,
        };
        let result = serde_json::to_string(&outcome).ok().filter(|_| !self.text.is_empty());
        result.into_iter().map(|result| RowWrite::TaskResult { run: run.id, result }).collect()
    }
}

/// The answer and what was collected, in Markdown; empty where there is neither.
pub(super) fn outcome_text(ended: &Ended) -> String {
    let mut text = ended.answer.clone();
    if !ended.notes.is_empty() {
        text.push_str("\n\n### Notes\n");
        for note in &ended.notes {
            let line = note.split_whitespace().collect::<Vec<_>>().join(" ");
            text.push_str(&format!("\n- {line}"));
        }
    }
    text.trim().to_owned()
}
