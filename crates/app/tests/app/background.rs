//! Background AI work: titles, summaries, follow-ups; its allowance and its waiting. Exact numbers:
//! the scripted model's usage is known, and the local model's card is 0.5 and 2 credits per 1,000
//! tokens.

use ampere_adapters::ai::scripted::{Call, Gate, Script, Step};
use ampere_app::background::{BackgroundSettings, BackgroundUsage};
use ampere_app::runs::PRIVATE_TITLE;
use ampere_app::{AppError, Caller, Catalog};
use ampere_credits::ledger::{Answer, Cause, Class, Command, GrantTerms, Hash, Queueing, Request};
use ampere_credits::{Credits, GrantId, JobId, Timestamp, UserId};
use ampere_store::rows::{
    BackgroundKind, JobRow, LaneRequest, MessageRow, Page, Reason, Role, RowWrite, RunFilter,
    RunKind, RunRow, RunState, SessionRow, Trigger,
};

use crate::world::{World, credits, pieces};

mod jobs;
mod payment;

const ALL: BackgroundSettings =
    BackgroundSettings { titles: true, summaries: true, follow_ups: true, draw: false };
const TITLES: BackgroundSettings =
    BackgroundSettings { titles: true, summaries: false, follow_ups: false, draw: false };
const FOLLOW_UPS: BackgroundSettings =
    BackgroundSettings { titles: false, summaries: false, follow_ups: true, draw: false };

/// What a title costs by [`play`].
const TITLE: &str = "0.07";
/// What follow-ups cost by [`play`].
const QUESTIONS: &str = "0.1";

/// What a call is for.
fn kind_of(call: &Call) -> &'static str {
    let last = call.messages.last().map(|message| message.content.as_str()).unwrap_or_default();
    match () {
        () if last.ends_with("What is the topic?") => "title",
        () if call.schema.is_some() => "follow_ups",
        () if last.contains("Sum up this conversation") => "summary",
        () => "message",
    }
}

