//! Sealed secrets: what opens them, what does not, and that they are never shown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ampere_adapters::secrets::{
    NONCE_BYTES, Place, SealingKey, SecretError, SecretText, open, reseal, seal,
};

const PLACE: Place<'static> = Place { owner: "org_1", name: "model_provider.api_key" };
const NONCE: [u8; NONCE_BYTES] = [7; NONCE_BYTES];

fn key(byte: u8) -> SealingKey {
    SealingKey::new([byte; 32])
}

fn sealed(text: &str) -> String {
    seal(&key(1), PLACE, &SecretText::new(text), NONCE).unwrap()
}

fn failure(key: &SealingKey, place: Place<'_>, sealed: &str) -> SecretError {
    open(key, place, sealed).expect_err("must not open")
}

#[test]
fn what_was_sealed_opens_again() {
    for text in ["", "sk-live-123", "größer 🙂\n"] {
        assert_eq!(open(&key(1), PLACE, &sealed(text)).unwrap().expose(), text);
    }
}

#[test]
fn the_format_is_what_older_rows_hold() {
    // Golden: a change of the format must come as a new version that still reads this one.
    let golden = sealed("sk-live-123");
    assert_eq!(
        golden,
        "v1.19e71424.070707070707070707070707070707070707070707070707.\
         ee47a584d4bc2d593bdb43b03b26036586de4b95379d40c350459e"
    );
}

#[test]
fn another_key_is_named_as_such() {
    assert_eq!(failure(&key(2), PLACE, &sealed("x")), SecretError::OtherKey);
}

#[test]
fn a_secret_does_not_open_anywhere_else() {
    let other_owner = Place { owner: "org_2", ..PLACE };
    let other_name = Place { name: "stripe.key", ..PLACE };
    // The same letters, split elsewhere.
    let shifted = Place { owner: "org_1m", name: "odel_provider.api_key" };
    for place in [other_owner, other_name, shifted] {
        assert_eq!(failure(&key(1), place, &sealed("x")), SecretError::Damaged, "{place:?}");
    }
}

#[test]
fn any_change_of_any_character_is_noticed() {
    let text = sealed("sk-live-123");
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert_ne!(changed, text);
        failure(&key(1), PLACE, &changed);
    }
    for cut in 0..text.len() {
        failure(&key(1), PLACE, &text[..cut]);
    }
    assert_eq!(failure(&key(1), PLACE, "sk-live-123"), SecretError::BadFormat);
    assert_eq!(failure(&key(1), PLACE, "v2.a.b.c"), SecretError::BadFormat);
}

#[test]
fn a_new_key_takes_over_what_the_old_one_sealed() {
    let moved = reseal((&key(1), &key(2)), PLACE, &sealed("sk-live-123"), [8; 24]).unwrap();
    assert_eq!(open(&key(2), PLACE, &moved).unwrap().expose(), "sk-live-123");
    assert_eq!(failure(&key(1), PLACE, &moved), SecretError::OtherKey);
    assert_eq!(reseal((&key(2), &key(3)), PLACE, &sealed("x"), NONCE), Err(SecretError::OtherKey));
}

#[test]
fn the_key_file_is_sixty_four_digits() {
    let text = key(9).to_text();
    let again = SealingKey::from_text(&format!("{}\n", text.expose())).unwrap();
    assert_eq!(again.to_text().expose(), text.expose());
    for wrong in ["", "09", &"0".repeat(63), &"0".repeat(66), &"x".repeat(64)] {
        assert_eq!(SealingKey::from_text(wrong).err(), Some(SecretError::BadKey));
    }
}

#[test]
fn debug_shows_neither_secrets_nor_keys() {
    let shown = format!("{:?} {:?}", SecretText::new("sk-live-123"), key(9));
    assert!(!shown.contains("sk-live") && !shown.contains("0909"), "{shown}");
}
