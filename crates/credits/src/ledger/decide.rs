//! The rules: what a command does to a pool at an instant, or why it is refused.
//!
//! Pure. Checks run in the order of precedence of [`Rejected`]. Whatever follows from time and
//! debt by itself is in [`crate::ledger::follow`].

use crate::amount::Credits;
use crate::id::{GrantId, HoldId, RunId};
use crate::ledger::account::{Account, Move};
use crate::ledger::claims;
use crate::ledger::command::{Command, Draw, Overdraft, Rejected};
use crate::ledger::entry::{Draft, EndKind, Fact};
use crate::ledger::grant::{Grant, GrantTerms};
use crate::ledger::hold::{Hold, LONGEST_HOLD_SECONDS, Slice};
use crate::ledger::lock;
use crate::ledger::pool::Pool;
use crate::time::Timestamp;

/// What the command books, or the first rule in order of precedence that refuses it.
///
/// `now` is max(clock, last booked). The pool must hold everything that the command names.
pub fn decide(pool: &Pool, command: &Command, now: Timestamp) -> Result<Draft, Rejected> {
    match *command {
        Command::Grant(terms) => grant(pool, terms, now),
        Command::Hold { hold, run, amount, deadline, cap, draw } => {
            let wanted = Wanted { hold, run, amount, deadline, cap, draw };
            take_hold(pool, &wanted, now)
        }
        Command::Extend { hold, amount, deadline, overdraft, draw } => {
            extend(pool, hold, &More { amount, deadline, overdraft, draw }, now)
        }
        Command::Settle { hold, charge, estimated } => {
            not_negative(charge)?;
            end(pool, open_hold(pool, hold)?, charge, (EndKind::Settled, estimated))
        }
        Command::Release { hold } => {
            end(pool, open_hold(pool, hold)?, Credits::ZERO, (EndKind::Released, false))
        }
        Command::Lapse { hold, charge } => {
            not_negative(charge)?;
            let open = open_hold(pool, hold)?;
            if now < open.deadline {
                return Err(Rejected::NotDue);
            }
            end(pool, open, charge, (EndKind::Lapsed, true))
        }
        Command::TakeBack { grant, amount } => take_back(pool, grant, amount, now),
        Command::Lock => lock::lock(pool),
        Command::Unlock => lock::unlock(pool),
        Command::Freeze { grant } => lock::freeze(pool, grant),
        Command::Thaw { grant } => lock::thaw(pool, grant, now),
        Command::Claim { grant, total } => claims::claim(pool, grant, total),
    }
}

struct Wanted {
    hold: HoldId,
    run: RunId,
    amount: Credits,
    deadline: Timestamp,
    cap: Option<Credits>,
    draw: Draw,
}

struct More {
    amount: Credits,
    deadline: Timestamp,
    overdraft: Overdraft,
    draw: Draw,
}

pub(super) fn positive(amount: Credits) -> Result<(), Rejected> {
    if amount.is_positive() { Ok(()) } else { Err(Rejected::AmountNotPositive) }
}

fn not_negative(charge: Credits) -> Result<(), Rejected> {
    if charge < Credits::ZERO { Err(Rejected::AmountNotPositive) } else { Ok(()) }
}

fn grant(pool: &Pool, terms: GrantTerms, now: Timestamp) -> Result<Draft, Rejected> {
    positive(terms.amount)?;
    if pool.grant(terms.id).is_some() {
        return Err(Rejected::GrantExists);
    }
    // What was paid for is booked however late it comes, and expires in the same commit.
    let late = if terms.cause.of_payment() { terms.effective } else { now };
    let usable_from = terms.effective.max(late);
    if terms.expires.is_some_and(|end| end <= usable_from) {
        return Err(Rejected::NeverUsable);
    }
    countable(pool, terms.amount)?;
    let given = Move { from: Account::Issued, to: Account::Left(terms.id), amount: terms.amount };
    Ok(Draft { fact: Fact::Granted(terms), moves: vec![given] })
}

fn take_hold(pool: &Pool, wanted: &Wanted, now: Timestamp) -> Result<Draft, Rejected> {
    let &Wanted { hold, run, amount, deadline, cap, draw } = wanted;
    positive(amount)?;
    if pool.holds.contains_key(&hold) {
        return Err(Rejected::HoldExists);
    }
    if deadline <= now || deadline > now.plus_seconds(LONGEST_HOLD_SECONDS) {
        return Err(Rejected::DeadlineOutOfRange);
    }
    if let Some(open) = pool.open_hold_of(run) {
        return Err(Rejected::RunHasOpenHold { hold: open.id });
    }
    let charged_before = pool.charged.get(&run).copied().unwrap_or_default();
    within_cap(cap, charged_before, amount)?;
    if pool.locked {
        return Err(Rejected::PoolLocked);
    }
    let (moves, missing) = take(pool, (hold, draw), amount, now)?;
    if missing.is_positive() {
        return Err(insufficient(pool, (amount, draw), now)?);
    }
    Ok(Draft { fact: Fact::Held { hold, run, deadline, cap, charged_before }, moves })
}

