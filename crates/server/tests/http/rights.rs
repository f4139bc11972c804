//! What screens are told that a person may do is what they may do: every flag of an answer
//! (`can_edit`, `can_stop`, `can_resume`, `may_control`, `can`, `actions`) against the acts that
//! it speaks of, for every kind of person, with things of their own and of somebody else's.
//!
//! A viewer's own things are from the time when they were a member.

use ampere_adapters::ai::scripted::Gate;
use ampere_app::Catalog;
use serde_json::{Value, json};

use crate::browsing;
use crate::harness::{Answer, Client, Server};
use crate::objects::{every_morning, one_question};
use crate::spending::{finish, hold, run_dry};
use crate::tasks::three_questions;

/// A person, and what they are.
struct Person {
    name: &'static str,
    role: &'static str,
    client: Client,
    id: String,
}

impl Person {
    async fn of(name: &'static str, role: &'static str, mut client: Client) -> Person {
        let me = client.get("/api/v1/auth/me").await.expect(200);
        let id = me["user"]["id"].as_str().unwrap().to_owned();
        Person { name, role, client, id }
    }
}

/// Everybody but the owner: name, role, billing mark.
const KINDS: [(&str, &str, bool); 6] = [
    ("Ada", "admin", false),
    ("Amy", "admin", true),
    ("Ben", "member", false),
    ("Bo", "member", true),
    ("Vic", "viewer", false),
    ("Val", "viewer", true),
];

struct Town {
    server: Server,
    people: Vec<Person>,
}

impl Town {
    async fn new() -> Town {
        let server = Server::under(roomy).await;
        let mut owner = server.owner().await;
        let mut people = vec![Person::of("Mia", "owner", owner.clone()).await];
        for (name, role, mark) in KINDS {
            let client = joined(&server, &mut owner, name, role, mark).await;
            people.push(Person::of(name, role, client).await);
        }
        Town { server, people }
    }

    fn owner(&self) -> Client {
        self.people[0].client.clone()
    }

    /// Makes a thing as this person; viewers while they are members.
    async fn made(&self, maker: usize, thing: Thing, key: &str) -> Made {
        let Person { client, id, role, .. } = &self.people[maker];
        let member = format!("/api/v1/members/{id}");
        if *role == "viewer" {
            self.owner().patch(&member, json!({"role": "member"})).await.expect(200);
        }
        let made = thing.make(&self.server, client.clone(), key).await;
        if *role == "viewer" {
            self.owner().patch(&member, json!({"role": role})).await.expect(200);
        }
        made
    }
}

/// Limits of plans that do not matter here.
fn roomy(catalog: &mut Catalog) {
    let limits = &mut catalog.limits;
    (limits.people, limits.schedules, limits.parallel_runs) = (10_000, 10_000, 10_000);
}

async fn joined(server: &Server, owner: &mut Client, name: &str, role: &str, mark: bool) -> Client {
    let mut client = server.member_as(owner, name, role).await;
    if mark {
        server.mark_billing(owner, &mut client).await;
    }
    client
}

/// What people make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    Workflow,
    Schedule,
    /// A run in the middle of an answer.
    Going,
    /// A run that waits for credits.
    Waiting,
    /// A browser that nobody drives.
    Browser,
}

/// One of them, and what holds it open.
struct Made {
    id: String,
    gate: Option<Gate>,
}

impl Thing {
    async fn make(self, server: &Server, mut client: Client, key: &str) -> Made {
        let id = |answer: Answer, status| {
            let body = answer.expect(status);
            body["id"].as_str().unwrap().to_owned()
        };
        let mut gate = None;
        let id = match self {
            Thing::Workflow => id(client.post("/api/v1/workflows", one_question()).await, 201),
            Thing::Schedule => id(client.post("/api/v1/schedules", every_morning()).await, 201),
            Thing::Going => hold(server, &mut client, gate.insert(Gate::new())).await,
            Thing::Waiting => {
                let mut order = three_questions();
                order["when_short"] = json!("wait");
                id(client.keyed(key).post("/api/v1/runs", order).await, 202)
            }
            Thing::Browser => {
                let run = browsing::drive(&mut client, key).await;
                browsing::put(&mut client, &run, "release").await.expect(200);
                run
            }
        };
        Made { id, gate }
    }

    fn path(self, id: &str) -> String {
        let list = match self {
            Thing::Workflow => "workflows",
            Thing::Schedule => "schedules",
            Thing::Going | Thing::Waiting | Thing::Browser => "runs",
        };
        format!("/api/v1/{list}/{id}")
    }

    /// Leaves nothing at work.
    async fn end(self, mut maker: Client, made: &Made) {
        match self {
            Thing::Going => {
                made.gate.as_ref().unwrap().open();
                finish(&maker, &made.id).await;
            }
            Thing::Browser => {
                browsing::ended(&mut maker, &made.id).await;
            }
            Thing::Workflow | Thing::Schedule | Thing::Waiting => {}
        }
    }
}

/// A flag of a thing, and an act that it speaks of.
struct Row {
    thing: Thing,
    /// JSON pointer.
    flag: &'static str,
    method: &'static str,
    /// After the thing's own path.
    act: &'static str,
    body: fn(&Value) -> Value,
}

