//! The OpenAPI document: made from the handlers, completed by rules that hold for all of them.
//!
//! Owns: what every operation has without saying so (its errors, its security), and that every
//! field of an answer is always there (`null` when there is nothing). Never: an operation or a
//! schema of its own. Read next: `mod.rs`, the list of routes.

use std::future::{Ready, ready};
use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};

use super::problem::{self, ProblemBody};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Ampere API",
        description = "AI work paid from one shared credit pool. Amounts of credits are decimal \
                       strings, exact to the micro-credit; instants are RFC 3339 in UTC. Every \
                       error is a Problem.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody))
)]
struct Head;

/// The document before the routes.
pub fn head() -> OpenApi {
    Head::openapi()
}

/// The document, pretty, with a line feed at its end.
pub fn text(document: &OpenApi) -> String {
    // A document of strings and numbers can always be written.
    let json = document.to_pretty_json().unwrap_or_default();
    format!("{json}\n")
}

/// A handler that answers with the document.
pub fn serve(document: &OpenApi) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    let json: Arc<str> = text(document).into();
    move || {
        let headers = [(CONTENT_TYPE, "application/json")];
        ready((headers, json.to_string()).into_response())
    }
}

/// Completes the document.
pub fn finished(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operator = path.starts_with("/operator");
        let each = [
            (&mut item.get, false),
            (&mut item.post, true),
            (&mut item.put, true),
            (&mut item.patch, true),
            (&mut item.delete, true),
        ];
        for (operation, changes) in each {
            if let Some(operation) = operation {
                add_errors(operation, changes, operator);
            }
        }
    }
    document.security = Some(vec![SecurityRequirement::new("login", Vec::<String>::new())]);
    if let Some(components) = &mut document.components {
        let cookie = ApiKeyValue::with_description(
            "ampere_login",
            "The cookie that logging in sets; `__Host-ampere_login` where people come by https.",
        );
        let login = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        components.security_schemes.insert("login".to_owned(), RefOr::T(login));
        for (name, schema) in &mut components.schemas {
            if let RefOr::T(schema) = schema
                && is_answer(name)
            {
                require_all(schema);
            }
        }
    }
    document
}

/// Requests have optional fields, and errors and quotes have fields of their kind only.
fn is_answer(name: &str) -> bool {
    !name.ends_with("Request") && !matches!(name, "Problem" | "Resolution" | "Quote")
}

fn require_all(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            object.required = object.properties.keys().cloned().collect();
        }
        Schema::AllOf(all) => {
            for part in &mut all.items {
                if let RefOr::T(part) = part {
                    require_all(part);
                }
            }
        }
        _ => {}
    }
}

fn add_errors(operation: &mut Operation, changes: bool, operator: bool) {
    let public = operation.security.is_some();
    let parameters = operation.parameters.iter().flatten();
    let has =
        |place| parameters.clone().any(|p| matches!(p, RefOr::T(p) if p.parameter_in == place));
    let body = operation.request_body.is_some();
    let statuses = [
        ("400", body, "The body is not JSON, or a header cannot be read"),
        ("401", !public, "Nobody is logged in"),
        ("403", changes || operator, "Refused: sent from another site's page, or not allowed"),
        ("404", has(ParameterIn::Path), "It does not exist, or belongs to somebody else"),
        ("409", changes && !public, "The state of things does not allow it"),
        ("413", changes, "The body is too large"),
        ("415", body, "The body is of a kind that is not taken"),
        ("422", body || has(ParameterIn::Query), "Fields are wrong"),
        ("429", true, "Too much at once"),
        ("500", true, "The fault is ours"),
        ("503", true, "Not available now"),
    ];
    for (status, applies, description) in statuses {
        if applies && !operation.responses.responses.contains_key(status) {
            let response = ResponseBuilder::new().description(description).build();
            operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            let schema = Ref::from_schema_name("Problem");
            let content = Content::new(Some(schema));
            response.content.insert(problem::MEDIA_TYPE.to_owned(), content.into());
        }
    }
}
