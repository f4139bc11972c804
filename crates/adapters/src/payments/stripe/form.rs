//! What Stripe wants to be told: a form whose names hold brackets, `items[0][price]=price_1`.
//!
//! Owns: putting values into words. Names are written out where they are sent, so that a search
//! for one finds it.

use reqwest::Url;
use reqwest::header::HeaderValue;

/// The media type of a form.
pub(super) const MEDIA: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Names and values, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn new() -> Self {
        Form::default()
    }

    /// With one more value.
    pub(super) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// With what is to be told in full instead of by its id.
    pub(super) fn expanding(self, what: &str) -> Self {
        self.with("expand[0]", what)
    }

    /// As a request's body.
    pub(super) fn body(&self) -> String {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&self.0);
        body.finish()
    }

    /// As a request's query.
    pub(super) fn ask(&self, url: &mut Url) {
        if !self.0.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_anything_else_travel_encoded() {
        let form = Form::new().with("a[0][b]", "ä & b=c").with("n", 5).with("yes", true);
        assert_eq!(form.body(), "a%5B0%5D%5Bb%5D=%C3%A4+%26+b%3Dc&n=5&yes=true");
        let mut url = Url::parse("http://localhost/v1/x").map_err(|e| e.to_string()).ok();
        let asked = url.as_mut().map(|url| {
            form.ask(url);
            url.query().map(str::to_owned)
        });
        assert_eq!(asked.flatten().as_deref(), Some(form.body().as_str()));
    }
}
