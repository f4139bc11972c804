//! Ends: failures in a row ask for attention, whatever failed; one that ends well begins anew.

use std::sync::Arc;

use ampere_adapters::ai::scripted::Script;
use ampere_adapters::ai::{Model, ModelError};
use ampere_adapters::egress::{Egress, EgressConfig};
use ampere_app::meter::{Browsers, Models};
use ampere_app::schedules::{ScheduleDraft, ScheduleState};
use ampere_app::tools::ToolBook;
use ampere_app::{App, Catalog, Parts};
use ampere_credits::{Clock, Entropy, ScheduleId};
use ampere_store::rows::RunState;

use crate::stage::{Stage, daily, instant};

/// A schedule that asks for attention after three failures.
async fn of_three(stage: &Stage) -> ScheduleId {
    let draft = ScheduleDraft { failure_limit: Some(3), ..stage.draft(daily("09:30"), "UTC") };
    stage.make(&stage.world.owner, draft).await.unwrap().row.id
}

struct NoChance;

impl Entropy for NoChance {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(9);
    }
}

/// Another server on the same database, with this model or none.
async fn server(stage: &Stage, model: Option<Arc<dyn Model>>) -> Arc<App> {
    let parts = Parts {
        store: Arc::clone(&stage.world.store),
        clock: stage.world.clock.clone(),
        entropy: Arc::new(NoChance),
        catalog: Catalog::built_in().unwrap(),
        models: Models::new(model),
        browsers: Browsers::new(None),
        payments: None,
        sandbox: None,
        secret_key: [7; 32],
        fixed_settings: Default::default(),
        local: None,
        public_url: "http://localhost".to_owned(),
        agent_name: "Joule".to_owned(),
        tools: ToolBook::default(),
        egress: Egress::new(EgressConfig::default()),
        mailer: None,
    };
    App::new(parts).await.unwrap()
}

fn refused() -> Script {
    Script::refuse(ModelError::Refused { detail: "no".to_owned() })
}

#[tokio::test]
async fn failures_in_a_row_ask_for_attention_and_a_success_begins_anew() {
    let stage = Stage::with("100").await;
    let id = of_three(&stage).await;
    for failures in [1, 2] {
        stage.world.provider.push(refused());
        assert_eq!(stage.run_next(id).await.state, RunState::Failed);
        assert_eq!(stage.row(id).await.failures, failures);
    }
    assert_eq!(stage.run_next(id).await.state, RunState::Succeeded);
    assert_eq!(stage.row(id).await.failures, 0, "it begins anew");
    for _ in 0..3 {
        stage.world.provider.push(refused());
        stage.run_next(id).await;
    }
    let view = stage.view(id).await;
    assert_eq!(view.row.state, ScheduleState::NeedsAttention);
    assert_eq!(view.note.as_deref(), Some("Paused after 3 failures in a row."));
    assert!(view.next_runs.is_empty() && view.projected_month.is_none());
    stage.world.clock.advance_seconds(3 * 86_400);
    assert_eq!(stage.tick().await.started, 0);
    stage.world.app.resume_schedule(&stage.world.owner, id).await.unwrap();
    stage.world.provider.push(refused());
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.failures, 1, "counted anew after Resume");
    stage.world.assert_settled().await;
}

#[tokio::test]
async fn starts_that_cannot_begin_count_as_failures() {
    let stage = Stage::with("100").await;
    let id = of_three(&stage).await;
    let org = stage.world.owner.org;
    assert!(stage.world.store.delete_workflow(org, stage.workflow).await.unwrap());
    for failures in [1, 2, 3] {
        let next = stage.row(id).await.next_at.unwrap();
        stage.go_to(next);
        assert_eq!(stage.tick().await.started, 0);
        let row = stage.row(id).await;
        assert_eq!(row.failures, failures);
        let note = row.note.unwrap();
        assert!(note.starts_with("Could not start on ") && note.contains("09:30"), "{note}");
    }
    let row = stage.row(id).await;
    assert_eq!((row.state, row.next_at), (ScheduleState::NeedsAttention, None));
    assert!(stage.runs(id).await.is_empty());
    assert!(stage.world.balance().await.held.is_zero());
}

#[tokio::test]
async fn an_owner_who_is_gone_starts_nothing() {
    let stage = Stage::with("100").await;
    let mia = stage.member("Mia").await;
    let id = stage.make(&mia, stage.draft(daily("09:30"), "UTC")).await.unwrap().row.id;
    stage.run_next(id).await;
    stage.world.app.remove_member(&stage.world.owner, mia.user, false).await.unwrap();
    let paused = stage.row(id).await;
    assert_eq!((paused.state, paused.next_at), (ScheduleState::Paused, None));
    assert_eq!(paused.note.as_deref(), Some("Paused: Mia is not in the organization any more."));
    stage.world.app.resume_schedule(&stage.world.owner, id).await.unwrap();
    stage.go_to(stage.row(id).await.next_at.unwrap());
    assert_eq!(stage.tick().await.started, 0);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.runs), (ScheduleState::NeedsAttention, 1));
    let note = stage.view(id).await.note.unwrap();
    assert_eq!(note, "Mia is not in the organization any more.");
}

#[tokio::test]
async fn while_no_model_is_ready_it_is_tried_again_within_its_grace() {
    let mut stage = Stage::with("100").await;
    let id = stage.schedule(daily("09:30"), "UTC").await;
    let ready = stage.world.provider.model(ampere_app::rates::LOCAL_MODEL);
    stage.world.app = server(&stage, None).await;
    stage.go("2026-11-22T09:30:00Z");
    let ticked = stage.tick().await;
    assert_eq!((ticked.started, ticked.put_off), (0, 1));
    assert_eq!(stage.row(id).await.failures, 0);
    stage.world.app = server(&stage, Some(ready)).await;
    stage.world.clock.advance_seconds(600);
    assert_eq!(stage.tick().await.started, 1, "ten minutes late");
    stage.ended(id).await;
    // The next day there is none for the whole grace.
    stage.world.app = server(&stage, None).await;
    stage.go("2026-11-23T09:30:00Z");
    for _ in 0..70 {
        stage.tick().await;
        stage.world.clock.advance_seconds(15);
    }
    let row = stage.row(id).await;
    assert_eq!((row.runs, row.failures), (1, 1), "one failure, not one for each look");
    assert_eq!(row.next_at, Some(instant("2026-11-24T09:30:00Z")));
    assert!(stage.world.clock.now() > instant("2026-11-23T09:45:00Z"));
}
