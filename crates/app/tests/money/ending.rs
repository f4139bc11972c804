//! Cancelling and resuming while the provider's answer is lost: what has happened is told and
//! written down once, what has not is neither.

use ampere_app::AppError;
use ampere_app::billing::change::Changed;
use ampere_app::billing::preview::Choice;
use ampere_app::billing::standing::State;
use ampere_credits::Cadence;
use ampere_store::rows::Page;

use crate::replay::Cut;
use crate::stage::{GOOD, Stage};

/// With Team, paid on the provider's page.
async fn on_team() -> (Stage, std::sync::Arc<crate::replay::Line>) {
    let (stage, line) = Stage::on_a_line().await;
    let choice = Choice { plan: "team".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    stage.app.pay_in_sandbox(&stage.owner, id, GOOD).await.unwrap();
    (stage, line)
}

impl Stage {
    async fn state(&self) -> State {
        self.app.standing(self.owner.org).await.unwrap().state
    }

    /// What was written into the audit log, and what was told of the plan, newest first.
    async fn said(&self) -> (Vec<String>, Vec<String>) {
        let page = || Page { before: None, limit: 20 };
        let log = self.app.audit_log(&self.owner, page()).await.unwrap();
        let notices = self.app.notices(&self.owner, page()).await.unwrap().rows;
        let of_plan = notices.into_iter().filter(|row| row.kind == "plan");
        (log.into_iter().map(|entry| entry.act).collect(), of_plan.map(|row| row.text).collect())
    }
}

#[tokio::test]
async fn a_cancellation_whose_answer_is_lost_is_cancelled_and_told_with_the_name() {
    let (stage, line) = on_team().await;
    *line.cuts.lock().unwrap() = vec![Cut::Reply];
    stage.app.cancel_plan(&stage.owner, Some("too dear")).await.unwrap();
    assert_eq!(stage.state().await, State::Ending);
    let (log, told) = stage.said().await;
    assert_eq!(log, ["plan_cancelled", "plan_started"]);
    assert_eq!(told.len(), 1);
    let by = format!("{} cancelled Team, monthly.", stage.owner.name);
    assert!(told[0].starts_with(&by), "{told:?}");
    *line.cuts.lock().unwrap() = vec![Cut::Reply];
    stage.app.resume_plan(&stage.owner).await.unwrap();
    assert_eq!(stage.state().await, State::Active);
    let (log, told) = stage.said().await;
    assert_eq!(log, ["plan_resumed", "plan_cancelled", "plan_started"]);
    assert_eq!(told.len(), 2);
    stage.assert_sound().await;
}

#[tokio::test]
async fn a_cancellation_that_never_arrived_is_neither_written_down_nor_told() {
    let (stage, line) = on_team().await;
    *line.cuts.lock().unwrap() = vec![Cut::Request];
    let lost = stage.app.cancel_plan(&stage.owner, None).await;
    assert_eq!(lost, Err(AppError::PaymentUnknown));
    assert_eq!(stage.state().await, State::Active);
    let (log, told) = stage.said().await;
    assert_eq!((log.as_slice(), told.len()), (["plan_started".to_owned()].as_slice(), 0));
    // Asked again it is done, and said once.
    stage.app.cancel_plan(&stage.owner, None).await.unwrap();
    let (log, told) = stage.said().await;
    assert_eq!((log.len(), told.len()), (2, 1));
    stage.assert_sound().await;
}

#[tokio::test]
async fn a_reason_has_a_bound_and_nothing_happens_beyond_it() {
    let (stage, _) = on_team().await;
    let long = "ä".repeat(501);
    let refused = stage.app.cancel_plan(&stage.owner, Some(&long)).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    assert_eq!(stage.state().await, State::Active);
    stage.app.cancel_plan(&stage.owner, Some(&"ä".repeat(500))).await.unwrap();
    assert_eq!(stage.state().await, State::Ending);
}
