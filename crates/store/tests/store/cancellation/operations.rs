//! Every operation of the store that changes something, and long rows of them.

use std::sync::Arc;

use ampere_credits::ledger::{Queueing, Turn, Waiting};
use ampere_credits::{CheckoutId, InvitationId, LoginId, PreviewId, SavedInputsId};
use ampere_store::ports::Store;
use ampere_store::rows::*;
use futures_util::future::BoxFuture;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::{Folder, START, World};

/// One operation, made anew for each try.
pub type Step = fn(Arc<dyn Store>) -> BoxFuture<'static, ()>;

/// An operation as a step; its answer must be `Ok`.
macro_rules! step {
    (|$store:ident| $operation:expr) => {{
        let step: Step = |$store| {
            Box::pin(async move {
                let _ = $operation.await.unwrap();
            })
        };
        step
    }};
}

/// A closed database in which every operation below finds what it needs.
pub async fn prepare() -> Folder {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    let store = &world.store;
    store.create_session(session(1, 1)).await.unwrap();
    store.create_login(login(1, 1, 10)).await.unwrap();
    store.create_login(login(1, 5, 50)).await.unwrap();
    store.create_invitation(invitation(1, 7), None).await.unwrap();
    store.begin_reset(reset(1, 1), mail(1), START).await.unwrap();
    store.create_checkout(checkout(1, 1), None).await.unwrap();
    store.begin_reply("me", "taken", [0; 32], START).await.unwrap();
    world.commit(one, vec![trial(1, 100, 600), top_up(2, 50), with(hold(1, 20), begun(1))]).await;
    prepare_work(&world).await;
    let World { store, folder, .. } = world;
    drop(store);
    folder
}

/// What was there before the operations of tools, workflows and schedules; in an organization of
/// its own, somebody waits.
async fn prepare_work(world: &World) {
    let store = &world.store;
    let nine = found(world, 9).await;
    world.commit(nine, vec![start_or_wait(9, 901, 5, 0), start_or_wait(9, 902, 5, 1)]).await;
    store.add_file(file(1, 1, 0), vec![1; 9], 1_000).await.unwrap();
    store.create_workflow(workflow(1, 1)).await.unwrap();
    store.create_schedule(schedule(1, 1)).await.unwrap();
    store.add_saved_inputs(saved_inputs(1, 1, "rewrite")).await.unwrap();
    let jobs = vec![RowWrite::Job(job(1, 1, BackgroundKind::Title))];
    world.done(org(1), with(top_up(90, 1), jobs)).await;
}

/// The rows of a message to Joule as it begins.
fn begun(id: u128) -> Vec<RowWrite> {
    let (session, answer) = (Some(session_id(1)), Some(message_id(id)));
    let run = RunRow { session, answer, ..run(1, id) };
    vec![
        RowWrite::Run(Box::new(run)),
        RowWrite::Message(message(1, 1, id + 10_000, Author::User)),
        RowWrite::Message(message(1, 1, id, Author::Assistant)),
    ]
}

/// The rows of its end.
fn over(id: u128, whole: u32) -> Vec<RowWrite> {
    let (session, message) = (session_id(1), message_id(id));
    vec![
        RowWrite::RunChange(ended(id, RunState::Succeeded, Reason::Completed)),
        RowWrite::MessageText { session, message, text: "all of it".to_owned() },
        RowWrite::UsageLine(usage_line(1, id, 1, whole)),
        RowWrite::Step(step(run_id(id), 1, RunState::Succeeded, 10)),
    ]
}

/// A step's usage so far with the answer's text so far.
fn recorded(id: u128, tokens: u64) -> (StepRow, Option<AnswerSoFar>) {
    let text = format!("{tokens} tokens");
    let answer = (session_id(1), message_id(id), text);
    (step(run_id(id), 1, RunState::Running, tokens), Some(answer))
}

type AnswerSoFar = (ampere_credits::SessionId, ampere_credits::MessageId, String);

