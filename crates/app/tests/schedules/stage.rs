//! An installation with a workflow to schedule, and a clock that goes where a test wants it.

use ampere_app::schedules::tick::Ticked;
use ampere_app::schedules::{ScheduleDraft, ScheduleRow, ScheduleView};
use ampere_app::tasks::What;
use ampere_app::{AppError, Caller};
use ampere_credits::{
    Clock, Credits, InvitationId, LoginId, RunId, ScheduleId, Timestamp, UserId, WorkflowId,
};
use ampere_store::rows::{InvitationRow, Page, Role, RunFilter, RunRow, UserRow, WorkflowRow};
use serde_json::{Value, json};

use crate::world::World;

pub struct Stage {
    pub world: World,
    pub workflow: WorkflowId,
}

impl Stage {
    /// An organization with these credits and a workflow that asks Joule one thing.
    pub async fn with(credits: &str) -> Stage {
        let world = World::with(credits).await;
        let workflow = WorkflowId::from_bits(7);
        let definition = json!({
            "inputs": [{"name": "topic", "label": "Topic", "kind": "text", "required": true}],
            "steps": [{"id": "news", "name": "Ask", "kind": "prompt", "prompt": "What is new?",
                "inputs": {"topic": {"from": "inputs.topic"}}}],
        });
        let row = WorkflowRow {
            id: workflow,
            org: world.owner.org,
            owner: world.owner.user,
            owner_name: String::new(),
            name: "News".to_owned(),
            version: 1,
            definition: definition.to_string(),
            created_at: world.clock.now(),
            updated_at: world.clock.now(),
        };
        world.store.create_workflow(row).await.unwrap();
        Stage { world, workflow }
    }

    pub fn draft(&self, rule: Value, zone: &str) -> ScheduleDraft {
        ScheduleDraft {
            name: "Morning news".to_owned(),
            what: What::Workflow(self.workflow),
            inputs: json!({"topic": "credits"}),
            rule,
            zone: zone.to_owned(),
            max_runs: None,
            cap: None,
            failure_limit: None,
        }
    }

    /// A schedule of the owner's.
    pub async fn schedule(&self, rule: Value, zone: &str) -> ScheduleId {
        self.make(&self.world.owner, self.draft(rule, zone)).await.unwrap().row.id
    }

    pub async fn make(
        &self,
        caller: &Caller,
        draft: ScheduleDraft,
    ) -> Result<ScheduleView, AppError> {
        self.world.app.create_schedule(caller, draft).await
    }

    pub async fn row(&self, id: ScheduleId) -> ScheduleRow {
        self.world.store.schedule(self.world.owner.org, id).await.unwrap().unwrap()
    }

    pub async fn view(&self, id: ScheduleId) -> ScheduleView {
        self.world.app.schedule(&self.world.owner, id).await.unwrap()
    }

    /// Moves the clock to a bit after an instant; never back.
    pub fn go_to(&self, at: Timestamp) {
        let seconds = at.seconds_since(self.world.clock.now());
        assert!(seconds >= -1, "the clock is past {at} already");
        self.world.clock.advance_seconds(seconds + 2);
    }

    pub fn go(&self, at: &str) {
        self.go_to(instant(at));
    }

    pub async fn tick(&self) -> Ticked {
        self.world.app.tick_schedules().await.unwrap()
    }

    /// Runs that the schedule started, oldest first.
    pub async fn runs(&self, id: ScheduleId) -> Vec<RunRow> {
        let filter = RunFilter { schedule: Some(id), ..RunFilter::default() };
        let mut runs = Vec::new();
        let mut before = None;
        loop {
            let page = Page { before: before.clone(), limit: 200 };
            let org = self.world.owner.org;
            let found = self.world.store.runs(org, filter.clone(), page).await.unwrap();
            let Some(last) = found.last() else { break };
            before = Some(last.id.to_string());
            runs.extend(found);
        }
        runs.reverse();
        runs
    }

    /// The end of the schedule's newest run.
    pub async fn ended(&self, id: ScheduleId) -> RunRow {
        let run: RunId = self.row(id).await.last_run.expect("it has run");
        self.world.ended(run).await
    }

    /// Goes to its next instant, starts it and waits for the end of its run.
    pub async fn run_next(&self, id: ScheduleId) -> RunRow {
        let next = self.row(id).await.next_at.expect("it goes on");
        self.go_to(next);
        assert_eq!(self.tick().await.started, 1, "at {next}");
        self.ended(id).await
    }

    /// Somebody else in the organization.
    pub async fn member(&self, name: &str) -> Caller {
        let (world, number) = (&self.world, self.world.unique());
        let (at, bits) = (world.clock.now(), 1_000 + u128::from(number));
        let token_hash = [u8::try_from(number % 250).unwrap(); 32];
        let invitation = InvitationRow {
            id: InvitationId::from_bits(bits),
            org: world.owner.org,
            token_hash,
            role: Role::Member,
            invited_by: world.owner.user,
            invited_by_name: String::new(),
            created_at: at,
            expires_at: at.plus_days(1),
            accepted_by: None,
            revoked_at: None,
            email: None,
            linked_at: at,
            mail: None,
        };
        world.store.create_invitation(invitation, None).await.unwrap();
        let user = UserRow {
            id: UserId::from_bits(bits),
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            password_hash: "none".to_owned(),
            operator: false,
            created_at: at,
            disabled_at: None,
        };
        let id = user.id;
        assert!(world.store.accept_invitation(token_hash, user, at).await.unwrap());
        Caller {
            user: id,
            name: name.to_owned(),
            role: Role::Member,
            operator: false,
            login: LoginId::from_bits(bits),
            ..world.owner.clone()
        }
    }
}

pub fn daily(at: &str) -> Value {
    json!({"every": "daily", "at": at})
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn credits(text: &str) -> Credits {
    text.parse().unwrap()
}
