//! Situations of locked pools, frozen grants and claims.

use ampere_credits::ledger::{
    Account, Answer, Command, Entry, Fact, Overdraft, Queueing, Rejected, Request,
};
use ampere_credits::{GrantId, Timestamp};

use super::{Before, Hits};
use crate::lane::{Commit, Lane};

/// Every situation that a run must have met.
pub const WANTED: [&str; 42] = [
    "refused AlreadyLocked",
    "refused NotLocked",
    "refused AlreadyFrozen",
    "refused NotFrozen",
    "refused ClaimAboveGrant",
    "refused ClaimNotHigher",
    "refused PoolLocked",
    "locked",
    "locked while credits were held",
    "unlocked",
    "unlocked after some had expired",
    "lacked credits of a locked pool for an extension",
    "finished a step on overdraft in a locked pool",
    "settled in a locked pool",
    "expired in a locked pool",
    "debt paid of locked credits",
    "waits in a locked pool",
    "kept waiting by a lock",
    "served by an unlock",
    "froze unheld credits",
    "froze what was held",
    "froze what was used up",
    "froze what had expired",
    "given back to a frozen grant",
    "passed frozen credits over",
    "passed its expiry while frozen",
    "frozen credits pay no debt",
    "thawed",
    "thawed beyond its old expiry",
    "thawed into another place of the order",
    "thawed without any expiry",
    "claim took unheld credits",
    "claim took frozen credits",
    "claim took locked credits",
    "claim waits for holds",
    "claim took what was given back",
    "claim took what was given back past its expiry",
    "claim counted expired credits",
    "claim became debt",
    "claimed again",
    "overdraft while a claim is owed",
    "granted late, expired at once",
];

impl Hits {
    pub(super) fn money(
        &mut self,
        (lane, before): (&Lane, &Before),
        (requests, commit): (&[Request], &Commit),
        clock: Timestamp,
    ) {
        for (request, answer) in requests.iter().zip(&commit.answers) {
            match (&request.command, answer) {
                (
                    Command::Extend { overdraft: Overdraft::Never, .. },
                    Answer::Refused(Rejected::InsufficientCredits { needed, .. }),
                ) => self.hit_if(
                    *needed <= before.balance.locked,
                    "lacked credits of a locked pool for an extension",
                ),
                (_, Answer::Waits) => {
                    let first = matches!(&request.queueing, Queueing::IfShort(_));
                    self.hit_if(first && lane.full.locked, "waits in a locked pool");
                }
                _ => {}
            }
        }
        let head = lane.queue.first();
        let would = head.is_some_and(|head| head.amount <= lane.balance(clock).locked);
        self.hit_if(would, "kept waiting by a lock");
        let unlocked = commit.entries.iter().any(|entry| entry.fact == Fact::Unlocked);
        let served = commit.served.iter().any(|served| served.answer.is_ok());
        self.hit_if(unlocked && served, "served by an unlock");
        let expired = commit.entries.iter().any(|entry| entry.fact == Fact::Expired);
        self.hit_if(unlocked && expired, "unlocked after some had expired");
        let balance = lane.balance(clock);
        let owed = balance.outstanding.is_positive() && balance.frozen.is_positive();
        self.hit_if(owed, "frozen credits pay no debt");
        for (i, entry) in commit.entries.iter().enumerate() {
            let earlier = i.checked_sub(1).and_then(|i| commit.entries.get(i));
            self.money_entry(lane, before, (entry, earlier));
        }
    }

