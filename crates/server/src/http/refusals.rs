//! Which problem an error of the application is: one place, a line per rule.
//!
//! Never adds anything that the error does not say.

use ampere_app::AppError;

use super::billing::Money;
use super::billing::changes::ChangePreview;
use super::code::Code;
use super::problem::{Instead, Problem};

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let code = code_of(&error);
        let plain = Problem::new(code, sentence(&error.to_string()));
        match error {
            AppError::Invalid(errors) => Problem { errors, ..plain },
            AppError::InsufficientCredits(shortage) => {
                let detail = match shortage.waiting {
                    0 => plain.detail,
                    1 => "1 run waits for credits before this one.".to_owned(),
                    more => format!("{more} runs wait for credits before this one."),
                };
                Problem { shortage: Some(shortage), detail, ..plain }
            }
            AppError::CreditsLocked(shortage) => Problem { shortage: Some(shortage), ..plain },
            AppError::PriceChanged(price) => {
                let price = Money { amount: price.amount_cents, currency: price.currency };
                Problem { instead: Some(Instead::Price(Box::new(price))), ..plain }
            }
            AppError::NotNow(why) => Problem { instead: Some(Instead::First(why)), ..plain },
            AppError::PreviewExpired(fresh) => {
                let fresh = fresh.map(|fresh| Box::new(ChangePreview::from(*fresh)));
                Problem { instead: Some(Instead::Preview(fresh)), ..plain }
            }
            AppError::RateLimited { retry_after_seconds } => plain.retry_after(retry_after_seconds),
            AppError::Unavailable => Problem::plain(code).retry_after(1),
            AppError::BrowserBusy => plain.retry_after(60),
            AppError::ConcurrencyLimited { .. } => plain.retry_after(5),
            AppError::TakeoutRunning => plain.retry_after(10),
            AppError::PaymentUnknown | AppError::PaymentUnavailable => plain.retry_after(2),
            AppError::Internal => Problem::plain(code),
            // Word for word what an unknown address says.
            AppError::NotFound => Problem::not_found(),
            _ => plain,
        }
    }
}

/// The code of every error.
fn code_of(error: &AppError) -> Code {
    use AppError as E;
    match error {
        E::Unauthenticated => Code::Unauthenticated,
        E::WrongCredentials => Code::WrongCredentials,
        E::ForbiddenRole => Code::ForbiddenRole,
        E::BillingAccessRequired => Code::BillingAccessRequired,
        E::OperatorOnly => Code::OperatorOnly,
        E::NotFound => Code::NotFound,
        E::Gone(_) => Code::Gone,
        E::Invalid(_) => Code::ValidationFailed,
        E::Conflict(_) | E::NotNow(_) | E::LimitReached(_) => Code::StateConflict,
        E::IdempotencyMismatch => Code::IdempotencyMismatch,
        E::InsufficientCredits(_) => Code::InsufficientCredits,
        E::CreditsLocked(_) => Code::CreditsLocked,
        E::PaymentDeclined(_) => Code::PaymentDeclined,
        E::PurchaseNotConfirmed(_) | E::PriceChanged(_) => Code::PurchaseNotConfirmed,
        E::PreviewExpired(_) => Code::PreviewExpired,
        E::ChangePending => Code::ChangePending,
        E::ConcurrencyLimited { .. } | E::TakeoutRunning => Code::ConcurrencyLimited,
        E::PaymentUnknown | E::PaymentUnavailable => Code::PaymentUnavailable,
        E::RateLimited { .. } => Code::RateLimited,
        E::ProviderUnavailable(_) => Code::ProviderUnavailable,
        E::BrowserUnavailable(_) => Code::BrowserUnavailable,
        E::BrowserBusy => Code::BrowserBusy,
        E::FileTooLarge { .. } => Code::FileTooLarge,
        E::UnsupportedFile(_) => Code::UnsupportedMediaType,
        E::StorageFull { .. } => Code::StorageFull,
        E::InputTooLong { .. } => Code::InputTooLong,
        E::Unavailable => Code::Unavailable,
        E::Internal => Code::Internal,
    }
}

/// Errors are worded as parts of sentences; people read whole ones.
fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if said.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
