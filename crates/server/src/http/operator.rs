//! `/operator/v1`: settings of the whole installation, for its operator alone.

use std::sync::Arc;

use ampere_app::settings::{self, Given, ProviderKind, ProviderShown, SecretText, WantedProvider};
use ampere_credits::Credits;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, Who};
use super::problem::Problem;

/// Where a setting comes from; the earlier wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingSource {
    Environment,
    File,
    Screen,
    Default,
}

impl From<settings::Source> for SettingSource {
    fn from(source: settings::Source) -> Self {
        match source {
            settings::Source::Environment => SettingSource::Environment,
            settings::Source::File => SettingSource::File,
            settings::Source::Screen => SettingSource::Screen,
            settings::Source::Default => SettingSource::Default,
        }
    }
}

/// A yes or no with its source.
#[derive(Serialize, ToSchema)]
pub struct SettingBool {
    value: bool,
    source: SettingSource,
}

/// Settings of the installation.
#[derive(Serialize, ToSchema)]
pub struct OperatorSettings {
    /// Whether people may make accounts without an invitation.
    sign_up_open: SettingBool,
}

impl From<Given<bool>> for OperatorSettings {
    fn from(given: Given<bool>) -> Self {
        let Given { value, source } = given;
        OperatorSettings { sign_up_open: SettingBool { value, source: source.into() } }
    }
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOperatorSettingsRequest {
    sign_up_open: Option<bool>,
}

/// Where the model on this computer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocalModelState {
    Ready,
    Starting,
    Missing,
    Failed,
    Off,
}

/// The model on this computer.
#[derive(Serialize, ToSchema)]
pub struct LocalModelStatus {
    state: LocalModelState,
    /// What that means and what to do.
    detail: String,
    name: String,
    /// Its process.
    pid: Option<u32>,
    /// Calls that wait for their turn.
    queued: u32,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelProviderSpeaks {
    /// The OpenAI chat shape.
    #[default]
    Openai,
    /// Anthropic's Messages API.
    Anthropic,
}

impl From<ProviderKind> for ModelProviderSpeaks {
    fn from(kind: ProviderKind) -> Self {
        match kind {
            ProviderKind::OpenAi => ModelProviderSpeaks::Openai,
            ProviderKind::Anthropic => ModelProviderSpeaks::Anthropic,
        }
    }
}

impl From<ModelProviderSpeaks> for ProviderKind {
    fn from(speaks: ModelProviderSpeaks) -> Self {
        match speaks {
            ModelProviderSpeaks::Openai => ProviderKind::OpenAi,
            ModelProviderSpeaks::Anthropic => ProviderKind::Anthropic,
        }
    }
}

/// The model provider in use, its key never shown.
#[derive(Serialize, ToSchema)]
pub struct ModelProvider {
    configured: bool,
    kind: Option<ModelProviderSpeaks>,
    base_url: Option<String>,
    model: Option<String>,
    name: Option<String>,
    key_set: bool,
    source: SettingSource,
    input_credits_per_thousand: Option<String>,
    output_credits_per_thousand: Option<String>,
    local: LocalModelStatus,
}

impl From<ProviderShown> for ModelProvider {
    fn from(shown: ProviderShown) -> Self {
        let local = shown.local;
        let state = match local.state {
            "ready" => LocalModelState::Ready,
            "starting" => LocalModelState::Starting,
            "missing" => LocalModelState::Missing,
            "off" => LocalModelState::Off,
            _ => LocalModelState::Failed,
        };
        let settings::LocalLook { detail, name, pid, queued, .. } = local;
        let local = LocalModelStatus { state, detail, name, pid, queued };
        let facts = shown.provider;
        let of = |get: fn(&settings::ProviderFacts) -> String| facts.as_ref().map(get);
        ModelProvider {
            configured: facts.is_some(),
            kind: facts.as_ref().map(|facts| facts.kind.into()),
            base_url: of(|facts| facts.base_url.clone()),
            model: of(|facts| facts.model.clone()),
            name: of(|facts| facts.name.clone()),
            key_set: facts.as_ref().is_some_and(|facts| facts.key_set),
            source: facts.as_ref().map_or(SettingSource::Default, |facts| facts.source.into()),
            input_credits_per_thousand: of(|facts| facts.input.to_string()),
            output_credits_per_thousand: of(|facts| facts.output.to_string()),
            local,
        }
    }
}

/// A server that runs models, what it speaks, and what its model costs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetModelProviderRequest {
    /// What it speaks; left out: the OpenAI chat shape.
    #[serde(default)]
    kind: ModelProviderSpeaks,
    /// Up to and without `/chat/completions` or `/v1/messages`.
    base_url: String,
    /// Left out: the saved key, if the address stays the same. Empty: none.
    api_key: Option<String>,
    /// The model's name there.
    model: String,
    /// What people read; the model's name otherwise.
    name: Option<String>,
    /// Credits for 1,000 tokens that the model reads.
    #[schema(value_type = Option<String>)]
    input_credits_per_thousand: Option<Credits>,
    /// Credits for 1,000 tokens that the model writes.
    #[schema(value_type = Option<String>)]
    output_credits_per_thousand: Option<Credits>,
}

