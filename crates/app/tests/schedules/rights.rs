//! Schedules and what waits act with the rights that their people have now, not with those that
//! they had (security check S14).

use ampere_app::billing::checkout::Wish;
use ampere_app::people::Role;
use ampere_app::schedules::ScheduleState;
use ampere_app::spend::WhenShort;
use ampere_app::tasks::{Occasion, TaskOrder, What};
use ampere_app::{AppError, Caller};
use ampere_credits::Credits;
use ampere_store::rows::{Reason, RunRow, RunState};
use serde_json::json;

use crate::stage::{Stage, daily};

impl Stage {
    async fn becomes(&self, member: &Caller, role: Role) {
        let owner = &self.world.owner;
        self.world.app.change_member(owner, member.user, Some(role), None).await.unwrap();
    }

    /// A run of a member's that waits for credits.
    async fn waiting(&self, member: &Caller) -> RunRow {
        let order = TaskOrder {
            what: What::Workflow(self.workflow),
            inputs: json!({"topic": "credits"}),
            cap: None,
            model: None,
            when_short: WhenShort::Wait,
            occasion: Occasion::Person,
        };
        let intent = self.world.intent("waits");
        let run = self.world.app.start_task(member, order, intent).await.unwrap().run;
        assert_eq!(run.state, RunState::WaitingForCredits);
        run
    }

    async fn buy(&self) {
        let (app, owner) = (&self.world.app, &self.world.owner);
        let row = app.create_checkout(owner, Wish::pack("pack_5000")).await.unwrap();
        app.pay_in_sandbox(owner, row.id, "4242424242424242").await.unwrap();
    }
}

#[tokio::test]
async fn a_schedule_of_who_became_a_viewer_pauses_and_starts_nothing_even_when_resumed() {
    let stage = Stage::with("100").await;
    let (app, owner) = (&stage.world.app, &stage.world.owner);
    let mia = stage.member("Mia").await;
    let id = stage.make(&mia, stage.draft(daily("09:30"), "UTC")).await.unwrap().row.id;
    stage.run_next(id).await;
    stage.becomes(&mia, Role::Viewer).await;
    let row = stage.row(id).await;
    assert_eq!((row.state, row.next_at), (ScheduleState::Paused, None));
    assert_eq!(row.note.as_deref(), Some("Paused: Mia may not start AI work any more."));
    app.resume_schedule(owner, id).await.unwrap();
    stage.go_to(stage.row(id).await.next_at.unwrap());
    assert_eq!(stage.tick().await.started, 0);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.runs), (ScheduleState::NeedsAttention, 1));
    assert_eq!(row.note.as_deref(), Some("Mia may not start AI work any more."));
    stage.becomes(&mia, Role::Member).await;
    app.resume_schedule(owner, id).await.unwrap();
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.runs, 2, "with the rights that she has now");
}

#[tokio::test]
async fn a_run_that_waits_ends_when_its_starter_may_not_any_more_and_charges_nothing() {
    let stage = Stage::with("0.001").await;
    let mia = stage.member("Mia").await;
    let run = stage.waiting(&mia).await;
    stage.becomes(&mia, Role::Viewer).await;
    stage.buy().await;
    let ended = stage.world.ended(run.id).await;
    assert_eq!((ended.state, ended.reason), (RunState::Failed, Some(Reason::NotAllowed)));
    assert_eq!(ended.charged, Credits::ZERO);
    stage.world.assert_settled().await;
}

#[tokio::test]
async fn an_admin_stops_everybodys_work_and_a_viewer_not_even_their_own() {
    let stage = Stage::with("0.001").await;
    let app = &stage.world.app;
    let (mia, tom) = (stage.member("Mia").await, stage.member("Tom").await);
    stage.becomes(&tom, Role::Admin).await;
    let run = stage.waiting(&mia).await;
    stage.becomes(&mia, Role::Viewer).await;
    let viewer = Caller { role: Role::Viewer, ..mia.clone() };
    assert_eq!(app.cancel_run(&viewer, run.id).await.err(), Some(AppError::ForbiddenRole));
    let admin = Caller { role: Role::Admin, ..tom.clone() };
    app.cancel_run(&admin, run.id).await.unwrap();
    let ended = stage.world.ended(run.id).await;
    assert_eq!(ended.state, RunState::Cancelled);
}
