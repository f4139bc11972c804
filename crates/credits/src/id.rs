//! Typed ids: one type for each thing, so that one cannot be handed in for another.
//!
//! An id is 128 bits (58 of time, 70 of chance, both given by the caller) and is written as a
//! prefix and 26 characters, like `run_01JD…`; ids made in a later microsecond sort later.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::{Entropy, Timestamp};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

/// A text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {0}_ and 26 letters or digits")]
pub struct IdError(pub &'static str);

fn write_bits(f: &mut fmt::Formatter<'_>, prefix: &str, bits: u128) -> fmt::Result {
    let mut text = [0u8; LENGTH];
    let mut rest = bits;
    for slot in text.iter_mut().rev() {
        let index = usize::try_from(rest & 31).unwrap_or_default();
        *slot = ALPHABET[index];
        rest >>= 5;
    }
    write!(f, "{prefix}_{}", std::str::from_utf8(&text).unwrap_or_default())
}

fn read_bits(prefix: &'static str, text: &str) -> Result<u128, IdError> {
    let wrong = IdError(prefix);
    let rest = text.strip_prefix(prefix).and_then(|r| r.strip_prefix('_')).ok_or(wrong)?;
    if rest.len() != LENGTH {
        return Err(wrong);
    }
    let mut bits: u128 = 0;
    for (i, byte) in rest.bytes().enumerate() {
        let value = ALPHABET.iter().position(|a| *a == byte).ok_or(wrong)?;
        if i == 0 && value > 7 {
            return Err(wrong);
        }
        bits = (bits << 5) | u128::try_from(value).map_err(|_| wrong)?;
    }
    Ok(bits)
}

/// 48 bits of milliseconds, 10 of the microseconds in them, and 70 of chance.
fn mint(at: Timestamp, entropy: &dyn Entropy) -> u128 {
    let mut chance = [0u8; 16];
    entropy.fill(&mut chance);
    let micros = at.micros().max(0).unsigned_abs();
    let (millis, rest) = (u128::from(micros / 1_000), u128::from(micros % 1_000));
    (millis << 80) | (rest << 70) | (u128::from_be_bytes(chance) & ((1 << 70) - 1))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The letters before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// From its 128 bits.
            pub const fn from_bits(bits: u128) -> Self {
                $name(bits)
            }

            /// Its 128 bits.
            pub const fn bits(self) -> u128 {
                self.0
            }

            /// A new one from an instant and chance, both the caller's.
            pub fn mint(at: Timestamp, entropy: &dyn Entropy) -> Self {
                $name(mint(at, entropy))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_bits(f, $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_bits(f, $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                read_bits($prefix, text).map($name)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An organization: the owner of one pool.
    OrgId = "org";
    /// A person.
    UserId = "usr";
    /// A person's web session.
    LoginId = "log";
    /// An invitation to join an organization.
    InvitationId = "inv";
    /// A conversation with Joule.
    SessionId = "ses";
    /// One message of a conversation.
    MessageId = "msg";
    /// One piece of AI work.
    RunId = "run";
    /// Credits set aside for a run.
    HoldId = "hold";
    /// Credits put into the pool by one cause.
    GrantId = "grt";
    /// One purchase at the payment provider's checkout.
    CheckoutId = "pay";
    /// A mail that was written.
    MailId = "mail";
    /// Something that a person is told.
    NoticeId = "ntc";
    /// One attempt of auto-recharge at a purchase.
    RechargeId = "rch";
    /// One preview of a change of plan, and the change that came of it.
    PreviewId = "prv";
    /// A file that a person gave to work with.
    FileId = "file";
    /// A workflow: steps that were put together.
    WorkflowId = "wf";
    /// A schedule: what starts by itself, and when.
    ScheduleId = "sch";
    /// A piece of background work that is still to be done.
    JobId = "job";
    /// Inputs of a tool that a person kept.
    SavedInputsId = "sin";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_sorts_like_bits() {
        for bits in [0, 1, 31, 32, u128::MAX, 0x0193_5e8a_0000_dead_beef_cafe_0123_4567] {
            let id = RunId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), 30);
        }
        assert!(RunId::from_bits(5).to_string() < RunId::from_bits(6).to_string());
    }

    #[test]
    fn ids_sort_by_the_microsecond_they_were_made_in_whatever_the_chance() {
        struct Falling(std::sync::atomic::AtomicU8);
        impl Entropy for Falling {
            fn fill(&self, buffer: &mut [u8]) {
                let next = self.0.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
                buffer.fill(next);
            }
        }
        let chance = Falling(255.into());
        let made: Vec<RunId> = [1, 2, 999, 1_000, 1_001, 5_000_000]
            .map(|micros| RunId::mint(Timestamp::from_micros(micros), &chance))
            .to_vec();
        assert!(made.is_sorted(), "{made:?}");
    }

    #[test]
    fn other_kinds_and_broken_texts_are_refused() {
        let run = RunId::from_bits(7).to_string();
        assert_eq!(run.parse::<HoldId>(), Err(IdError("hold")));
        for bad in ["", "run_", "run_0", "run_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "run_01jd"] {
            assert!(bad.parse::<RunId>().is_err(), "{bad}");
        }
    }
}