fn nothing(_: &Value) -> Value {
    json!({})
}

fn rows() -> Vec<Row> {
    let row = |thing, flag, method, act, body| Row { thing, flag, method, act, body };
    let edit = |thing, method, act, body| row(thing, "/can_edit", method, act, body);
    let hand = |act| row(Thing::Browser, "/browser/may_control", "POST", act, nothing);
    vec![
        edit(
            Thing::Workflow,
            "PATCH",
            "",
            |seen| json!({"name": "New", "version": seen["version"]}),
        ),
        edit(Thing::Workflow, "DELETE", "", nothing),
        edit(Thing::Schedule, "PATCH", "", |seen| {
            let mut same = every_morning();
            same["updated_at"] = seen["updated_at"].clone();
            same
        }),
        edit(Thing::Schedule, "POST", "/pause", nothing),
        edit(Thing::Schedule, "POST", "/resume", nothing),
        edit(Thing::Schedule, "POST", "/run-now", nothing),
        edit(Thing::Schedule, "DELETE", "", nothing),
        row(Thing::Going, "/can_stop", "POST", "/cancel", nothing),
        hand("/browser/control"),
        hand("/browser/pause"),
        hand("/browser/continue"),
        row(Thing::Browser, "/can_stop", "POST", "/cancel", nothing),
    ]
}

/// Does it as a person, under a key of its own.
async fn act(client: &Client, row: &Row, path: &str, (seen, key): (&Value, &str)) -> Answer {
    let body = (row.method != "DELETE").then(|| (row.body)(seen).to_string());
    let path = format!("{path}{}", row.act);
    client.keyed(key).send(row.method.parse().unwrap(), &path, body).await
}

/// The kinds of people are told what they may do with a thing of their own and with another's,
/// and they may do it: the flag, and whether the act is one of `done`.
async fn told_and_done(town: &Town, rows: &[Row], done: &[u16]) -> [usize; 2] {
    let mut counts = [0, 0];
    for (number, row) in rows.iter().enumerate() {
        for (actor, person) in town.people.iter().enumerate() {
            let another = if actor == 0 { 3 } else { 0 };
            for maker in [actor, another] {
                let key = format!("{number}-{actor}-{maker}");
                let made = town.made(maker, row.thing, &key).await;
                let mut client = person.client.clone();
                let path = row.thing.path(&made.id);
                let seen = client.get(&path).await.expect(200);
                let flag = seen.pointer(row.flag).and_then(Value::as_bool);
                let answer = act(&client, row, &path, (&seen, &format!("act-{key}"))).await;
                let status = answer.status.as_u16();
                let whose = if maker == actor { "their own" } else { "another's" };
                let name = format!(
                    "{} ({}) {} {} of {whose} {:?}: {}",
                    person.name, person.role, row.method, row.act, row.thing, answer.text
                );
                assert_eq!(flag, Some(done.contains(&status)), "{name}");
                assert!(done.contains(&status) || status == 403, "{name}");
                counts[usize::from(flag == Some(true))] += 1;
                if row.act == "/run-now" && status == 202 {
                    finish(&client, answer.expect(202)["id"].as_str().unwrap()).await;
                }
                if row.thing == Thing::Browser {
                    let owner = town.owner();
                    let stop = format!("{path}/cancel");
                    owner.keyed("stop").post(&stop, json!({})).await.expect(202);
                }
                row.thing.end(town.people[maker].client.clone(), &made).await;
            }
        }
    }
    counts
}

#[tokio::test]
async fn work_is_offered_to_who_may_direct_it_and_to_nobody_else() {
    let town = Town::new().await;
    browsing::site(&town.server);
    let rows = rows();
    let counts = told_and_done(&town, &rows, &[200, 202, 204]).await;
    // Owner and both admins with both, both members with their own; viewers with nothing.
    assert_eq!(counts, [6 * rows.len(), 8 * rows.len()]);
}

#[tokio::test]
async fn a_run_that_waits_is_resumed_and_stopped_by_who_is_told_so() {
    let town = Town::new().await;
    run_dry(&town.server, &mut town.owner(), 0).await;
    let row = |flag, act| Row { thing: Thing::Waiting, flag, method: "POST", act, body: nothing };
    // The credits are not there yet, which is said to those only who may resume.
    let resume = [row("/can_resume", "/resume")];
    assert_eq!(told_and_done(&town, &resume, &[402]).await, [6, 8]);
    let stop = [row("/can_stop", "/cancel")];
    assert_eq!(told_and_done(&town, &stop, &[202]).await, [6, 8]);
}

/// The screens' tests take the rights of each kind of person from this file.
const TOLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/tests/rights.json");

