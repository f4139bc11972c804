//! One call to Stripe, until it is clear what became of it.
//!
//! Owns: sending, asking again under the same key, and what an answer's status means. Never asks
//! again under another key, never follows a redirect, never shows the key, and never repeats what
//! Stripe says in prose: only its words for the kind of mistake.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::form::{self, Form};
use super::settings::{Settings, SettingsError, Timing, VERSION};
use crate::payments::port::PaymentError;

/// Of an answer no more is read than this.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Objects of a list that are asked for at once; Stripe's most.
const PAGE: usize = 100;
/// Pages of a list that are read, newest first: 5,000 objects of one customer.
const PAGES: usize = 50;

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing was done.
    NotReached,
    /// It may have been done.
    Lost,
    Unauthorized,
    /// Nothing was done, and asking again will not help.
    Refused(Refusal),
}

/// Stripe's words for what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) code: String,
}

impl Refusal {
    /// There is no such object.
    pub(super) fn missing(&self) -> bool {
        self.status == 404 || self.code == "resource_missing"
    }

    /// For the log and the operator.
    pub(super) fn word(&self) -> String {
        let Refusal { status, kind, code } = self;
        let word = [code, kind].into_iter().find(|word| !word.is_empty());
        word.map_or_else(|| format!("status {status}"), |word| format!("{word} (status {status})"))
    }
}

/// Something with an id: what lists are made of.
pub(super) trait Listed {
    fn id(&self) -> &str;
}

/// The way to Stripe.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    headers: HeaderMap,
    timing: Timing,
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let base = settings.address()?;
        let key = settings.secret_key.expose().trim();
        if settings.webhook_secret.expose().trim().is_empty() {
            return Err(SettingsError::NoWebhookSecret);
        }
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))
            .ok()
            .filter(|_| !key.is_empty())
            .ok_or(SettingsError::BadKey)?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert("stripe-version", HeaderValue::from_static(VERSION));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("ampere/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| SettingsError::NoTls)?;
        Ok(Client { http, base, headers, timing: settings.timing })
    }

    /// The address of an object. An id that would change the path is nobody's.
    fn url(&self, path: &[&str]) -> Result<Url, Trouble> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let fits = |part: &&str| !part.is_empty() && part.len() <= 255 && part.chars().all(plain);
        let none = || Trouble::Refused(Refusal { status: 404, ..Refusal::default() });
        if !path.iter().all(fits) {
            return Err(none());
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| none())?.pop_if_empty().push("v1").extend(path);
        Ok(url)
    }

    /// Asks until there is an answer, or it is clear that there is none.
    async fn ask(&self, call: &Call) -> Result<Vec<u8>, Trouble> {
        let mut tried = 0;
        loop {
            let (trouble, asked) = match self.once(call).await {
                Ok(body) => return Ok(body),
                Err(Attempt::Final(trouble)) => return Err(trouble),
                Err(Attempt::Again(trouble, asked)) => (trouble, asked),
            };
            let Some(wait) = self.timing.wait(tried, asked) else {
                return Err(trouble);
            };
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }

    async fn once(&self, call: &Call) -> Result<Vec<u8>, Attempt> {
        let mut request =
            self.http.request(call.method.clone(), call.url.clone()).headers(self.headers.clone());
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, form::MEDIA).body(body.clone());
        }
        if let Some(key) = &call.key {
            request = request.header("idempotency-key", key);
        }
        let answer = async {
            let response = request.send().await.map_err(|error| {
                // Without a connection nothing was sent.
                let trouble = if error.is_connect() { Trouble::NotReached } else { call.lost() };
                Attempt::Final(trouble)
            })?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = body_of(response).await;
            judge(call, status, &headers, body)
        };
        match tokio::time::timeout(self.timing.answer, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(Attempt::Final(call.lost())),
        }
    }
}

/// What is sent.
struct Call {
    method: Method,
    url: Url,
    body: Option<String>,
    key: Option<String>,
    /// It changes something: without an answer nobody knows.
    writes: bool,
}

impl Call {
    fn lost(&self) -> Trouble {
        if self.writes { Trouble::Lost } else { Trouble::NotReached }
    }
}

/// How an attempt ended.
enum Attempt {
    /// Another one, under the same key, may succeed; Stripe may have said when.
    Again(Trouble, Option<Duration>),
    Final(Trouble),
}

/// None: it broke off, or is longer than any answer of Stripe.
async fn body_of(response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(bytes) = stream.next().await {
        body.extend_from_slice(&bytes.ok()?);
        if body.len() > ANSWER_BYTES {
            return None;
        }
    }
    Some(body)
}

