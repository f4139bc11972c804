//! Web pages: the main text, without what surrounds it.
//!
//! Owns: which part of a page is kept. The library decides by the rules of browsers' reading
//! views; a page that has no main part gives all of its visible text. Links keep their words and
//! lose their targets.

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};

use super::Text;
use super::shallow::shallow;

/// A page of more elements is not searched for its main part: that takes longer the more there
/// are.
const MAX_ELEMENTS: usize = 20_000;
/// What nobody sees, or what is not text.
const NOT_TEXT: &str = "script, style, noscript, template, head, svg, iframe, object, \
                        [hidden], [aria-hidden=true]";

/// The readable text of a page. `url` may be empty.
pub fn readable(html: &str, url: &str) -> Text {
    let html = &shallow(html);
    main_part(html, url).unwrap_or_else(|| everything(html))
}

fn main_part(html: &str, url: &str) -> Option<Text> {
    let config = Config {
        max_elements_to_parse: MAX_ELEMENTS,
        text_mode: TextMode::Formatted,
        ..Config::default()
    };
    let url = url::Url::parse(url).ok();
    let url = url.as_ref().map(url::Url::as_str);
    let article = Readability::new(html, url, Some(config)).ok()?.parse().ok()?;
    let text = Text::of(Some(&article.title), &article.text_content, None);
    (!text.text.is_empty()).then_some(text)
}

fn everything(html: &str) -> Text {
    let page = Document::from(html);
    let title = page.select_single("title").text();
    page.select(NOT_TEXT).remove();
    Text::of(Some(&title), &page.formatted_text(), None)
}
