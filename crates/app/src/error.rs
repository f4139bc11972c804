//! Every way in which a use case can say no; one variant a rule, mapped to HTTP in one place.
//!
//! Holds nothing of the inside: no SQL, no provider text, no secrets.

use ampere_credits::{Credits, Timestamp};
use ampere_store::ports::StoreError;

use crate::billing::Preview;
use crate::billing::words::amount;
use crate::prices::Price;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer, e.g. `/email`.
    pub pointer: String,
    /// Stable word, e.g. `too_short`.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// What was needed and what there is, for the one 402 of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The hold that the work needs.
    pub required: Credits,
    /// What can be taken now.
    pub available: Credits,
    /// Held by running work.
    pub held: Credits,
    /// Owned, but of a locked pool.
    pub locked: Credits,
    /// Debt.
    pub outstanding: Credits,
    /// required + debt − available.
    pub shortfall: Credits,
    /// Journal position of these numbers.
    pub position: u64,
    /// Whether the asking person may add credits.
    pub billing_access: bool,
    /// Names of the people who may.
    pub can_add: Vec<String>,
    /// Runs that wait for credits and come first.
    pub waiting: u32,
}

/// What the state of things does not allow now, though it may later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotNow {
    /// Why, and what to do about it.
    pub text: String,
    /// From about when it is allowed by itself.
    pub again_at: Option<Timestamp>,
    /// What to do first: one of the stable words of `actions`.
    pub action: Option<&'static str>,
}

/// Why a use case did not happen; nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Nobody is logged in.
    #[error("log in first")]
    Unauthenticated,
    /// Mail address or password is wrong (never says which).
    #[error("mail address or password is wrong")]
    WrongCredentials,
    /// The role does not allow it.
    #[error("your role does not allow this")]
    ForbiddenRole,
    /// Only owners and billing admins.
    #[error("only owners and billing admins can do this")]
    BillingAccessRequired,
    /// Only the operator of the installation.
    #[error("only the operator of this installation can do this")]
    OperatorOnly,
    /// It does not exist, or belongs to another organization.
    #[error("not found")]
    NotFound,
    /// It was there and has ended (an invitation, a first-run link).
    #[error("{0}")]
    Gone(&'static str),
    /// Fields are wrong.
    #[error("the request has mistakes")]
    Invalid(Vec<FieldError>),
    /// The state of things does not allow it; trying again does not help.
    #[error("{0}")]
    Conflict(&'static str),
    /// The state of things does not allow it now; it says what has to happen first.
    #[error("{}", .0.text)]
    NotNow(Box<NotNow>),
    /// The same key was used with another body.
    #[error("this idempotency key was used with another request")]
    IdempotencyMismatch,
    /// Not enough credits.
    #[error("this needs a hold of {} credits; {} are available", .0.required, .0.available)]
    InsufficientCredits(Box<Shortage>),
    /// The credits of the organization are locked until a plan is restarted.
    #[error("{} credits are locked; restart a plan to use them again", amount(.0.locked))]
    CreditsLocked(Box<Shortage>),
    /// The payment was declined; the text says why.
    #[error("{0}")]
    PaymentDeclined(String),
    /// It would buy credits at once, and nobody has confirmed that; the text says what.
    #[error("{0}")]
    PurchaseNotConfirmed(String),
    /// It costs something else than the person was shown; nothing was paid.
    #[error("this costs {} now; look at it again", .0.in_words())]
    PriceChanged(Price),
    /// What was previewed is not what would happen now; with what would, where the change is still
    /// there to be made.
    #[error("the change would not be what was shown; look at it again")]
    PreviewExpired(Option<Box<Preview>>),
    /// A change of the plan waits for the period's end, and only one may.
    #[error("a change of the plan is pending; take it back first")]
    ChangePending,
    /// The terms of the organization allow no more; the text says what and how many.
    #[error("{0}")]
    LimitReached(String),
    /// As many runs as the terms allow are at work.
    #[error("{limit} runs are at work, as many as the plan allows at once; wait for one to end")]
    ConcurrencyLimited {
        /// How many may be.
        limit: u32,
    },
    /// The payment provider did not answer: what became of it is looked up.
    #[error(
        "the payment provider did not answer; what became of it is looked up, and nothing is \
         paid twice"
    )]
    PaymentUnknown,
    /// The payment provider cannot be reached; nothing has happened.
    #[error("the payment provider cannot be reached; nothing was paid")]
    PaymentUnavailable,
    /// A takeout of theirs is being made, and one at a time is.
    #[error(
        "another download of yours is still being made; wait until it has ended, or stop it, and \
         try again"
    )]
    TakeoutRunning,
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_seconds} s")]
    RateLimited {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// No model is ready; nothing was charged.
    #[error("{0}")]
    ProviderUnavailable(String),
    /// No browser can be had here; nothing was charged.
    #[error("{0}")]
    BrowserUnavailable(String),
    /// As many browsers as there may be are in use.
    #[error("all browsers are in use; try again in a few minutes")]
    BrowserBusy,
    /// A file is larger than files may be.
    #[error("a file may have at most {} MB", .largest_bytes / (1024 * 1024))]
    FileTooLarge {
        /// Bytes that a file may have.
        largest_bytes: u64,
    },
    /// A file is of no kind that can be read; the text says which are.
    #[error("{0}")]
    UnsupportedFile(String),
    /// The organization's files would have more than their quota together.
    #[error(
        "the organization's files may have {} MB together; delete some first",
        .quota_bytes / (1024 * 1024)
    )]
    StorageFull {
        /// Bytes that all files may have together.
        quota_bytes: u64,
    },
    /// The prompt does not fit the model.
    #[error("this is too long for the model: about {tokens} tokens, at most {limit} fit")]
    InputTooLong {
        /// Upper bound of the prompt.
        tokens: u64,
        /// What fits.
        limit: u64,
    },
    /// The database did not answer; try again.
    #[error("the database is not available")]
    Unavailable,
    /// A defect; the log knows more.
    #[error("an internal error")]
    Internal,
}

impl AppError {
    /// What has to be done first is one of the words of `actions`.
    pub(crate) fn first(action: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        AppError::NotNow(Box::new(NotNow { text, again_at: None, action: Some(action) }))
    }

    /// One wrong field.
    pub fn field(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        AppError::Invalid(vec![FieldError { pointer: pointer.to_owned(), code, detail }])
    }
}

/// What is wrong with a name or another line that people type, if anything.
pub(crate) fn line_mistake(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    let text = text.trim();
    let (code, detail) = if text.is_empty() {
        ("required", "Please fill this in.".to_owned())
    } else if text.chars().count() > longest {
        ("too_long", format!("At most {longest} characters."))
    } else if text.chars().any(char::is_control) {
        ("invalid_value", "One line without control characters.".to_owned())
    } else {
        return None;
    };
    Some(FieldError { pointer: pointer.to_owned(), code, detail })
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists(_) => AppError::Conflict("it exists already"),
            StoreError::Unavailable(_) | StoreError::Unknown(_) => {
                tracing::error!(%error, "database");
                AppError::Unavailable
            }
            StoreError::Damaged(_) | StoreError::Version(_) => {
                tracing::error!(%error, "database");
                AppError::Internal
            }
        }
    }
}

impl From<ampere_credits::Overflow> for AppError {
    fn from(_: ampere_credits::Overflow) -> Self {
        tracing::error!("an amount is out of range");
        AppError::Internal
    }
}
