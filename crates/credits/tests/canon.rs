//! The canonical bytes: golden entries of every kind, the way there and back, and what is refused.

use ampere_credits::ledger::canon::{decode, encode, hash};
use ampere_credits::ledger::{Account, Cause, Class, EndKind, Entry, Fact, GrantTerms, Hash, Move};
use ampere_credits::{Credits, GrantId, HoldId, OrgId, RunId, Timestamp};
use proptest::prelude::*;

use crate::chance::property;

type Draft = (Fact, Vec<(Account, Account, i64)>);

fn g(bits: u128) -> GrantId {
    GrantId::from_bits(bits)
}

fn h(bits: u128) -> HoldId {
    HoldId::from_bits(bits)
}

fn r(bits: u128) -> RunId {
    RunId::from_bits(bits)
}

fn left(bits: u128) -> Account {
    Account::Left(g(bits))
}

fn micros(micros: i64) -> Credits {
    Credits::from_micros(micros)
}

fn at(after: i64) -> Timestamp {
    Timestamp::from_micros(1_795_343_297_000_001 + after)
}

fn drafts() -> Vec<Draft> {
    [beginnings(), ends(), money()].concat()
}

fn granted(
    (id, class, cause): (GrantId, Class, Cause),
    amount: Credits,
    effective: Timestamp,
    expires: Option<Timestamp>,
) -> Fact {
    Fact::Granted(GrantTerms { id, class, cause, amount, effective, expires })
}

fn beginnings() -> Vec<Draft> {
    vec![
        (
            granted(
                (g(0x11), Class::Included, Cause::Trial),
                micros(1_000_000_000),
                at(0),
                Some(at(2_592_000_000_000)),
            ),
            vec![(Account::Issued, left(0x11), 1_000_000_000)],
        ),
        (
            granted((g(0x12), Class::Purchased, Cause::TopUp), micros(1), at(5), None),
            vec![(Account::Issued, left(0x12), 1)],
        ),
        (
            Fact::Held {
                hold: h(0x21),
                run: r(0x31),
                deadline: at(3_600_000_000),
                cap: Some(micros(50_000_000)),
                charged_before: micros(7),
            },
            vec![(left(0x11), Account::Held(h(0x21), g(0x11)), 14_250_000)],
        ),
        (
            Fact::Held {
                hold: h(0x22),
                run: r(0x31),
                deadline: at(3_600_000_000),
                cap: None,
                charged_before: micros(0),
            },
            vec![
                (left(0x11), Account::Held(h(0x22), g(0x11)), 1),
                (left(0x12), Account::Held(h(0x22), g(0x12)), 2),
            ],
        ),
        (
            Fact::Extended { hold: h(0x21), deadline: at(7_200_000_000) },
            vec![(Account::Overdraft, Account::HeldOverdraft(h(0x21)), 5_000_000)],
        ),
    ]
}

fn ends() -> Vec<Draft> {
    vec![
        (
            Fact::Ended { hold: h(0x21), run: r(0x31), how: EndKind::Settled, estimated: true },
            vec![
                (Account::Held(h(0x21), g(0x11)), Account::Spent, 14_250_000),
                (Account::HeldOverdraft(h(0x21)), Account::Spent, 2_000_000),
                (Account::Debt, Account::Overdraft, 2_000_000),
                (Account::HeldOverdraft(h(0x21)), Account::Overdraft, 3_000_000),
            ],
        ),
        (
            Fact::Ended { hold: h(0x22), run: r(0x31), how: EndKind::Released, estimated: false },
            vec![(Account::Held(h(0x22), g(0x11)), left(0x11), 1)],
        ),
        (
            Fact::Ended { hold: h(0x22), run: r(0x31), how: EndKind::Lapsed, estimated: true },
            vec![(Account::Held(h(0x22), g(0x11)), left(0x11), 1)],
        ),
        (Fact::TakenBack { grant: g(0x11) }, vec![(left(0x11), Account::Clawed, 9_000_000)]),
        (Fact::Expired, vec![(left(0x11), Account::Expired, 1)]),
        (Fact::DebtPaid, vec![(left(0x12), Account::Debt, 9_223_372_036_854_775_807)]),
        (
            granted((g(0x13), Class::Included, Cause::Adjustment), micros(3), at(0), None),
            vec![(Account::Issued, left(0x13), 3)],
        ),
        (
            granted(
                (g(0x14), Class::Background, Cause::Background),
                micros(20_000_000),
                at(0),
                Some(at(2_592_000_000_000)),
            ),
            vec![(Account::Issued, left(0x14), 20_000_000)],
        ),
    ]
}

