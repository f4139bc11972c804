//! Attempts until the provider accepts a call or it is clear that it does not.
//!
//! Owns: sending, retrying before the first byte, and turning statuses into [`ModelError`]s.
//! Never retries once the provider has accepted: from then on work was done that may be charged.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use super::complaint::{Complaint, complaint};
use super::dialect::Dialect;
use super::{Remote, Retry, Wire};
use crate::ai::ModelRequest;
use crate::ai::error::ModelError;

/// Of an error body no more is read than this.
const ERROR_BODY_BYTES: usize = 16 * 1024;
/// An error body that takes longer is not waited for.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// Why an attempt was not accepted.
enum Refusal {
    /// Nothing was done; another attempt may succeed.
    Busy(ModelError),
    /// Nothing was done; the same request in other words may be accepted.
    Wording(Complaint, ModelError),
    Final(ModelError),
}

impl<W: Wire> Remote<W> {
    /// The provider's response, accepted and about to stream, and how it was asked.
    pub(super) async fn connect(
        &self,
        request: &ModelRequest,
    ) -> Result<(Response, Dialect), ModelError> {
        let mut tried = 0;
        let mut dialect = self.dialect();
        let mut this_schema = false;
        loop {
            match self.attempt(request, dialect).await {
                Ok(response) => {
                    // Only accepting shows what was wrong before; a refusal alone shows nothing.
                    let schemas = dialect.schemas || this_schema;
                    self.learn(Dialect { schemas, ..dialect });
                    return Ok((response, dialect));
                }
                Err(Refusal::Final(error)) => return Err(error),
                Err(Refusal::Wording(complaint, error)) => {
                    dialect = dialect.after(complaint, request).ok_or(error)?;
                    this_schema |= complaint == Complaint::ThisSchema;
                }
                Err(Refusal::Busy(error)) => {
                    let Some(wait) = self.settings.retry.wait(tried, error.retry_after()) else {
                        return Err(error);
                    };
                    tokio::time::sleep(wait).await;
                    tried += 1;
                }
            }
        }
    }

    async fn attempt(&self, request: &ModelRequest, dialect: Dialect) -> Result<Response, Refusal> {
        let body = W::body(&self.settings.model, request, dialect)
            .map_err(|_| Refusal::Final(not_accepted()))?;
        let call = self
            .signed(self.client.post(self.endpoint.clone()))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream")
            .header("x-call-id", &request.call_id)
            .body(body);
        match tokio::time::timeout(self.settings.limits.first_byte, call.send()).await {
            Ok(Ok(response)) if response.status().is_success() => accepted(response),
            Ok(Ok(response)) => Err(refused(response).await),
            Ok(Err(error)) if error.is_connect() => {
                Err(Refusal::Busy(not_reached("there is no connection to the provider", None)))
            }
            // The request may have arrived: another attempt could make the provider work twice.
            Ok(Err(_)) => Err(Refusal::Final(not_reached("the connection was lost", None))),
            Err(_) => Err(Refusal::Final(not_reached("the provider did not answer in time", None))),
        }
    }
}

impl Retry {
    /// The wait before the attempt after `tried` retries; none if there is to be no other.
    fn wait(&self, tried: u32, asked: Option<Duration>) -> Option<Duration> {
        if tried >= self.times {
            return None;
        }
        let own = self.first_wait.saturating_mul(1 << tried.min(16));
        match asked {
            Some(asked) if asked > self.longest_wait => None,
            Some(asked) => Some(asked.max(own)),
            None => Some(own),
        }
    }
}

/// A page or a finished JSON answer is no stream: the address is probably not the right one.
fn accepted(response: Response) -> Result<Response, Refusal> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if kind.starts_with("text/html") || kind.starts_with("application/json") {
        return Err(Refusal::Final(refusal(
            "it did not answer with a stream; check the address, it often ends in /v1",
        )));
    }
    Ok(response)
}

async fn refused(response: Response) -> Refusal {
    let status = response.status();
    // A date instead of seconds would need a clock; waiting as usual is good enough.
    let seconds = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
    let retry_after = seconds.map(Duration::from_secs);
    let complaint = complaint(&error_body(response).await);
    match (status.as_u16(), complaint) {
        (400 | 404 | 422 | 500..=599, Complaint::Tools) => {
            Refusal::Wording(complaint, refusal("this model takes no tools there"))
        }
        (400 | 402 | 429, Complaint::QuotaUsedUp) | (402, _) => {
            Refusal::Final(refusal("the account there has no quota or money left"))
        }
        (408 | 429 | 500..=599, _) => {
            let detail = format!("the provider is busy or failing (status {})", status.as_u16());
            Refusal::Busy(not_reached(&detail, retry_after))
        }
        (400 | 413 | 422, Complaint::InputTooLong) | (413, _) => {
            Refusal::Final(ModelError::InputTooLong)
        }
        (400 | 422, complaint) => Refusal::Wording(complaint, refusal(&by_status(status))),
        _ => Refusal::Final(refusal(&by_status(status))),
    }
}

fn by_status(status: StatusCode) -> String {
    let reason = match status.as_u16() {
        300..=399 => "it redirects, and redirects are not followed; enter the final address",
        401 | 403 => "the key is missing, wrong, or may not use this model",
        404 | 405 => "it does not know this address or this model",
        _ => "it does not accept the request",
    };
    format!("{reason} (status {})", status.as_u16())
}

async fn error_body(response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let mut stream = response.bytes_stream();
    let read = async {
        while let Some(Ok(bytes)) = stream.next().await {
            let room = ERROR_BODY_BYTES - body.len();
            body.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if body.len() == ERROR_BODY_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(ERROR_BODY_TIME, read).await;
    body
}

fn not_reached(detail: &str, retry_after: Option<Duration>) -> ModelError {
    ModelError::NotReached { detail: detail.to_owned(), retry_after }
}

fn refusal(detail: &str) -> ModelError {
    ModelError::Refused { detail: detail.to_owned() }
}

fn not_accepted() -> ModelError {
    refusal("it does not accept the request")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_the_providers_wish_is_met_up_to_a_bound() {
        let retry = Retry::default();
        let wait = |tried, asked: Option<u64>| {
            retry.wait(tried, asked.map(Duration::from_millis)).map(|wait| wait.as_millis())
        };
        assert_eq!([wait(0, None), wait(1, None), wait(2, None)], [Some(400), Some(800), None]);
        assert_eq!([wait(0, Some(0)), wait(0, Some(3_000))], [Some(400), Some(3_000)]);
        assert_eq!([wait(0, Some(8_000)), wait(0, Some(8_001))], [Some(8_000), None]);
    }
}
