//! The operator's model provider: kept, sealed, tested, and in use the moment it is saved.
//!
//! The price is published before the model can be asked: work without a price must not start.
//! The address may be private (a model in the operator's own network); only the operator can set
//! it. A saved key is used for the address it was saved with, and no other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::facts::{ProviderFacts, ProviderKind, ProviderShown, ProviderTested, WantedProvider};
use super::operator::FIXED;
use super::{LocalLook, Source};
use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::rates::{LOCAL_MODEL, Price};
use ampere_adapters::ai::{
    Limits, Model, ProviderSettings, Retry, SettingsError, anthropic, openai, test_connection,
};
use ampere_adapters::secrets::{self, NONCE_BYTES, Place, SealingKey, SecretText};
use ampere_credits::{Credits, RunId};
use serde_json::{Value, json};

const KIND: &str = "model_provider.kind";
const BASE_URL: &str = "model_provider.base_url";
const MODEL: &str = "model_provider.model";
const NAME: &str = "model_provider.name";
const KEY: &str = "model_provider.api_key";
const INPUT: &str = "model_provider.input_credits_per_thousand";
const OUTPUT: &str = "model_provider.output_credits_per_thousand";
const KEY_PLACE: Place<'_> = Place { owner: "instance", name: KEY };

/// What fits in one call unless the configuration says more.
const CONTEXT_TOKENS: u32 = 32_768;
/// The longest answer unless the configuration says more.
const MAX_OUTPUT_TOKENS: u32 = 4_096;
/// Characters of an address or a name.
const LONGEST: usize = 200;
/// Credits per 1,000 tokens; more is a slip.
const HIGHEST_PRICE: Credits = Credits::whole(1_000_000);

/// A provider as it is used.
#[derive(Clone)]
pub(crate) struct Provider {
    kind: ProviderKind,
    base_url: String,
    api_key: Option<SecretText>,
    model: String,
    name: String,
    input: Credits,
    output: Credits,
    source: Source,
}

impl App {
    /// At start, and after every change: what environment, file or screen say is in use.
    ///
    /// # Errors
    /// When the database does not answer, or the saved key cannot be opened; the provider is not
    /// in use then.
    pub async fn apply_model_provider(&self) -> crate::Done<()> {
        match self.provider().await? {
            Some(provider) => self.put_to_use(&provider).await,
            None => {
                self.models.set_provider(None);
                Ok(())
            }
        }
    }

    /// What the operator sees.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`].
    pub async fn model_provider(&self, caller: &Caller) -> crate::Done<ProviderShown> {
        caller.may(Act::Operate)?;
        let provider = self.provider().await?.map(|provider| ProviderFacts {
            kind: provider.kind,
            key_set: provider.api_key.is_some(),
            base_url: provider.base_url,
            model: provider.model,
            name: provider.name,
            source: provider.source,
            input: provider.input,
            output: provider.output,
        });
        let local = match &self.local {
            Some(local) => local.look().await,
            None => LocalLook {
                state: "off",
                detail: "The model on this computer is switched off.".to_owned(),
                name: String::new(),
                pid: None,
                queued: 0,
            },
        };
        Ok(ProviderShown { provider, local })
    }

    /// Saves a provider and uses it from now on; runs that work go on with what they began with.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`], [`AppError::Invalid`]; [`AppError::Conflict`] if environment
    /// or file say it.
    pub async fn set_model_provider(
        &self,
        caller: &Caller,
        wanted: WantedProvider,
    ) -> crate::Done<ProviderShown> {
        caller.may(Act::Operate)?;
        if self.fixed_settings.provider.base_url.is_some() {
            return Err(AppError::Conflict(FIXED));
        }
        let provider = self.wanted(wanted).await?;
        let before = self.provider().await?.as_ref().map_or(Value::Null, known);
        let change = (before, known(&provider));
        self.put_to_use(&provider).await?;
        let sealed = provider.api_key.as_ref().map(|key| self.sealed(key)).transpose()?;
        let set = |key: &str, value: String| (key.to_owned(), Some(value));
        let log = self.entry(caller, Deed::ModelProviderSet, "installation", change);
        let changes = vec![
            set(KIND, provider.kind.word().to_owned()),
            set(BASE_URL, provider.base_url),
            set(MODEL, provider.model),
            set(NAME, provider.name),
            set(INPUT, provider.input.to_string()),
            set(OUTPUT, provider.output.to_string()),
            (KEY.to_owned(), sealed),
        ];
        self.store.set(changes, log).await?;
        tracing::info!(target: "security", by = %caller.user, "the model provider was set");
        self.model_provider(caller).await
    }

