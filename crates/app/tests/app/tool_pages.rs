//! AI Tools that need a browser: what they collect, what their seconds cost, how they end.

use ampere_adapters::browser::BrowserState;
use ampere_adapters::browser::scripted::{Fault, Page};
use ampere_app::spend::WhenShort;
use ampere_app::tasks::{Occasion, TaskOrder, What};
use ampere_app::{AppError, spend::Started};
use ampere_store::rows::{Reason, RunState, StepKind, StepRow};
use serde_json::{Value, json};

use crate::world::{World, credits};

const SITE: &str = "http://site.test/";

/// Three pages of a table, each with a link to the next; other tables stand beside it.
fn three_pages(world: &World) {
    let page = |number: u32, rows: &[&[&str]]| {
        let title = format!("Cities {number}");
        let page = Page::new(&title, "Cities.").table(&["Note"], &[&["a"]]);
        page.table(&["City", "People"], rows)
    };
    let next = |number: u32| format!("{SITE}{number}");
    let browser = &world.browser;
    browser
        .page(SITE, page(1, &[&["Rome", "3"], &["Oslo", "1"]]).link("Next page", &next(2)))
        .page(&next(2), page(2, &[&["Lima", "10"]]).link("Next page", &next(3)))
        .page(&next(3), page(3, &[&["Bern", "0"], &["Cork", "0"]]));
    let clock = world.clock.clone();
    browser.before_each(move |_, _| clock.advance_seconds(2));
}

async fn start(
    world: &World,
    (tool, inputs): (&str, Value),
    when_short: WhenShort,
) -> Result<Started, AppError> {
    let key = format!("page-{}", world.unique());
    let what = What::Tool(tool.to_owned());
    let (cap, model, occasion) = (None, None, Occasion::Person);
    let order = TaskOrder { what, inputs, cap, model, when_short, occasion };
    world.app.start_task(&world.owner, order, world.intent(&key)).await
}

fn collect(next: &str, pages: u32) -> (&'static str, Value) {
    ("collect-table", json!({ "page": SITE, "next": next, "pages": pages }))
}

async fn time_of(world: &World, run: ampere_credits::RunId) -> StepRow {
    let steps = world.store.steps(world.owner.org, run).await.unwrap();
    steps.into_iter().find(|step| step.kind == StepKind::Time).unwrap()
}

#[tokio::test]
async fn a_table_is_collected_over_its_pages_and_paid_by_the_second() {
    let world = World::with("50").await;
    three_pages(&world);
    let run = start(&world, collect("Next page", 20), WhenShort::Refuse).await.unwrap().run;
    assert_eq!(run.quote.hold, credits("1.000001"), "twenty seconds; no model is asked");
    let row = world.until_state(run.id, RunState::Succeeded).await;
    let content = world.app.get_run(&world.owner, run.id).await.unwrap().content.unwrap();
    let value = content.outcome.unwrap().value;
    let rows = json!([["Rome", "3"], ["Oslo", "1"], ["Lima", "10"], ["Bern", "0"], ["Cork", "0"]]);
    assert_eq!((&value["columns"], &value["rows"]), (&json!(["City", "People"]), &rows));
    assert_eq!(value["pages"], 3);
    // Seven acts of two seconds, and a begun one.
    let time = time_of(&world, run.id).await;
    assert_eq!((time.seconds, time.state), (15, RunState::Succeeded));
    assert_eq!(row.charged, credits("0.75"));
    assert_eq!(world.browser.open_now(), 0);
    world.assert_settled().await;
}

#[tokio::test]
async fn it_stops_at_its_pages_and_where_a_link_leads_nowhere_new() {
    let world = World::with("50").await;
    three_pages(&world);
    world.browser.page(
        "http://site.test/2",
        Page::new("Same", "").table(&["City", "People"], &[&["Rome", "3"], &["Oslo", "1"]]),
    );
    for (pages, wanted) in [(1, 1), (20, 1)] {
        let asked = collect("Next page", pages);
        let run = start(&world, asked, WhenShort::Refuse).await.unwrap().run;
        world.until_state(run.id, RunState::Succeeded).await;
        let content = world.app.get_run(&world.owner, run.id).await.unwrap().content.unwrap();
        assert_eq!(content.outcome.unwrap().value["pages"], wanted);
    }
}

#[tokio::test]
async fn a_picture_of_a_page_is_a_file_of_who_ran_it() {
    let world = World::with("50").await;
    world.browser.page(SITE, Page::new("Home", "Hello.").height(3_000));
    for (part, height) in [("what a window shows", 640), ("the whole page", 3_000)] {
        let asked = ("page-screenshot", json!({ "page": SITE, "part": part }));
        let run = start(&world, asked, WhenShort::Refuse).await.unwrap().run;
        world.until_state(run.id, RunState::Succeeded).await;
        let content = world.app.get_run(&world.owner, run.id).await.unwrap().content.unwrap();
        let value = content.outcome.unwrap().value;
        assert_eq!((&value["width"], &value["height"]), (&json!(1_024), &json!(height)));
        let file = value["file"].as_str().unwrap().parse().unwrap();
        let (row, bytes) = world.app.file_content(&world.owner, file).await.unwrap();
        assert_eq!((row.owner, row.media_type.as_str()), (world.owner.user, "image/png"));
        assert!(bytes.starts_with(b"\x89PNG"));
    }
}

#[tokio::test]
async fn a_browser_that_breaks_is_paid_until_then_and_a_page_without_a_table_is_told() {
    let world = World::with("50").await;
    three_pages(&world);
    world.browser.fault(3, Fault::Gone);
    let run = start(&world, collect("Next page", 20), WhenShort::Refuse).await.unwrap().run;
    let row = world.ended(run.id).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::BrowserFailed)));
    assert_eq!(row.charged, credits("0.35"), "three acts of two seconds, and a begun one");
    world.browser.page("http://bare.test/", Page::new("Bare", "Nothing."));
    let asked = ("collect-table", json!({ "page": "http://bare.test/" }));
    let run = start(&world, asked, WhenShort::Refuse).await.unwrap().run;
    let row = world.ended(run.id).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::PageFailed)));
    let steps = world.store.steps(world.owner.org, run.id).await.unwrap();
    let notes: Vec<_> = steps.iter().filter_map(|step| step.note.as_deref()).collect();
    assert_eq!(notes, ["There is no table on this page."]);
    assert_eq!(world.browser.open_now(), 0);
    world.assert_settled().await;
}

#[tokio::test]
async fn without_a_browser_nothing_is_charged() {
    let world = World::with("50").await;
    world.browser.set_state(BrowserState::Off);
    let run = start(&world, collect("Next", 2), WhenShort::Refuse).await.unwrap().run;
    let row = world.ended(run.id).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::BrowserFailed)));
    assert_eq!(row.charged, credits("0"));
}

#[tokio::test]
async fn it_waits_for_credits_and_runs_when_they_come() {
    let world = World::with("0.5").await;
    three_pages(&world);
    let run = start(&world, collect("Next page", 2), WhenShort::Wait).await.unwrap().run;
    assert_eq!(run.state, RunState::WaitingForCredits);
    world.buy().await;
    let row = world.until_state(run.id, RunState::Succeeded).await;
    assert!(row.charged.is_positive());
    world.assert_settled().await;
}
