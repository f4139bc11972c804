//! Tasks, files, workflows, schedules and jobs to test with.

use ampere_credits::{
    Credits, FileId, JobId, OrgId, RunId, SavedInputsId, ScheduleId, Timestamp, WorkflowId,
};
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

pub fn file_id(number: u128) -> FileId {
    FileId::from_bits(number)
}

pub fn workflow_id(number: u128) -> WorkflowId {
    WorkflowId::from_bits(number)
}

pub fn schedule_id(number: u128) -> ScheduleId {
    ScheduleId::from_bits(number)
}

pub fn job_id(number: u128) -> JobId {
    JobId::from_bits(number)
}

pub fn task(number: u128, id: u128, inputs: &str) -> TaskRow {
    TaskRow {
        start_key: format!("start:{id}"),
        run: run_id(id),
        org: org(number),
        definition: "{\"steps\":[]}".to_owned(),
        inputs: inputs.to_owned(),
        result: None,
    }
}

/// A run of a tool.
pub fn tool_run(number: u128, id: u128, tool: &str) -> RunRow {
    let (kind, subject) = (RunKind::Tool, Some(tool.to_owned()));
    RunRow { kind, subject, ..run(number, id) }
}

/// A run of a tool as it waits, with what it does.
pub fn waiting_run(number: u128, id: u128) -> Vec<RowWrite> {
    let (state, reason) = (RunState::WaitingForCredits, Some(Reason::NoCredits));
    let run = RunRow { state, reason, ..tool_run(number, id, "rewrite") };
    vec![RowWrite::Run(Box::new(run)), RowWrite::Task(Box::new(task(number, id, "{}")))]
}

/// A run of a tool that can be started, or waits since so many seconds after the start.
pub fn start_or_wait(number: u128, id: u128, whole: u32, seconds: i64) -> LaneRequest {
    let started = vec![RowWrite::Run(Box::new(tool_run(number, id, "rewrite")))];
    let request = with(hold_or_wait(id, whole, seconds), started);
    or_waiting(request, waiting_run(number, id))
}

/// One run as it is stored.
pub async fn stored(world: &World, org: OrgId, id: u128) -> RunRow {
    world.store.run(org, run_id(id)).await.unwrap().unwrap()
}

/// The runs that wait, in order.
pub async fn waiting(world: &World, org: OrgId) -> Vec<u128> {
    let queue = world.store.queue(org).await.unwrap();
    queue.into_iter().map(|row| row.waiting.run.bits()).collect()
}

/// The end of a run that waits.
pub fn cancelled(id: u128, at: Timestamp) -> RunChange {
    RunChange {
        run: run_id(id),
        state: RunState::Cancelled,
        reason: Some(Reason::Stopped),
        estimated: false,
        started_at: None,
        ended_at: Some(at),
        day: None,
    }
}

pub fn file(number: u128, id: u128, size: u64) -> FileRow {
    FileRow {
        id: file_id(id),
        org: org(number),
        owner: user_id(number),
        owner_name: format!("Person {number}"),
        name: format!("file {id}.txt"),
        media_type: "text/plain".to_owned(),
        size,
        created_at: START,
    }
}

pub fn workflow(number: u128, id: u128) -> WorkflowRow {
    WorkflowRow {
        id: workflow_id(id),
        org: org(number),
        owner: user_id(number),
        owner_name: format!("Person {number}"),
        name: format!("Workflow {id}"),
        version: 1,
        definition: "{\"steps\":[1]}".to_owned(),
        created_at: START,
        updated_at: START,
    }
}

pub fn save(id: u128, was: u32, person: u128) -> WorkflowSave {
    WorkflowSave {
        id: workflow_id(id),
        was,
        name: format!("Save after {was}"),
        definition: format!("{{\"after\":{was}}}"),
        by: user_id(person),
        at: START.plus_seconds(i64::from(was)),
    }
}

/// An active schedule whose first run is due a minute after the start.
pub fn schedule(number: u128, id: u128) -> ScheduleRow {
    ScheduleRow {
        id: schedule_id(id),
        org: org(number),
        owner: user_id(number),
        owner_name: format!("Person {number}"),
        name: format!("Schedule {id}"),
        kind: RunKind::Tool,
        subject: "rewrite".to_owned(),
        inputs: "{}".to_owned(),
        rule: "{\"every\":\"hourly\",\"minute\":0}".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        max_runs: Some(9),
        cap: Some(credits(50)),
        failure_limit: 2,
        state: ScheduleState::Active,
        note: None,
        next_at: Some(START.plus_seconds(60)),
        runs: 0,
        failures: 0,
        last_run: None,
        needed: Credits::ZERO,
        created_at: START,
        updated_at: START,
    }
}

/// A run of a schedule as it starts.
pub fn scheduled(schedule: u128, id: u128, next: Option<i64>) -> Vec<RowWrite> {
    let run = RunRow {
        trigger: Trigger::Schedule,
        schedule: Some(schedule_id(schedule)),
        ..tool_run(1, id, "rewrite")
    };
    let started = RowWrite::ScheduleStarted {
        schedule: schedule_id(schedule),
        run: run_id(id),
        next_at: next.map(|seconds| START.plus_seconds(seconds)),
        completed: next.is_none(),
        needed: credits(2),
    };
    vec![RowWrite::Run(Box::new(run)), started]
}

/// Its end.
pub fn schedule_ended(schedule: u128, id: u128, failed: bool) -> RowWrite {
    let (schedule, run): (ScheduleId, RunId) = (schedule_id(schedule), run_id(id));
    RowWrite::ScheduleEnded { schedule, run, failed }
}

pub fn job(number: u128, id: u128, kind: BackgroundKind) -> JobRow {
    JobRow {
        id: job_id(id),
        org: org(number),
        user: user_id(number),
        kind,
        session: session_id(number),
        message: message_id(1),
        created_at: START.plus_seconds(i64::try_from(id).unwrap()),
    }
}

pub fn saved_inputs(number: u128, id: u128, tool: &str) -> SavedInputsRow {
    SavedInputsRow {
        id: SavedInputsId::from_bits(id),
        org: org(number),
        user: user_id(number),
        tool: tool.to_owned(),
        name: format!("Saved {id}"),
        inputs: "{\"a\":1}".to_owned(),
        created_at: START,
    }
}
