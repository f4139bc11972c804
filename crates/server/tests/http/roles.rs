//! Every route × every kind of person (security checks S10–S12), from the table in `operations`.

use std::collections::BTreeSet;

use ampere_app::Catalog;
use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};
use crate::objects::Object;
use crate::operations::{Expected, Operation, all_operations};
use crate::spending::finish;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nobody,
    Viewer,
    Member,
    Colleague,
    Admin,
    Billing,
    Owner,
    Operator,
    Other,
}

const KINDS: [Kind; 9] = [
    Kind::Nobody,
    Kind::Viewer,
    Kind::Member,
    Kind::Colleague,
    Kind::Admin,
    Kind::Billing,
    Kind::Owner,
    Kind::Operator,
    Kind::Other,
];

impl Kind {
    fn status(self, expected: Expected) -> u16 {
        match self {
            Kind::Nobody => expected.nobody,
            Kind::Viewer => expected.viewer,
            Kind::Member => expected.member,
            Kind::Colleague => expected.colleague,
            Kind::Admin => expected.admin,
            Kind::Billing => expected.billing,
            Kind::Owner => expected.owner,
            Kind::Operator => expected.operator,
            Kind::Other => expected.other,
        }
    }
}

/// Three organizations on one installation; the first belongs to the operator.
struct Town {
    server: Server,
    operator: Client,
    owner: Client,
    viewer: Client,
    member: Client,
    admin: Client,
    billing: Client,
    other: Client,
}

impl Town {
    async fn new() -> Self {
        let server = Server::under(roomy).await;
        let mut operator = server.owner().await;
        let mut owner = server.stranger(&mut operator).await;
        let member = server.member(&mut owner, "Ben").await;
        let viewer = server.member_as(&mut owner, "Vic", "viewer").await;
        let admin = server.member_as(&mut owner, "Ada", "admin").await;
        let mut billing = server.member(&mut owner, "Bo").await;
        server.mark_billing(&mut owner, &mut billing).await;
        let mut other = server.nobody();
        let account = json!({
            "name": "Yan", "email": "yan@third.example", "password": PASSWORD,
            "organization_name": "Third", "zone": "UTC",
        });
        other.post("/api/v1/auth/sign-up", account).await.expect(201);
        Town { server, operator, owner, viewer, member, admin, billing, other }
    }

    /// The person, and who makes the thing that they ask for.
    fn people(&self, kind: Kind, object: Object) -> (Client, Client) {
        let owner = self.owner.clone();
        match kind {
            Kind::Nobody => (self.server.nobody(), owner),
            Kind::Member if object.is_personal() => (self.member.clone(), self.member.clone()),
            Kind::Viewer => (self.viewer.clone(), owner),
            Kind::Member | Kind::Colleague => (self.member.clone(), owner),
            Kind::Admin => (self.admin.clone(), owner),
            Kind::Billing => (self.billing.clone(), owner),
            Kind::Owner => (owner.clone(), owner),
            Kind::Operator => (self.operator.clone(), self.operator.clone()),
            Kind::Other => (self.other.clone(), owner),
        }
    }
}

/// Limits of plans that no test of roles comes near.
fn roomy(catalog: &mut Catalog) {
    let limits = &mut catalog.limits;
    (limits.people, limits.schedules, limits.parallel_runs) = (10_000, 10_000, 10_000);
}

/// Asks, and gives the status with the body of what is no stream.
async fn ask(mut client: Client, operation: &Operation, id: &str) -> (u16, Value) {
    let path = operation.path_of(id);
    if operation.path.ends_with("/events") && client.cookie.is_some() {
        return client.status_of_stream(&path).await;
    }
    let method = operation.method.parse().unwrap();
    let raw = operation.raw.map(|(_, body)| body.to_owned());
    let body = operation.body.as_ref().map(|body| body.to_string().replace("{id}", id)).or(raw);
    let answer = client.send(method, &path, body).await;
    let body = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
    (answer.status.as_u16(), body)
}

/// The run that an answer speaks of.
fn started(status: u16, body: &Value) -> Option<&str> {
    let run = body["run"]["id"].as_str().or(body["id"].as_str());
    run.filter(|_| status == 202)
}