    fn money_entry(
        &mut self,
        lane: &Lane,
        before: &Before,
        (entry, earlier): (&Entry, Option<&Entry>),
    ) {
        let granted = earlier.is_some_and(|entry| matches!(entry.fact, Fact::Granted(_)));
        match entry.fact {
            Fact::Locked => {
                self.hit("locked");
                self.hit_if(before.balance.held.is_positive(), "locked while credits were held");
            }
            Fact::Unlocked => self.hit("unlocked"),
            Fact::Frozen { grant } => self.froze(lane, grant, entry.at),
            Fact::Thawed { grant, expires } => self.thawed(before, (grant, expires), entry.at),
            Fact::Claimed { grant, .. } => {
                let known = before.grants.iter().find(|each| each.terms.id == grant);
                let again = known.is_some_and(|grant| grant.claim.is_positive());
                self.hit_if(again, "claimed again");
                let open = lane.full.grant(grant).unwrap().claim_open();
                self.hit_if(open.is_positive(), "claim waits for holds");
            }
            Fact::ClaimMet { grant, by_expiry } => {
                self.hit_if(by_expiry.is_positive(), "claim counted expired credits");
                self.claim_took(before, grant, (entry, earlier));
            }
            Fact::Expired => {
                self.hit_if(lane.full.locked, "expired in a locked pool");
                self.hit_if(granted, "granted late, expired at once");
            }
            Fact::DebtPaid => {
                self.hit_if(before.locked && lane.full.locked, "debt paid of locked credits");
            }
            Fact::Ended { .. } => {
                self.hit_if(before.locked && lane.full.locked, "settled in a locked pool");
                let back = entry.moves.iter().any(|each| match each.to {
                    Account::Left(grant) => before.is_frozen(grant),
                    _ => false,
                });
                self.hit_if(back, "given back to a frozen grant");
            }
            Fact::Held { .. } => {
                let first = entry.moves.first().map(|each| each.from);
                let place = |id| lane.full.grants.iter().position(|grant| grant.terms.id == id);
                let passed = lane.full.grants.iter().enumerate().any(|(at, grant)| {
                    let from = first.and_then(|from| match from {
                        Account::Left(id) => place(id),
                        _ => None,
                    });
                    let ready = grant.unheld.is_positive() && grant.terms.of_pool();
                    before.is_frozen(grant.terms.id) && ready && from.is_some_and(|from| from > at)
                });
                self.hit_if(passed, "passed frozen credits over");
            }
            Fact::Extended { .. } => {
                let over = entry.moves.iter().any(|each| each.from == Account::Overdraft);
                let locked = before.locked && lane.full.locked;
                self.hit_if(over && locked, "finished a step on overdraft in a locked pool");
                let owed = lane.full.debt_of_claims.is_positive();
                self.hit_if(over && owed, "overdraft while a claim is owed");
            }
            _ => {}
        }
    }

    fn froze(&mut self, lane: &Lane, id: GrantId, at: Timestamp) {
        let grant = lane.full.grant(id).unwrap();
        self.hit_if(grant.unheld.is_positive(), "froze unheld credits");
        self.hit_if(grant.held.is_positive(), "froze what was held");
        self.hit_if(grant.drained(), "froze what was used up");
        self.hit_if(grant.terms.expired(at), "froze what had expired");
    }

    fn thawed(
        &mut self,
        before: &Before,
        (id, expires): (GrantId, Option<Timestamp>),
        at: Timestamp,
    ) {
        self.hit("thawed");
        self.hit_if(expires.is_none(), "thawed without any expiry");
        let Some(place) = before.grants.iter().position(|grant| grant.terms.id == id) else {
            return;
        };
        let grant = before.grants[place];
        let beyond = grant.terms.expired(at) && !grant.expired(at);
        self.hit_if(beyond, "passed its expiry while frozen");
        self.hit_if(beyond && grant.unheld.is_positive(), "thawed beyond its old expiry");
        let mut moved = grant.terms;
        moved.expires = expires;
        let behind = before.grants.get(place + 1);
        self.hit_if(
            behind.is_some_and(|next| moved.order(&next.terms).is_gt()),
            "thawed into another place of the order",
        );
    }

    fn claim_took(
        &mut self,
        before: &Before,
        id: GrantId,
        (entry, earlier): (&Entry, Option<&Entry>),
    ) {
        let from = |wanted: Account| entry.moves.iter().any(|each| each.from == wanted);
        let unheld = from(Account::Left(id));
        self.hit_if(unheld, "claim took unheld credits");
        self.hit_if(unheld && before.is_frozen(id), "claim took frozen credits");
        self.hit_if(unheld && before.locked, "claim took locked credits");
        let back = earlier.is_some_and(|entry| matches!(entry.fact, Fact::Ended { .. }));
        self.hit_if(unheld && back, "claim took what was given back");
        let known = before.grants.iter().find(|grant| grant.terms.id == id);
        let late = known.is_some_and(|grant| grant.expired(entry.at));
        self.hit_if(unheld && back && late, "claim took what was given back past its expiry");
        self.hit_if(from(Account::Debt), "claim became debt");
    }
}
