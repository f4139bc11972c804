//! The models that runs may use: a bundle that only the meter can open.
//!
//! Everybody may read their cards and bound a prompt; asking one anything needs a [`super::Meter`],
//! which needs a durable hold. That is by visibility: the fields and [`Models::find`] are private
//! to the meter.
//!
//! ```compile_fail,E0624
//! fn free_of_charge(models: &ampere_app::meter::Models) {
//!     let _ = models.find("local");
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn free_of_charge(models: &ampere_app::meter::Models) {
//!     let _ = &models.local;
//! }
//! ```
//!
//! What everybody may do:
//!
//! ```
//! fn allowed(models: &ampere_app::meter::Models) -> usize {
//!     models.cards().len()
//! }
//! ```

use std::sync::{Arc, PoisonError, RwLock};

use ampere_adapters::ai::{ChatMessage, Model, ModelCard};

/// The models of the installation.
pub struct Models {
    local: Option<Arc<dyn Model>>,
    provider: RwLock<Option<Arc<dyn Model>>>,
}

impl Models {
    /// With the local model, if there is one.
    pub fn new(local: Option<Arc<dyn Model>>) -> Self {
        Models { local, provider: RwLock::new(None) }
    }

    /// Sets, changes or removes the provider's model, at once for every new call.
    pub fn set_provider(&self, model: Option<Arc<dyn Model>>) {
        *self.provider.write().unwrap_or_else(PoisonError::into_inner) = model;
    }

    fn all(&self) -> Vec<Arc<dyn Model>> {
        let provider = self.provider.read().unwrap_or_else(PoisonError::into_inner).clone();
        provider.into_iter().chain(self.local.clone()).collect()
    }

    /// What there is to choose from; the first is the default.
    pub fn cards(&self) -> Vec<ModelCard> {
        self.all().iter().map(|model| model.card()).collect()
    }

    /// The card of a model; of the default one without a name.
    pub fn card(&self, id: Option<&str>) -> Option<ModelCard> {
        self.cards().into_iter().find(|card| id.is_none_or(|id| card.id == id))
    }

    /// The most input tokens that these messages come to for a model.
    pub fn input_bound(&self, id: &str, messages: &[ChatMessage]) -> Option<u32> {
        self.find(id).map(|model| model.count_tokens(messages))
    }

    /// The model itself.
    pub(super) fn find(&self, id: &str) -> Option<Arc<dyn Model>> {
        self.all().into_iter().find(|model| model.card().id == id)
    }
}
