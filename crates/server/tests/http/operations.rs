//! Every operation of the API, with a body that fits and what each kind of person gets: the role
//! matrix as data (security check S10). A new route without a row here fails `roles`.

mod audit;
mod money;

use serde_json::{Value, json};

use crate::objects::{Object, every_morning, one_question};

/// What people of each kind get, as statuses.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Not logged in.
    pub nobody: u16,
    /// A viewer, for the owner's things.
    pub viewer: u16,
    /// A member, for their own things where people have things of their own.
    pub member: u16,
    /// A member, for the owner's things.
    pub colleague: u16,
    /// An admin, for the owner's things.
    pub admin: u16,
    /// A member with the billing mark, for the owner's things.
    pub billing: u16,
    /// The owner of the organization.
    pub owner: u16,
    /// The operator of the installation, who owns another organization.
    pub operator: u16,
    /// The owner of a third organization, for things of the first.
    pub other: u16,
}

/// One operation.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    /// What `{id}` in the path is.
    pub object: Object,
    /// A JSON body that fits, if it takes one.
    pub body: Option<Value>,
    /// Another body that fits, with the query that it needs.
    pub raw: Option<(&'static str, &'static str)>,
    pub expected: Expected,
}

/// Everybody who is logged in gets the same.
fn all(status: u16) -> Expected {
    let (viewer, member, colleague, admin) = (status, status, status, status);
    let (billing, owner, operator, other) = (status, status, status, status);
    Expected { nobody: 401, viewer, member, colleague, admin, billing, owner, operator, other }
}

/// Everybody but viewers, who start and change nothing.
fn workers(status: u16) -> Expected {
    Expected { viewer: 403, ..all(status) }
}

/// Owners only (operator and others own organizations of their own).
fn owners(status: u16) -> Expected {
    Expected { admin: 403, ..team(status) }
}

/// Owners and admins.
fn team(status: u16) -> Expected {
    Expected { viewer: 403, member: 403, colleague: 403, billing: 403, ..all(status) }
}

/// Owners and people with the billing mark.
fn billing(status: u16) -> Expected {
    Expected { billing: status, ..owners(status) }
}

/// The operator only.
fn operators(status: u16) -> Expected {
    Expected { operator: status, ..all(403) }
}

/// Without logging in too.
fn public(status: u16) -> Expected {
    Expected { nobody: status, ..all(status) }
}

fn row(
    method: &'static str,
    path: &'static str,
    body: Option<Value>,
    expected: Expected,
) -> Operation {
    Operation { method, path, object: Object::None, body, raw: None, expected }
}

impl Operation {
    /// The path with everything in it, for the thing of this id.
    pub fn path_of(&self, id: &str) -> String {
        let query = self.raw.map_or("", |(query, _)| query);
        let path = self.path.replace("{id}", id).replace("{version}", "1");
        format!("{}{query}", path.replace("{number}", "1"))
    }

    /// Things of other organizations do not exist.
    fn of(self, object: Object) -> Self {
        let expected = Expected { other: 404, ..self.expected };
        Operation { object, expected, ..self }
    }

    /// Colleagues see it and cannot change it; admins can.
    fn edited(self, object: Object) -> Self {
        let operation = self.of(object);
        let (viewer, colleague, billing) = (403, 403, 403);
        let expected = Expected { viewer, colleague, billing, ..operation.expected };
        Operation { expected, ..operation }
    }

    /// Nor do things of other people of the same organization; admins see them.
    fn overseen(self, object: Object) -> Self {
        let operation = self.of(object);
        let (viewer, colleague, billing) = (404, 404, 404);
        let expected = Expected { viewer, colleague, billing, ..operation.expected };
        Operation { expected, ..operation }
    }

    /// Nor for admins: it is private to whoever made it.
    fn own(self, object: Object) -> Self {
        let operation = self.overseen(object);
        let expected = Expected { admin: 404, ..operation.expected };
        Operation { expected, ..operation }
    }

