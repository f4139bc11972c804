//! Passwords (security check S5): which ones are refused, and Argon2id off the async threads.
//!
//! Never keeps, shows or logs one. The list of common ones is our own: words that people choose,
//! matched with whatever digits and marks they put behind them.

use std::sync::Arc;

use ampere_credits::Entropy;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::error::{AppError, FieldError};

/// Characters.
const SHORTEST: usize = 8;
/// Characters; well above the 64 that must be possible.
const LONGEST: usize = 128;
/// Passwords hashed at once: each takes a core and the memory of its cost.
const AT_ONCE: usize = 2;
const SALT_BYTES: usize = 16;
const COMMON: &str = include_str!("common_passwords.txt");

/// What one hash costs whoever guesses, and us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// What OWASP recommends for Argon2id on one lane.
    fn default() -> Self {
        PasswordCost { memory_kib: 19_456, passes: 2 }
    }
}

/// Hashes and verifies.
pub(crate) struct Passwords {
    argon: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// Of no password: verified for people who do not exist, so that it takes as long.
    nobody: String,
}

impl Passwords {
    pub(super) fn new(cost: PasswordCost, entropy: &dyn Entropy) -> crate::Done<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|error| {
            tracing::error!(%error, "the cost of passwords is not possible");
            AppError::Internal
        })?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut unknown = [0u8; 32];
        entropy.fill(&mut unknown);
        let nobody = hashed(&argon, &unknown, salt(entropy))?;
        Ok(Passwords { argon, turns: Arc::new(Semaphore::new(AT_ONCE)), nobody })
    }

    pub(super) fn salt(&self, entropy: &dyn Entropy) -> [u8; SALT_BYTES] {
        salt(entropy)
    }

    /// In PHC form.
    pub(super) async fn hash(
        &self,
        password: String,
        salt: [u8; SALT_BYTES],
    ) -> crate::Done<String> {
        let argon = self.argon.clone();
        self.in_turn(move || hashed(&argon, password.as_bytes(), salt)).await
    }

    /// Whether it is the password of this hash; without a hash no, after the same time.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> crate::Done<bool> {
        let argon = self.argon.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        self.in_turn(move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| {
                tracing::error!(%error, "a stored password hash cannot be read");
                AppError::Internal
            })?;
            Ok(argon.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> crate::Done<T> + Send + 'static,
    ) -> crate::Done<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| AppError::Internal)?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept until the work ends, even when whoever asked is gone.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| AppError::Internal)?
    }
}

fn salt(entropy: &dyn Entropy) -> [u8; SALT_BYTES] {
    let mut salt = [0u8; SALT_BYTES];
    entropy.fill(&mut salt);
    salt
}

fn hashed(argon: &Argon2<'_>, password: &[u8], salt: [u8; SALT_BYTES]) -> crate::Done<String> {
    let hash: PasswordHash = argon.hash_password_with_salt(password, &salt).map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        AppError::Internal
    })?;
    Ok(hash.to_string())
}

/// Why a password is refused, if it is. Any characters are welcome.
pub(super) fn weakness(pointer: &str, password: &str, email: &str) -> Option<FieldError> {
    let wrong = |code, detail: &str| {
        Some(FieldError { pointer: pointer.to_owned(), code, detail: detail.to_owned() })
    };
    let length = password.chars().count();
    if length < SHORTEST {
        return wrong("too_short", "At least 8 characters; 15 or more are better.");
    }
    if length > LONGEST {
        return wrong("too_long", "At most 128 characters.");
    }
    if is_common(password, email) {
        return wrong("too_common", "Too easy to guess: it is among the first that are tried.");
    }
    None
}

