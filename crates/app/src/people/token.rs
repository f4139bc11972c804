//! Tokens: 256 random bits that a person carries; only their SHA-256 is kept (security check S1).

use ampere_credits::Entropy;
use sha2::{Digest, Sha256};

/// A fresh token: 64 hexadecimal digits.
pub(super) fn mint(entropy: &dyn Entropy) -> String {
    let mut bytes = [0u8; 32];
    entropy.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a token.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Compares without telling by its time how much is right.
pub(super) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for (at, byte) in buffer.iter_mut().enumerate() {
                *byte = u8::try_from(at).unwrap_or_default();
            }
        }
    }

    #[test]
    fn a_token_holds_all_its_256_bits() {
        let token = mint(&Counting);
        assert_eq!(token.len(), 64);
        assert!(token.starts_with("000102") && token.ends_with("1e1f"));
    }

    #[test]
    fn hashes_are_the_same_only_in_every_byte() {
        let (a, mut b) = (hash("a"), hash("a"));
        assert!(same(&a, &b));
        b[31] ^= 1;
        assert!(!same(&a, &b));
    }
}