fn extend(pool: &Pool, id: HoldId, more: &More, now: Timestamp) -> Result<Draft, Rejected> {
    let &More { amount, deadline, overdraft, draw } = more;
    positive(amount)?;
    let hold = open_hold(pool, id)?;
    let latest = hold.opened.plus_seconds(LONGEST_HOLD_SECONDS);
    if deadline < hold.deadline || deadline > latest {
        return Err(Rejected::DeadlineOutOfRange);
    }
    if hold.deadline <= now {
        return Err(Rejected::HoldPastDeadline);
    }
    within_cap(hold.cap, hold.charged_before.plus(hold.total()?)?, amount)?;
    let (mut moves, missing) = take(pool, (id, draw), amount, now)?;
    if missing.is_positive() {
        // The law's "Background allowance": no overdraft.
        let (Overdraft::UpTo(limit), Draw::Pool) = (overdraft, draw) else {
            return Err(insufficient(pool, (amount, draw), now)?);
        };
        // The law's "Started work finishes": debt that came from overdraft counts, no other.
        let used = pool.overdraft.plus(pool.debt)?.minus(pool.debt_of_claims)?;
        if !used.plus(missing).is_ok_and(|sum| sum <= limit) {
            let could_take = amount.minus(missing)?.plus(limit.less(used))?;
            return Err(Rejected::OverdraftLimitReached { limit, could_take });
        }
        countable(pool, missing)?;
        moves.extend(Move::some(Account::Overdraft, Account::HeldOverdraft(id), missing));
    }
    Ok(Draft { fact: Fact::Extended { hold: id, deadline }, moves })
}

/// The law's "Order of use": charged in it (overdraft last), returned in its reverse (overdraft
/// first). What comes back to an expired grant expires in the next entry of the same commit.
fn end(
    pool: &Pool,
    hold: &Hold,
    charge: Credits,
    (how, estimated): (EndKind, bool),
) -> Result<Draft, Rejected> {
    let held = hold.total()?;
    if charge > held {
        return Err(Rejected::ChargeAboveHold { charge, held });
    }
    // In the order of use as it is now: a thaw may have changed it since they were taken.
    let mut slices: Vec<&Slice> = hold.slices.iter().collect();
    slices.sort_by_key(|slice| pool.grants.iter().position(|each| each.terms.id == slice.grant));
    let mut moves = Vec::new();
    let mut rest = charge;
    for slice in &slices {
        let part = rest.min(slice.amount);
        rest = rest.minus(part)?;
        let from = Account::Held(hold.id, slice.grant);
        moves.extend(Move::some(from, Account::Spent, part));
    }
    moves.extend(Move::some(Account::HeldOverdraft(hold.id), Account::Spent, rest));
    moves.extend(Move::some(Account::Debt, Account::Overdraft, rest));
    let unused = hold.overdraft.minus(rest)?;
    moves.extend(Move::some(Account::HeldOverdraft(hold.id), Account::Overdraft, unused));
    let mut charged_after = charge;
    let mut returns = Vec::new();
    for slice in &slices {
        let part = charged_after.min(slice.amount);
        charged_after = charged_after.minus(part)?;
        let back = slice.amount.minus(part)?;
        let from = Account::Held(hold.id, slice.grant);
        returns.extend(Move::some(from, Account::Left(slice.grant), back));
    }
    returns.reverse();
    moves.append(&mut returns);
    let fact = Fact::Ended { hold: hold.id, run: hold.run, how, estimated };
    Ok(Draft { fact, moves })
}

fn take_back(pool: &Pool, id: GrantId, amount: Credits, now: Timestamp) -> Result<Draft, Rejected> {
    positive(amount)?;
    // What can never move again is unknown, loaded or not: the answer may not depend on that.
    let known = pool.grant(id).filter(|grant| !grant.drained() && !grant.expired(now));
    let grant = known.ok_or(Rejected::GrantUnknown)?;
    if grant.unheld < amount {
        let available = grant.unheld;
        let shortfall = amount.minus(available)?;
        return Err(Rejected::InsufficientCredits { needed: amount, available, shortfall });
    }
    let taken = Move { from: Account::Left(id), to: Account::Clawed, amount };
    Ok(Draft { fact: Fact::TakenBack { grant: id }, moves: vec![taken] })
}

fn open_hold(pool: &Pool, id: HoldId) -> Result<&Hold, Rejected> {
    let hold = pool.holds.get(&id).ok_or(Rejected::HoldUnknown)?;
    match hold.ended {
        Some(ended) => Err(Rejected::HoldEnded { how: ended.kind }),
        None => Ok(hold),
    }
}

/// Issued, debt, open overdraft and what may become debt of open claims together bound every sum
/// of the pool: while they can be counted, everything can (I30).
pub(super) fn countable(pool: &Pool, more: Credits) -> Result<(), Rejected> {
    let claims = Credits::sum(pool.grants.iter().map(Grant::claim_open))?;
    Credits::sum([pool.issued, pool.debt, pool.overdraft, claims, more])?;
    Ok(())
}