    /// Removes the provider; the model on this computer is the default again.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`]; [`AppError::Conflict`] if environment or file say it.
    pub async fn remove_model_provider(&self, caller: &Caller) -> crate::Done<()> {
        caller.may(Act::Operate)?;
        if self.fixed_settings.provider.base_url.is_some() {
            return Err(AppError::Conflict(FIXED));
        }
        let was = self.provider().await?.as_ref().map_or(Value::Null, known);
        let all = [KIND, BASE_URL, MODEL, NAME, KEY, INPUT, OUTPUT];
        let log =
            self.entry(caller, Deed::ModelProviderRemoved, "installation", (was, Value::Null));
        self.store.set(all.map(|key| (key.to_owned(), None)).to_vec(), log).await?;
        self.models.set_provider(None);
        tracing::info!(target: "security", by = %caller.user, "the model provider was removed");
        Ok(())
    }

    /// Asks the provider for one word. Nothing is saved, nothing is charged to the pool.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`], [`AppError::Invalid`]. A provider that does not answer is no
    /// error but an answer.
    pub async fn test_model_provider(
        &self,
        caller: &Caller,
        wanted: WantedProvider,
    ) -> crate::Done<ProviderTested> {
        caller.may(Act::Operate)?;
        let provider = self.wanted(wanted).await?;
        let model = self.open(&provider)?;
        let call = format!("test:{}", RunId::mint(self.now(), &*self.entropy));
        let clock = || Duration::from_micros(self.now().micros().unsigned_abs());
        let begun = clock();
        Ok(match test_connection(&*model, &call, &clock).await {
            Ok(report) => ProviderTested {
                ok: true,
                detail: if report.exact {
                    "It answers, and says how many tokens it used.".to_owned()
                } else {
                    "It answers, but does not say how many tokens it used: charges will be our \
                     own count, marked as estimated."
                        .to_owned()
                },
                tokens: Some((report.input_tokens, report.output_tokens)),
                milliseconds: millis(report.took),
            },
            Err(error) => ProviderTested {
                ok: false,
                detail: format!("{error}."),
                tokens: None,
                milliseconds: millis(clock().saturating_sub(begun)),
            },
        })
    }

    /// The provider that is in force, with its key opened.
    async fn provider(&self) -> crate::Done<Option<Provider>> {
        let fixed = &self.fixed_settings.provider;
        let default = self.catalog.provider_rates;
        if let Some(base_url) = &fixed.base_url {
            let model = fixed.model.clone().unwrap_or_default();
            return Ok(Some(Provider {
                kind: fixed.kind.unwrap_or_default(),
                base_url: base_url.value.clone(),
                api_key: fixed.api_key.clone(),
                name: fixed.name.clone().unwrap_or_else(|| model.clone()),
                model,
                input: fixed.input.unwrap_or(default.input),
                output: fixed.output.unwrap_or(default.output),
                source: base_url.source,
            }));
        }
        let kept = self.store.settings().await?;
        let Some(base_url) = kept.get(BASE_URL) else { return Ok(None) };
        let text = |key: &str| kept.get(key).cloned().unwrap_or_default();
        Ok(Some(Provider {
            // Saved before there were two: what everything spoke then.
            kind: ProviderKind::from_word(&text(KIND)).unwrap_or_default(),
            base_url: base_url.clone(),
            api_key: self.opened(&kept)?,
            model: text(MODEL),
            name: text(NAME),
            input: text(INPUT).parse().unwrap_or(default.input),
            output: text(OUTPUT).parse().unwrap_or(default.output),
            source: Source::Screen,
        }))
    }

