//! Calls that ask first: only the person who started the run answers, and only while it waits.

use std::sync::Arc;

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::agent::{Decision, Question};
use ampere_app::chat::{Ask, Effort};
use ampere_app::{AppError, Caller, Catalog};
use ampere_credits::{RunId, UserId};
use ampere_store::rows::{Reason, Role, RunState};
use serde_json::json;

use super::stage::{BOTH, Protocol, SITE, call, says, three};
use crate::world::{World, credits};

/// Everything that costs more than half a credit asks.
fn careful() -> Catalog {
    let mut catalog = Catalog::built_in().unwrap();
    catalog.agent.ask_above = credits("0.5");
    catalog
}

async fn world(protocol: Protocol) -> World {
    let world = World::under(careful(), "1000").await;
    world.speaks(protocol);
    world
}

impl World {
    /// Waits until the run asks its starter.
    pub async fn asked(&self, run: RunId) -> Question {
        loop {
            if let Some(question) = self.app.question(&self.owner, run).await.unwrap()
                && self.run_row(run).await.state == RunState::WaitingForInput
            {
                return question;
            }
            assert!(self.app.feed(run).is_some(), "it ended without asking");
            tokio::task::yield_now().await;
        }
    }

    async fn starts_three(&self, protocol: Protocol) -> RunId {
        self.provider.push(call(protocol, "run_tool", three()));
        self.want("Go", Effort::Medium).await.unwrap().run.id
    }

    fn answers_three(&self) {
        self.all_say(&["a", "b", "c", "All done."]);
    }
}

#[tokio::test]
async fn a_dear_call_waits_and_runs_when_the_person_says_so() {
    for protocol in BOTH {
        let world = world(protocol).await;
        let run = world.starts_three(protocol).await;
        let question = world.asked(run).await;
        assert_eq!((question.call.as_str(), question.name.as_str()), ("call.1", "Three questions"));
        assert_eq!((question.inputs.clone(), question.opens.clone()), (three(), None));
        assert!(question.quote.low.is_positive() && question.quote.high > credits("0.5"));
        let waits = question.until.micros() - world.clock_now();
        assert!((590_000_000..=600_000_000).contains(&waits), "{waits}");
        let held = world.balance().await.held;
        assert!(held.is_positive(), "its hold stays while it waits");
        let kept = world.calls_of(run).await[0].1.clone();
        assert_eq!((&kept["status"], kept.get("text")), (&json!("waiting"), None));

        world.answers_three();
        world.app.decide(&world.owner, run, "call.1", Decision::Run).await.unwrap();
        let row = world.ended(run).await;
        assert_eq!((row.state, row.charged), (RunState::Succeeded, credits("5")));
        assert_eq!(world.app.question(&world.owner, run).await.unwrap(), None);
        world.assert_adds_up(run).await;
    }
}

#[tokio::test]
async fn not_now_is_an_answer_and_costs_nothing() {
    for protocol in BOTH {
        let world = world(protocol).await;
        let run = world.starts_three(protocol).await;
        world.asked(run).await;
        world.provider.push(says("Then not."));
        world.app.decide(&world.owner, run, "call.1", Decision::NotNow).await.unwrap();
        let row = world.ended(run).await;
        assert_eq!((row.state, row.charged), (RunState::Succeeded, credits("2")));
        let (step, kept) = &world.calls_of(run).await[0];
        assert_eq!((step.state, &kept["status"]), (RunState::Cancelled, &json!("declined")));
        assert!(world.told().contains("The person said: not now."));
        world.assert_adds_up(run).await;
    }
}

#[tokio::test]
async fn always_up_to_covers_this_session_and_no_other() {
    let world = world(Protocol::Native).await;
    let run = world.starts_three(Protocol::Native).await;
    let high = world.asked(run).await.quote.high;
    let little = Decision::AlwaysUpTo(high.less(credits("0.000001")));
    let refused = world.app.decide(&world.owner, run, "call.1", little).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    world.answers_three();
    world.app.decide(&world.owner, run, "call.1", Decision::AlwaysUpTo(high)).await.unwrap();
    world.ended(run).await;
    let session = world.app.get_session(&world.owner, world.session).await.unwrap().row;
    assert_eq!(session.allow_up_to, Some(high));

    world.provider.push(call(Protocol::Native, "run_tool", three()));
    world.answers_three();
    let run = world.wanted("Again").await;
    assert_eq!(run.charged, credits("5"), "not asked again");

    let other = world.app.create_session(&world.owner, None).await.unwrap().row.id;
    world.provider.push(call(Protocol::Native, "run_tool", three()));
    let ask = Ask { text: Some("Go".to_owned()), ..Ask::default() };
    let intent = world.intent("other-session");
    let sent = world.app.send_message(&world.owner, other, ask, intent).await.unwrap();
    world.asked(sent.run.id).await;
    world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
    world.ended(sent.run.id).await;
    world.assert_settled().await;
}

