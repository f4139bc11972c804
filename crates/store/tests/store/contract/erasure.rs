//! Going: a person, an organization; what stays of them, and who may not go yet.

use ampere_credits::{NoticeId, OrgId};
use ampere_store::rows::*;

use crate::asks::*;
use crate::contract::payments::payment;
use crate::people::*;
use crate::work::*;
use crate::world::{START, World};

const LATER: i64 = 900;

fn person(number: u128) -> PersonErasure {
    PersonErasure {
        user: user_id(number),
        at: START.plus_seconds(LATER),
        hand_on: false,
        note: "Paused: its owner is gone.".to_owned(),
        act: "account_deleted".to_owned(),
    }
}

fn closing(number: u128) -> OrganizationClosing {
    OrganizationClosing {
        org: org(number),
        by: user_id(number),
        at: START.plus_seconds(LATER),
        act: "organization_deleted".to_owned(),
    }
}

fn hook(event: &str, about: &str, body: &str) -> HookRow {
    HookRow {
        provider: "sandbox".to_owned(),
        event: event.to_owned(),
        kind: "payment.paid".to_owned(),
        about: Some(about.to_owned()),
        headers: "[\"from\"]".to_owned(),
        body: body.as_bytes().to_vec(),
        state: HookState::Done,
        tries: 0,
        error: None,
        received_at: START,
        next_at: START,
        done_at: Some(START),
    }
}

fn notice(number: u128, reader: u128, id: u128, text: &str) -> NoticeRow {
    NoticeRow {
        org: org(number),
        user: user_id(reader),
        id: NoticeId::from_bits(id),
        kind: "team".to_owned(),
        text: text.to_owned(),
        url: "/team".to_owned(),
        action: "See the team".to_owned(),
        created_at: START,
        read_at: None,
    }
}

/// An answer of a person's in a conversation, asked for and begun.
fn asked(number: u128, by: u128, session: u128, id: u128) -> Vec<RowWrite> {
    let (session_id, answer) = (Some(session_id(session)), Some(message_id(id)));
    let started_by = user_id(by);
    let run = RunRow { session: session_id, answer, started_by, ..run(number, id) };
    vec![
        RowWrite::Run(Box::new(run)),
        RowWrite::Message(message(number, session, id + 10_000, Author::User)),
        RowWrite::Message(message(number, session, id, Author::Assistant)),
    ]
}

fn end(id: u128) -> Vec<RowWrite> {
    let result = Some("{\"text\":\"so\"}".to_owned());
    let step = StepRow { result, ..step(run_id(id), 1, RunState::Succeeded, 10) };
    vec![
        RowWrite::RunChange(ended(id, RunState::Succeeded, Reason::Completed)),
        RowWrite::UsageLine(usage_line(3, id, 1, 2)),
        RowWrite::Step(step),
    ]
}

/// Two organizations; person 3 belongs to both and has something of everything in the first.
async fn town(world: &World) -> (OrgId, OrgId) {
    let (one, two) = (found(world, 1).await, found(world, 2).await);
    for number in [1, 2] {
        let invited = InvitationRow {
            email: Some("person3@example.com".to_owned()),
            ..invitation(number, 30 + number)
        };
        world.store.create_invitation(invited, Some(mail(30 + number))).await.unwrap();
        let accepted = world.store.accept_invitation(token_hash(30 + number), user(3), START);
        assert_eq!(accepted.await, Ok(true));
    }
    let store = &world.store;
    let open = InvitationRow { email: Some("person3@example.com".to_owned()), ..invitation(1, 39) };
    store.create_invitation(open, None).await.unwrap();
    let own = SessionRow { owner: user_id(3), ..session(1, 3) };
    for row in [own, session(1, 1)] {
        store.create_session(row).await.unwrap();
    }
    store.create_login(login(2, 3, 50)).await.unwrap();
    store.begin_reset(reset(60, 3), mail(3), START).await.unwrap();
    let to_another = MailRow { subject: "Person 3 asks you for credits".to_owned(), ..mail(4) };
    store.queue_mail(to_another).await.unwrap();
    let work = with(hold(9, 5), asked(1, 3, 1, 9));
    let own = with(hold(8, 5), asked(1, 3, 3, 8));
    let job = JobRow { user: user_id(3), ..job(1, 1, BackgroundKind::Title) };
    let more = with(top_up(2, 5), vec![RowWrite::Job(job)]);
    world.commit(one, vec![top_up(1, 500), own, work, more]).await;
    kept(world).await;
    told(world).await;
    (one, two)
}