fn judge(
    call: &Call,
    status: u16,
    headers: &HeaderMap,
    body: Option<Vec<u8>>,
) -> Result<Vec<u8>, Attempt> {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let after = said(RETRY_AFTER.as_str()).and_then(|text| text.parse().ok());
    let after = after.map(Duration::from_secs);
    let again = |trouble: Trouble| match said("stripe-should-retry") {
        Some("false") => Attempt::Final(trouble),
        _ => Attempt::Again(trouble, after),
    };
    match status {
        200..=299 => body.ok_or_else(|| Attempt::Final(call.lost())),
        401 | 403 => Err(Attempt::Final(Trouble::Unauthorized)),
        // Too many at once, or the object is being worked on: refused before anything was done.
        429 => Err(again(Trouble::NotReached)),
        500.. => Err(again(call.lost())),
        400..=499 => {
            let refusal = refusal(status, body.as_deref().unwrap_or_default());
            if refusal.code == "idempotency_key_in_use" {
                return Err(Attempt::Again(call.lost(), after));
            }
            Err(Attempt::Final(Trouble::Refused(refusal)))
        }
        // Not Stripe at all.
        _ => Err(Attempt::Final(Trouble::NotReached)),
    }
}

fn refusal(status: u16, body: &[u8]) -> Refusal {
    #[derive(Deserialize)]
    struct Body {
        error: Said,
    }
    #[derive(Deserialize)]
    struct Said {
        #[serde(rename = "type")]
        kind: Option<String>,
        code: Option<String>,
    }
    // Words only: whatever else stands there is not repeated.
    let word = |text: Option<String>| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        text.filter(|text| text.len() <= 64 && text.chars().all(plain)).unwrap_or_default()
    };
    match serde_json::from_slice::<Body>(body) {
        Ok(Body { error }) => Refusal { status, kind: word(error.kind), code: word(error.code) },
        Err(_) => Refusal { status, ..Refusal::default() },
    }
}

/// The calls of one act of the port.
pub(super) struct Talk<'a> {
    client: &'a Client,
    wrote: AtomicBool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Talk { client, wrote: AtomicBool::new(false) }
    }

    /// Reads.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
    ) -> Result<T, Trouble> {
        let mut url = self.client.url(path)?;
        form.ask(&mut url);
        let call = Call { method: Method::GET, url, body: None, key: None, writes: false };
        read(&call, &self.client.ask(&call).await?)
    }

    /// Reads all of a list, oldest first.
    pub(super) async fn list<T: DeserializeOwned + Listed>(
        &self,
        path: &[&str],
        form: Form,
    ) -> Result<Vec<T>, Trouble> {
        #[derive(Deserialize)]
        struct List<T> {
            data: Vec<T>,
            has_more: bool,
        }
        let form = form.with("limit", PAGE);
        let mut all: Vec<T> = Vec::new();
        for _ in 0..PAGES {
            let form = match all.last() {
                Some(last) => form.clone().with("starting_after", last.id()),
                None => form.clone(),
            };
            let list: List<T> = self.get(path, form).await?;
            let over = !list.has_more || list.data.is_empty();
            all.extend(list.data);
            if over {
                break;
            }
        }
        all.reverse();
        Ok(all)
    }

    /// Changes something. Without a key only what is the same when it is done twice.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
        key: Option<String>,
    ) -> Result<T, Trouble> {
        let (url, body) = (self.client.url(path)?, Some(form.body()));
        let call = Call { method: Method::POST, url, body, key, writes: true };
        self.write(call).await
    }

    /// Works something out at Stripe; nothing is changed there.
    pub(super) async fn work_out<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
    ) -> Result<T, Trouble> {
        let (url, body) = (self.client.url(path)?, Some(form.body()));
        let call = Call { method: Method::POST, url, body, key: None, writes: false };
        read(&call, &self.client.ask(&call).await?)
    }

    /// Takes something away.
    pub(super) async fn delete<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: Form,
    ) -> Result<T, Trouble> {
        let mut url = self.client.url(path)?;
        form.ask(&mut url);
        self.write(Call { method: Method::DELETE, url, body: None, key: None, writes: true }).await
    }

    async fn write<T: DeserializeOwned>(&self, call: Call) -> Result<T, Trouble> {
        let answer = self.client.ask(&call).await?;
        self.wrote.store(true, Ordering::Relaxed);
        read(&call, &answer)
    }

    /// The end of an act that writes: once a part of it is done, "it did not happen" is no longer
    /// true, and asking again under the same reference finishes it.
    pub(super) fn end<T>(&self, ended: Result<T, PaymentError>) -> Result<T, PaymentError> {
        match ended {
            Err(PaymentError::Unavailable) if self.wrote.load(Ordering::Relaxed) => {
                Err(PaymentError::Unknown)
            }
            ended => ended,
        }
    }
}

fn read<T: DeserializeOwned>(call: &Call, answer: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(answer).map_err(|_| call.lost())
}
