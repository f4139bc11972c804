//! The order of use: what was taken, charged, returned, paid and expired, against what the
//! accounts say should have been (I5, I6, I9, I13 to I16). Locks, freezes and claims: [`states`].
//!
//! An entry does not say what it was to draw on; its moves tell. Without background credits it
//! drew on the pool; with some it drew on the background allowance first, so it may have taken of
//! the pool only what was beyond the allowance.

use crate::id::{GrantId, HoldId};
use crate::ledger::account::{Account, Move};
use crate::ledger::audit::books::{Books, told};
use crate::ledger::audit::report::Findings;
use crate::ledger::audit::states;
use crate::ledger::entry::{EndKind, Entry, Fact};
use crate::ledger::grant::{Class, GrantTerms};

/// Amounts at places, in the order in which they were booked.
type Parts<P> = Vec<(P, i128)>;

pub(super) fn check(books: &Books, entry: &Entry, out: &mut Findings) {
    match entry.fact {
        Fact::Held { .. } | Fact::Extended { .. } => {
            unlocked(books, entry, out);
            in_order(books, entry, out);
            overdraft_last(books, entry, out);
        }
        Fact::DebtPaid => {
            in_order(books, entry, out);
            let background = has_background(books, &taken(entry));
            out.require("I5", Some(entry.position), !background, || {
                "debt was paid of background credits".to_owned()
            });
        }
        Fact::Ended { hold, how, .. } => ended(books, entry, (hold, how), out),
        Fact::TakenBack { grant } => in_time(books, entry, grant, out),
        Fact::Expired => expired(books, entry, out),
        Fact::Granted(_) => {}
        Fact::Locked
        | Fact::Unlocked
        | Fact::Frozen { .. }
        | Fact::Thawed { .. }
        | Fact::Claimed { .. }
        | Fact::ClaimMet { .. } => states::check(books, entry, out),
    }
}

fn micros(each: &Move) -> i128 {
    i128::from(each.amount.micros())
}

fn total<P>(parts: &[(P, i128)]) -> i128 {
    parts.iter().map(|(_, micros)| micros).sum()
}

/// What the entry took of unheld credits, grant by grant.
fn taken(entry: &Entry) -> Parts<GrantId> {
    let of_grant = |each: &Move| match each.from {
        Account::Left(grant) => Some((grant, micros(each))),
        _ => None,
    };
    entry.moves.iter().filter_map(of_grant).collect()
}

fn of_class(books: &Books, grant: GrantId, class: Class) -> bool {
    books.terms(grant).is_some_and(|terms| terms.class == class)
}

fn has_background(books: &Books, parts: &Parts<GrantId>) -> bool {
    parts.iter().any(|(grant, _)| of_class(books, *grant, Class::Background))
}

/// I13: the same sum, taken anew of the same classes, gives the same parts. I15 for each part.
fn in_order(books: &Books, entry: &Entry, out: &mut Findings) {
    let here = Some(entry.position);
    let parts = taken(entry);
    out.count("I13");
    let background = has_background(books, &parts);
    let drawn_on =
        books.takeable(entry.at).filter(|(terms, _)| background || !of_background(terms));
    let mut missing = total(&parts);
    let mut expected = Parts::new();
    for (terms, unheld) in drawn_on {
        if missing <= 0 {
            break;
        }
        let part = missing.min(unheld);
        missing -= part;
        expected.push((terms.id, part));
    }
    out.require("I13", here, parts == expected, || {
        format!("took {}; the order of use is {}", listed(&parts), listed(&expected))
    });
    for (grant, _) in &parts {
        out.count("I15");
        let grant = *grant;
        out.require(
            "I15",
            here,
            books.terms(grant).is_some_and(|t| books.inside(t, entry.at)),
            || {
                format!(
                    "took of {grant}, which is frozen, not effective or has expired at {}",
                    entry.at
                )
            },
        );
    }
    none_passed_over(books, entry, &parts, out);
}

/// I15: of a locked pool nothing is taken.
fn unlocked(books: &Books, entry: &Entry, out: &mut Findings) {
    let parts = taken(entry);
    out.require("I15", Some(entry.position), !books.states.locked || parts.is_empty(), || {
        format!("took {} of a locked pool", listed(&parts))
    });
}

fn of_background(terms: &GrantTerms) -> bool {
    terms.class == Class::Background
}

/// I14, among the classes that the entry draws on: no purchased credit while an included one could
/// be taken, and, beside background credits, none of the pool while the allowance has any.
fn none_passed_over(books: &Books, entry: &Entry, parts: &Parts<GrantId>, out: &mut Findings) {
    out.count("I14");
    let left_of = |class: Class| {
        books.takeable(entry.at).find(|(terms, unheld)| {
            let part: i128 = parts.iter().filter(|p| p.0 == terms.id).map(|p| p.1).sum();
            terms.class == class && part < *unheld
        })
    };
    let any = |class: Class| parts.iter().any(|(grant, _)| of_class(books, *grant, class));
    let (included, purchased) = (any(Class::Included), any(Class::Purchased));
    for (class, passed, name, beyond) in [
        (Class::Included, purchased, "included", "purchased"),
        (
            Class::Background,
            any(Class::Background) && (included || purchased),
            "background",
            "pool",
        ),
    ] {
        let left = if passed { left_of(class) } else { None };
        out.require("I14", Some(entry.position), left.is_none(), || match left {
            Some((terms, _)) => format!("took {beyond} credits while {} had {name} ones", terms.id),
            None => String::new(),
        });
    }
}