    /// Viewers are refused before anybody looks for the thing.
    fn not_for_viewers(self) -> Self {
        let expected = Expected { viewer: 403, ..self.expected };
        Operation { expected, ..self }
    }
}

/// Every operation.
pub fn all_operations() -> Vec<Operation> {
    let mut rows = people();
    rows.extend(joule());
    rows.extend(tools());
    rows.extend(browsing());
    rows.extend(workflows());
    rows.extend(money::credits());
    rows.extend(money::payments());
    rows.extend(audit::audit());
    rows.extend(operator());
    rows
}

fn people() -> Vec<Operation> {
    let account = json!({
        "token": "x", "name": "Ida", "email": "ida@example.com", "password": "neun rote Hunde",
        "organization_name": "Ida & Co", "zone": "UTC",
    });
    let joining = json!({
        "name": "Ida", "email": "ida@example.com", "password": "neun rote Hunde",
        "invitation": "x",
    });
    let wrong = json!({"email": "nobody@example.com", "password": "a wrong guess"});
    let me = "/api/v1/auth/me";
    let forgot = json!({"email": "nobody@example.com"});
    let reset = json!({"token": "x", "password": "neun rote Hunde"});
    let there = json!({"organization_id": "{id}"});
    let transfer = json!({"user_id": "{id}", "organization_name": "Another name"});
    let viewer = json!({"role": "viewer"});
    let going = json!({"email": "nobody@example.com", "password": "x"});
    let closing = json!({"organization_name": "Another name", "password": "x"});
    vec![
        row("GET", "/api/v1/instance", None, public(200)),
        row("POST", "/api/v1/auth/setup", Some(account), public(410)),
        row("POST", "/api/v1/auth/sign-up", Some(joining), public(404)),
        row("POST", "/api/v1/auth/invitations/look-up", Some(json!({"token": "x"})), public(404)),
        row("POST", "/api/v1/auth/login", Some(wrong), public(401)),
        row("POST", "/api/v1/auth/logout", None, all(204)),
        row("POST", "/api/v1/auth/password/forgot", Some(forgot), public(202)),
        row("POST", "/api/v1/auth/password/reset", Some(reset), public(410)),
        row("POST", "/api/v1/auth/switch", Some(there), all(200)).of(Object::Organization),
        row("POST", "/api/v1/auth/invitations/accept", Some(json!({"token": "x"})), all(404)),
        row("GET", me, None, all(200)),
        row("GET", "/api/v1/auth/logins", None, all(200)),
        row("GET", "/api/v1/notifications", None, all(200)),
        row("PATCH", "/api/v1/notifications", Some(json!({})), all(200)),
        row("GET", "/api/v1/notification-preferences", None, all(200)),
        row("PUT", "/api/v1/notification-preferences", Some(json!({"data": []})), all(200)),
        row("DELETE", "/api/v1/auth/logins/{id}", None, all(204)).own(Object::Login),
        row("GET", "/api/v1/organization", None, all(200)),
        row("PATCH", "/api/v1/organization", Some(json!({"zone": "UTC"})), team(200)),
        // With another address or name: that they work are tests of their own.
        Operation {
            expected: Expected { nobody: 401, ..all(422) },
            ..row("DELETE", "/api/v1/account", Some(going), all(422))
        },
        row("DELETE", "/api/v1/organization", Some(closing), owners(422)),
        // With another name than the organization's: that it works is a test of its own.
        row("POST", "/api/v1/organization/transfer", Some(transfer), owners(422)),
        row("GET", "/api/v1/members", None, all(200)),
        row("PATCH", "/api/v1/members/{id}", Some(viewer), team(200)).of(Object::Member),
        row("DELETE", "/api/v1/members/{id}", None, team(204)).of(Object::Member),
        row("POST", "/api/v1/invitations", Some(json!({"role": "member"})), team(201)),
        row("GET", "/api/v1/invitations", None, team(200)),
        row("POST", "/api/v1/invitations/{id}/resend", None, team(200)).of(Object::OlderInvitation),
        row("DELETE", "/api/v1/invitations/{id}", None, team(204)).of(Object::Invitation),
        row("GET", "/api/v1/billing/admins", None, owners(200)),
        row("PUT", "/api/v1/billing/admins/{id}", None, owners(200)).of(Object::Member),
        row("DELETE", "/api/v1/billing/admins/{id}", None, owners(204)).of(Object::Member),
        Operation {
            // Who can add credits asks nobody.
            expected: Expected { billing: 409, owner: 409, operator: 409, other: 409, ..all(200) },
            ..row("POST", "/api/v1/billing/ask", None, all(200))
        },
    ]
}