fn money() -> Vec<Draft> {
    vec![
        (
            granted((g(0x15), Class::Included, Cause::Plan), micros(25), at(1), Some(at(9))),
            vec![(Account::Issued, left(0x15), 25)],
        ),
        (
            granted((g(0x16), Class::Purchased, Cause::AutoRecharge), micros(6), at(2), None),
            vec![(Account::Issued, left(0x16), 6)],
        ),
        (Fact::Locked, vec![]),
        (Fact::Unlocked, vec![]),
        (Fact::Frozen { grant: g(0x15) }, vec![]),
        (Fact::Thawed { grant: g(0x15), expires: Some(at(3_000_009)) }, vec![]),
        (Fact::Thawed { grant: g(0x16), expires: None }, vec![]),
        (Fact::Claimed { grant: g(0x15), total: micros(21) }, vec![]),
        (
            Fact::ClaimMet { grant: g(0x15), by_expiry: micros(4) },
            vec![(left(0x15), Account::Clawed, 10), (Account::Debt, Account::Clawed, 7)],
        ),
    ]
}

fn chained(drafts: Vec<Draft>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (i, (fact, moves)) in (0..).zip(drafts) {
        let moves =
            moves.into_iter().map(|(from, to, amount)| Move { from, to, amount: micros(amount) });
        let mut entry = Entry {
            org: OrgId::from_bits(0x0193_5e8a_0000_0000_0000_0000_0000_0007),
            position: i + 1,
            at: at(i64::try_from(i).unwrap() * 1_000),
            previous: entries.last().map_or(Hash::default(), |entry| entry.hash),
            fact,
            moves: moves.collect(),
            hash: Hash::default(),
        };
        entry.hash = hash(&encode(&entry));
        entries.push(entry);
    }
    entries
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the golden file says: a name, bytes and a hash for each entry.
fn golden() -> Vec<(String, String, String)> {
    let mut entries: Vec<(String, String, String)> = Vec::new();
    for line in include_str!("canon/golden.txt").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            entries.push((name.to_owned(), String::new(), String::new()));
        } else if let Some(hash) = line.strip_prefix("= ") {
            entries.last_mut().unwrap().2 = hash.to_owned();
        } else if !line.starts_with('#') && !line.is_empty() {
            entries.last_mut().unwrap().1 += line;
        }
    }
    entries
}

#[test]
fn golden_bytes_of_every_kind_and_their_chain_never_change() {
    let (golden, entries) = (golden(), chained(drafts()));
    assert_eq!(golden.len(), entries.len());
    for ((name, bytes, hash), entry) in golden.iter().zip(&entries) {
        assert_eq!(&hex(&encode(entry)), bytes, "{name}");
        assert_eq!(&entry.hash.to_string(), hash, "{name}");
        assert_eq!(decode(&encode(entry)).as_ref(), Ok(entry), "{name}");
    }
    let mut kinds: Vec<&str> = entries.iter().map(|entry| entry.fact.kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 15, "a kind has no golden bytes: {kinds:?}");
}

#[test]
fn what_is_cut_short_or_longer_is_refused() {
    for entry in chained(drafts()) {
        let bytes = encode(&entry);
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length} bytes of {:?}", entry.fact);
        }
        for more in 0..=255 {
            let longer: Vec<u8> = bytes.iter().copied().chain([more]).collect();
            assert!(decode(&longer).is_err(), "one more byte behind {:?}", entry.fact);
        }
    }
}

/// There is one writing of an entry: other bytes are another entry or none.
#[test]
fn every_changed_byte_is_refused_or_is_another_entry() {
    let (mut refused, mut other) = (0, 0);
    for entry in chained(drafts()) {
        let bytes = encode(&entry);
        for at in 0..bytes.len() {
            for change in [1, 0x10, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                match decode(&changed) {
                    Err(_) => refused += 1,
                    Ok(read) => {
                        other += 1;
                        assert_ne!(read.hash, entry.hash);
                        assert_eq!(encode(&read), changed);
                    }
                }
            }
        }
    }
    assert!(refused > 300 && other > 1_000, "{refused} refused, {other} read");
}

#[test]
fn unknown_words_of_the_format_are_refused_by_name() {
    let entries = chained(drafts());
    let with = |entry: usize, at: usize, byte: u8| {
        let mut bytes = encode(&entries[entry]);
        bytes[at] = byte;
        decode(&bytes).map_err(|error| error.0)
    };
    // Version 1, organization 16, position 8, instant 8, previous hash 32: the fact is at 65.
    let fact = 65;
    assert_eq!(with(0, 0, 2), Err("an unknown version"));
    assert_eq!(with(0, fact, 0), Err("an unknown fact"));
    assert_eq!(with(0, fact, 14), Err("an unknown fact"));
    assert_eq!(with(0, fact + 17, 4), Err("an unknown class"));
    assert_eq!(with(0, fact + 18, 7), Err("an unknown cause"));
    assert_eq!(with(0, fact + 35, 2), Err("a flag that is neither 0 nor 1"));
    assert_eq!(with(6, fact + 33, 4), Err("an unknown end"));
    assert_eq!(with(9, fact + 5, 0), Err("an unknown account"));
    assert_eq!(with(9, fact + 5, 10), Err("an unknown account"));
    assert_eq!(with(9, fact + 4, 2), Err("cut short"));
    assert_eq!(with(9, fact + 4, 0), Err("bytes after the end"));
}

