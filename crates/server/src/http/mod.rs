//! HTTP: every route of the product, in one list ([`routes`]).
//!
//! Owns: the order of layers, and what all handlers share. A handler extracts, makes one call to
//! the app and maps what comes back; it decides nothing. Read next: the list below, then
//! `extract` (who? what?), `problem` (how errors look), any handler.

mod activity;
pub mod assets;
mod audit;
mod auth;
mod auto_recharge;
mod background;
mod billing;
mod billing_admins;
mod browser;
mod checkouts;
pub mod code;
mod credits;
pub mod envelope;
mod estimates;
mod events;
pub mod extract;
mod files;
mod guard;
mod headers;
mod help;
mod hooks;
mod instance;
mod invitations;
mod logins;
mod members;
mod messages;
mod models;
mod notifications;
pub mod once;
pub mod openapi;
mod operator;
mod ordered;
mod organization;
mod organizations;
mod paging;
mod passwords;
mod privacy;
pub mod problem;
mod receipts;
mod refusals;
mod runs;
mod sandbox;
mod schedules;
mod sessions;
pub mod streams;
mod takeout;
mod tools;
mod usage;
mod workflows;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ampere_app::App;
use ampere_app::files::LARGEST_FILE;
use ampere_credits::Entropy;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::sync::{Semaphore, watch};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use browser::viewers::Viewers;
use code::Code;
use problem::Problem;
pub use streams::{StreamPass, Streams};

/// Every operation of the API. A new one is a line here and a row in `tests/http/roles.rs`.
fn routes() -> Routes {
    let parts = [
        people(),
        joule(),
        tools_and_runs(),
        browsing(),
        workflows_and_schedules(),
        money(),
        purchases(),
        operating(),
    ];
    parts.into_iter().fold(OpenApiRouter::with_openapi(openapi::head()), OpenApiRouter::merge)
}

type Routes = OpenApiRouter<Arc<Shared>>;

/// The installation and its people.
fn people() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(instance::get_instance))
        .routes(routes!(auth::set_up))
        .routes(routes!(auth::sign_up))
        .routes(routes!(auth::look_up_invitation))
        .routes(routes!(auth::log_in))
        .routes(routes!(auth::log_out))
        .routes(routes!(auth::get_me))
        .routes(routes!(passwords::forgot_password))
        .routes(routes!(passwords::reset_password))
        .routes(routes!(organizations::switch_organization))
        .routes(routes!(organizations::accept_invitation))
        .routes(routes!(organizations::transfer_organization))
        .routes(routes!(logins::list_logins))
        .routes(routes!(notifications::list_notifications, notifications::read_notifications))
        .routes(routes!(
            notifications::get_notification_preferences,
            notifications::set_notification_preferences
        ))
        .routes(routes!(logins::end_login))
        .routes(routes!(
            organization::get_organization,
            organization::update_organization,
            privacy::delete_organization
        ))
        .routes(routes!(privacy::delete_account))
        .routes(routes!(members::list_members))
        .routes(routes!(members::change_member, members::remove_member))
        .routes(routes!(invitations::create_invitation, invitations::list_invitations))
        .routes(routes!(invitations::resend_invitation))
        .routes(routes!(invitations::revoke_invitation))
        .routes(routes!(billing_admins::list_billing_admins))
        .routes(routes!(billing_admins::add_billing_admin, billing_admins::remove_billing_admin))
        .routes(routes!(billing_admins::ask_billing))
        .routes(routes!(audit::list_audit_log))
        .routes(routes!(audit::export_audit_log))
        .routes(routes!(takeout::export_account))
        .routes(routes!(takeout::export_organization))
}

/// Conversations, and the streams of everything.
fn joule() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(models::list_models))
        .routes(routes!(estimates::estimate))
        .routes(routes!(sessions::create_session, sessions::list_sessions))
        .routes(routes!(sessions::get_session, sessions::rename_session, sessions::delete_session))
        .routes(routes!(sessions::shares::list_shares, sessions::shares::set_shares))
        .routes(routes!(messages::send_message, messages::list_messages))
        .routes(routes!(events::run_events))
        .routes(routes!(events::org_events))
}