fn joule() -> Vec<Operation> {
    let estimate = json!({"kind": "message", "text": "How far is the moon?"});
    let session = "/api/v1/sessions/{id}";
    let messages = "/api/v1/sessions/{id}/messages";
    let shares = "/api/v1/sessions/{id}/shares";
    let question = json!({"text": "How far is the moon?"});
    let no = json!({"call": "call.1", "decision": "not_now"});
    vec![
        row("GET", "/api/v1/models", None, all(200)),
        row("POST", "/api/v1/estimates", Some(estimate), all(200)),
        row("POST", "/api/v1/sessions", Some(json!({})), workers(201)),
        row("GET", "/api/v1/sessions", None, all(200)),
        row("GET", session, None, all(200)).own(Object::Session),
        row("PATCH", session, Some(json!({"title": "Moon"})), all(200)).own(Object::Session),
        row("DELETE", session, None, all(204)).own(Object::Session),
        row("GET", messages, None, all(200)).own(Object::Session),
        row("GET", shares, None, all(200)).own(Object::Session),
        row("PUT", shares, Some(json!({"data": []})), all(200)).own(Object::Session),
        row("POST", messages, Some(question), all(202)).own(Object::Session).not_for_viewers(),
        row("GET", "/api/v1/runs", None, all(200)),
        row("GET", "/api/v1/runs.csv", None, billing(200)),
        row("GET", "/api/v1/runs/{id}", None, all(200)).of(Object::Run),
        row("POST", "/api/v1/runs/{id}/cancel", None, all(202)).edited(Object::Run),
        row("GET", "/api/v1/runs/{id}/receipt", None, all(200)).of(Object::Run),
        row("GET", "/api/v1/runs/{id}/events", None, all(200)).own(Object::Run),
        // One that has ended asks nothing.
        row("POST", "/api/v1/runs/{id}/decision", Some(no), all(409))
            .own(Object::Run)
            .not_for_viewers(),
        row("GET", "/api/v1/events", None, all(200)),
    ]
}

fn tools() -> Vec<Operation> {
    let run = json!({"tool": "three-questions", "inputs": {"topic": "sea"}});
    let form = json!({"name": "Sea", "inputs": {"topic": "sea"}});
    let of_tool = |operation: Operation| Operation { object: Object::Tool, ..operation };
    let inputs = "/api/v1/tools/{id}/inputs";
    let file = "/api/v1/files/{id}";
    vec![
        row("GET", "/api/v1/tools", None, all(200)),
        of_tool(row("GET", "/api/v1/tools/{id}", None, all(200))),
        of_tool(row("GET", inputs, None, all(200))),
        of_tool(row("POST", inputs, Some(form), workers(201))),
        row("DELETE", "/api/v1/saved-inputs/{id}", None, all(204)).own(Object::SavedInputs),
        Operation {
            raw: Some(("?name=notes.txt", "Some notes.")),
            ..row("POST", "/api/v1/files", None, workers(201))
        },
        row("GET", "/api/v1/files", None, all(200)),
        row("GET", file, None, all(200)).overseen(Object::File),
        row("DELETE", file, None, all(204)).overseen(Object::File).not_for_viewers(),
        row("GET", "/api/v1/files/{id}/content", None, all(200)).overseen(Object::File),
        row("POST", "/api/v1/runs", Some(run), workers(202)),
        // One that has ended does not wait for credits.
        row("POST", "/api/v1/runs/{id}/resume", None, all(409)).edited(Object::Run),
    ]
}