#[tokio::test]
async fn the_rights_that_screens_are_tested_with_are_those_that_the_server_gives() {
    let town = Town::new().await;
    let told: Value = serde_json::from_str(&std::fs::read_to_string(TOLD).unwrap()).unwrap();
    let list = town.owner().get("/api/v1/members").await.expect(200);
    let (members, mut given) = (list["data"].as_array().unwrap(), serde_json::Map::new());
    for person in &town.people {
        let mut me = person.client.clone().get("/api/v1/auth/me").await.expect(200);
        // The owner runs the installation too, which is no right in the organization.
        me["rights"].as_array_mut().unwrap().retain(|right| right != "operate");
        let member = members.iter().find(|member| member["user_id"] == person.id).unwrap();
        let told = ["role", "billing_admin", "billing_access", "rights"].map(|name| {
            assert_eq!(me[name], member[name], "{} of {}", name, person.name);
            (name.to_owned(), me[name].clone())
        });
        let marked = me["billing_admin"] == true && person.role != "owner";
        let kind = format!("{}{}", person.role, if marked { " with the billing mark" } else { "" });
        given.insert(kind, Value::Object(told.into_iter().collect()));
    }
    assert_eq!(Value::Object(given), told);
}

/// What a person is told that they may do with a member, and what comes of doing it.
async fn with_member(actor: &Client, target: &str, flag: &str) -> (bool, Answer) {
    let mut actor = actor.clone();
    let list = actor.get("/api/v1/members").await.expect(200);
    let own = |row: &&Value| row["user_id"] == target;
    let member = list["data"].as_array().unwrap().iter().find(own).unwrap().clone();
    let path = format!("/api/v1/members/{target}");
    let answer = match flag {
        "change_role" => actor.patch(&path, json!({"role": "viewer"})).await,
        "mark_billing" => actor.patch(&path, json!({"billing_admin": true})).await,
        "remove" => actor.delete(&path).await,
        _ => {
            let body = json!({"user_id": target, "organization_name": "Berg & Sons"});
            actor.post("/api/v1/organization/transfer", body).await
        }
    };
    (member["can"][flag].as_bool().unwrap(), answer)
}

#[tokio::test]
async fn members_are_changed_by_who_is_told_so() {
    let server = Server::under(roomy).await;
    let mut owner = server.owner().await;
    let mia = Person::of("Mia", "owner", owner.clone()).await;
    let mut told = 0;
    for (number, flag) in ["change_role", "mark_billing", "remove", "transfer"].iter().enumerate() {
        for (name, role, mark) in KINDS {
            let named = format!("{name}{number}");
            let client = joined(&server, &mut owner, &named, role, mark).await;
            let actor = Person::of(name, role, client).await;
            let guest = server.member(&mut owner, &format!("Guest{named}")).await;
            let guest = Person::of("Guest", "member", guest).await;
            // Themselves last: who leaves does nothing any more.
            for target in [&mia, &guest, &actor] {
                let (may, answer) = with_member(&actor.client, &target.id, flag).await;
                let done = answer.status.is_success();
                let name = format!("{name} ({role}) {flag} of {}: {}", target.name, answer.text);
                assert_eq!(may, done, "{name}");
                told += usize::from(may);
            }
        }
    }
    // Both admins with the guest: role, removal. Everybody: leaving.
    assert_eq!(told, 2 + 2 + 6);
    for flag in ["change_role", "mark_billing", "remove", "transfer"] {
        let (may, answer) = with_member(&owner, &mia.id, flag).await;
        assert!(!may && answer.status.is_client_error(), "{flag} of themselves: {}", answer.text);
        let guest = server.member(&mut owner, &format!("Last{flag}")).await;
        let guest = Person::of("Guest", "member", guest).await;
        let (may, answer) = with_member(&owner, &guest.id, flag).await;
        assert!(may && answer.status.is_success(), "{flag}: {}", answer.text);
    }
}

#[tokio::test]
async fn background_work_and_billing_are_changed_by_who_is_told_so() {
    let town = Town::new().await;
    let choice = json!({
        "titles": false, "summaries": false, "follow_ups": false, "when_used_up": "wait",
    });
    for person in &town.people {
        let mut client = person.client.clone();
        let (path, name) = ("/api/v1/usage/background", person.name);
        let may = client.get(path).await.expect(200)["can_edit"] == true;
        let done = client.put(path, choice.clone()).await.status.is_success();
        assert_eq!(may, done, "{name} ({}) and background work", person.role);
        assert_eq!(may, matches!(person.role, "owner" | "admin"), "{name}");

        let billing = client.get("/api/v1/billing").await.expect(200);
        let me = client.get("/api/v1/auth/me").await.expect(200);
        let access = me["billing_access"] == true;
        let offered = if access { json!(["choose_plan", "buy_credits"]) } else { json!([]) };
        assert_eq!(billing["actions"], offered, "{name}");
        let wish = json!({"plan_id": "team", "cadence": "monthly"});
        let shown = client.post("/api/v1/billing/changes/preview", wish).await;
        assert_eq!(shown.status.is_success(), access, "{name} chooses a plan: {}", shown.text);
        let mut keyed = client.keyed(&format!("buy-{name}"));
        let buy = json!({"pack_id": "pack_5000"});
        let bought = keyed.post("/api/v1/billing/checkouts", buy).await;
        assert_eq!(bought.status.is_success(), access, "{name} buys credits: {}", bought.text);
    }
}