/// AI Tools, their files, and all runs.
fn tools_and_runs() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(tools::list_tools))
        .routes(routes!(tools::get_tool))
        .routes(routes!(tools::list_saved_inputs, tools::save_inputs))
        .routes(routes!(tools::delete_saved_inputs))
        .routes(routes!(files::upload_file, files::list_files))
        .routes(routes!(files::get_file, files::delete_file))
        .routes(routes!(files::get_file_content))
        .routes(routes!(runs::list_runs, runs::start::start_run))
        .routes(routes!(runs::csv::export_runs))
        .routes(routes!(runs::detail::get_run))
        .routes(routes!(runs::detail::cancel_run))
        .routes(routes!(runs::start::resume_run))
        .routes(routes!(runs::decision::decide_call))
        .routes(routes!(receipts::get_receipt))
}

/// Browser sessions.
fn browsing() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(browser::get_browser))
        .routes(routes!(browser::take_control))
        .routes(routes!(browser::release_control))
        .routes(routes!(browser::pause_browser))
        .routes(routes!(browser::continue_browser))
        .routes(routes!(browser::input::send_browser_input))
        .routes(routes!(browser::live::create_viewer_token))
        .routes(routes!(browser::live::browser_live))
        .routes(routes!(browser::stills::list_stills))
        .routes(routes!(browser::stills::get_still))
}

/// Workflows, and what runs by the clock.
fn workflows_and_schedules() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(workflows::list_workflows, workflows::create_workflow))
        .routes(routes!(
            workflows::get_workflow,
            workflows::update_workflow,
            workflows::delete_workflow
        ))
        .routes(routes!(workflows::list_workflow_versions))
        .routes(routes!(workflows::get_workflow_version))
        .routes(routes!(workflows::testing::test_workflow_step))
        .routes(routes!(schedules::list_schedules, schedules::create_schedule))
        .routes(routes!(schedules::preview_schedule))
        .routes(routes!(
            schedules::get_schedule,
            schedules::update_schedule,
            schedules::delete_schedule
        ))
        .routes(routes!(schedules::pause_schedule))
        .routes(routes!(schedules::resume_schedule))
        .routes(routes!(schedules::run_schedule_now))
}

/// Credits, Usage, Billing.
fn money() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(credits::get_credits))
        .routes(routes!(credits::grants::list_grants))
        .routes(routes!(credits::ledger::list_ledger))
        .routes(routes!(credits::rate_card::get_rate_card))
        .routes(routes!(usage::get_usage_summary))
        .routes(routes!(background::get_background_usage, background::set_background))
        .routes(routes!(billing::page::get_billing))
        .routes(routes!(billing::plans::list_plans))
        .routes(routes!(billing::changes::preview_change))
        .routes(routes!(billing::changes::confirm_change))
        .routes(routes!(billing::changes::undo_change))
        .routes(routes!(billing::changes::cancel_plan))
        .routes(routes!(billing::changes::resume_plan))
        .routes(routes!(billing::changes::open_portal))
        .routes(routes!(auto_recharge::get_auto_recharge, auto_recharge::set_auto_recharge))
}

/// Purchases, what came of them, and who moves the money.
fn purchases() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(checkouts::list_packs))
        .routes(routes!(checkouts::create_checkout))
        .routes(routes!(checkouts::get_checkout))
        .routes(routes!(activity::list_billing_activity))
        .routes(routes!(activity::list_invoices))
        .routes(routes!(hooks::receive_stripe_hook))
        .routes(routes!(sandbox::list_sandbox_cards))
        .routes(routes!(sandbox::pay_sandbox_checkout))
        .routes(routes!(sandbox::save_sandbox_card))
        .routes(routes!(sandbox::get_sandbox_payment))
        .routes(routes!(sandbox::confirm_sandbox_payment))
        .routes(routes!(sandbox::dispute_sandbox_payment))
        .routes(routes!(sandbox::refund_sandbox_payment))
        .routes(routes!(sandbox::move_sandbox_clock))
}