/// Of sessions that are over: everybody of the organization looks at them, and their hands are
/// told apart all the same.
fn browsing() -> Vec<Operation> {
    let wish = |path| row("POST", path, None, all(409)).edited(Object::Browser);
    let back = json!({"events": [{"kind": "back"}]});
    let input = "/api/v1/runs/{id}/browser/input";
    let still = "/api/v1/runs/{id}/browser/stills/{number}";
    let token = "/api/v1/runs/{id}/browser/viewer-token";
    let live = row("GET", "/api/v1/runs/{id}/browser/live", None, all(409)).of(Object::Browser);
    vec![
        row("GET", "/api/v1/browser", None, all(200)),
        wish("/api/v1/runs/{id}/browser/control"),
        wish("/api/v1/runs/{id}/browser/release"),
        wish("/api/v1/runs/{id}/browser/pause"),
        wish("/api/v1/runs/{id}/browser/continue"),
        row("POST", input, Some(back), all(409)).edited(Object::Browser),
        row("POST", token, None, all(409)).of(Object::Browser),
        Operation { raw: Some(("?token=x", "")), ..live },
        row("GET", "/api/v1/runs/{id}/browser/stills", None, all(200)).of(Object::Browser),
        row("GET", still, None, all(200)).of(Object::Browser),
    ]
}

fn workflows() -> Vec<Operation> {
    let workflow = "/api/v1/workflows/{id}";
    let version = "/api/v1/workflows/{id}/versions/{version}";
    let schedule = "/api/v1/schedules/{id}";
    let change = json!({"name": "Another name", "version": 1});
    let preview = json!({"rule": {"every": "daily", "at": "09:00"}, "zone": "UTC"});
    let mut stale = every_morning();
    stale["updated_at"] = json!("2026-11-22T09:00:00Z");
    let (pause, resume) = ("/api/v1/schedules/{id}/pause", "/api/v1/schedules/{id}/resume");
    let now = "/api/v1/schedules/{id}/run-now";
    vec![
        row("GET", "/api/v1/workflows", None, all(200)),
        row("POST", "/api/v1/workflows", Some(one_question()), workers(201)),
        row("GET", workflow, None, all(200)).of(Object::Workflow),
        row("PATCH", workflow, Some(change), all(200)).edited(Object::Workflow),
        row("DELETE", workflow, None, all(204)).edited(Object::Workflow),
        row("GET", "/api/v1/workflows/{id}/versions", None, all(200)).of(Object::Workflow),
        row("GET", version, None, all(200)).of(Object::Workflow),
        row("POST", "/api/v1/workflows/{id}/test-step", Some(json!({"step_id": "ask"})), all(202))
            .of(Object::Workflow)
            .not_for_viewers(),
        row("GET", "/api/v1/schedules", None, all(200)),
        row("POST", "/api/v1/schedules", Some(every_morning()), workers(201)),
        row("POST", "/api/v1/schedules/preview", Some(preview), all(200)),
        row("GET", schedule, None, all(200)).of(Object::Schedule),
        row("PATCH", schedule, Some(stale), all(409)).edited(Object::Schedule),
        row("DELETE", schedule, None, all(204)).edited(Object::Schedule),
        row("POST", pause, None, all(200)).edited(Object::Schedule),
        row("POST", resume, None, all(200)).edited(Object::Schedule),
        row("POST", now, Some(json!({})), all(202)).edited(Object::Schedule),
    ]
}

fn operator() -> Vec<Operation> {
    let provider = json!({"base_url": "http://127.0.0.1:9/v1", "model": "moon-1"});
    let settings = "/operator/v1/settings";
    let path = "/operator/v1/model-provider";
    vec![
        row("GET", settings, None, operators(200)),
        row("PATCH", settings, Some(json!({"sign_up_open": true})), operators(200)),
        row("GET", path, None, operators(200)),
        row("PUT", path, Some(provider.clone()), operators(200)),
        row("DELETE", path, None, operators(204)),
        row("POST", "/operator/v1/model-provider/test", Some(provider), operators(200)),
    ]
}