async fn record(store: Arc<dyn Store>, id: u128, tokens: u64) -> ampere_store::ports::Kept<()> {
    let (step, answer) = recorded(id, tokens);
    store.record(org(1), step, answer).await
}

/// Named, each with its steps.
pub fn every_operation() -> Vec<(&'static str, Vec<Step>)> {
    let mut all = commits();
    all.extend(of_people());
    all.extend(of_teams());
    all.extend(of_plans());
    all.extend(of_the_rest());
    all.extend(of_work());
    all.extend(of_the_queue());
    all.push(("a whole message, twice held, and a purchase", a_long_row()));
    all
}

fn commits() -> Vec<(&'static str, Vec<Step>)> {
    let many = step!(
        |store| store.commit(org(1), (100..200).map(|n| with(hold(n, 1), begun(n))).collect())
    );
    vec![
        ("commit: grant", vec![step!(|store| store.commit(org(1), vec![top_up(3, 9)]))]),
        ("commit: hold", vec![step!(|store| store.commit(org(1), vec![hold(2, 9)]))]),
        ("commit: refused", vec![step!(|store| store.commit(org(1), vec![hold(2, 999)]))]),
        (
            "commit: settle with rows",
            vec![step!(|store| store.commit(org(1), vec![with(settle(1, 7), over(1, 7))]))],
        ),
        ("commit: a hundred holds with rows", vec![many]),
        ("record", vec![step!(|store| record(store, 1, 5))]),
    ]
}

fn of_people() -> Vec<(&'static str, Vec<Step>)> {
    vec![
        (
            "create_organization",
            vec![step!(|store| store.create_organization(organization(2), user(2), false))],
        ),
        ("set_password", vec![step!(|store| store.set_password(user_id(1), "$new$"))]),
        (
            "remove_member",
            vec![step!(|store| store.remove_member(org(1), user_id(5), left(), entry()))],
        ),
        (
            "update_organization",
            vec![step!(|store| store.update_organization(org(1), "New", "UTC", entry()))],
        ),
        ("create_invitation", vec![step!(|store| store.create_invitation(invitation(1, 8), None))]),
        (
            "revoke_invitation",
            vec![step!(|store| store.revoke_invitation(org(1), InvitationId::from_bits(7), START))],
        ),
        (
            "accept_invitation",
            vec![step!(|store| store.accept_invitation(token_hash(7), user(6), START))],
        ),
        ("create_login", vec![step!(|store| store.create_login(login(1, 1, 11)))]),
        (
            "touch_login",
            vec![step!(|store| store.touch_login(LoginId::from_bits(10), START.plus_days(1)))],
        ),
        ("end_login", vec![step!(|store| store.end_login(user_id(1), LoginId::from_bits(10)))]),
    ]
}

fn of_plans() -> Vec<(&'static str, Vec<Step>)> {
    let (version, preview) = (
        step!(|store| store.publish_plan(PlanVersionRow {
            plan: "team".to_owned(),
            version: 1,
            published_at: START,
            body: "{}".to_owned(),
        })),
        step!(|store| store.add_preview(PreviewRow {
            id: PreviewId::from_bits(1),
            org: org(1),
            body: "{}".to_owned(),
            created_at: START,
            expires_at: START.plus_seconds(600),
            used_at: None,
        })),
    );
    let used = step!(|store| store.use_preview(org(1), PreviewId::from_bits(1), START));
    let customer = step!(|store| store.put_customer(CustomerRow {
        org: org(1),
        provider: "sandbox".to_owned(),
        customer: "cus_1".to_owned(),
        card: None,
        checked_at: START,
    }));
    vec![
        ("publish_plan", vec![version]),
        ("add_preview and use_preview", vec![preview, used]),
        ("put_customer", vec![customer]),
    ]
}