/// Answers everything: chat 0.025 credits, a title 0.07, follow-ups 0.1, a summary 0.2.
fn play(world: &World) {
    world.provider.otherwise(|request| {
        let last = &request.messages.last().unwrap().content;
        match () {
            () if last.ends_with("What is the topic?") => {
                Script::answer(&[r#"{"topic": "Tides of the sea"}"#], 100, 10)
            }
            () if request.schema.is_some() => {
                Script::answer(&[r#"{"questions": ["Why?", "How?", "When?"]}"#], 100, 25)
            }
            () if last.contains("Sum up this conversation") => {
                Script::answer(&["They spoke of tides. The moon makes them."], 200, 50)
            }
            () => Script::answer(&["The moon pulls."], 30, 5),
        }
    });
}

impl World {
    async fn wants(&self, settings: BackgroundSettings) {
        self.app.set_background(&self.owner, settings).await.unwrap();
    }

    /// Puts an allowance beside the pool.
    async fn allow(&self, amount: &str, expires: Option<Timestamp>) {
        let id = GrantId::from_bits(u128::from(self.unique()));
        let (class, cause) = (Class::Background, Cause::Background);
        let (amount, effective) = (credits(amount), self.app.now());
        let terms = GrantTerms { id, class, cause, amount, effective, expires };
        self.book(terms, Vec::new()).await;
    }

    async fn book(&self, terms: GrantTerms, writes: Vec<RowWrite>) {
        let request = Request {
            key: format!("test-grant:{}", terms.id),
            hash: Hash::default(),
            command: Command::Grant(terms),
            queueing: Queueing::Overtakes,
        };
        let request = LaneRequest { request, writes, waiting: Vec::new() };
        let done = self.store.commit(self.owner.org, vec![request]).await.unwrap();
        assert!(matches!(done.answers[0], Answer::Done(_)), "{:?}", done.answers);
    }

    /// Asks, and waits for the answer's settle.
    async fn answered(&self, text: &str) -> RunRow {
        let sent = self.ask(text).await.unwrap();
        self.ended(sent.run.id).await
    }

    /// Background runs, oldest first.
    async fn pieces(&self) -> Vec<RunRow> {
        let kind = Some(RunKind::Background);
        let filter = RunFilter { kind, ..RunFilter::default() };
        let page = Page { before: None, limit: 200 };
        let mut runs = self.app.list_runs(&self.owner, filter, page).await.unwrap();
        runs.reverse();
        runs
    }

    async fn row(&self) -> SessionRow {
        self.app.get_session(&self.owner, self.session).await.unwrap().row
    }

    async fn messages(&self) -> Vec<MessageRow> {
        self.app.list_messages(&self.owner, self.session).await.unwrap()
    }

    async fn view(&self) -> BackgroundUsage {
        let view = self.app.background_usage(&self.owner).await.unwrap();
        assert_eq!(view.allowance, view.used.plus(view.left).unwrap());
        view
    }

    /// A colleague, who did not start anything.
    fn colleague(&self) -> Caller {
        let user = UserId::from_bits(77);
        Caller { user, role: Role::Member, operator: false, ..self.owner.clone() }
    }
}

fn sum(runs: &[RunRow]) -> Credits {
    Credits::sum(runs.iter().map(|run| run.charged)).unwrap()
}

#[tokio::test]
async fn incident_codex_37445_vscode_320299_background_work_is_never_silent() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(ALL).await;
    play(&world);
    let chat = world.answered("Why are there tides?").await;
    assert_eq!(world.row().await.title, "Why are there tides?", "until there is a better one");
    assert_eq!(world.view().await.waiting, 2);
    assert_eq!(world.app.tick_background().await.unwrap(), 2);

    let pieces = world.pieces().await;
    let kinds: Vec<_> = pieces.iter().map(|run| run.subject.as_deref().unwrap()).collect();
    assert_eq!(kinds, ["title", "follow_ups"]);
    for (piece, cost) in pieces.iter().zip([TITLE, QUESTIONS]) {
        assert_eq!((piece.state, piece.reason), (RunState::Succeeded, Some(Reason::Completed)));
        assert_eq!((piece.trigger, piece.answer), (Trigger::Background, None));
        assert_eq!(piece.session, Some(world.session));
        assert_eq!(piece.charged, credits(cost));
        let receipt = world.app.receipt(&world.owner, piece.id).await.unwrap();
        assert_eq!(receipt.used, piece.charged);
        assert_eq!(receipt.balance_after, world.balance().await.available);
        let paid: Vec<_> = receipt.paid_from.iter().map(|paid| paid.label).collect();
        assert_eq!(paid, ["Background allowance"]);
    }
    assert_eq!(world.row().await.title, "Tides of the sea");
    assert!(!world.row().await.titled_by_person);
    let answer = world.messages().await.pop().unwrap();
    assert_eq!(answer.follow_ups.as_deref(), Some(r#"["Why?","How?","When?"]"#));

    let usage = world.app.usage_summary(&world.owner).await.unwrap();
    let rows: Vec<_> = usage.sources.iter().map(|s| (s.label, s.credits, s.count)).collect();
    assert_eq!(rows, [("Background", sum(&pieces), 2), ("Agent chat", chat.charged, 1)]);
    let view = world.view().await;
    assert_eq!((view.allowance, view.used), (credits("20"), credits("0.17")));
    assert_eq!((view.runs, view.waiting), (2, 0));
    assert_eq!((view.credits_from_pool, view.can_edit), (credits("0"), true));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_long_conversation_is_summed_up_and_the_summary_is_used() {
    let world = World::with("500").await;
    world.allow("20", None).await;
    let summaries = BackgroundSettings { titles: false, summaries: true, ..TITLES };
    world.wants(summaries).await;
    play(&world);
    for number in 0..6 {
        world.answered(&format!("Question {number}")).await;
    }
    assert_eq!(world.view().await.waiting, 0, "12 messages are not many");
    world.answered("Question 6").await;
    assert_eq!(world.app.tick_background().await.unwrap(), 1);
    let row = world.row().await;
    let said = "They spoke of tides. The moon makes them.";
    assert_eq!((row.summary.as_deref(), row.summarized), (Some(said), 14));
    let asked = world.provider.calls().pop().unwrap().messages.pop().unwrap().content;
    assert!(asked.starts_with("Person: Question 0\n\nJoule: The moon pulls."), "{asked}");
    assert_eq!(world.pieces().await[0].charged, credits("0.2"));

    // As long as everything fits, nothing but the conversation is sent.
    world.answered("Short").await;
    let sent = world.provider.calls().pop().unwrap().messages;
    assert!(sent.len() == 16 && !sent[0].content.contains("Summary of the earlier"), "{sent:?}");
    // Two long questions push the first ones out.
    world.answered(&"a ".repeat(2_500)).await;
    world.answered(&"b ".repeat(2_500)).await;
    let sent = world.provider.calls().pop().unwrap().messages;
    let wanted = format!("Summary of the earlier conversation: {said}");
    assert!(sent[0].content.ends_with(&wanted), "{}", sent[0].content);
    assert!(sent.iter().all(|message| !message.content.contains("Question 0")));
    // What the first summary does not cover goes into the next, beside it.
    assert_eq!(world.view().await.waiting, 2, "it fills half of the model");
    assert_eq!(world.app.tick_background().await.unwrap(), 1, "the newer one is enough");
    let asked = world.provider.calls().pop().unwrap().messages.pop().unwrap().content;
    assert!(asked.starts_with(&format!("Summary so far: {said}\n\nPerson: Short")), "{asked}");
    assert_eq!(world.row().await.summarized, 20);
    world.assert_settled().await;
}

#[tokio::test]
async fn answers_that_are_no_use_are_not_used_and_say_so() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(BackgroundSettings { titles: true, ..FOLLOW_UPS }).await;
    play(&world);
    world.answered("Why are there tides?").await;
    world.provider.push(Script::answer(
        &["so many words that this is no title at all, not even nearly one"],
        100,
        20,
    ));
    world.provider.push(Script::answer(&["Why? How?"], 100, 5));
    assert_eq!(world.app.tick_background().await.unwrap(), 2);
    for piece in world.pieces().await {
        assert_eq!((piece.state, piece.reason), (RunState::Failed, Some(Reason::BadOutput)));
        assert!(piece.charged.is_positive(), "the model worked");
        let detail = world.app.get_run(&world.owner, piece.id).await.unwrap();
        let note = detail.steps[0].note.as_deref().unwrap();
        assert!(note.starts_with("The model wrote no "), "{note}");
    }
    assert_eq!(world.row().await.title, "Why are there tides?");
    assert_eq!(world.messages().await.pop().unwrap().follow_ups, None);
    assert_eq!(world.app.tick_background().await.unwrap(), 0, "not tried over and over");
    world.assert_settled().await;
}

#[tokio::test]
async fn colleagues_see_what_it_cost_and_nothing_of_what_it_is_about() {
    let world = World::with("50").await;
    world.allow("20", None).await;
    world.wants(ALL).await;
    play(&world);
    world.answered("Why are there tides?").await;
    world.app.tick_background().await.unwrap();
    let page = Page { before: None, limit: 200 };
    let filter = RunFilter { kind: Some(RunKind::Background), ..RunFilter::default() };
    let seen = world.app.list_runs(&world.colleague(), filter, page).await.unwrap();
    assert_eq!(seen.len(), 2);
    for run in seen {
        assert_eq!((run.title.as_str(), run.session), (PRIVATE_TITLE, None));
        assert!(run.charged.is_positive());
        let detail = world.app.get_run(&world.colleague(), run.id).await.unwrap();
        assert!(detail.steps.iter().all(|step| step.result.is_none() && step.note.is_none()));
    }
}
