//! Canonical bytes of an entry: what is hashed and what is stored.
//!
//! Versioned, explicit field order, big-endian integers, no padding, no lengths that vary by
//! machine. Ids only. Changing what version 1 writes breaks every chain there is: add a version.

use crate::amount::Credits;
use crate::id::{GrantId, HoldId, OrgId, RunId};
use crate::ledger::account::{Account, Move};
use crate::ledger::entry::{EndKind, Entry, Fact, Hash};
use crate::ledger::grant::{Cause, Class, GrantTerms};
use crate::time::Timestamp;
use sha2::{Digest, Sha256};

/// The version that is written.
pub const VERSION: u8 = 1;

/// Bytes that are not an entry of a known version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the canonical bytes of an entry: {0}")]
pub struct Undecodable(pub &'static str);

/// SHA-256 of canonical bytes.
pub fn hash(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// The canonical bytes: version, organization, position, instant, previous hash, fact, moves.
pub fn encode(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::with_capacity(entry.moves.len().saturating_mul(74).saturating_add(160));
    out.push(VERSION);
    id(&mut out, entry.org.bits());
    out.extend_from_slice(&entry.position.to_be_bytes());
    instant(&mut out, entry.at);
    out.extend_from_slice(&entry.previous.0);
    fact(&mut out, &entry.fact);
    let count = u32::try_from(entry.moves.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&count.to_be_bytes());
    for each in &entry.moves {
        account(&mut out, each.from);
        account(&mut out, each.to);
        credits(&mut out, each.amount);
    }
    out
}

fn id(out: &mut Vec<u8>, bits: u128) {
    out.extend_from_slice(&bits.to_be_bytes());
}

fn instant(out: &mut Vec<u8>, at: Timestamp) {
    out.extend_from_slice(&at.micros().to_be_bytes());
}

fn credits(out: &mut Vec<u8>, amount: Credits) {
    out.extend_from_slice(&amount.micros().to_be_bytes());
}

fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        write(out, value);
    }
}

fn fact(out: &mut Vec<u8>, fact: &Fact) {
    match *fact {
        Fact::Granted(terms) => granted(out, terms),
        Fact::Held { hold, run, deadline, cap, charged_before } => {
            out.push(2);
            id(out, hold.bits());
            id(out, run.bits());
            instant(out, deadline);
            optional(out, cap, credits);
            credits(out, charged_before);
        }
        Fact::Extended { hold, deadline } => {
            out.push(3);
            id(out, hold.bits());
            instant(out, deadline);
        }
        Fact::Ended { hold, run, how, estimated } => {
            out.push(4);
            id(out, hold.bits());
            id(out, run.bits());
            out.push(match how {
                EndKind::Settled => 1,
                EndKind::Released => 2,
                EndKind::Lapsed => 3,
            });
            out.push(u8::from(estimated));
        }
        Fact::TakenBack { grant } => {
            out.push(5);
            id(out, grant.bits());
        }
        Fact::Expired => out.push(6),
        Fact::DebtPaid => out.push(7),
        Fact::Locked => out.push(8),
        Fact::Unlocked => out.push(9),
        Fact::Frozen { grant } => {
            out.push(10);
            id(out, grant.bits());
        }
        Fact::Thawed { grant, expires } => {
            out.push(11);
            id(out, grant.bits());
            optional(out, expires, instant);
        }
        Fact::Claimed { grant, total } => {
            out.push(12);
            id(out, grant.bits());
            credits(out, total);
        }
        Fact::ClaimMet { grant, by_expiry } => {
            out.push(13);
            id(out, grant.bits());
            credits(out, by_expiry);
        }
    }
}

fn granted(out: &mut Vec<u8>, terms: GrantTerms) {
    out.push(1);
    id(out, terms.id.bits());
    out.push(match terms.class {
        Class::Included => 1,
        Class::Purchased => 2,
        Class::Background => 3,
    });
    out.push(match terms.cause {
        Cause::Trial => 1,
        Cause::TopUp => 2,
        Cause::Adjustment => 3,
        Cause::Background => 4,
        Cause::Plan => 5,
        Cause::AutoRecharge => 6,
    });
    credits(out, terms.amount);
    instant(out, terms.effective);
    optional(out, terms.expires, instant);
}

fn account(out: &mut Vec<u8>, account: Account) {
    match account {
        Account::Issued => out.push(1),
        Account::Left(grant) => {
            out.push(2);
            id(out, grant.bits());
        }
        Account::Held(hold, grant) => {
            out.push(3);
            id(out, hold.bits());
            id(out, grant.bits());
        }
        Account::HeldOverdraft(hold) => {
            out.push(4);
            id(out, hold.bits());
        }
        Account::Spent => out.push(5),
        Account::Expired => out.push(6),
        Account::Clawed => out.push(7),
        Account::Debt => out.push(8),
        Account::Overdraft => out.push(9),
    }
}

