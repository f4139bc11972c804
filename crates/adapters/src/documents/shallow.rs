//! Pages that are nested without end, made shallow before anything parses them.
//!
//! Owns: a rough count of open elements, and leaving out the tags beyond its cap, as browsers do.
//! A parser walks up the open elements for each new one: without a cap a small page costs minutes.
//! The count may be wrong by markup in odd places; then a few tags are missing, never words.

use std::borrow::Cow;

/// Elements inside of each other. Browsers stop at about as many.
const MAX_DEPTH: usize = 256;
/// Elements that close by themselves or hold nothing: they do not nest by being left open.
const NOT_NESTING: [&str; 31] = [
    "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html",
    "img", "input", "li", "link", "meta", "option", "optgroup", "p", "param", "source", "tbody",
    "td", "tfoot", "th", "thead", "tr", "track", "wbr", "image",
];
/// Elements whose content is no markup.
const RAW: [&str; 5] = ["script", "style", "textarea", "title", "xmp"];

/// `html` without the tags that nest deeper than [`MAX_DEPTH`]; most pages as they are.
pub(super) fn shallow(html: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let (mut copied, mut depth, mut deepest) = (0, 0_usize, 0);
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let Tag { name, closing, end } = tag(html, start);
        at = end;
        if name.is_empty() || NOT_NESTING.contains(&name.as_str()) {
            continue;
        }
        if !closing && RAW.contains(&name.as_str()) {
            at = after_raw(html, end, &name);
            continue;
        }
        let dropped = if closing { depth > MAX_DEPTH } else { depth >= MAX_DEPTH };
        depth = if closing { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
        if dropped {
            kept.push_str(&html[copied..start]);
            kept.push(' ');
            copied = end;
        }
    }
    if deepest <= MAX_DEPTH {
        return Cow::Borrowed(html);
    }
    kept.push_str(&html[copied..]);
    Cow::Owned(kept)
}

struct Tag {
    /// In lower case; empty for comments and for what is no tag.
    name: String,
    closing: bool,
    /// Where to go on.
    end: usize,
}

/// The tag that begins at `start`, where a `<` is.
fn tag(html: &str, start: usize) -> Tag {
    let rest = &html[start + 1..];
    if rest.starts_with("!--") {
        let end = html[start..].find("-->").map_or(html.len(), |end| start + end + 3);
        return Tag { name: String::new(), closing: false, end };
    }
    let closing = rest.starts_with('/');
    let named = if closing { &rest[1..] } else { rest };
    let length = named.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = named[..length].to_ascii_lowercase();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Tag { name: String::new(), closing, end: start + 1 };
    }
    // The next `<` ends a tag that nobody closed: what follows is looked at on its own.
    let stop = rest.find(['>', '<']).map_or(html.len(), |stop| start + 1 + stop);
    let end = if html[stop..].starts_with('>') { stop + 1 } else { stop };
    Tag { name, closing, end }
}

/// Where the content of a raw element ends.
fn after_raw(html: &str, from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(found) = html[at..].find("</") {
        at += found + 2;
        let named = html.as_bytes().get(at..at + name.len());
        if named.is_some_and(|named| named.eq_ignore_ascii_case(name.as_bytes())) {
            return at + name.len();
        }
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_usual_depth_stay_as_they_are() {
        let usual = "<div><p>a<p>b<li>c<br><img src='x'>".repeat(200) + &"</div>".repeat(200);
        assert!(matches!(shallow(&usual), Cow::Borrowed(_)));
        let script =
            format!("<script>{}</script><style>{0}</STYLE>", "if(a<b){'<div>'}".repeat(999));
        let comment = format!("<!-- {} -->{script}", "<div>".repeat(999));
        assert!(matches!(shallow(&comment), Cow::Borrowed(_)));
        for odd in ["", "<", "</", "<!--", "a < b <", "<é>", "<script", "<script></scr", "<p <p"] {
            assert_eq!(shallow(odd), odd);
        }
    }

    #[test]
    fn tags_beyond_the_cap_are_left_out_and_words_are_not() {
        let deep = "<div>x".repeat(MAX_DEPTH + 3) + &"</div>".repeat(MAX_DEPTH + 3) + "<b>end</b>";
        let flat = shallow(&deep);
        assert_eq!(flat.matches("<div>").count(), MAX_DEPTH);
        assert_eq!(flat.matches("</div>").count(), MAX_DEPTH);
        assert_eq!(flat.matches('x').count(), MAX_DEPTH + 3);
        assert!(flat.ends_with("<b>end</b>"));
    }
}
