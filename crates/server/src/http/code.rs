//! The stable codes of problems: one table of code, status, title and what it means.
//!
//! Owns: every `code` that an error answer can carry. Never: texts about one particular request;
//! those are the problem's `detail`. Read next: `problem`.

use axum::http::StatusCode;

/// Declares the codes with everything that is fixed for each.
macro_rules! codes {
    ($($variant:ident = $word:literal, $status:ident, $retry:literal, $title:literal,
       $meaning:literal;)+) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $(#[doc = $title] $variant,)+ }

        impl Code {
            /// Every one, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self { $(Code::$variant => $word,)+ }
            }

            /// The HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Code::$variant => StatusCode::$status,)+ }
            }

            /// Whether the very same request may succeed later.
            pub fn retryable(self) -> bool {
                match self { $(Code::$variant => $retry,)+ }
            }

            /// A few words for people.
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)+ }
            }

            /// What it means and what to do.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)+ }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request", BAD_REQUEST, false, "The request cannot be read",
        "The body is not JSON, or a header or the query cannot be read. Correct it and send again.";
    IdempotencyKeyRequired = "idempotency_key_required", BAD_REQUEST, false,
        "An idempotency key is needed",
        "Requests that spend or move money carry an Idempotency-Key header of 1 to 255 characters.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, false, "Log in first",
        "There is no login, or it has ended.";
    WrongCredentials = "wrong_credentials", UNAUTHORIZED, false, "Wrong mail address or password",
        "The mail address or the password is wrong; which of them is never said.";
    InsufficientCredits = "insufficient_credits", PAYMENT_REQUIRED, false, "Not enough credits",
        "The organization's pool has less than this work must hold. Nothing was started or spent.";
    CreditsLocked = "credits_locked", PAYMENT_REQUIRED, false, "The credits are locked",
        "The organization's plan has ended. Its credits stay owned and keep their expiry; a new \
         plan unlocks them. Nothing was started or spent.";
    PaymentDeclined = "payment_declined", PAYMENT_REQUIRED, false, "The payment was declined",
        "No money was taken and no credits were added. Try again or use another card.";
    ForbiddenRole = "forbidden_role", FORBIDDEN, false, "Your role does not allow this",
        "Ask an owner of the organization.";
    BillingAccessRequired = "billing_access_required", FORBIDDEN, false,
        "Only people with billing access can do this",
        "Owners and billing admins buy credits and see prices and payments.";
    OperatorOnly = "operator_only", FORBIDDEN, false,
        "Only the operator of this installation can do this",
        "The person who set the installation up is its operator.";
    CrossSite = "cross_site", FORBIDDEN, false, "Requests from other sites are refused",
        "A browser sent this from a page of another site, so it was not done.";
    NotFound = "not_found", NOT_FOUND, false, "Not found",
        "It does not exist, or it belongs to another organization.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, false, "Method not allowed",
        "The address exists, but not for this method; the Allow header lists those it has.";
    Timeout = "timeout", REQUEST_TIMEOUT, true, "The request took too long to arrive",
        "The body did not arrive in time. Nothing was done.";
    IdempotencyInProgress = "idempotency_in_progress", CONFLICT, true,
        "The same request is still running",
        "A request with this idempotency key is being worked on. Ask again in a second.";
    StateConflict = "state_conflict", CONFLICT, false, "The state of things does not allow it",
        "Sending the same again does not help; read the present state first.";
    PreviewExpired = "preview_expired", CONFLICT, false, "This is not what was shown",
        "The preview is too old, or something has changed since. Nothing was done. `preview` shows \
         what would happen now, if the change is still there to be made.";
    ChangePending = "change_pending", CONFLICT, false, "A change of the plan is pending",
        "Only one change may wait for the end of a period. Take it back first.";
    PurchaseNotConfirmed = "purchase_not_confirmed", CONFLICT, false,
        "This would buy credits at once",
        "Nothing was changed and nothing was paid. Send the same with `confirm_purchase`, or with \
         the price that was named, to agree.";
    Gone = "gone", GONE, false, "It has ended",
        "A link was used, revoked or has expired. Ask for a new one.";
    TooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, false, "The request is too large",
        "Send less.";
    FileTooLarge = "file_too_large", PAYLOAD_TOO_LARGE, false, "The file is too large",
        "Bring a smaller file, or a part of it. Nothing was kept.";
    StorageFull = "storage_full", CONFLICT, false, "There is no room for more files",
        "All files of an organization share a quota. Delete files that are not needed any more.";
    HeadTooLarge = "request_head_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, false,
        "The request's headers are too large", "Send fewer or shorter headers and cookies.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, false,
        "Nothing of this kind is taken here",
        "Bodies are JSON, sent with Content-Type: application/json. Files are text, Markdown, CSV, \
         HTML, PDF or DOCX, and what they are called must be what they are.";
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, false,
        "The request has mistakes",
        "`errors` names each wrong field by a JSON pointer. Nothing was changed.";
    IdempotencyMismatch = "idempotency_mismatch", UNPROCESSABLE_ENTITY, false,
        "This idempotency key belongs to another request",
        "The key was used with another body. A new request needs a new key.";
    InputTooLong = "input_too_long", UNPROCESSABLE_ENTITY, false,
        "This is too long for the model", "Send a shorter text or begin a new conversation.";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, true, "Too many attempts",
        "Wait for as many seconds as the Retry-After header says.";
    ConcurrencyLimited = "concurrency_limited", TOO_MANY_REQUESTS, true,
        "Too much at the same time", "Close some streams or wait for running requests.";
    BrowserBusy = "browser_busy", TOO_MANY_REQUESTS, true, "All browsers are in use",
        "As many browsers are open as may be at once. Nothing was charged. Try again when one of \
         them has ended.";
    Internal = "internal_error", INTERNAL_SERVER_ERROR, false, "Something went wrong here",
        "The fault is ours and was logged under the request id.";
    ProviderUnavailable = "provider_unavailable", SERVICE_UNAVAILABLE, true,
        "No model is ready", "Nothing was charged. Try again, or have the operator look at it.";
    BrowserUnavailable = "browser_unavailable", SERVICE_UNAVAILABLE, true,
        "No browser can be opened here",
        "Nothing was charged. The operator can install Chromium, name it in AMPERE_BROWSER, or \
         find in the server's log why it does not start.";
    PaymentUnavailable = "payment_unavailable", SERVICE_UNAVAILABLE, true,
        "The payment provider does not answer",
        "What became of the request is looked up, and nothing is paid twice. Send the same again.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, true, "The database is not available",
        "Nothing is known to have changed. Try again with the same idempotency key.";
}

impl Code {
    /// By its stable word.
    pub fn named(word: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.word() == word)
    }

    /// The last part of the address of its page: the word with dashes.
    pub fn slug(self) -> String {
        self.word().replace('_', "-")
    }
}