fn account() -> impl Strategy<Value = Account> {
    prop_oneof![
        Just(Account::Issued),
        any::<u128>().prop_map(left),
        (any::<u128>(), any::<u128>()).prop_map(|(hold, grant)| Account::Held(h(hold), g(grant))),
        any::<u128>().prop_map(|hold| Account::HeldOverdraft(h(hold))),
        Just(Account::Spent),
        Just(Account::Expired),
        Just(Account::Clawed),
        Just(Account::Debt),
        Just(Account::Overdraft),
    ]
}

fn instant() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_micros)
}

fn credits() -> impl Strategy<Value = Credits> {
    any::<i64>().prop_map(micros)
}

fn fact() -> impl Strategy<Value = Fact> {
    let class = prop_oneof![Just(Class::Included), Just(Class::Purchased), Just(Class::Background)];
    let cause = prop_oneof![
        Just(Cause::Trial),
        Just(Cause::TopUp),
        Just(Cause::Adjustment),
        Just(Cause::Background),
        Just(Cause::Plan),
        Just(Cause::AutoRecharge),
    ];
    let how = prop_oneof![Just(EndKind::Settled), Just(EndKind::Released), Just(EndKind::Lapsed)];
    let id = any::<u128>;
    prop_oneof![
        (id(), class, cause, credits(), instant(), proptest::option::of(instant())).prop_map(
            |(id, class, cause, amount, effective, expires)| {
                Fact::Granted(GrantTerms { id: g(id), class, cause, amount, effective, expires })
            }
        ),
        (id(), id(), instant(), proptest::option::of(credits()), credits()).prop_map(
            |(hold, run, deadline, cap, charged_before)| {
                Fact::Held { hold: h(hold), run: r(run), deadline, cap, charged_before }
            }
        ),
        (id(), instant()).prop_map(|(hold, deadline)| Fact::Extended { hold: h(hold), deadline }),
        (id(), id(), how, any::<bool>()).prop_map(|(hold, run, how, estimated)| {
            Fact::Ended { hold: h(hold), run: r(run), how, estimated }
        }),
        id().prop_map(|grant| Fact::TakenBack { grant: g(grant) }),
        Just(Fact::Expired),
        Just(Fact::DebtPaid),
        Just(Fact::Locked),
        Just(Fact::Unlocked),
        id().prop_map(|grant| Fact::Frozen { grant: g(grant) }),
        (id(), proptest::option::of(instant()))
            .prop_map(|(grant, expires)| Fact::Thawed { grant: g(grant), expires }),
        (id(), credits()).prop_map(|(grant, total)| Fact::Claimed { grant: g(grant), total }),
        (id(), credits())
            .prop_map(|(grant, by_expiry)| Fact::ClaimMet { grant: g(grant), by_expiry }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let step =
        (account(), account(), credits()).prop_map(|(from, to, amount)| Move { from, to, amount });
    let head = (any::<u128>(), any::<u64>(), instant(), any::<[u8; 32]>());
    (head, fact(), proptest::collection::vec(step, 0..6)).prop_map(
        |((org, position, at, previous), fact, moves)| {
            let (org, previous) = (OrgId::from_bits(org), Hash(previous));
            let hash = Hash::default();
            let mut entry = Entry { org, position, at, previous, fact, moves, hash };
            entry.hash = ampere_credits::ledger::canon::hash(&encode(&entry));
            entry
        },
    )
}

#[test]
fn every_entry_reads_back_as_itself() {
    property("canonical bytes", 2_000, &entry(), |entry| {
        prop_assert_eq!(decode(&encode(&entry)), Ok(entry));
        Ok(())
    });
}

#[test]
fn no_bytes_make_the_reader_panic_or_read_two_ways() {
    let start = prop_oneof![Just(vec![]), entry().prop_map(|entry| encode(&entry))];
    let strategy =
        (start, proptest::collection::vec(any::<u8>(), 0..80), any::<prop::sample::Index>());
    property("any bytes", 2_000, &strategy, |(mut bytes, noise, place)| {
        let place = if bytes.is_empty() { 0 } else { place.index(bytes.len()) };
        let end = bytes.len().min(place + noise.len());
        bytes.splice(place..end, noise);
        if let Ok(entry) = decode(&bytes) {
            prop_assert_eq!(encode(&entry), bytes);
        }
        Ok(())
    });
}
