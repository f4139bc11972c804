//! The steps that bring a database to this version's schema, for every engine.
//!
//! A migration never changes once it was published: its checksum is kept with it. Never runs
//! anything itself: an engine does, each step in a transaction of its own.

use sha2::{Digest, Sha256};

use crate::ports::{Kept, StoreError};

/// One step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// 1, 2, 3 …
    pub number: u32,
    /// What it is for.
    pub name: &'static str,
    /// Its text, before the engine's words are put in.
    pub text: &'static str,
}

impl Migration {
    /// SHA-256 of its text.
    pub fn checksum(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// All steps, in order.
const ALL: &[Migration] = &[
    Migration { number: 1, name: "first", text: include_str!("../migrations/0001_first.sql") },
    Migration { number: 2, name: "work", text: include_str!("../migrations/0002_work.sql") },
    Migration { number: 3, name: "hands", text: include_str!("../migrations/0003_hands.sql") },
    Migration { number: 4, name: "money", text: include_str!("../migrations/0004_money.sql") },
    Migration { number: 5, name: "people", text: include_str!("../migrations/0005_people.sql") },
    Migration { number: 6, name: "notices", text: include_str!("../migrations/0006_notices.sql") },
    Migration { number: 7, name: "audit", text: include_str!("../migrations/0007_audit.sql") },
    Migration { number: 8, name: "privacy", text: include_str!("../migrations/0008_privacy.sql") },
];

/// The steps that a database still needs, given those it has had.
pub(crate) fn pending(applied: &[(u32, [u8; 32])]) -> Kept<&'static [Migration]> {
    for (index, (number, checksum)) in applied.iter().enumerate() {
        let Some(known) = ALL.get(index) else {
            return Err(StoreError::Version(format!(
                "it has had migration {number}, and this version knows {} only; run the newer \
                 version that wrote it",
                ALL.len()
            )));
        };
        if known.number != *number || known.checksum() != *checksum {
            return Err(StoreError::Version(format!(
                "its migration {number} is not the one that this version knows as {} ({})",
                known.number, known.name
            )));
        }
    }
    Ok(ALL.get(applied.len()..).unwrap_or_default())
}
