//! The chain of the audit log: what is hashed of an entry, and whether a chain is whole. Pure
//! but for [`walked`], which reads what it walks along.
//!
//! Every part is hashed behind its length, so that no two entries have the same bytes, and behind
//! a name of this use, so that no hash of something else is ever one of these.

use ampere_credits::OrgId;
use sha2::{Digest, Sha256};

use crate::ports::{Kept, Store};
use crate::rows::{AuditHead, AuditRow, AuditWrite};

/// What these hashes are for.
const DOMAIN: &[u8] = b"ampere audit entry 1";

/// Entries that are read at once.
const STRIDE: u32 = 1_000;

/// The hash of an entry at a place, behind the one before it.
pub fn hash(entry: &AuditWrite, position: u64, previous: [u8; 32]) -> [u8; 32] {
    let AuditWrite { org, at, actor, act, target, detail } = entry;
    let (org, actor) = (org.to_string(), actor.to_string());
    let (position, at) = (position.to_be_bytes(), at.micros().to_be_bytes());
    let parts: [&[u8]; 9] = [
        DOMAIN,
        &previous,
        org.as_bytes(),
        &position,
        &at,
        actor.as_bytes(),
        act.as_bytes(),
        target.as_bytes(),
        detail.as_bytes(),
    ];
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The entry that comes after the end of a chain.
pub(crate) fn next(head: AuditHead, written: AuditWrite) -> AuditRow {
    let position = head.position.saturating_add(1);
    let hash = hash(&written, position, head.hash);
    AuditRow { position, written, previous: head.hash, hash }
}

/// A chain on its way to being proved, from its first entry on.
#[derive(Debug, Default)]
pub struct Walk {
    reached: AuditHead,
}

impl Walk {
    /// Where it has come to.
    pub fn reached(&self) -> AuditHead {
        self.reached
    }

    /// The next entry.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn step(&mut self, row: &AuditRow) -> Result<(), String> {
        let expected = self.reached.position.saturating_add(1);
        if row.position != expected {
            return Err(format!("entry {expected} is missing before entry {}", row.position));
        }
        if row.previous != self.reached.hash {
            return Err(format!("entry {expected} does not follow the entry before it"));
        }
        if row.hash != hash(&row.written, row.position, row.previous) {
            return Err(format!("entry {expected} was changed"));
        }
        self.reached = AuditHead { position: row.position, hash: row.hash };
        Ok(())
    }

    /// There are no more entries.
    ///
    /// # Errors
    /// When the chain is said to end elsewhere.
    pub fn end(&self, head: AuditHead) -> Result<(), String> {
        match self.reached == head {
            true => Ok(()),
            false => Err(format!(
                "it ends with entry {}, and {} were written",
                self.reached.position, head.position
            )),
        }
    }
}

/// Walks a chain from end to end: how many entries hold together, and the first break.
///
/// # Errors
/// When the database cannot be read.
pub async fn walked(store: &dyn Store, org: OrgId) -> Kept<(u64, Option<String>)> {
    // Read first: what is added meanwhile comes after it.
    let head = store.audit_head(org).await?;
    let mut walk = Walk::default();
    loop {
        let rows = store.audit_chain(org, walk.reached.position, STRIDE).await?;
        let mut rows = rows.iter().filter(|row| row.position <= head.position).peekable();
        if rows.peek().is_none() {
            return Ok((walk.reached.position, walk.end(head).err()));
        }
        if let Err(fault) = rows.try_for_each(|row| walk.step(row)) {
            return Ok((walk.reached.position, Some(fault)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ampere_credits::{Timestamp, UserId};

    use super::*;

    fn written(act: &str, target: &str, detail: &str) -> AuditWrite {
        let text = |text: &str| text.to_owned();
        let (act, target, detail) = (text(act), text(target), text(detail));
        let (org, actor) = (OrgId::from_bits(1), UserId::from_bits(2));
        AuditWrite { org, at: Timestamp::from_micros(7), actor, act, target, detail }
    }

    fn chain(length: u32) -> Vec<AuditRow> {
        let mut head = AuditHead::default();
        let mut rows = Vec::new();
        for number in 0..length {
            let row = next(head, written("plan_started", &number.to_string(), "{}"));
            head = AuditHead { position: row.position, hash: row.hash };
            rows.push(row);
        }
        rows
    }

    fn fault(rows: &[AuditRow], head: AuditHead) -> Option<String> {
        let mut walk = Walk::default();
        let walked = rows.iter().try_for_each(|row| walk.step(row));
        walked.and_then(|()| walk.end(head)).err()
    }

    #[test]
    fn every_part_of_an_entry_is_in_its_hash() {
        let base = written("a", "b", "c");
        let of = |entry: &AuditWrite| hash(entry, 1, [0; 32]);
        let others = [
            AuditWrite { org: OrgId::from_bits(9), ..base.clone() },
            AuditWrite { at: Timestamp::from_micros(8), ..base.clone() },
            AuditWrite { actor: UserId::from_bits(9), ..base.clone() },
            written("A", "b", "c"),
            written("a", "B", "c"),
            written("a", "b", "C"),
            // What moves over a border is another entry.
            written("ab", "", "c"),
            written("a", "bc", ""),
        ];
        for other in &others {
            assert_ne!(of(other), of(&base), "{other:?}");
        }
        assert_ne!(hash(&base, 2, [0; 32]), of(&base));
        assert_ne!(hash(&base, 1, [1; 32]), of(&base));
    }

    #[test]
    fn the_first_break_is_named() {
        let whole = chain(4);
        let head = whole.last().map(|row| AuditHead { position: 4, hash: row.hash }).unwrap();
        assert_eq!(fault(&whole, head), None);
        let broken = |change: fn(&mut Vec<AuditRow>)| {
            let mut rows = chain(4);
            change(&mut rows);
            fault(&rows, head).unwrap()
        };
        let changed = broken(|rows| rows[1].written.detail = "{\"after\":1}".to_owned());
        assert_eq!(changed, "entry 2 was changed");
        let hidden = broken(|rows| {
            rows[1].written.detail = "{\"after\":1}".to_owned();
            rows[1].hash = hash(&rows[1].written, 2, rows[1].previous);
        });
        assert_eq!(hidden, "entry 3 does not follow the entry before it");
        assert_eq!(broken(|rows| drop(rows.remove(2))), "entry 3 is missing before entry 4");
        let closed_up = broken(|rows| {
            rows.remove(2);
            rows[2].position = 3;
        });
        assert_eq!(closed_up, "entry 3 does not follow the entry before it");
        let swapped = broken(|rows| {
            let (second, third) = (rows[1].written.clone(), rows[2].written.clone());
            (rows[1].written, rows[2].written) = (third, second);
        });
        assert_eq!(swapped, "entry 2 was changed");
        let last = broken(|rows| drop(rows.pop()));
        assert_eq!(last, "it ends with entry 3, and 4 were written");
        assert_eq!(broken(Vec::clear), "it ends with entry 0, and 4 were written");
    }
}
