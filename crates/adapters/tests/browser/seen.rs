//! What is seen of pages that only a real browser can show.

use ampere_adapters::browser::Action;

use crate::{Real, Says, mark};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_and_what_is_disabled_are_not_told() {
    let real = Real::new().await;
    let (session, seen) = real.at("/secret").await;
    assert_eq!(seen.elements.len(), 1, "{:?}", seen.elements);
    assert_eq!((seen.elements[0].name.as_str(), seen.elements[0].value.as_str()), ("Word", ""));
    assert!(!format!("{seen:?}").contains("hunter2"));
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inner_frames_are_read_and_used_in_their_place() {
    let real = Real::new().await;
    let (session, seen) = real.at("/frame").await;
    assert_eq!(seen.text, "Before.\nInside.\nPush\nAfter.");
    let pushed = session.act(Action::Click { mark: mark(&seen, "Push") }).await.unwrap();
    assert!(pushed.text.contains("Pushed."), "{}", pushed.text);
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_every_sort_are_filled() {
    let real = Real::new().await;
    let (session, seen) = real.at("/fields").await;
    let write = |name: &str, text: &str| Action::Type {
        mark: mark(&seen, name),
        text: text.to_owned(),
        submit: false,
    };
    let day = session.act(write("Day", "2026-11-22")).await.unwrap();
    assert!(day.text.contains("2026-11-22"), "{day:?}");
    let note = session.act(write("Note", "new")).await.unwrap();
    let value = &note.elements.iter().find(|element| element.name == "Note").unwrap().value;
    assert_eq!(value, "new");
    let empty = session.act(write("Note", "")).await.unwrap();
    assert_eq!(empty.elements.iter().find(|element| element.name == "Note").unwrap().value, "");
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cells_that_span_are_repeated_and_hidden_tables_left_out() {
    let real = Real::new().await;
    let (session, _) = real.at("/spans").await;
    let seen = session.act(Action::Tables).await.unwrap();
    assert_eq!(seen.tables.len(), 2, "{:?}", seen.tables);
    assert_eq!(seen.tables[0].columns, ["Day", "Sales", "Sales"]);
    assert_eq!(seen.tables[0].rows, [["Mon", "1", "2"], ["Mon", "3", "4"]]);
    assert_eq!(seen.tables[1].columns, ["K", "V"]);
    assert_eq!(seen.tables[1].rows, [["a", "b"]]);
    session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_click_goes_to_the_place_it_was_made() {
    let real = Real::new().await;
    let (session, _) = real.at("/").await;
    let seen = session.act(Action::Screenshot { full: false }).await.unwrap();
    assert_eq!(crate::contract::size_of_png(&seen.picture.unwrap()), (1_024, 640));
    let beside = session.act(Action::ClickAt { x: 900, y: 600 }).await.unwrap();
    assert_eq!(beside.title, "Home");
    session.navigate(&real.site.url("/target")).await.unwrap();
    let hit = session.act(Action::ClickAt { x: 200, y: 150 }).await.unwrap();
    assert_eq!(hit.text, "Hit 200 150");
    session.close().await;
}