/// The operator's.
fn operating() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(operator::get_operator_settings, operator::update_operator_settings))
        .routes(routes!(
            operator::get_model_provider,
            operator::set_model_provider,
            operator::remove_model_provider
        ))
        .routes(routes!(operator::test_model_provider))
}

/// Bounds on what anybody can ask for.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of a file that is brought.
    pub file_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a file may take to arrive.
    pub file_time: Duration,
    /// How long the head of a request may take to arrive.
    pub head_time: Duration,
    /// Connections that are open at once.
    pub connections: usize,
    /// Requests that are worked on at once.
    pub requests: usize,
    /// A request waits this long for its turn before it is refused.
    pub turn_time: Duration,
    /// Streams of one person.
    pub streams: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 1 << 20,
            file_bytes: usize::try_from(LARGEST_FILE).unwrap_or(usize::MAX),
            body_time: Duration::from_secs(30),
            file_time: Duration::from_secs(120),
            head_time: Duration::from_secs(10),
            connections: 4_096,
            requests: 1_024,
            turn_time: Duration::from_secs(5),
            streams: 16,
            trusted_proxies: Vec::new(),
        }
    }
}

/// What all handlers share.
pub struct Shared {
    /// The application.
    pub app: Arc<App>,
    /// Where people reach us, without a slash at its end.
    pub public_url: String,
    /// Its scheme and authority, as browsers send it.
    pub origin: String,
    /// Whether people reach us by https.
    pub secure: bool,
    /// Bounds.
    pub limits: Limits,
    /// Open streams.
    pub streams: Streams,
    /// What opens live views of browsers.
    viewers: Viewers,
    /// Becomes true when the server is to end: streams end then.
    pub ending: watch::Receiver<bool>,
    turns: Semaphore,
    entropy: Arc<dyn Entropy>,
}

impl Shared {
    /// For an application that people reach at `public_url`.
    pub fn new(
        app: Arc<App>,
        public_url: &str,
        limits: Limits,
        entropy: Arc<dyn Entropy>,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let authority = public_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        Shared {
            app,
            origin: authority,
            secure: public_url.starts_with("https://"),
            public_url,
            streams: Streams::new(limits.streams),
            viewers: Viewers::default(),
            turns: Semaphore::new(limits.requests),
            limits,
            ending,
            entropy,
        }
    }

    /// Name of the login cookie; with https one that no other host can set.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-ampere_login" } else { "ampere_login" }
    }

    /// The login cookie with a token; without seconds to live it ends at once.
    fn cookie(&self, token: &str, lives_seconds: i64) -> Result<HeaderValue, Problem> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lives_seconds}{secure}",
            self.cookie_name()
        );
        HeaderValue::from_str(&text).map_err(|_| Problem::plain(Code::Internal))
    }

    /// Random text for a page's nonce or a request's id, 32 hexadecimal digits.
    fn mint(&self) -> String {
        let mut bytes = [0u8; 16];
        self.entropy.fill(&mut bytes);
        format!("{:032x}", u128::from_be_bytes(bytes))
    }

    fn mint_request_id(&self) -> String {
        format!("req_{}", self.mint())
    }
}

/// The whole product as one service.
pub fn router(shared: Arc<Shared>) -> Router {
    let (api, document) = routes().split_for_parts();
    let document = openapi::finished(document);
    let layer = |router: Router<Arc<Shared>>| {
        router
            // `once` has read the body already, within limits of its own.
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(Arc::clone(&shared), once::once))
            .layer(from_fn_with_state(Arc::clone(&shared), guard::guard))
            .layer(from_fn_with_state(Arc::clone(&shared), envelope::envelope))
    };
    let whole = api
        .route("/openapi.json", get(openapi::serve(&document)))
        .route("/healthz", get(|| async { "ok" }))
        .route("/help/problems/{code}", get(help::problem_page))
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { axum::http::StatusCode::METHOD_NOT_ALLOWED });
    layer(whole).with_state(Arc::clone(&shared))
}

/// The OpenAPI document, as `ampere openapi` prints it.
pub fn document() -> String {
    openapi::text(&openapi::finished(routes().into_openapi()))
}