fn of_teams() -> Vec<(&'static str, Vec<Step>)> {
    vec![
        (
            "renew_invitation",
            vec![step!(|store| store.renew_invitation(
                InvitationRow { token_hash: token_hash(8), ..invitation(1, 7) },
                Some(mail(2)),
                START
            ))],
        ),
        (
            "change_member",
            vec![step!(|store| store.change_member(
                org(1),
                user_id(5),
                MemberChange { role: Some(Role::Viewer), ..MemberChange::default() }
            ))],
        ),
        ("transfer", vec![step!(|store| store.transfer(org(1), user_id(1), user_id(5), entry()))]),
        (
            "switch_login",
            vec![step!(|store| store.switch_login(user_id(1), LoginId::from_bits(10), org(1)))],
        ),
        ("plead", vec![step!(|store| store.plead(org(1), user_id(5), START, START))]),
        ("begin_reset", vec![step!(|store| store.begin_reset(reset(2, 1), mail(2), START))]),
        ("finish_reset", vec![step!(|store| store.finish_reset(token_hash(1), "$new$", START))]),
        ("queue_mail", vec![step!(|store| store.queue_mail(mail(2)))]),
        ("take_mail", vec![step!(|store| async move { store.take_mail(&mail(1), START).await })]),
        (
            "mail_tried",
            vec![step!(|store| store.mail_tried(mail(1).id, MailState::Sent, None, None))],
        ),
        ("forget_mails", vec![step!(|store| store.forget_mails(START.plus_days(1)))]),
    ]
}

fn of_the_rest() -> Vec<(&'static str, Vec<Step>)> {
    vec![
        ("create_session", vec![step!(|store| store.create_session(session(1, 2)))]),
        (
            "rename_session",
            vec![step!(|store| store.rename_session(org(1), session_id(1), "Other", START))],
        ),
        ("delete_session", vec![step!(|store| store.delete_session(org(1), session_id(1), START))]),
        (
            "set",
            vec![step!(|store| store.set(
                vec![
                    ("a".to_owned(), Some("1".to_owned())),
                    ("b".to_owned(), Some("2".to_owned())),
                ],
                entry()
            ))],
        ),
        ("publish_rate_card", vec![step!(|store| store.publish_rate_card(1, START, "{}"))]),
        ("begin_reply", vec![step!(|store| store.begin_reply("me", "new", [1; 32], START))]),
        (
            "end_reply",
            vec![step!(|store| store.end_reply(
                "me",
                "taken",
                Some(ReplyRow { status: 200, body: "{}".to_owned() })
            ))],
        ),
        ("forget_replies", vec![step!(|store| store.forget_replies(START.plus_days(1)))]),
        ("create_checkout", vec![step!(|store| store.create_checkout(checkout(1, 2), entry()))]),
        (
            "set_checkout",
            vec![step!(|store| store.set_checkout(
                org(1),
                CheckoutId::from_bits(1),
                declined("declined", START)
            ))],
        ),
        (
            "only reading",
            vec![
                step!(|store| store.pool(org(1))),
                step!(|store| store.runs(org(1), RunFilter::default(), page(9))),
                step!(|store| store.usage(org(1), START, START.plus_days(1))),
            ],
        ),
    ]
}

