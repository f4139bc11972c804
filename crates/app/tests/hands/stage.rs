//! Messages with hands, and a model that says what a test wants in both protocols.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_adapters::ai::{Finish, ToolCall};
use ampere_adapters::browser::scripted::Page;
use ampere_app::chat::{Ask, Effort, Sent};
use ampere_app::{AppError, Caller};
use ampere_credits::{Clock, FileId, InvitationId, RunId, UserId};
use ampere_store::rows::{InvitationRow, Role, RunRow, StepKind, StepRow, UserRow};
use serde_json::{Value, json};

use crate::world::{World, pieces};

/// How a model calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Native,
    Text,
}

pub const BOTH: [Protocol; 2] = [Protocol::Native, Protocol::Text];

/// A turn that says something and then calls; exactly 1 credit: 1,000 tokens read, 250 written.
pub fn turn(protocol: Protocol, said: &str, calls: &[(&str, Value)]) -> Script {
    match protocol {
        Protocol::Native => {
            let call = |(number, (name, arguments)): (usize, &(&str, Value))| {
                let (id, name) = (format!("call_{number}"), (*name).to_owned());
                Step::Call(ToolCall { id, name, arguments: arguments.to_string() })
            };
            let mut steps = pieces(if said.is_empty() { &[] } else { std::slice::from_ref(&said) });
            steps.extend(calls.iter().enumerate().map(call));
            let usage = Step::Usage { input: 1_000, output: 250 };
            steps.extend([Step::Finish(Finish::Calls), usage, Step::Done]);
            Script::steps(steps)
        }
        Protocol::Text => {
            let line = |(name, arguments): &(&str, Value)| {
                json!({ "tool": name, "arguments": arguments }).to_string()
            };
            let lines: Vec<String> = calls.iter().map(line).collect();
            let whole = format!("{said}\n{}", lines.join("\n"));
            Script::answer(&[whole.trim_start()], 1_000, 250)
        }
    }
}

/// One call and nothing else; exactly 1 credit.
pub fn call(protocol: Protocol, name: &str, arguments: Value) -> Script {
    turn(protocol, "", &[(name, arguments)])
}

/// An answer in words; exactly 1 credit.
pub fn says(text: &str) -> Script {
    let mut steps = pieces(&[text]);
    steps.extend([Step::Usage { input: 1_000, output: 250 }, Step::Done]);
    Script::steps(steps)
}

/// The arguments that run the test's own tool, whose three questions cost 3 credits.
pub fn three() -> Value {
    json!({ "tool": "three-questions", "inputs": { "topic": "sea" } })
}

const PRICES: &str = "http://shop.test/prices";

/// A site for a browser.
pub const SITE: &str = "http://shop.test/";

impl World {
    /// A world with a site for its browser, whose model calls in this way.
    pub async fn with_site(protocol: Protocol, credits: &str) -> World {
        let world = World::calling(protocol, credits).await;
        world.open_site();
        world
    }

    pub fn open_site(&self) {
        self.browser
            .page(SITE, Page::new("Shop", "Boots cost 90 euros.").link("Prices", PRICES))
            .page(PRICES, Page::new("Prices", "Boots: 90. Socks: 5."));
    }

    /// A world whose model calls in this way.
    pub async fn calling(protocol: Protocol, credits: &str) -> World {
        let world = World::with(credits).await;
        world.speaks(protocol);
        world
    }

    pub fn speaks(&self, protocol: Protocol) {
        if protocol == Protocol::Text {
            self.provider.without_calls();
        }
    }

    /// The next answers in words.
    pub fn all_say(&self, texts: &[&str]) {
        texts.iter().for_each(|text| self.provider.push(says(text)));
    }

    /// Asks with an effort.
    pub async fn want(&self, text: &str, effort: Effort) -> Result<Sent, AppError> {
        let text = Some(text.to_owned());
        self.send(Ask { text, effort, ..Ask::default() }).await
    }

    pub async fn send(&self, ask: Ask) -> Result<Sent, AppError> {
        let intent = self.intent(&format!("want-{}", self.unique()));
        self.app.send_message(&self.owner, self.session, ask, intent).await
    }

    /// Asks with medium effort and waits for the end.
    pub async fn wanted(&self, text: &str) -> RunRow {
        let sent = self.want(text, Effort::Medium).await.unwrap();
        self.ended(sent.run.id).await
    }

    pub async fn run_row(&self, run: RunId) -> RunRow {
        self.store.run(self.owner.org, run).await.unwrap().unwrap()
    }

    pub async fn steps_of(&self, run: RunId) -> Vec<StepRow> {
        self.store.steps(self.owner.org, run).await.unwrap()
    }

    /// The calls of a run: its step and what is kept of it.
    pub async fn calls_of(&self, run: RunId) -> Vec<(StepRow, Value)> {
        let steps = self.steps_of(run).await;
        let calls = steps.into_iter().filter(|step| step.kind == StepKind::Call);
        let kept = |step: &StepRow| serde_json::from_str(step.result.as_deref().unwrap()).unwrap();
        calls.map(|step| (step.clone(), kept(&step))).collect()
    }

    /// What the newest answer says.
    pub async fn answer(&self) -> String {
        let messages = self.app.list_messages(&self.owner, self.session).await.unwrap();
        messages.last().unwrap().text.clone()
    }

    /// Everything that the model was told in its newest call.
    pub fn told(&self) -> String {
        let calls = self.provider.calls();
        let messages = &calls.last().unwrap().messages;
        messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
    }

    /// A file of the caller's.
    pub async fn file(&self, name: &str, text: &str) -> FileId {
        let bytes = text.as_bytes().to_vec();
        self.app.upload_file(&self.owner, name, "text/plain", bytes).await.unwrap().id
    }

    /// Another person of the organization.
    pub async fn member(&self, name: &str) -> Caller {
        let (number, at) = (self.unique(), self.clock.now());
        let mut token_hash = [0; 32];
        token_hash[..8].copy_from_slice(&number.to_le_bytes());
        let invitation = InvitationRow {
            id: InvitationId::from_bits(u128::from(number)),
            org: self.owner.org,
            token_hash,
            role: Role::Member,
            invited_by: self.owner.user,
            invited_by_name: String::new(),
            created_at: at,
            expires_at: at.plus_days(1),
            accepted_by: None,
            revoked_at: None,
            email: None,
            linked_at: at,
            mail: None,
        };
        self.store.create_invitation(invitation, None).await.unwrap();
        let user = UserId::from_bits(u128::from(number) + 1_000_000);
        let row = UserRow {
            id: user,
            email: format!("member-{number}@example.com"),
            name: name.to_owned(),
            password_hash: "none".to_owned(),
            operator: false,
            created_at: at,
            disabled_at: None,
        };
        assert!(self.store.accept_invitation(token_hash, row, at).await.unwrap());
        let (role, operator, name) = (Role::Member, false, name.to_owned());
        Caller { user, name, role, operator, ..self.owner.clone() }
    }

    /// The receipt of a run agrees with the journal, and the books are clean.
    pub async fn assert_adds_up(&self, run: RunId) {
        let receipt = self.app.receipt(&self.owner, run).await.unwrap();
        let journal = ampere_app::receipt::recompute(run, &self.journal().await).unwrap();
        assert_eq!(receipt.difference(&journal), None);
        assert_eq!(receipt.holds.len(), 1, "one hold");
        self.assert_settled().await;
    }
}
