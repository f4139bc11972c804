//! Background jobs: added and done by commits, and what they change.

use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::World;

pub async fn jobs_wait_until_they_are_done_or_given_up(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let add = |number, id, kind| RowWrite::Job(job(number, id, kind));
    let rows = vec![add(1, 3, BackgroundKind::Title), add(1, 1, BackgroundKind::FollowUps)];
    world.commit(one, vec![with(top_up(1, 100), rows)]).await;
    world.commit(two, vec![with(top_up(1, 1), vec![add(2, 2, BackgroundKind::Summary)])]).await;
    let first = job(1, 1, BackgroundKind::FollowUps);
    let oldest = [first, job(2, 2, BackgroundKind::Summary)];
    assert_eq!(store.jobs(2).await.unwrap(), oldest);
    assert_eq!((store.jobs_of(one).await, store.jobs_of(two).await), (Ok(2), Ok(1)));
    // Nobody does or gives up a job of somebody else.
    world.commit(two, vec![with(top_up(2, 1), vec![RowWrite::JobDone(job_id(1))])]).await;
    store.drop_job(two, job_id(3)).await.unwrap();
    assert_eq!(store.jobs_of(one).await, Ok(2));
    let new = vec![RowWrite::Run(Box::new(run(1, 1)))];
    world.done(one, with(hold(1, 2), new)).await;
    world.done(one, with(settle(1, 1), vec![RowWrite::JobDone(job_id(1))])).await;
    assert_eq!(store.jobs_of(one).await, Ok(1));
    store.drop_job(one, job_id(3)).await.unwrap();
    assert_eq!(store.jobs(9).await.unwrap(), oldest[1..]);
}

pub async fn what_is_wanted_in_the_background_is_kept(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let settings = |org| async move { store.organization(org).await.unwrap().unwrap().background };
    let all = BackgroundSettings { titles: true, summaries: true, follow_ups: true, draw: false };
    assert_eq!(settings(one).await, all);
    for changed in [
        BackgroundSettings { titles: false, ..all },
        BackgroundSettings { summaries: false, ..all },
        BackgroundSettings { follow_ups: false, ..all },
        BackgroundSettings { draw: true, ..all },
    ] {
        store.set_background(one, changed, None).await.unwrap();
        assert_eq!(settings(one).await, changed);
    }
    assert_eq!(settings(two).await, all);
    let organizations = store.organizations().await.unwrap();
    assert_eq!(
        organizations.iter().map(|row| row.background.draw).collect::<Vec<_>>(),
        [true, false]
    );
}

pub async fn a_title_by_a_person_stays(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_session(session(1, 1)).await.unwrap();
    let title = |number: u128, title: &str| {
        let row = RowWrite::SessionTitle { session: session_id(1), title: title.to_owned() };
        with(top_up(number, 1), vec![row])
    };
    let stored = || async { store.session(one, session_id(1)).await.unwrap().unwrap() };
    world.done(one, title(1, "By itself")).await;
    assert_eq!(
        (stored().await.title.as_str(), stored().await.titled_by_person),
        ("By itself", false)
    );
    let at = world.clock_now();
    assert_eq!(store.rename_session(one, session_id(1), "By me", at).await, Ok(true));
    world.done(one, title(2, "By itself again")).await;
    assert_eq!((stored().await.title.as_str(), stored().await.titled_by_person), ("By me", true));
}

pub async fn summaries_and_follow_ups_go_with_their_conversation(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let (id, answer) = (session_id(1), message_id(1));
    store.create_session(session(1, 1)).await.unwrap();
    let made = || {
        vec![
            RowWrite::SessionSummary {
                session: id,
                summary: "in few words".to_owned(),
                summarized: 4,
            },
            RowWrite::FollowUps { session: id, message: answer, json: "[\"why\"]".to_owned() },
            RowWrite::SessionTitle { session: id, title: "Made".to_owned() },
        ]
    };
    let result = StepRow {
        result: Some("\"text\"".to_owned()),
        note: Some("1 of 2".to_owned()),
        ..step(run_id(1), 1, RunState::Running, 1)
    };
    let of_session = |id, kind| RunRow { kind, session: Some(session_id(1)), ..run(1, id) };
    let first = vec![
        RowWrite::Message(message(1, 1, 1, Author::Assistant)),
        RowWrite::Run(Box::new(of_session(1, RunKind::Background))),
        RowWrite::Task(Box::new(task(1, 1, "{}"))),
        RowWrite::Step(result.clone()),
    ];
    world.commit(one, vec![with(top_up(1, 10), first), hold(1, 5)]).await;
    // A command of another pool writes none of it.
    world.commit(two, vec![with(top_up(1, 10), made())]).await;
    let row = store.session(one, id).await.unwrap().unwrap();
    assert_eq!((row.summary, row.summarized, row.running), (None, 0, None));
    world.done(one, with(settle(1, 3), made())).await;
    let row = store.session(one, id).await.unwrap().unwrap();
    assert_eq!((row.summary.as_deref(), row.summarized), (Some("in few words"), 4));
    assert_eq!(row.credits, credits(0), "background work is told apart");
    let follow_ups = store.messages(one, id).await.unwrap().remove(0).follow_ups;
    assert_eq!(follow_ups.as_deref(), Some("[\"why\"]"));
    assert_eq!(store.steps(one, run_id(1)).await, Ok(vec![result.clone()]));

    let at = world.clock_now();
    assert_eq!(store.delete_session(one, id, at).await, Ok(true));
    assert_eq!(store.task(one, run_id(1)).await, Ok(None));
    assert_eq!(store.steps(one, run_id(1)).await.unwrap()[0].result, None);
    // What is still under way does not bring a text back.
    let mut late = made();
    late.push(RowWrite::Step(result));
    late.push(RowWrite::TaskResult { run: run_id(1), result: "late".to_owned() });
    world.commit(one, vec![with(top_up(2, 1), late)]).await;
    assert_eq!(store.steps(one, run_id(1)).await.unwrap()[0].result, None);
    assert_eq!(store.task(one, run_id(1)).await, Ok(None));
    let text = crate::world::dump(&world.folder.database());
    for word in ["in few words", "why", "Made", "\\\"text\\\"", "late"] {
        assert!(!text.contains(word), "{word} is still there");
    }
}
