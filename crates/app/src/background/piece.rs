//! One piece of background work as a run.

use ampere_credits::ledger::Draw;
use ampere_credits::rating::CallBound;
use ampere_store::rows::{
    BackgroundKind, JobRow, Reason, RowWrite, RunKind, RunRow, RunState, StepKind, Trigger,
};
use async_trait::async_trait;

use super::asking::{Asked, name_of};
use super::cleaning;
use crate::meter::{Call, Meter, Output, StepSpec, Stop, likely_input};
use crate::work::{Bill, Plan, WhenShort, Work};

/// A job that is being done.
pub(super) struct Piece {
    plan: Plan,
    job: JobRow,
    asked: Asked,
    /// What came out.
    made: Option<RowWrite>,
    /// Somebody stopped it: a person, or the end of the server.
    stopped: bool,
}

impl Piece {
    /// Of a job, its question and the bound of what that question makes the model read.
    pub(super) fn new(
        job: JobRow,
        asked: Asked,
        (model, bound): (String, u32),
        draw: Draw,
    ) -> Self {
        let call = CallBound {
            model: model.clone(),
            input_tokens: u64::from(bound),
            likely_input_tokens: likely_input(&asked.messages),
            max_output_tokens: u64::from(asked.max_output_tokens),
        };
        let plan = Plan {
            kind: RunKind::Background,
            title: name_of(job.kind).to_owned(),
            subject: Some(job.kind.word().to_owned()),
            trigger: Trigger::Background,
            schedule: None,
            place: Some((job.session, None)),
            model,
            bill: Bill::Calls { calls: vec![call], least: Vec::new() },
            cap: None,
            draw,
            when_short: WhenShort::Refuse,
        };
        Piece { plan, job, asked, made: None, stopped: false }
    }

    /// What is used of an answer.
    fn row(&self, output: &Output) -> Result<RowWrite, String> {
        let session = self.job.session;
        match self.job.kind {
            BackgroundKind::Title => {
                let title = cleaning::title(output)?;
                Ok(RowWrite::SessionTitle { session, title })
            }
            BackgroundKind::Summary => {
                let (summary, summarized) = (cleaning::summary(output)?, self.asked.covers);
                Ok(RowWrite::SessionSummary { session, summary, summarized })
            }
            BackgroundKind::FollowUps => {
                let list = cleaning::follow_ups(output, &self.asked.question)?;
                let json = serde_json::Value::from(list).to_string();
                Ok(RowWrite::FollowUps { session, message: self.job.message, json })
            }
        }
    }
}

#[async_trait]
impl Work for Piece {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn rows(&self, _run: &RunRow) -> Vec<RowWrite> {
        Vec::new()
    }

    async fn run(&mut self, meter: &mut Meter) -> Result<Reason, Stop> {
        let Asked { messages, max_output_tokens, schema, .. } = self.asked.clone();
        let step = StepSpec {
            path: self.job.kind.word().to_owned(),
            part: 0,
            kind: StepKind::Prompt,
            name: name_of(self.job.kind).to_owned(),
        };
        let model = self.plan.model.clone();
        let (tools, shown) = (Vec::new(), false);
        let call = Call { step, model, messages, max_output_tokens, schema, tools, shown };
        let judged = meter.ask(call, &|output| self.row(output).map(|_| None)).await;
        self.stopped = judged == Err(Stop(Reason::Stopped));
        self.made = Some(self.row(&judged?.output).map_err(|_| Stop(Reason::BadOutput))?);
        Ok(Reason::Completed)
    }

    fn last_rows(&self, _run: &RunRow, state: RunState) -> Vec<RowWrite> {
        if self.stopped && state == RunState::Failed {
            // The server ends: the next one does the job anew.
            return Vec::new();
        }
        let made = self.made.clone().filter(|_| state == RunState::Succeeded);
        made.into_iter().chain([RowWrite::JobDone(self.job.id)]).collect()
    }
}
