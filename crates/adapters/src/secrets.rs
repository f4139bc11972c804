//! Secrets: sealed at rest, and never shown by accident.
//!
//! Owns: the text format of a sealed secret and the wrapper that keeps plain ones out of logs.
//! Never does: make keys or nonces (they are arguments), or decide who may read a secret.
//!
//! Format, version 1: `v1.<key print>.<nonce>.<sealed>`, each part in hexadecimal. The key print
//! tells which key is needed without telling anything of the key. XChaCha20-Poly1305; its 24-byte
//! nonces may be random. The place a secret belongs to (an organization or the instance, and a
//! name) is sealed in as associated data: a row copied to another organization does not open.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::hex;

/// Bytes of a nonce. Fresh random bytes for each sealing.
pub const NONCE_BYTES: usize = 24;

/// A secret in plain form. `Debug` says nothing of it, and there is neither `Display` nor a
/// comparison, which would take longer the more of a guess is right.
#[derive(Clone)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a plain secret.
    pub fn new(text: impl Into<String>) -> Self {
        SecretText(text.into())
    }

    /// The plain secret. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// The key that seals the secrets of an installation. `Debug` shows its print only.
#[derive(Clone)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// A key from 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        SealingKey(bytes)
    }

    /// A key as its file holds it: 64 hexadecimal digits, white space around them ignored.
    ///
    /// # Errors
    /// [`SecretError::BadKey`].
    pub fn from_text(text: &str) -> Result<Self, SecretError> {
        let bytes = hex::decode(text.trim()).ok_or(SecretError::BadKey)?;
        bytes.try_into().map(SealingKey).map_err(|_| SecretError::BadKey)
    }

    /// The key as its file holds it.
    pub fn to_text(&self) -> SecretText {
        SecretText(hex::encode(&self.0))
    }

    fn print(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"ampere sealing key print 1");
        hash.update(self.0);
        hex::encode(&hash.finalize()[..4])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.print())
    }
}

/// Where a secret belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The organization's id, or `instance` for the operator's.
    pub owner: &'a str,
    /// What the secret is, for example `model_provider.api_key`.
    pub name: &'a str,
}

impl Place<'_> {
    /// Length before text: no two places give the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"ampere secret 1".to_vec();
        for part in [self.owner, self.name] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

/// Why a secret could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The key file does not hold a key: restore it, or make a new one and enter secrets again.
    #[error("a sealing key is 64 hexadecimal digits")]
    BadKey,
    /// Not in a format that this version knows.
    #[error("this is not a sealed secret of a known version")]
    BadFormat,
    /// Restore the key that sealed it, or enter the secret again.
    #[error("the secret was sealed with another key")]
    OtherKey,
    /// The right key, but the text was changed or moved from another owner or name.
    #[error("the sealed secret is damaged or belongs somewhere else")]
    Damaged,
    /// Longer than the cipher takes.
    #[error("the secret is too long to seal")]
    TooLong,
}

/// Seals `secret` for `place`. The nonce must be random and never used before with this key.
///
/// # Errors
/// [`SecretError::TooLong`].
pub fn seal(
    key: &SealingKey,
    place: Place<'_>,
    secret: &SecretText,
    nonce: [u8; NONCE_BYTES],
) -> Result<String, SecretError> {
    let aad = place.bytes();
    let payload = Payload { msg: secret.0.as_bytes(), aad: &aad };
    let sealed =
        key.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| SecretError::TooLong)?;
    Ok(format!("v1.{}.{}.{}", key.print(), hex::encode(&nonce), hex::encode(&sealed)))
}

/// Opens what [`seal`] made for the same place.
///
/// # Errors
/// [`SecretError::BadFormat`], [`SecretError::OtherKey`], [`SecretError::Damaged`].
pub fn open(key: &SealingKey, place: Place<'_>, sealed: &str) -> Result<SecretText, SecretError> {
    let parts: Vec<&str> = sealed.split('.').collect();
    let ["v1", print, nonce, body] = parts.as_slice() else {
        return Err(SecretError::BadFormat);
    };
    let nonce = hex::decode(nonce).ok_or(SecretError::BadFormat)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SecretError::BadFormat)?;
    let body = hex::decode(body).ok_or(SecretError::BadFormat)?;
    if *print != key.print() {
        return Err(SecretError::OtherKey);
    }
    let aad = place.bytes();
    let plain = key
        .cipher()
        .decrypt(&XNonce::from(nonce), Payload { msg: &body, aad: &aad })
        .map_err(|_| SecretError::Damaged)?;
    String::from_utf8(plain).map(SecretText).map_err(|_| SecretError::Damaged)
}

/// Seals again with a new key what an old key sealed, for the same place.
///
/// # Errors
/// Those of [`open`] and [`seal`].
pub fn reseal(
    (old, new): (&SealingKey, &SealingKey),
    place: Place<'_>,
    sealed: &str,
    nonce: [u8; NONCE_BYTES],
) -> Result<String, SecretError> {
    seal(new, place, &open(old, place, sealed)?, nonce)
}
