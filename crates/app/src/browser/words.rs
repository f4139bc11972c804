//! What is done on a page, in words: names of steps and of stills.
//!
//! Owns the sentences of the action log. A text that goes into a field for secrets is never in
//! one. Does nothing on a page.

use ampere_adapters::browser::{Action, Element, Seen};

/// Characters of a page's own words within one of ours.
const QUOTED: usize = 60;

/// A page's own words, in quotation marks and cut.
pub(super) fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("“{}…”", line.get(..end).unwrap_or_default().trim_end()),
        None => format!("“{line}”"),
    }
}

/// An address as people read it: without scheme and a lone slash, cut.
pub(super) fn address(url: &str) -> String {
    let bare = url.trim_start_matches("https://").trim_start_matches("http://");
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    match bare.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", bare.get(..end).unwrap_or_default()),
        None => bare.to_owned(),
    }
}

fn of_mark(page: &Seen, mark: u32) -> Option<&Element> {
    page.elements.iter().find(|element| element.mark == mark)
}

fn named(page: &Seen, mark: u32) -> String {
    match of_mark(page, mark) {
        Some(element) if !element.name.trim().is_empty() => quoted(&element.name),
        Some(element) => format!("a {} without a name", element.role),
        None => format!("mark {mark}, which is not there"),
    }
}

/// Whether a field asks for what nobody but its owner should read.
fn secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "passwort", "passcode", "pin", "secret", "token", "cvc", "cvv", "card number"]
        .iter()
        .any(|word| name.split(|letter: char| !letter.is_alphanumeric()).any(|own| own == *word))
        || name.contains("password")
        || name.contains("card number")
}

/// What an act does on the page as it was before.
pub(super) fn of(action: &Action, page: &Seen) -> String {
    match action {
        Action::Look => "Looked at the page".to_owned(),
        Action::Navigate { url } => format!("Opened {}", address(url)),
        Action::Click { mark } => format!("Clicked {}", named(page, *mark)),
        Action::Type { mark, text, submit } => {
            let hidden = of_mark(page, *mark).is_none_or(|element| secret(&element.name));
            let text = if hidden { "a text".to_owned() } else { quoted(text) };
            let sent = if *submit { " and pressed Enter" } else { "" };
            format!("Typed {text} into {}{sent}", named(page, *mark))
        }
        Action::Select { mark, option } => {
            format!("Chose {} in {}", quoted(option), named(page, *mark))
        }
        Action::Scroll { down } | Action::ScrollAt { dy: down, .. } => {
            let way = if *down < 0 { "up" } else { "down" };
            format!("Scrolled {way}")
        }
        Action::Back => "Went back".to_owned(),
        Action::Wait { seconds } => format!("Waited {seconds} s"),
        Action::ClickAt { .. } => "Clicked".to_owned(),
        Action::Text { .. } => "Typed".to_owned(),
        Action::Key { key } => format!("Pressed {}", key.word()),
        Action::Screenshot { .. } => "Took a picture of the page".to_owned(),
        Action::Tables => "Read the tables of the page".to_owned(),
        Action::Follow { label } => format!("Followed {}", quoted(label)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Seen {
        let element = |mark, role: &str, name: &str| Element {
            mark,
            role: role.to_owned(),
            name: name.to_owned(),
            ..Element::default()
        };
        let elements = vec![
            element(1, "button", "Sign   in"),
            element(2, "textbox", "Search"),
            element(3, "textbox", "Your password"),
            element(4, "button", ""),
        ];
        Seen { elements, ..Seen::default() }
    }

    #[test]
    fn acts_are_told_by_what_people_see_on_the_page() {
        let said = |action| of(&action, &page());
        let typed = |mark, submit| Action::Type { mark, text: "red boots".to_owned(), submit };
        let url = "https://example.com/".to_owned();
        assert_eq!(said(Action::Navigate { url }), "Opened example.com");
        assert_eq!(said(Action::Click { mark: 1 }), "Clicked “Sign in”");
        assert_eq!(said(Action::Click { mark: 4 }), "Clicked a button without a name");
        assert_eq!(said(Action::Click { mark: 9 }), "Clicked mark 9, which is not there");
        assert_eq!(said(typed(2, true)), "Typed “red boots” into “Search” and pressed Enter");
        assert_eq!(said(Action::Scroll { down: -600 }), "Scrolled up");
    }

    #[test]
    fn what_goes_into_a_field_for_secrets_is_not_told() {
        let typed = |mark| {
            let text = "hunter2".to_owned();
            of(&Action::Type { mark, text, submit: false }, &page())
        };
        assert_eq!(typed(3), "Typed a text into “Your password”");
        assert!(!typed(77).contains("hunter2"), "an unknown field may be one");
        for name in ["PIN", "Card number", "API token", "CVC", "Passwort"] {
            assert!(secret(name), "{name}");
        }
        assert!(!secret("Shopping list"));
    }

    #[test]
    fn long_words_of_a_page_are_cut() {
        let long = "wide ".repeat(40);
        assert!(quoted(&long).chars().count() <= QUOTED + 3, "{}", quoted(&long));
        assert!(address(&format!("https://a.example/{long}")).chars().count() <= QUOTED + 1);
    }
}