/// What person 3 keeps in the first organization.
async fn kept(world: &World) {
    let store = &world.store;
    let owner = user_id(3);
    store.add_file(FileRow { owner, ..file(1, 1, 0) }, vec![7; 9], 1_000).await.unwrap();
    store.add_file(file(1, 2, 0), vec![8; 5], 1_000).await.unwrap();
    store.create_workflow(WorkflowRow { owner, ..workflow(1, 1) }).await.unwrap();
    store.create_schedule(ScheduleRow { owner, ..schedule(1, 1) }).await.unwrap();
    let inputs = SavedInputsRow { user: owner, ..saved_inputs(1, 1, "rewrite") };
    store.add_saved_inputs(inputs).await.unwrap();
    let scope = format!("{} {owner} POST /api/v1/runs", org(1));
    store.begin_reply(&scope, "key", [0; 32], START).await.unwrap();
    let reply = ReplyRow { status: 202, body: "Person 3".to_owned() };
    store.end_reply(&scope, "key", Some(reply)).await.unwrap();
    let other = format!("{} {} POST /api/v1/runs", org(1), user_id(1));
    store.begin_reply(&other, "key", [0; 32], START).await.unwrap();
}

/// What is said of person 3, and to them.
async fn told(world: &World) {
    let store = &world.store;
    let notices = vec![
        notice(1, 3, 1, "820 credits left."),
        notice(1, 1, 2, "Person 3 has joined."),
        notice(1, 1, 3, "Person 33 has joined."),
    ];
    store.add_notices(None, notices, Vec::new()).await.unwrap();
    let wish = NoticeWishRow {
        org: org(1),
        user: user_id(3),
        kind: "team".to_owned(),
        in_app: false,
        email: false,
    };
    store.set_notice_wish(wish).await.unwrap();
    store.plead(org(1), user_id(3), START, START).await.unwrap();
    store
        .put_customer(CustomerRow {
            org: org(1),
            provider: "sandbox".to_owned(),
            customer: "cus_1".to_owned(),
            card: None,
            checked_at: START,
        })
        .await
        .unwrap();
    store.put_payment(payment(org(1), "pi 1", 0)).await.unwrap();
    store.keep_hook(hook("1", "customer cus_1", "{\"of\":\"person3@example.com\"}")).await.unwrap();
    store.keep_hook(hook("2", "payment pi 1", "{\"of\":\"Person 1\"}")).await.unwrap();
}

async fn end_all(world: &World) {
    world.commit(org(1), vec![with(settle(9, 2), end(9)), with(settle(8, 2), end(8))]).await;
}

pub async fn who_may_not_go_yet_changes_nothing(world: World) {
    let (one, _) = town(&world).await;
    let store = &world.store;
    assert_eq!(store.erase_person(person(1)).await, Ok(Erased::OwnsOrganization));
    store.transfer(one, user_id(1), user_id(3), None).await.unwrap();
    assert_eq!(store.erase_person(person(1)).await, Ok(Erased::LastOperator));
    store.transfer(one, user_id(3), user_id(1), None).await.unwrap();
    assert_eq!(store.erase_person(person(3)).await, Ok(Erased::RunOpen(vec![one])));
    assert_eq!(store.close_organization(closing(1)).await, Ok(Closed::RunOpen));
    assert_eq!(store.close_organization(closing(7)).await, Ok(Closed::NotThere));
    let person = store.user_by_email("person3@example.com").await.unwrap().unwrap();
    assert_eq!(person.name, "Person 3");
    assert_eq!(store.messages(one, session_id(3)).await.unwrap().len(), 2);
    assert_eq!(store.audit_head(one).await.unwrap().position, 0);
}

pub async fn a_person_goes_from_everywhere_and_the_books_stay(world: World) {
    let (one, two) = town(&world).await;
    end_all(&world).await;
    let store = &world.store;
    let (pool, charged) = (world.audit(one).await, stored(&world, one, 9).await.charged);
    let gone = store.erase_person(person(3)).await;
    assert_eq!(gone, Ok(Erased::Gone(vec![one, two])));
    assert_eq!(world.audit(one).await, pool);
    for org in [one, two] {
        let members = store.members(org).await.unwrap();
        assert!(members.iter().all(|row| row.user != user_id(3)));
        let head = store.audit_head(org).await.unwrap();
        assert_eq!(head.position, 1);
    }
    assert_eq!(store.user_by_email("person3@example.com").await, Ok(None));
    assert_eq!(store.login_by_token(token_hash(50), START).await, Ok(None));
    assert_eq!(store.reset_of(token_hash(60), START).await, Ok(None));
    assert_eq!(store.session(one, session_id(3)).await, Ok(None));
    let texts = store.messages(one, session_id(1)).await.unwrap();
    let texts: Vec<_> = texts.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["Deleted with the account of who wrote it."; 2]);
    let run = stored(&world, one, 9).await;
    assert_eq!((run.title.as_str(), run.charged), ("Deleted", charged));
    assert_eq!((run.started_by, run.started_by_name.as_str()), (user_id(3), "Deleted person"));
    let steps = store.steps(one, run_id(9)).await.unwrap();
    assert_eq!((steps[0].name.as_str(), &steps[0].result), ("answer", &None));
    assert_eq!(store.usage_lines(one, run_id(9)).await.unwrap().len(), 1);
    assert_eq!(store.files(one, None, page(9)).await.unwrap().len(), 1, "that of another");
    assert_eq!(store.files_size(one).await, Ok(5));
    assert_eq!(store.workflow(one, workflow_id(1)).await.unwrap().unwrap().owner, user_id(1));
    let schedule = store.schedule(one, schedule_id(1)).await.unwrap().unwrap();
    assert_eq!(schedule.state, ScheduleState::Paused);
    assert_eq!(schedule.note.as_deref(), Some("Paused: its owner is gone."));
    let told = store.notices(one, user_id(1), page(9)).await.unwrap();
    assert_eq!(
        told.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(),
        ["Person 33 has joined."]
    );
    let bodies = [store.hook("sandbox", "1").await, store.hook("sandbox", "2").await];
    let bodies = bodies.map(|hook| hook.unwrap().unwrap().body.len());
    assert_eq!(bodies, [0, "{\"of\":\"Person 1\"}".len()], "only what names them");
    let invited = store.invitations(one).await.unwrap();
    assert!(invited.iter().all(|row| row.email.is_none()));
    assert!(invited.iter().all(|row| row.accepted_by.is_some() || row.revoked_at.is_some()));
    let left = store.due_mails(START, 9).await.unwrap();
    assert!(left.iter().all(|mail| mail.to != "person3@example.com"), "{left:?}");
    assert!(left.iter().any(|mail| mail.subject == "A message"), "{left:?}");
    let again = store.create_organization(
        organization(4),
        UserRow { email: "person3@example.com".to_owned(), ..user(4) },
        false,
    );
    assert_eq!(again.await, Ok(()), "the address is free");
    assert_eq!(store.erase_person(person(3)).await, Ok(Erased::Gone(Vec::new())), "once more");
    assert_eq!(store.scrub().await, Ok(true));
}