impl From<SetModelProviderRequest> for WantedProvider {
    fn from(asked: SetModelProviderRequest) -> Self {
        WantedProvider {
            kind: asked.kind.into(),
            base_url: asked.base_url,
            api_key: asked.api_key.map(SecretText::new),
            model: asked.model,
            name: asked.name,
            input: asked.input_credits_per_thousand,
            output: asked.output_credits_per_thousand,
        }
    }
}

/// How the test of a provider went.
#[derive(Serialize, ToSchema)]
pub struct ModelProviderTest {
    ok: bool,
    /// What that means, in plain words.
    detail: String,
    input_tokens: Option<u32>,
    output_tokens: Option<u32>,
    milliseconds: u64,
}

/// Settings of the installation
#[utoipa::path(
    get,
    path = "/operator/v1/settings",
    operation_id = "getOperatorSettings",
    responses((status = 200, body = OperatorSettings))
)]
pub async fn get_operator_settings(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<OperatorSettings>, Problem> {
    Ok(Json(shared.app.operator_settings(&caller).await?.into()))
}

/// Change settings of the installation
#[utoipa::path(
    patch,
    path = "/operator/v1/settings",
    operation_id = "updateOperatorSettings",
    request_body = UpdateOperatorSettingsRequest,
    responses((status = 200, body = OperatorSettings))
)]
pub async fn update_operator_settings(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<UpdateOperatorSettingsRequest>,
) -> Result<Json<OperatorSettings>, Problem> {
    Ok(Json(shared.app.set_sign_up_open(&caller, asked.sign_up_open).await?.into()))
}

/// The model provider, and the model on this computer
#[utoipa::path(
    get,
    path = "/operator/v1/model-provider",
    operation_id = "getModelProvider",
    responses((status = 200, body = ModelProvider))
)]
pub async fn get_model_provider(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<ModelProvider>, Problem> {
    Ok(Json(shared.app.model_provider(&caller).await?.into()))
}

/// Set the model provider
///
/// In use at once for everything that starts from now on.
#[utoipa::path(
    put,
    path = "/operator/v1/model-provider",
    operation_id = "setModelProvider",
    request_body = SetModelProviderRequest,
    responses((status = 200, body = ModelProvider))
)]
pub async fn set_model_provider(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<SetModelProviderRequest>,
) -> Result<Json<ModelProvider>, Problem> {
    Ok(Json(shared.app.set_model_provider(&caller, asked.into()).await?.into()))
}

/// Remove the model provider
#[utoipa::path(
    delete,
    path = "/operator/v1/model-provider",
    operation_id = "removeModelProvider",
    responses((status = 204, description = "Removed, and its key with it"))
)]
pub async fn remove_model_provider(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<StatusCode, Problem> {
    shared.app.remove_model_provider(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try a model provider
///
/// One tiny real call. Nothing is saved and no credits are charged.
#[utoipa::path(
    post,
    path = "/operator/v1/model-provider/test",
    operation_id = "testModelProvider",
    request_body = SetModelProviderRequest,
    responses((status = 200, body = ModelProviderTest))
)]
pub async fn test_model_provider(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<SetModelProviderRequest>,
) -> Result<Json<ModelProviderTest>, Problem> {
    let tested = shared.app.test_model_provider(&caller, asked.into()).await?;
    Ok(Json(ModelProviderTest {
        ok: tested.ok,
        detail: tested.detail,
        input_tokens: tested.tokens.map(|(input, _)| input),
        output_tokens: tested.tokens.map(|(_, output)| output),
        milliseconds: tested.milliseconds,
    }))
}