/// Logging out must not end the login that the next row needs.
async fn with_a_login_of_their_own(town: &Town, mut client: Client) -> Client {
    if client.cookie.is_some() {
        let me = client.get("/api/v1/auth/me").await.expect(200);
        let body = json!({"email": me["user"]["email"], "password": PASSWORD});
        client = town.server.nobody();
        client.post("/api/v1/auth/login", body).await.expect(200);
    }
    client
}

async fn positions(town: &mut Town) -> [Value; 2] {
    let of_owner = town.owner.get("/api/v1/credits").await.expect(200)["position"].clone();
    let of_other = town.other.get("/api/v1/credits").await.expect(200)["position"].clone();
    [of_owner, of_other]
}

#[tokio::test]
async fn every_route_answers_every_kind_of_person_as_the_table_says() {
    let mut town = Town::new().await;
    let mut number = 0;
    for operation in all_operations() {
        for kind in KINDS {
            number += 1;
            let (client, mut maker) = town.people(kind, operation.object);
            let id = operation.object.make(&town.server, &mut maker, number).await;
            let before = positions(&mut town).await;
            let client = with_a_login_of_their_own(&town, client).await;
            let client = client.keyed(&format!("role-{number}"));
            let (status, body) = ask(client.clone(), &operation, &id).await;
            if let Some(run) = started(status, &body) {
                // What it started books too; the next row looks at the journal.
                let own = operation.object == Object::Run;
                finish(if own { &maker } else { &client }, run).await;
            }
            let name = format!("{} {} as {kind:?}", operation.method, operation.path);
            assert_eq!(status, kind.status(operation.expected), "{name}: {body}");
            if status >= 400 {
                assert_eq!(positions(&mut town).await, before, "{name} changed something");
            }
        }
    }
}

#[tokio::test]
async fn things_of_other_organizations_are_as_unknown_as_random_ids() {
    let town = Town::new().await;
    for (number, operation) in all_operations().into_iter().enumerate() {
        if !operation.object.belongs_to_somebody() {
            continue;
        }
        let mut maker = town.owner.clone();
        let foreign = operation.object.make(&town.server, &mut maker, number).await;
        let mut answers = Vec::new();
        for id in [foreign.as_str(), &operation.object.unknown_id(), "nonsense"] {
            let client = town.other.keyed(&format!("{number}-{id}"));
            let (status, mut problem) = ask(client, &operation, id).await;
            problem["request_id"] = Value::Null;
            problem["instance"] = Value::Null;
            answers.push((status, problem));
        }
        let name = format!("{} {}", operation.method, operation.path);
        assert_eq!(answers[0].0, 404, "{name}");
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{name}: {answers:?}");
    }
}

#[tokio::test]
async fn lists_and_streams_hold_nothing_of_other_organizations() {
    let town = Town::new().await;
    let mut foreign = Vec::new();
    let kinds = [
        Object::Session,
        Object::Run,
        Object::Browser,
        Object::Checkout,
        Object::Invitation,
        Object::SavedInputs,
        Object::File,
        Object::Workflow,
        Object::Schedule,
    ];
    for (number, object) in kinds.into_iter().enumerate() {
        foreign.push(object.make(&town.server, &mut town.owner.clone(), number).await);
    }
    for operation in all_operations() {
        if operation.method != "GET" || operation.object.belongs_to_somebody() {
            continue;
        }
        let (_, body) = ask(town.other.clone(), &operation, "three-questions").await;
        let text = body.to_string();
        for id in &foreign {
            assert!(!text.contains(id.as_str()), "{} shows {id}: {text}", operation.path);
        }
        assert!(!text.contains("zoe@elsewhere.example"), "{} shows Zoe", operation.path);
    }
}

#[tokio::test]
async fn the_table_has_a_row_for_every_operation_and_no_other() {
    let document: Value = serde_json::from_str(&ampere_server::http::document()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let table: BTreeSet<String> = all_operations()
        .iter()
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert_eq!(routes, table);
}