    /// What the operator typed, checked, with the saved key where it may be used.
    async fn wanted(&self, wanted: WantedProvider) -> crate::Done<Provider> {
        let base_url = wanted.base_url.trim().trim_end_matches('/').to_owned();
        let model = wanted.model.trim().to_owned();
        let api_key = match wanted.api_key {
            Some(key) if key.expose().is_empty() => None,
            Some(key) => Some(key),
            None => {
                let saved = self.provider().await?;
                saved.filter(|saved| saved.base_url == base_url).and_then(|saved| saved.api_key)
            }
        };
        for (pointer, text) in [("/base_url", &base_url), ("/model", &model)] {
            if text.chars().count() > LONGEST {
                return Err(AppError::field(pointer, "too_long", "At most 200 characters."));
            }
        }
        if model == LOCAL_MODEL {
            let detail = "This name belongs to the model on this computer.";
            return Err(AppError::field("/model", "taken", detail));
        }
        let name = wanted.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| model.clone());
        if name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return Err(AppError::field("/name", "invalid_value", "At most 200 plain characters."));
        }
        let default = self.catalog.provider_rates;
        let price = |pointer: &str, given: Option<Credits>, default: Credits| {
            let price = given.unwrap_or(default);
            let fits = price >= Credits::ZERO && price <= HIGHEST_PRICE;
            let detail = "0 or more, at most 1,000,000 credits per 1,000 tokens.";
            fits.then_some(price).ok_or_else(|| AppError::field(pointer, "out_of_range", detail))
        };
        let input = price("/input_credits_per_thousand", wanted.input, default.input)?;
        let output = price("/output_credits_per_thousand", wanted.output, default.output)?;
        let source = Source::Screen;
        let kind = wanted.kind;
        let provider = Provider { kind, base_url, api_key, model, name, input, output, source };
        self.open(&provider)?;
        Ok(provider)
    }

    /// First the price, then the model.
    async fn put_to_use(&self, provider: &Provider) -> crate::Done<()> {
        let model = self.open(provider)?;
        let price =
            Price { model: provider.model.clone(), input: provider.input, output: provider.output };
        self.rates.publish(&*self.store, vec![price], self.now()).await?;
        self.models.set_provider(Some(model));
        Ok(())
    }

    fn open(&self, provider: &Provider) -> crate::Done<Arc<dyn Model>> {
        let fixed = &self.fixed_settings.provider;
        let open = match provider.kind {
            ProviderKind::OpenAi => openai::open,
            ProviderKind::Anthropic => anthropic::open,
        };
        open(ProviderSettings {
            base_url: provider.base_url.clone(),
            api_key: provider.api_key.clone(),
            model: provider.model.clone(),
            id: provider.model.clone(),
            name: provider.name.clone(),
            note: "Connected by the operator of this installation.".to_owned(),
            context_tokens: fixed.context_tokens.unwrap_or(CONTEXT_TOKENS),
            max_output_tokens: fixed.max_output_tokens.unwrap_or(MAX_OUTPUT_TOKENS),
            limits: Limits::default(),
            retry: Retry::default(),
        })
        .map_err(|error| {
            let pointer = match error {
                SettingsError::BadAddress | SettingsError::AddressHoldsMore => "/base_url",
                SettingsError::BadKey => "/api_key",
                SettingsError::NoModel => "/model",
                SettingsError::NoTls => return AppError::Internal,
            };
            AppError::field(pointer, "invalid_value", format!("{error}."))
        })
    }

    fn sealed(&self, key: &SecretText) -> crate::Done<String> {
        let mut nonce = [0u8; NONCE_BYTES];
        self.entropy.fill(&mut nonce);
        let sealing = SealingKey::new(self.secret_key);
        secrets::seal(&sealing, KEY_PLACE, key, nonce)
            .map_err(|error| AppError::field("/api_key", "too_long", format!("{error}.")))
    }

    fn opened(&self, kept: &BTreeMap<String, String>) -> crate::Done<Option<SecretText>> {
        let Some(sealed) = kept.get(KEY) else { return Ok(None) };
        let sealing = SealingKey::new(self.secret_key);
        secrets::open(&sealing, KEY_PLACE, sealed).map(Some).map_err(|error| {
            tracing::error!(%error, "the model provider's saved key cannot be opened");
            AppError::Internal
        })
    }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// What the audit log says of a provider: neither its key nor its address, which may hold one.
fn known(provider: &Provider) -> Value {
    let (kind, model, has_key) =
        (provider.kind.word(), &provider.model, provider.api_key.is_some());
    let (input, output) = (provider.input.to_string(), provider.output.to_string());
    json!({ "kind": kind, "model": model, "has_key": has_key, "input": input, "output": output })
}