#[tokio::test]
async fn nobody_but_the_starter_answers_and_only_what_is_asked() {
    let world = world(Protocol::Native).await;
    let run = world.starts_three(Protocol::Native).await;
    world.asked(run).await;
    let member = Caller {
        user: UserId::from_bits(7_777),
        role: Role::Member,
        operator: false,
        ..world.owner.clone()
    };
    let other_owner = Caller { user: UserId::from_bits(7_778), ..world.owner.clone() };
    for caller in [&member, &other_owner] {
        let decided = world.app.decide(caller, run, "call.1", Decision::Run).await;
        assert_eq!(decided, Err(AppError::NotFound));
        assert_eq!(world.app.question(caller, run).await, Err(AppError::NotFound));
    }
    let other_call = world.app.decide(&world.owner, run, "call.2", Decision::Run).await;
    assert!(matches!(other_call, Err(AppError::Conflict(_))), "{other_call:?}");
    world.provider.push(says("Then not."));
    world.app.decide(&world.owner, run, "call.1", Decision::NotNow).await.unwrap();
    let late = world.app.decide(&world.owner, run, "call.1", Decision::Run).await;
    assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
    let row = world.ended(run).await;
    assert_eq!(row.charged, credits("2"));
    let over = world.app.decide(&world.owner, run, "call.1", Decision::Run).await;
    assert!(matches!(over, Err(AppError::Conflict(_))), "{over:?}");
    world.assert_settled().await;
}

#[tokio::test]
async fn after_ten_minutes_it_goes_on_without_and_does_not_ask_again() {
    let world = world(Protocol::Native).await;
    let run = world.starts_three(Protocol::Native).await;
    world.asked(run).await;
    let other = json!({ "tool": "three-questions", "inputs": { "topic": "land" } });
    world.provider.push(call(Protocol::Native, "run_tool", other));
    world.provider.push(says("Nobody was there."));
    world.clock.advance_seconds(601);
    let row = world.ended(run).await;
    assert_eq!((row.state, row.charged), (RunState::Succeeded, credits("3")));
    let calls = world.calls_of(run).await;
    let statuses: Vec<_> = calls.iter().map(|(_, kept)| kept["status"].clone()).collect();
    assert_eq!(statuses, [json!("declined"), json!("declined")]);
    assert!(world.told().contains("The person was asked and did not answer."));
    world.assert_adds_up(run).await;
}

#[tokio::test]
async fn a_stop_works_while_it_waits() {
    let world = world(Protocol::Native).await;
    let run = world.starts_three(Protocol::Native).await;
    world.asked(run).await;
    world.app.cancel_run(&world.owner, run).await.unwrap();
    let row = world.ended(run).await;
    assert_eq!((row.state, row.charged), (RunState::Cancelled, credits("1")));
    assert_eq!(world.calls_of(run).await[0].0.state, RunState::Cancelled);
    let late = world.app.decide(&world.owner, run, "call.1", Decision::Run).await;
    assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
    world.assert_adds_up(run).await;
}

#[tokio::test]
async fn what_cannot_be_paid_under_the_limit_is_not_even_asked() {
    let world = world(Protocol::Text).await;
    let line = json!({ "tool": "run_tool", "arguments": three() }).to_string();
    let usage = Step::Usage { input: 1_000, output: 1_740 };
    world.provider.push(Script::steps(vec![Step::Text(line), usage, Step::Done]));
    let (text, max_credits) = (Some("Go".to_owned()), Some(credits("4")));
    let sent = world.send(Ask { text, max_credits, ..Ask::default() }).await.unwrap();
    let run = world.ended(sent.run.id).await;
    let (step, kept) = &world.calls_of(run.id).await[0];
    let told = kept["text"].as_str().unwrap();
    assert!(told.starts_with("It costs at least 0."), "{told}");
    assert!(told.contains("this message may use 0.02 more. It was not started."), "{told}");
    assert_eq!((step.state, run.charged), (RunState::Failed, credits("3.98")));
    assert_eq!(run.reason, Some(Reason::StoppedAtCap), "there is no room for another turn");
    world.assert_adds_up(run.id).await;
}

#[tokio::test]
async fn a_site_that_the_person_did_not_name_asks_and_one_that_they_named_does_not() {
    for protocol in BOTH {
        let world = World::with_site(protocol, "1000").await;
        let browse = |url: &str| json!({ "task": "Read it.", "url": url });
        let done = || call(protocol, "done", json!({ "answer": "Read." }));
        world.provider.push(call(protocol, "browse", browse(SITE)));
        let sent = world.want("Read the site of the shop", Effort::Medium).await.unwrap();
        let question = world.asked(sent.run.id).await;
        assert_eq!(question.opens.as_deref(), Some("shop.test"));
        assert!(world.browser.acts().is_empty(), "nothing was opened");
        world.provider.push(done());
        world.provider.push(call(protocol, "browse", browse(&format!("{SITE}prices"))));
        world.provider.push(done());
        world.provider.push(says("Read both."));
        world.app.decide(&world.owner, sent.run.id, "call.1", Decision::Run).await.unwrap();
        let run = world.ended(sent.run.id).await;
        let calls = world.calls_of(run.id).await;
        let statuses: Vec<_> = calls.iter().map(|(_, kept)| kept["status"].clone()).collect();
        assert_eq!(statuses, [json!("done"), json!("done")], "agreed once, for this message");

        world.provider.push(call(protocol, "browse", browse(SITE)));
        world.provider.push(done());
        world.provider.push(says("Read."));
        let run = world.wanted("Look at www.shop.test please").await;
        assert_eq!(world.calls_of(run.id).await[0].1["status"], "done");
        world.assert_adds_up(run.id).await;
    }
}

impl World {
    fn clock_now(&self) -> i64 {
        let clock: Arc<dyn ampere_credits::Clock> = self.clock.clone();
        clock.now().micros()
    }
}