pub async fn what_is_handed_on_goes_on(world: World) {
    let (one, _) = town(&world).await;
    end_all(&world).await;
    let handed = PersonErasure { hand_on: true, ..person(3) };
    assert!(matches!(world.store.erase_person(handed).await, Ok(Erased::Gone(_))));
    let schedule = world.store.schedule(one, schedule_id(1)).await.unwrap().unwrap();
    assert_eq!((schedule.owner, schedule.state), (user_id(1), ScheduleState::Active));
}

pub async fn the_last_account_may_go_and_another_first_one_come(world: World) {
    let store = &world.store;
    store.create_organization(organization(1), user(1), true).await.unwrap();
    let gone = store.close_organization(closing(1)).await;
    assert_eq!(gone, Ok(Closed::Gone(vec![user_id(1)])));
    assert!(matches!(store.erase_person(person(1)).await, Ok(Erased::Gone(_))));
    assert_eq!(store.anybody().await, Ok(false));
    let first = UserRow { operator: true, ..user(2) };
    assert_eq!(store.create_organization(organization(2), first, true).await, Ok(()));
}

pub async fn an_organization_goes_and_its_books_stay(world: World) {
    let (one, two) = town(&world).await;
    end_all(&world).await;
    let store = &world.store;
    let (pool, entries) = (world.audit(one).await, store.journal(one, 0, 99).await.unwrap());
    assert_eq!(store.closed_at(one).await, Ok(None));
    let Ok(Closed::Gone(mut people)) = store.close_organization(closing(1)).await else {
        panic!("it stays");
    };
    people.sort();
    assert_eq!(people, [user_id(1), user_id(3)]);
    assert_eq!(world.audit(one).await, pool);
    assert_eq!(store.journal(one, 0, 99).await, Ok(entries));
    assert_eq!(store.closed_at(one).await, Ok(Some(START.plus_seconds(LATER))));
    assert_eq!(store.closed_organizations().await, Ok(vec![one]));
    assert_eq!(store.organization(one).await.unwrap().unwrap().name, "Deleted organization");
    assert_eq!(store.members(one).await, Ok(Vec::new()));
    assert_eq!(store.invitations(one).await, Ok(Vec::new()));
    assert_eq!(store.messages(one, session_id(1)).await, Ok(Vec::new()));
    assert_eq!(store.workflows(one).await, Ok(Vec::new()));
    assert_eq!(store.schedules(one).await, Ok(Vec::new()));
    assert_eq!(store.notices(one, user_id(1), page(9)).await, Ok(Vec::new()));
    assert_eq!(store.files_size(one).await, Ok(0));
    assert_eq!(stored(&world, one, 8).await.title, "Deleted");
    assert_eq!(store.payments(one).await.unwrap().len(), 1);
    assert_eq!(store.hook("sandbox", "2").await.unwrap().unwrap().body, Vec::<u8>::new());
    assert_eq!(store.audit_head(one).await.unwrap().position, 1);
    assert!(store.user_by_email("person3@example.com").await.unwrap().is_some());
    assert!(store.login_by_token(token_hash(50), START).await.unwrap().is_some(), "elsewhere");
    assert_eq!(store.members(two).await.unwrap().len(), 2);
    assert_eq!(store.close_organization(closing(1)).await, Ok(Closed::NotThere));
}
