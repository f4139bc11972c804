//! The browsers that runs may use: like the models, only the meter can open one.
//!
//! ```compile_fail,E0624
//! async fn free_of_charge(browsers: &ampere_app::meter::Browsers) {
//!     let _ = browsers.open(ampere_adapters::browser::OpenOptions::default()).await;
//! }
//! ```
//!
//! What everybody may do:
//!
//! ```
//! fn allowed(browsers: &ampere_app::meter::Browsers) -> ampere_adapters::browser::BrowserState {
//!     browsers.state()
//! }
//! ```

use std::sync::Arc;

use ampere_adapters::browser::{Browser, BrowserError, BrowserSession, BrowserState, OpenOptions};

/// The browsers of the installation.
pub struct Browsers {
    browser: Option<Arc<dyn Browser>>,
}

impl Browsers {
    /// With the browser of this computer, unless it is switched off.
    pub fn new(browser: Option<Arc<dyn Browser>>) -> Self {
        Browsers { browser }
    }

    /// Whether one could be opened now.
    pub fn state(&self) -> BrowserState {
        self.browser.as_ref().map_or(BrowserState::Off, |browser| browser.state())
    }

    pub(super) async fn open(
        &self,
        options: OpenOptions,
    ) -> Result<Arc<dyn BrowserSession>, BrowserError> {
        match &self.browser {
            Some(browser) => browser.open(options).await,
            None => Err(BrowserError::Off),
        }
    }
}
