//! A server for one test: the same start as in production, on a port of its own.

use std::sync::Arc;

use ampere_adapters::ai::scripted::ScriptedProvider;
use ampere_adapters::browser::scripted::ScriptedBrowser;
use ampere_app::{App, Catalog};
use ampere_server::config::{Config, Environment, Raw};
use ampere_server::start::{Running, start};
use serde_json::{Value, json};

use super::client::Client;
use super::outside::{Folder, Machine, TestClock};

/// The password of everybody in tests.
pub const PASSWORD: &str = "sieben gelbe Kühe";

/// The tools of tests, beside those that come with Ampere.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/tools");

/// A running server, its first-run link, its clock, its model.
pub struct Server {
    pub clock: Arc<TestClock>,
    /// What the model says; it answers "Hello." unless told otherwise.
    pub provider: ScriptedProvider,
    /// Has no pages unless told otherwise.
    pub browser: ScriptedBrowser,
    pub base: String,
    running: Option<Running>,
    machine: Machine,
    environment: Environment,
    tune: Tune,
    folder: Folder,
    http: reqwest::Client,
}

type Tune = Box<dyn Fn(&mut Config) + Send + Sync>;

impl Server {
    pub async fn start() -> Self {
        Server::with(&[]).await
    }

    /// With settings in its environment.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Server::tuned_with(settings, |_| {}).await
    }

    /// With bounds that no setting has.
    pub async fn tuned(tune: impl Fn(&mut Config) + Send + Sync + 'static) -> Self {
        Server::tuned_with(&[], tune).await
    }

    /// With a catalog that a test has changed.
    pub async fn under(change: impl Fn(&mut Catalog)) -> Self {
        let mut catalog = Catalog::built_in().unwrap();
        change(&mut catalog);
        Server::on(Machine::new(catalog), &[], |_| {}).await
    }

    /// With settings, and room for many people.
    pub async fn roomy(settings: &[(&str, &str)]) -> Self {
        let mut catalog = Catalog::built_in().unwrap();
        catalog.limits.people = 10_000;
        Server::on(Machine::new(catalog), settings, |_| {}).await
    }

    async fn tuned_with(
        settings: &[(&str, &str)],
        tune: impl Fn(&mut Config) + Send + Sync + 'static,
    ) -> Self {
        Server::on(Machine::new(Catalog::built_in().unwrap()), settings, tune).await
    }

    async fn on(
        machine: Machine,
        settings: &[(&str, &str)],
        tune: impl Fn(&mut Config) + Send + Sync + 'static,
    ) -> Self {
        let (clock, provider) = (Arc::clone(&machine.clock), machine.provider.clone());
        let browser = machine.browser.clone();
        let given = settings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let mut environment: Environment = given.collect();
        environment.entry("AMPERE_LISTEN".to_owned()).or_insert("127.0.0.1:0".to_owned());
        environment.entry("AMPERE_TOOLS".to_owned()).or_insert(TOOLS.to_owned());
        let folder = Folder::new();
        let tune: Tune = Box::new(tune);
        let running = run(&environment, &tune, &folder, &machine).await;
        let base = format!("http://{}", running.address);
        let running = Some(running);
        let http = http();
        Server { clock, provider, browser, base, running, machine, environment, tune, folder, http }
    }

    /// Ends the server in good order and starts another one on the same data.
    pub async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.end().await;
        }
        let running = run(&self.environment, &self.tune, &self.folder, &self.machine).await;
        self.base = format!("http://{}", running.address);
        self.running = Some(running);
    }

    /// Ends it in good order; what is open hears of it.
    pub async fn end(mut self) {
        if let Some(running) = self.running.take() {
            running.end().await;
        }
    }

    /// The application behind it, for what no route can do.
    pub fn app(&self) -> &Arc<App> {
        &self.running().app
    }

    pub fn folder(&self) -> &std::path::Path {
        &self.folder.0
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// What was told to the person who started it.
    pub fn greeting(&self) -> &str {
        &self.running().greeting
    }

    /// The token of the first-run link that was printed.
    pub fn first_run_token(&self) -> Option<&str> {
        let link = self.greeting().split("/setup#token=").nth(1)?;
        Some(link.split_whitespace().next().unwrap())
    }

    /// Somebody who is not logged in.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base, self.http.clone())
    }

    /// Makes the first account: operator and owner of "Berg & Sons", with its trial.
    pub async fn owner(&self) -> Client {
        let mut owner = self.nobody();
        let token = self.first_run_token().expect("nobody has an account");
        owner.post("/api/v1/auth/setup", first_account(token)).await.expect(201);
        owner
    }

    /// Lets another person join by an invitation.
    pub async fn member(&self, owner: &mut Client, name: &str) -> Client {
        self.member_as(owner, name, "member").await
    }

    /// The same, in a role.
    pub async fn member_as(&self, owner: &mut Client, name: &str, role: &str) -> Client {
        let made = owner.post("/api/v1/invitations", json!({"role": role})).await.expect(201);
        let url = made["url"].as_str().unwrap();
        let mut member = self.nobody();
        let account = json!({
            "name": name,
            "email": format!("{}@example.com", name.to_lowercase()),
            "password": PASSWORD,
            "invitation": url.split('#').nth(1).unwrap(),
        });
        member.post("/api/v1/auth/sign-up", account).await.expect(201);
        member
    }

    /// Gives a member the billing mark.
    pub async fn mark_billing(&self, owner: &mut Client, member: &mut Client) {
        let me = member.get("/api/v1/auth/me").await.expect(200);
        let path = format!("/api/v1/members/{}", me["user"]["id"].as_str().unwrap());
        owner.patch(&path, json!({"billing_admin": true})).await.expect(200);
    }

    /// The owner of another organization on the same installation.
    pub async fn stranger(&self, operator: &mut Client) -> Client {
        let open = json!({"sign_up_open": true});
        operator.patch("/operator/v1/settings", open).await.expect(200);
        let mut stranger = self.nobody();
        let account = json!({
            "name": "Zoe", "email": "zoe@elsewhere.example", "password": PASSWORD,
            "organization_name": "Elsewhere", "zone": "America/Sao_Paulo",
        });
        stranger.post("/api/v1/auth/sign-up", account).await.expect(201);
        stranger
    }
}

/// One for all people of a test: making one loads the machine's certificates.
fn http() -> reqwest::Client {
    let http = reqwest::Client::builder().no_proxy();
    http.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What the first person types.
pub fn first_account(token: &str) -> Value {
    json!({
        "token": token, "name": "Mia Berg", "email": "Mia@Example.com", "password": PASSWORD,
        "organization_name": "Berg & Sons", "zone": "Europe/Berlin",
    })
}

async fn run(
    environment: &Environment,
    tune: &Tune,
    folder: &Folder,
    machine: &Machine,
) -> Running {
    let mut config = Config::of(folder.0.clone(), Raw::read(environment, None)).unwrap();
    tune(&mut config);
    start(config, machine).await.unwrap()
}
