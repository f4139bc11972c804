//! How a webhook proves where it comes from.
//!
//! Owns: `t=<seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`, made and verified. Several
//! `v1` may stand side by side while a secret is being changed. A signature is good for 300 s
//! before and after its time: clocks differ, and a server some seconds behind still hears.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::hex;
use crate::secrets::SecretText;

/// Seconds by which a signature's time and ours may differ, on either side.
const TOLERANCE: i64 = 300;

/// The header's value for `body` sent at `seconds`.
pub(crate) fn sign(secret: &SecretText, seconds: i64, body: &[u8]) -> String {
    format!("t={seconds},v1={}", hex::encode(&mac(secret, seconds, body).finalize().into_bytes()))
}

/// Verifies the header's value over `body`.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn verify(
    secret: &SecretText,
    header: &str,
    body: &[u8],
    now_seconds: i64,
) -> Result<(), &'static str> {
    let mut seconds = None;
    let mut given: Vec<Vec<u8>> = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) => seconds = text.parse::<i64>().ok(),
            Some(("v1", text)) => given.extend(hex::decode(text)),
            // Other schemes may stand beside ours.
            _ => {}
        }
    }
    let seconds = seconds.ok_or("it has no time")?;
    let matches = given
        .iter()
        .fold(false, |any, one| any | mac(secret, seconds, body).verify_slice(one).is_ok());
    if !matches {
        return Err("its signature is wrong");
    }
    match now_seconds.checked_sub(seconds) {
        Some(age) if age > TOLERANCE => Err("it is too old"),
        Some(age) if age >= -TOLERANCE => Ok(()),
        _ => Err("it is from the future"),
    }
}

fn mac(secret: &SecretText, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = keyed(secret);
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The MAC's key, by HMAC's own rule: hashed when longer than a block, then filled with zeros.
fn keyed(secret: &SecretText) -> Hmac<Sha256> {
    let bytes = secret.expose().as_bytes();
    let mut block = [0_u8; 64];
    if bytes.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(bytes));
    } else {
        block[..bytes.len()].copy_from_slice(bytes);
    }
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mac_is_the_published_one() {
        // RFC 4231, test cases 2 (short key) and 6 (key longer than a block).
        let short = keyed(&SecretText::new("Jefe")).chain_update(b"what do ya want for nothing?");
        assert_eq!(
            hex::encode(&short.finalize().into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        // A key of 131 bytes 0xaa is no text; 65 letters test the same branch against the library.
        let long = "k".repeat(65);
        let library = <Hmac<Sha256> as KeyInit>::new_from_slice(long.as_bytes());
        let library = library.map(|m| m.chain_update(b"x").finalize().into_bytes().to_vec());
        let own = keyed(&SecretText::new(long)).chain_update(b"x").finalize().into_bytes().to_vec();
        assert_eq!(Ok(own), library);
    }
}