fn of_work() -> Vec<(&'static str, Vec<Step>)> {
    vec![
        ("add_file", vec![step!(|store| store.add_file(file(1, 2, 0), vec![2; 99], 1_000))]),
        ("delete_file", vec![step!(|store| store.delete_file(org(1), file_id(1)))]),
        ("create_workflow", vec![step!(|store| store.create_workflow(workflow(1, 2)))]),
        ("save_workflow", vec![step!(|store| store.save_workflow(org(1), save(1, 1, 1)))]),
        ("delete_workflow", vec![step!(|store| store.delete_workflow(org(1), workflow_id(1)))]),
        ("create_schedule", vec![step!(|store| store.create_schedule(schedule(1, 2)))]),
        (
            "update_schedule",
            vec![step!(|store| {
                let edited = ScheduleRow { name: "Edited".to_owned(), ..schedule(1, 1) };
                async move { store.update_schedule(edited, START).await }
            })],
        ),
        ("delete_schedule", vec![step!(|store| store.delete_schedule(org(1), schedule_id(1)))]),
        ("drop_job", vec![step!(|store| store.drop_job(org(1), job_id(1)))]),
        (
            "set_background",
            vec![step!(|store| store.set_background(
                org(1),
                BackgroundSettings { titles: false, ..BackgroundSettings::default() },
                entry()
            ))],
        ),
        (
            "add_saved_inputs",
            vec![step!(|store| store.add_saved_inputs(saved_inputs(1, 2, "compare")))],
        ),
        (
            "delete_saved_inputs",
            vec![step!(|store| store.delete_saved_inputs(
                org(1),
                user_id(1),
                SavedInputsId::from_bits(1)
            ))],
        ),
        ("adopt", vec![step!(|store| store.adopt(org(1), run_id(1), "server-2"))]),
        (
            "a scheduled run, begun and failed",
            vec![
                step!(|store| store
                    .commit(org(1), vec![with(hold(2, 2), scheduled(1, 2, Some(120)))])),
                step!(|store| store
                    .commit(org(1), vec![with(settle(2, 1), vec![schedule_ended(1, 2, true)])])),
            ],
        ),
    ]
}

/// The run that has begun stops for lack of credits, and waits behind nobody.
fn pause() -> LaneRequest {
    let place = place(Turn::Paused, 1, 9_000, 9);
    let place = Waiting { hold: hold_id(11), ..place };
    let change =
        RunChange { ended_at: None, ..ended(1, RunState::PausedNoCredits, Reason::NoCredits) };
    queueing(with(settle(1, 20), vec![RowWrite::RunChange(change)]), Queueing::Afterwards(place))
}

fn of_the_queue() -> Vec<(&'static str, Vec<Step>)> {
    vec![
        (
            "commit: joins the queue",
            vec![step!(|store| store.commit(org(9), vec![start_or_wait(9, 903, 5, 0)]))],
        ),
        ("commit: serves the queue", vec![step!(|store| store.commit(org(9), vec![top_up(1, 9)]))]),
        (
            "leave_queue",
            vec![step!(|store| store.leave_queue(org(9), run_id(901), cancelled(901, START)))],
        ),
        (
            "a run that pauses, waits and goes on",
            vec![
                step!(|store| store.commit(org(1), vec![pause()])),
                step!(|store| store.commit(org(1), vec![start_or_wait(1, 5, 3, 0)])),
                step!(|store| store.commit(org(1), vec![top_up(5, 9_000)])),
                step!(|store| store.commit(org(1), vec![settle(11, 8_000)])),
            ],
        ),
    ]
}

fn a_long_row() -> Vec<Step> {
    vec![
        step!(|store| store.create_session(session(1, 3))),
        step!(|store| store.begin_reply("me", "send", [2; 32], START)),
        step!(|store| store.commit(org(1), vec![with(hold(2, 10), begun(2))])),
        step!(|store| record(store, 2, 1)),
        step!(|store| record(store, 2, 2)),
        step!(|store| store.commit(org(1), vec![extend(2, 1, 10, Some(200))])),
        step!(|store| record(store, 2, 3)),
        step!(|store| store.commit(org(1), vec![extend(2, 2, 200, Some(200))])),
        step!(|store| record(store, 2, 4)),
        step!(|store| store.commit(org(1), vec![with(settle(2, 150), over(2, 150))])),
        step!(|store| store.end_reply("me", "send", None)),
        step!(|store| store.create_checkout(checkout(1, 3), None)),
        step!(|store| store.commit(
            org(1),
            vec![with(
                top_up(3, 500),
                vec![RowWrite::CheckoutGranted {
                    checkout: CheckoutId::from_bits(3),
                    grant: grant_id(3),
                    payment: "paid".to_owned(),
                }]
            )]
        )),
        step!(|store| store.commit(org(1), vec![hold(3, 5)])),
        step!(|store| store.commit(org(1), vec![release(3)])),
    ]
}