/// I5: nothing of the pool is taken while there is debt; overdraft only when nothing else of the
/// pool can be taken, and never beside background credits.
fn overdraft_last(books: &Books, entry: &Entry, out: &mut Findings) {
    let here = Some(entry.position);
    let parts = taken(entry);
    let debt = books.debt();
    let background = has_background(books, &parts);
    let of_pool = parts.iter().any(|(grant, _)| !of_class(books, *grant, Class::Background));
    out.require("I5", here, debt == 0 || !of_pool, || {
        format!("took {} while {} were outstanding", listed(&parts), told(debt))
    });
    if entry.moves.iter().any(|each| each.from == Account::Overdraft) {
        let open = !books.states.locked;
        let takeable = books.takeable(entry.at).filter(|(terms, _)| open && !of_background(terms));
        let left = takeable.map(|(_, unheld)| unheld).sum::<i128>() - total(&parts);
        out.require("I5", here, left <= 0, || {
            format!("went into overdraft while {} could be taken", told(left))
        });
        out.require("I5", here, !background, || {
            "went into overdraft beside background credits".to_owned()
        });
    }
}

/// I6, I9, I13 for the end of a hold: charged in the order of use with overdraft last, returned
/// in its reverse with overdraft first; the charged overdraft, and nothing else, becomes debt.
fn ended(books: &Books, entry: &Entry, (hold, how): (HoldId, EndKind), out: &mut Findings) {
    let here = Some(entry.position);
    let mut held: Parts<Account> = books
        .slices(hold)
        .into_iter()
        .map(|(grant, part)| (Account::Held(hold, grant), part))
        .collect();
    let overdraft = Account::HeldOverdraft(hold);
    held.push((overdraft, books.balance(overdraft)));
    let charged = sequence(entry, |to| to == Account::Spent);
    let returned = sequence(entry, |to| to != Account::Spent);
    let charge = total(&charged);
    for invariant in ["I6", "I9", "I13"] {
        out.count(invariant);
    }
    out.require("I6", here, charge <= total(&held), || {
        format!("charged {} of a hold of {}", told(charge), told(total(&held)))
    });
    out.require("I9", here, how != EndKind::Released || charge == 0, || {
        format!("released, but charged {}", told(charge))
    });
    let (due, mut back) = split(&held, charge);
    back.reverse();
    out.require("I13", here, charged == due, || {
        format!("charged {}; the order of use is {}", listed(&charged), listed(&due))
    });
    out.require("I13", here, returned == back, || {
        format!("returned {}; the reverse order is {}", listed(&returned), listed(&back))
    });
    let on_debt: i128 =
        entry.moves.iter().filter(|each| each.from == Account::Debt).map(micros).sum();
    let of_overdraft: i128 =
        charged.iter().filter(|(from, _)| *from == overdraft).map(|(_, part)| part).sum();
    out.require("I5", here, on_debt == of_overdraft, || {
        format!("debt of {} for {} of overdraft", told(on_debt), told(of_overdraft))
    });
}

/// The entry's moves out of holds into wanted accounts.
fn sequence(entry: &Entry, wanted: impl Fn(Account) -> bool) -> Parts<Account> {
    let held = |account| matches!(account, Account::Held(..) | Account::HeldOverdraft(_));
    entry
        .moves
        .iter()
        .filter(|each| held(each.from) && wanted(each.to))
        .map(|each| (each.from, micros(each)))
        .collect()
}

/// The first `charge` of the parts, and what is behind it.
fn split(parts: &[(Account, i128)], charge: i128) -> (Parts<Account>, Parts<Account>) {
    let (mut first, mut behind) = (Parts::new(), Parts::new());
    let mut rest = charge;
    for (account, part) in parts {
        let now = rest.clamp(0, (*part).max(0));
        rest -= now;
        if now > 0 {
            first.push((*account, now));
        }
        if *part > now {
            behind.push((*account, *part - now));
        }
    }
    (first, behind)
}

/// I15: an expired grant has nothing to take back.
fn in_time(books: &Books, entry: &Entry, grant: GrantId, out: &mut Findings) {
    out.count("I15");
    let fine = books.terms(grant).is_some_and(|terms| !books.over(terms, entry.at));
    out.require("I15", Some(entry.position), fine, || {
        format!("took back of {grant}, which is unknown or has expired at {}", entry.at)
    });
}

/// I16: each part is all that is unheld of a grant past its expiry, once; I3: and not claimed.
fn expired(books: &Books, entry: &Entry, out: &mut Findings) {
    let here = Some(entry.position);
    let parts = taken(entry);
    for (i, (grant, part)) in parts.iter().enumerate() {
        out.count("I16");
        let over = books.terms(*grant).is_some_and(|terms| books.over(terms, entry.at));
        out.require("I16", here, over, || {
            format!("{grant} has not reached its expiry at {}", entry.at)
        });
        let unheld = books.unheld(*grant);
        out.require("I16", here, *part == unheld, || {
            format!("{} of {grant} expired, but {} were unheld", told(*part), told(unheld))
        });
        out.require("I3", here, states::due(books, *grant).is_nothing(), || {
            format!("{grant} expired before its claim took what it is due")
        });
        let once = parts.iter().take(i).all(|(before, _)| before != grant);
        out.require("I16", here, once, || format!("{grant} expired twice in one entry"));
    }
}

fn listed<P: std::fmt::Debug>(parts: &[(P, i128)]) -> String {
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    let each = |(place, part): &(P, i128)| format!("{} of {place:?}", told(*part));
    parts.iter().map(each).collect::<Vec<_>>().join(", ")
}
