//! `/models`: what can be asked, and in what state it is.

use std::sync::Arc;

use ampere_app::agent::hands_note;
use ampere_app::settings::ProviderKind;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::Who;

/// Where a model runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelProviderKind {
    /// On this computer.
    Local,
    /// At a provider that the operator set up, which speaks the OpenAI chat shape.
    OpenaiCompatible,
    /// At a provider that the operator set up, which speaks Anthropic's Messages API.
    Anthropic,
}

/// A model to choose.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelCard {
    pub id: String,
    pub name: String,
    /// What it is good for, in a sentence.
    pub note: String,
    pub provider: ModelProviderKind,
    /// Whether a message sent now would be tried.
    pub ready: bool,
    /// `ready`, `starting`, `missing`, `failed` or `off`.
    pub state: String,
    pub is_default: bool,
    /// The agent can use tools with it.
    pub hands: bool,
    /// Why it cannot, in a sentence.
    pub hands_note: Option<String>,
}

/// All models; the first is the default.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelList {
    pub data: Vec<ModelCard>,
}

/// What can be asked
#[utoipa::path(
    get,
    path = "/api/v1/models",
    operation_id = "listModels",
    responses((status = 200, body = ModelList))
)]
pub async fn list_models(State(shared): State<Arc<Shared>>, _: Who) -> Json<ModelList> {
    let cards = shared.app.model_cards().into_iter().enumerate();
    let data = cards
        .map(|(index, card)| ModelCard {
            hands: hands_note(&card).is_none(),
            hands_note: hands_note(&card),
            provider: match ProviderKind::of(&card) {
                None => ModelProviderKind::Local,
                Some(ProviderKind::OpenAi) => ModelProviderKind::OpenaiCompatible,
                Some(ProviderKind::Anthropic) => ModelProviderKind::Anthropic,
            },
            id: card.id,
            name: card.name,
            note: card.note,
            ready: card.ready,
            state: card.state,
            is_default: index == 0,
        })
        .collect();
    Json(ModelList { data })
}