/// The law's "Caps": held + charged, checked when credits are taken.
fn within_cap(cap: Option<Credits>, used: Credits, amount: Credits) -> Result<(), Rejected> {
    match cap {
        Some(cap) if used.plus(amount).is_ok_and(|sum| sum <= cap) => Ok(()),
        Some(cap) => Err(Rejected::CapReached { cap, used }),
        None => Ok(()),
    }
}

/// Takes up to `amount` into a hold in the order of use; the second part is what is missing.
/// While there is debt nothing of the pool can be taken, while it is locked nothing at all.
fn take(
    pool: &Pool,
    (hold, draw): (HoldId, Draw),
    amount: Credits,
    now: Timestamp,
) -> Result<(Vec<Move>, Credits), Rejected> {
    let in_debt = pool.debt.is_positive();
    let mut missing = amount;
    let mut moves = Vec::new();
    let may = |terms: &GrantTerms| draw.may_take(terms) && !(in_debt && terms.of_pool());
    let takeable = pool.grants.iter().filter(|grant| !pool.locked && may(&grant.terms));
    for grant in takeable.filter(|grant| grant.eligible(now)) {
        let part = missing.min(grant.unheld);
        missing = missing.minus(part)?;
        let id = grant.terms.id;
        moves.extend(Move::some(Account::Left(id), Account::Held(hold, id), part));
        if missing.is_zero() {
            break;
        }
    }
    Ok((moves, missing))
}

fn insufficient(
    pool: &Pool,
    (needed, draw): (Credits, Draw),
    now: Timestamp,
) -> Result<Rejected, Rejected> {
    let available = pool.available_to(draw, now)?;
    let debt = if draw == Draw::Background { Credits::ZERO } else { pool.debt };
    let shortfall = needed.plus(debt)?.minus(available)?;
    Ok(Rejected::InsufficientCredits { needed, available, shortfall })
}

/// The run that a command's hold belongs to, where the command names one itself.
pub fn run_of(command: &Command) -> Option<RunId> {
    match command {
        Command::Hold { run, .. } => Some(*run),
        _ => None,
    }
}

/// The hold that a command names.
pub fn hold_of(command: &Command) -> Option<HoldId> {
    match command {
        Command::Hold { hold, .. }
        | Command::Extend { hold, .. }
        | Command::Settle { hold, .. }
        | Command::Release { hold }
        | Command::Lapse { hold, .. } => Some(*hold),
        Command::Grant(_)
        | Command::TakeBack { .. }
        | Command::Lock
        | Command::Unlock
        | Command::Freeze { .. }
        | Command::Thaw { .. }
        | Command::Claim { .. } => None,
    }
}

/// The grant that a command names.
pub fn grant_of(command: &Command) -> Option<GrantId> {
    match command {
        Command::Grant(terms) => Some(terms.id),
        Command::TakeBack { grant, .. }
        | Command::Freeze { grant }
        | Command::Thaw { grant }
        | Command::Claim { grant, .. } => Some(*grant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OrgId;
    use crate::ledger::grant::{Cause, Class};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    fn booked(pool: &mut Pool, command: &Command, now: Timestamp) {
        let entry = decide(pool, command, now).map(|draft| pool.append(draft, now));
        assert!(matches!(entry, Ok(Ok(_))), "{entry:?}");
    }

    #[test]
    fn debt_is_not_jumped_by_a_caller_that_did_not_have_it_paid_first() {
        let mut pool = Pool::empty(OrgId::from_bits(1));
        let (ten, id) = (Credits::whole(10), HoldId::from_bits(1));
        let given = |n, effective| {
            let (class, cause) = (Class::Included, Cause::Trial);
            let id = GrantId::from_bits(n);
            Command::Grant(GrantTerms { id, class, cause, amount: ten, effective, expires: None })
        };
        let hold = |id, run, amount, deadline| {
            let run = RunId::from_bits(run);
            Command::Hold { hold: id, run, amount, deadline, cap: None, draw: Draw::Pool }
        };
        booked(&mut pool, &given(1, at(0)), at(0));
        booked(&mut pool, &given(2, at(100)), at(0));
        booked(&mut pool, &hold(id, 1, ten, at(50)), at(1));
        let overdraft = Overdraft::UpTo(ten);
        let amount = Credits::whole(3);
        let (deadline, draw) = (at(50), Draw::Pool);
        let more = Command::Extend { hold: id, amount, deadline, overdraft, draw };
        booked(&mut pool, &more, at(2));
        let charge = Credits::whole(13);
        booked(&mut pool, &Command::Settle { hold: id, charge, estimated: false }, at(3));
        // At 100 the second grant could pay, but nothing has booked that yet.
        let next = hold(HoldId::from_bits(2), 2, Credits::whole(1), at(150));
        let refused = decide(&pool, &next, at(100));
        assert!(matches!(refused, Err(Rejected::InsufficientCredits { .. })), "{refused:?}");
    }
}
