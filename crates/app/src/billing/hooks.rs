//! Webhooks in: verified, kept as they came, answered, and followed afterwards.
//!
//! A webhook is a hint whose truth may have changed, and nothing else: what is done is
//! [`super::reconcile`]. The raw body is stored before anything is done with it, once for each
//! event; one that does not prove where it comes from is not stored at all. Never reads an amount.
//!
//! Read next: [`super::keeping`], which follows what was kept.

use ampere_adapters::payments::port::{About, Hint, PaymentError};
use ampere_store::rows::{HookRow, HookState};
use sha2::{Digest, Sha256};

use crate::app::App;

/// Why a webhook is not taken. Nothing was stored then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookRefused {
    /// It does not come from our provider, or not now.
    #[error("{0}")]
    NotVerified(String),
    /// It comes from a provider that is not in use here.
    #[error("this provider is not in use here")]
    NoProvider,
    /// It could not be kept: it has to be sent again.
    #[error("the webhook could not be kept")]
    NotKept,
}

impl App {
    /// Takes a webhook: once it is kept, it may be answered with success.
    ///
    /// # Errors
    /// [`HookRefused`]; nothing was stored then.
    pub async fn receive_hook(
        &self,
        provider: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), HookRefused> {
        let ours = self.payments.as_ref().filter(|ours| ours.capabilities().name == provider);
        let payments = ours.ok_or(HookRefused::NoProvider)?;
        let hint = match payments.parse(headers, body, self.now()) {
            Ok(hint) => Some(hint),
            Err(PaymentError::Unreadable) => None,
            Err(error) => {
                tracing::warn!(target: "security", provider, %error, "a webhook is refused");
                return Err(HookRefused::NotVerified(error.to_string()));
            }
        };
        let row = self.hook_row(provider, (headers, body), hint);
        let (event, kind, state) = (row.event.clone(), row.kind.clone(), row.state);
        let fresh = self.store.keep_hook(row).await.map_err(|error| {
            tracing::error!(provider, %error, "a webhook could not be kept");
            HookRefused::NotKept
        })?;
        tracing::info!(target: "security", provider, event, kind, fresh, "a webhook came in");
        if state == HookState::Failed {
            tracing::error!(provider, event, "a verified webhook cannot be read");
        }
        if fresh && state == HookState::Waiting {
            self.intake.told.notify_one();
        }
        Ok(())
    }

    fn hook_row(
        &self,
        provider: &str,
        (headers, body): (&[(&str, &str)], &[u8]),
        hint: Option<Hint>,
    ) -> HookRow {
        let now = self.now();
        let (state, error) = match &hint {
            Some(Hint { about: Some(_), .. }) => (HookState::Waiting, None),
            Some(_) => (HookState::Ignored, None),
            None => (HookState::Failed, Some("it cannot be read".to_owned())),
        };
        let unnamed = || Hint { event_id: named_by(body), kind: "unread".to_owned(), about: None };
        let Hint { event_id, kind, about } = hint.unwrap_or_else(unnamed);
        HookRow {
            provider: provider.to_owned(),
            event: event_id,
            kind,
            about: about.map(|about| written(&about)),
            headers: serde_json::json!(headers).to_string(),
            body: body.to_vec(),
            state,
            tries: 0,
            error,
            received_at: now,
            next_at: now,
            done_at: (state != HookState::Waiting).then_some(now),
        }
    }
}

/// The name of a webhook that does not tell its own.
fn named_by(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    hash.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Whose truth may have changed, as it is kept.
fn written(about: &About) -> String {
    match about {
        About::Customer(id) => format!("customer {id}"),
        About::Organization(id) => format!("organization {id}"),
        About::Payment(id) => format!("payment {id}"),
    }
}

/// As it was kept.
pub(super) fn read(text: &str) -> Option<About> {
    let (kind, id) = text.split_once(' ')?;
    let id = id.to_owned();
    match kind {
        "customer" => Some(About::Customer(id)),
        "organization" => Some(About::Organization(id)),
        "payment" => Some(About::Payment(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_truth_it_is_is_read_as_it_was_written() {
        let id = || "cus 1".to_owned();
        for about in [About::Customer(id()), About::Organization(id()), About::Payment(id())] {
            assert_eq!(read(&written(&about)), Some(about));
        }
        assert_eq!((read("customer"), read("card x")), (None, None));
    }
}
