//! Settings of the whole installation: environment over file over the operator's screen over
//! defaults. Each answer says where its value comes from.
//!
//! Owns: the operator's model provider, whether sign-up is open, and replies remembered for
//! idempotency keys. Never shows a secret: keys are sealed in the database and only ever said to
//! be set. Where to read on: `provider`.

mod facts;
mod fixed;
mod local;
mod operator;
mod provider;
mod replies;

pub use ampere_adapters::secrets::SecretText;
pub use ampere_store::rows::{ReplyLookup, ReplyRow as Reply};
pub use facts::{ProviderFacts, ProviderKind, ProviderShown, ProviderTested, WantedProvider};
pub use fixed::{Fixed, FixedProvider, Given, Source};
pub use local::{LocalLook, LocalWatch};
