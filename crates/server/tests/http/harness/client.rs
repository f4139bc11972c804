//! A small client that keeps the login cookie, as a browser does.

use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::pictures::Pictures;
use super::stream::Events;

/// One person's browser.
#[derive(Clone)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    /// `name=token`, as the server set it.
    pub cookie: Option<String>,
    headers: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub fn new(base: &str, http: reqwest::Client) -> Self {
        Client { base: base.to_owned(), http, cookie: None, headers: HeaderMap::new() }
    }

    /// The same person with a header on every request from now on.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(name, HeaderValue::from_str(value).unwrap());
        client
    }

    /// The same person with this idempotency key.
    pub fn keyed(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string())).await
    }

    pub async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// A body as it is, said to be JSON unless a header says otherwise.
    pub async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            if !self.headers.contains_key("content-type") {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        let response = request.send().await.expect("the server answers");
        self.keep_cookie(response.headers());
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a whole body") }
    }

    /// Opens an event stream.
    pub async fn stream(&self, path: &str) -> Events {
        let request = self.request(Method::GET, path);
        let response = request.send().await.expect("the server answers");
        let status = response.status();
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream", "{path}");
        Events::new(response)
    }

    /// Opens the live view of a browser.
    pub async fn pictures(&self, path: &str) -> Pictures {
        let response = self.request(Method::GET, path).send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        Pictures::new(response)
    }

    /// Opens a stream and closes it: its status, with the body if it is no stream.
    pub async fn status_of_stream(&mut self, path: &str) -> (u16, Value) {
        let response = self.request(Method::GET, path).send().await.expect("the server answers");
        let status = response.status().as_u16();
        if status == 200 {
            return (status, Value::Null);
        }
        (status, response.json().await.expect("a problem"))
    }

    /// Where its server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = request.headers(self.headers.clone());
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    fn keep_cookie(&mut self, headers: &HeaderMap) {
        let Some(set) = headers.get(SET_COOKIE) else { return };
        let set = set.to_str().unwrap();
        let pair = set.split(';').next().unwrap();
        let gone = set.contains("Max-Age=0");
        self.cookie = (!gone).then(|| pair.to_owned());
    }
}

impl Answer {
    /// The body, if the status is this.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The status, whatever the body is.
    #[track_caller]
    pub fn expect_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
    }

    /// The body of a problem with this status and code, complete as every problem must be.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["request_id"], self.header("x-request-id"), "{body}");
        for member in ["type", "title", "detail", "instance", "docs_url"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {body}");
        }
        assert!(body["retryable"].is_boolean(), "{body}");
        body
    }

    /// The pointers and codes of a 422, in order.
    #[track_caller]
    pub fn wrong_fields(&self) -> Vec<(String, String)> {
        let body = self.problem(422, "validation_failed");
        let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
        let errors = body["errors"].as_array().unwrap();
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }

    /// A header as text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
