//! A small site, a person who starts sessions, and an agent that does what tests say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_adapters::browser::Action;
use ampere_adapters::browser::scripted::{Effect, Page};
use ampere_app::browser::{BrowserAsk, BrowserView, Phase};
use ampere_app::spend::Started;
use ampere_app::{AppError, Caller};
use ampere_credits::{Credits, RunId, UserId};
use ampere_store::rows::{Role, RunRow, StepRow};
use serde_json::{Value, json};

use crate::world::{TestClock, World};

pub const HOME: &str = "http://site.test/";
/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);
pub const PRICES: &str = "http://site.test/prices";

/// A session with a task that begins at the site.
pub fn task() -> BrowserAsk {
    let (task, url) = (Some("Find the price of boots.".to_owned()), Some(HOME.to_owned()));
    BrowserAsk { task, url, ..BrowserAsk::default() }
}

/// A session that a person drives.
pub fn by_hand() -> BrowserAsk {
    BrowserAsk { url: Some(HOME.to_owned()), ..BrowserAsk::default() }
}

/// A turn of the agent that costs exactly 1 credit: 1,000 tokens read, 250 written.
pub fn turn(name: &str, arguments: Value) -> Script {
    Script::calls(&[(name, arguments)], 1_000, 250)
}

pub fn done(answer: &str) -> Script {
    turn("done", json!({ "answer": answer }))
}

impl World {
    /// A world whose browser knows the site.
    pub async fn browsing(credits: &str) -> World {
        let world = World::with(credits).await;
        world.build_site();
        world
    }

    pub fn build_site(&self) {
        let wide = "Boots and more boots. ".repeat(200);
        self.browser
            .page(
                HOME,
                Page::new("Home", "Welcome to the shop.")
                    .link("Prices", PRICES)
                    .field("Search")
                    .choice("Size", &["Small", "Large"])
                    .button("More", Effect::Say("More is shown.".to_owned()))
                    .button("Send", Effect::Send("http://site.test/found".to_owned()))
                    .height(9_000),
            )
            .page(PRICES, Page::new("Prices", &wide).link("Home", HOME).height(9_000))
            .page("http://site.test/found", Page::new("Found", "Nothing for {search}."));
    }

    pub async fn browse(&self, ask: BrowserAsk) -> Result<Started, AppError> {
        let intent = self.intent(&format!("browse-{}", self.unique()));
        self.app.start_browser(&self.owner, ask, intent).await
    }

    /// Starts a session and gives its run.
    pub async fn session(&self, ask: BrowserAsk) -> RunId {
        self.browse(ask).await.unwrap().run.id
    }

    /// A session with a task whose agent is in the middle of its first thought.
    pub async fn thinking(&self) -> (RunId, Gate) {
        let gate = Gate::new();
        self.provider.push(done("too late").held(&gate));
        let run = self.session(task()).await;
        gate.reached().await;
        (run, gate)
    }

    /// The agent answers these one after the other, then that it is done.
    pub fn agent(&self, turns: Vec<Script>) {
        turns.into_iter().for_each(|turn| self.provider.push(turn));
        self.provider.otherwise(|_| done("It costs 40."));
    }

    /// The agent scrolls up and down, so often, then is done.
    pub fn agent_scrolls(&self, acts: usize) {
        let count = Arc::new(AtomicUsize::new(0));
        self.provider.otherwise(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            turn_number if turn_number < acts => {
                let way = if turn_number % 17 < 9 { "down" } else { "up" };
                turn("scroll", json!({ "direction": way, "reason": "To see more" }))
            }
            _ => done("It costs 40."),
        });
    }

    /// Every act takes so long.
    pub fn acts_take(&self, micros: i64) {
        let clock: Arc<TestClock> = Arc::clone(&self.clock);
        self.browser.before_each(move |_, _| clock.advance_micros(micros));
    }

    pub async fn run_row(&self, run: RunId) -> RunRow {
        self.store.run(self.owner.org, run).await.unwrap().unwrap()
    }

    pub async fn view(&self, run: RunId) -> BrowserView {
        self.app.browser_view(&self.owner, run).await.unwrap()
    }

    /// Waits until a step of this path is recorded.
    pub async fn stepped(&self, run: RunId, path: &str) -> StepRow {
        let there = async {
            loop {
                let steps = self.browser_steps(run).await;
                if let Some(step) = steps.into_iter().find(|step| step.path == path) {
                    return step;
                }
                assert!(!self.run_row(run).await.state.ended(), "{path} never came");
                tokio::task::yield_now().await;
            }
        };
        match tokio::time::timeout(PATIENCE, there).await {
            Ok(step) => step,
            Err(_) => panic!("{path} never came: {:?}", self.log(run).await),
        }
    }

    /// Waits until the session's view is as wanted.
    pub async fn shows(&self, run: RunId, wanted: impl Fn(&BrowserView) -> bool) -> BrowserView {
        let there = async {
            loop {
                let view = self.view(run).await;
                if wanted(&view) {
                    return view;
                }
                assert!(view.state != Phase::Finished, "{view:?}");
                tokio::task::yield_now().await;
            }
        };
        match tokio::time::timeout(PATIENCE, there).await {
            Ok(view) => view,
            Err(_) => panic!("it never was so: {:?}", self.view(run).await),
        }
    }

    /// Waits until the session stands like this.
    pub async fn stands(&self, run: RunId, state: Phase) -> BrowserView {
        self.shows(run, |view| view.state == state).await
    }

    /// Takes control and waits until the agent has let go of the page.
    pub async fn take(&self, run: RunId) -> BrowserView {
        let view = self.app.take_control(&self.owner, run).await.unwrap();
        assert_eq!(view.state, Phase::Controlled);
        view
    }

    /// Stops it, as a person does.
    pub async fn stop(&self, run: RunId) -> RunRow {
        self.app.cancel_run(&self.owner, run).await.unwrap();
        self.ended(run).await
    }

    pub async fn browser_steps(&self, run: RunId) -> Vec<StepRow> {
        self.store.steps(self.owner.org, run).await.unwrap()
    }

    /// Paths and names of what was done.
    pub async fn log(&self, run: RunId) -> Vec<(String, String)> {
        let steps = self.browser_steps(run).await;
        steps.into_iter().map(|step| (step.path, step.name)).collect()
    }

    /// Seconds and credits of the browser alone.
    pub async fn timed(&self, run: RunId) -> (u64, Credits) {
        let lines = self.store.usage_lines(self.owner.org, run).await.unwrap();
        let timed: Vec<_> = lines.into_iter().filter(|line| line.model == "browser").collect();
        assert!(timed.len() <= 1, "{timed:?}");
        timed.first().map_or((0, Credits::ZERO), |line| (line.quantity, line.credits))
    }

    /// Nothing is open any more, and the books add up.
    pub async fn all_is_over(&self) {
        assert_eq!(self.browser.open_now(), 0, "no browser is left");
        self.assert_settled().await;
    }

    /// Another member of the organization.
    pub fn member(&self, number: u128, name: &str) -> Caller {
        let user = UserId::from_bits(77_000 + number);
        Caller { user, name: name.to_owned(), role: Role::Member, ..self.owner.clone() }
    }

    /// Acts of the browser so far.
    pub fn acts(&self) -> Vec<Action> {
        self.browser.acts().into_iter().map(|acted| acted.action).collect()
    }
}