fn is_common(password: &str, email: &str) -> bool {
    let whole = password.to_lowercase();
    let decoration = |c: char| c.is_ascii_digit() || c.is_ascii_punctuation();
    let word = whole.trim_matches(decoration);
    let local = email.split('@').next().unwrap_or_default();
    let listed = |text: &str| COMMON.split_whitespace().any(|common| common == text);
    whole == email
        || (!local.is_empty() && (whole == local || word == local))
        || listed(&whole)
        || listed(word)
        || is_run(&whole)
}

/// One character repeated, a piece repeated, or a walk through the alphabet or the digits.
fn is_run(text: &str) -> bool {
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    let steps: Vec<i64> =
        letters.windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0])).collect();
    let even = steps.iter().all(|step| *step == 0)
        || steps.iter().all(|step| matches!(step, 1 | -9))
        || steps.iter().all(|step| matches!(step, -1 | 9));
    let repeats =
        |piece: usize| letters.iter().zip(letters.iter().skip(piece)).all(|(a, b)| a == b);
    even || (1..=4).any(|piece| letters.len() > 2 * piece - 1 && repeats(piece))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        weakness("/password", password, "mia.berg@example.com").map(|error| error.code)
    }

    #[test]
    fn length_counts_in_characters_and_sixty_four_pass() {
        assert_eq!(code("ö?7kQ w"), Some("too_short"));
        assert_eq!(code("ö?7kQ wz"), None);
        assert_eq!(code(&"päß wörd ".repeat(15).chars().take(64).collect::<String>()), None);
        assert_eq!(code(&"correct horse ".repeat(9)), None);
        assert_eq!(code(&"correct horse ".repeat(10)), Some("too_long"));
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in [
            "password",
            "Password1",
            "PASSWORD123!",
            "12345678",
            "87654321",
            "1234567890",
            "abcdefgh",
            "aaaaaaaa",
            "abababab",
            "abc1abc1",
            "qwertyuiop",
            "Ampere2026!",
            "iloveyou",
            "mia.berg1",
            "mia.berg@example.com",
            "letmein!!",
            "!!sunshine!!",
        ] {
            assert_eq!(code(common), Some("too_common"), "{common}");
        }
        for fine in ["sieben gelbe Kühe", "tr0ub4dor&3x", "ampere in the river", "kJ8#dk2Lq"] {
            assert_eq!(code(fine), None, "{fine}");
        }
    }

    #[test]
    fn the_list_is_lower_case_and_without_doubles() {
        let words: Vec<&str> = COMMON.split_whitespace().collect();
        let unique: std::collections::BTreeSet<&&str> = words.iter().collect();
        assert_eq!(words.len(), unique.len());
        assert!(words.len() > 250, "{}", words.len());
        assert!(words.iter().all(|word| *word == word.to_lowercase()));
    }

    struct Same;

    impl Entropy for Same {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let cost = PasswordCost { memory_kib: 64, passes: 1 };
        let passwords = Passwords::new(cost, &Same);
        let Ok(passwords) = passwords else { unreachable!("the cost is possible") };
        let hash = passwords.hash("sieben gelbe Kühe".to_owned(), [3; 16]).await;
        let Ok(hash) = hash else { unreachable!("{hash:?}") };
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        let verify =
            |text: &str, hash: Option<&String>| passwords.verify(text.to_owned(), hash.cloned());
        assert_eq!(verify("sieben gelbe Kühe", Some(&hash)).await, Ok(true));
        assert_eq!(verify("sieben gelbe Kuhe", Some(&hash)).await, Ok(false));
        assert_eq!(verify("sieben gelbe Kühe", None).await, Ok(false));
        assert_eq!(verify("x", Some(&"no hash".to_owned())).await, Err(AppError::Internal));
        // An unknown person is no short way: the turn to hash is waited for all the same.
        let turns = u32::try_from(AT_ONCE).unwrap_or_default();
        let all = passwords.turns.acquire_many(turns).await;
        assert!(all.is_ok());
        assert_eq!(verify("x", None).now_or_never(), None);
        assert_eq!(verify("x", Some(&hash)).now_or_never(), None);
    }
}