/// Reads canonical bytes back; every byte must be used, and the hash is computed from them.
pub fn decode(bytes: &[u8]) -> Result<Entry, Undecodable> {
    let mut reader = Reader { rest: bytes };
    if reader.byte()? != VERSION {
        return Err(Undecodable("an unknown version"));
    }
    let org = OrgId::from_bits(reader.id()?);
    let position = u64::from_be_bytes(reader.array()?);
    let at = reader.instant()?;
    let previous = Hash(reader.array()?);
    let fact = reader.fact()?;
    let count = u32::from_be_bytes(reader.array()?);
    let moves = (0..count).map(|_| reader.step()).collect::<Result<Vec<Move>, _>>()?;
    if !reader.rest.is_empty() {
        return Err(Undecodable("bytes after the end"));
    }
    Ok(Entry { org, position, at, previous, fact, moves, hash: hash(bytes) })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Undecodable> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Undecodable("cut short"))?;
        self.rest = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, Undecodable> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn id(&mut self) -> Result<u128, Undecodable> {
        Ok(u128::from_be_bytes(self.array()?))
    }

    fn instant(&mut self) -> Result<Timestamp, Undecodable> {
        Ok(Timestamp::from_micros(i64::from_be_bytes(self.array()?)))
    }

    fn credits(&mut self) -> Result<Credits, Undecodable> {
        Ok(Credits::from_micros(i64::from_be_bytes(self.array()?)))
    }

    fn flag(&mut self) -> Result<bool, Undecodable> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Undecodable("a flag that is neither 0 nor 1")),
        }
    }

    fn optional<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, Undecodable>,
    ) -> Result<Option<T>, Undecodable> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    fn fact(&mut self) -> Result<Fact, Undecodable> {
        match self.byte()? {
            1 => self.terms().map(Fact::Granted),
            2 => Ok(Fact::Held {
                hold: HoldId::from_bits(self.id()?),
                run: RunId::from_bits(self.id()?),
                deadline: self.instant()?,
                cap: self.optional(Self::credits)?,
                charged_before: self.credits()?,
            }),
            3 => Ok(Fact::Extended {
                hold: HoldId::from_bits(self.id()?),
                deadline: self.instant()?,
            }),
            4 => Ok(Fact::Ended {
                hold: HoldId::from_bits(self.id()?),
                run: RunId::from_bits(self.id()?),
                how: self.how()?,
                estimated: self.flag()?,
            }),
            5 => Ok(Fact::TakenBack { grant: GrantId::from_bits(self.id()?) }),
            6 => Ok(Fact::Expired),
            7 => Ok(Fact::DebtPaid),
            8 => Ok(Fact::Locked),
            9 => Ok(Fact::Unlocked),
            10 => Ok(Fact::Frozen { grant: GrantId::from_bits(self.id()?) }),
            11 => Ok(Fact::Thawed {
                grant: GrantId::from_bits(self.id()?),
                expires: self.optional(Self::instant)?,
            }),
            12 => {
                Ok(Fact::Claimed { grant: GrantId::from_bits(self.id()?), total: self.credits()? })
            }
            13 => Ok(Fact::ClaimMet {
                grant: GrantId::from_bits(self.id()?),
                by_expiry: self.credits()?,
            }),
            _ => Err(Undecodable("an unknown fact")),
        }
    }

    fn terms(&mut self) -> Result<GrantTerms, Undecodable> {
        let id = GrantId::from_bits(self.id()?);
        let class = match self.byte()? {
            1 => Class::Included,
            2 => Class::Purchased,
            3 => Class::Background,
            _ => return Err(Undecodable("an unknown class")),
        };
        let cause = match self.byte()? {
            1 => Cause::Trial,
            2 => Cause::TopUp,
            3 => Cause::Adjustment,
            4 => Cause::Background,
            5 => Cause::Plan,
            6 => Cause::AutoRecharge,
            _ => return Err(Undecodable("an unknown cause")),
        };
        let amount = self.credits()?;
        let effective = self.instant()?;
        let expires = self.optional(Self::instant)?;
        Ok(GrantTerms { id, class, cause, amount, effective, expires })
    }

    fn how(&mut self) -> Result<EndKind, Undecodable> {
        match self.byte()? {
            1 => Ok(EndKind::Settled),
            2 => Ok(EndKind::Released),
            3 => Ok(EndKind::Lapsed),
            _ => Err(Undecodable("an unknown end")),
        }
    }

    fn step(&mut self) -> Result<Move, Undecodable> {
        Ok(Move { from: self.account()?, to: self.account()?, amount: self.credits()? })
    }

    fn account(&mut self) -> Result<Account, Undecodable> {
        match self.byte()? {
            1 => Ok(Account::Issued),
            2 => Ok(Account::Left(GrantId::from_bits(self.id()?))),
            3 => {
                let hold = HoldId::from_bits(self.id()?);
                Ok(Account::Held(hold, GrantId::from_bits(self.id()?)))
            }
            4 => Ok(Account::HeldOverdraft(HoldId::from_bits(self.id()?))),
            5 => Ok(Account::Spent),
            6 => Ok(Account::Expired),
            7 => Ok(Account::Clawed),
            8 => Ok(Account::Debt),
            9 => Ok(Account::Overdraft),
            _ => Err(Undecodable("an unknown account")),
        }
    }
}
