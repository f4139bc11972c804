//! The rules for what people type: names, mail addresses, zones. Every mistake at once.

use ampere_credits::Zone;

use crate::error::{AppError, FieldError};

/// Characters of a person's or an organization's name.
const LONGEST_NAME: usize = 80;
/// Characters of a mail address.
const LONGEST_EMAIL: usize = 254;

/// Collects mistakes, so that a person sees all of them.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<FieldError>);

impl Fields {
    /// Notes a mistake.
    pub(super) fn wrong(&mut self, pointer: &str, code: &'static str, detail: &str) {
        let pointer = pointer.to_owned();
        self.0.push(FieldError { pointer, code, detail: detail.to_owned() });
    }

    /// Takes over what another rule found.
    pub(super) fn add(&mut self, error: Option<FieldError>) {
        self.0.extend(error);
    }

    /// A name: something to read, on one line.
    pub(super) fn name(&mut self, pointer: &str, text: &str) -> String {
        let name = text.trim();
        if name.is_empty() {
            self.wrong(pointer, "required", "Please fill this in.");
        } else if name.chars().count() > LONGEST_NAME {
            self.wrong(pointer, "too_long", "At most 80 characters.");
        } else if name.chars().any(char::is_control) {
            self.wrong(pointer, "invalid_value", "One line without control characters.");
        }
        name.to_owned()
    }

    /// A mail address, in the lower case in which it is kept. Only a mail can show that it is
    /// somebody's; this catches slips.
    pub(super) fn email(&mut self, pointer: &str, text: &str) -> String {
        let email = plain_email(text);
        let whole = email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if !whole || email.chars().any(odd) || email.chars().count() > LONGEST_EMAIL {
            self.wrong(pointer, "invalid_value", "This is not a mail address.");
        }
        email
    }

    /// An IANA zone, as the database spells it.
    pub(super) fn zone(&mut self, pointer: &str, text: &str) -> String {
        match Zone::named(text.trim()) {
            Ok(zone) => zone.name().to_owned(),
            Err(error) => {
                self.wrong(pointer, "invalid_value", &format!("{error}."));
                String::new()
            }
        }
    }

    /// Nothing wrong, or everything that is.
    pub(super) fn checked(self) -> crate::Done<()> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError::Invalid(self.0)) }
    }
}

/// A mail address as it is kept and looked for.
pub(super) fn plain_email(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(fields: Fields) -> Vec<(String, &'static str)> {
        fields.0.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mut fields = Fields::default();
        fields.name("/name", "  ");
        fields.name("/organization_name", &"x".repeat(81));
        fields.email("/email", "mia at example.com");
        fields.zone("/zone", "Mars/Olympus");
        let expected = [
            ("/name", "required"),
            ("/organization_name", "too_long"),
            ("/email", "invalid_value"),
            ("/zone", "invalid_value"),
        ];
        assert_eq!(codes(fields), expected.map(|(at, code)| (at.to_owned(), code)));
    }

    #[test]
    fn what_is_right_comes_back_as_it_is_kept() {
        let mut fields = Fields::default();
        assert_eq!(fields.name("/name", " Mia Ødegård "), "Mia Ødegård");
        assert_eq!(fields.email("/email", " Mia@Example.COM "), "mia@example.com");
        assert_eq!(fields.zone("/zone", "europe/berlin"), "Europe/Berlin");
        assert_eq!(fields.checked(), Ok(()));
    }

    #[test]
    fn addresses_that_are_none() {
        for text in ["", "@", "a@", "@b", "a@b@c", "a b@c", "a\u{7}@b"] {
            let mut fields = Fields::default();
            fields.email("/email", text);
            assert!(fields.checked().is_err(), "{text}");
        }
    }
}
