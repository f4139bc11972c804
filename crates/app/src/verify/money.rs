//! What payments became: each line of a payment one grant, each paid period of a plan one base
//! grant, each paid attempt of auto-recharge its credits (the law's I17, I18 and I19), compared
//! with the journal's keys and grants.

use std::collections::{BTreeMap, BTreeSet};

use ampere_credits::ledger::audit::StoredPool;
use ampere_credits::ledger::{Cause, Class, Fact, Grant, Known};
use ampere_credits::{GrantId, OrgId};
use ampere_store::ports::{Kept, Store, in_flight};
use ampere_store::rows::{AttemptRow, AttemptState, PaymentGrantRow, PlanPeriodRow};

/// Attempts of auto-recharge that are looked at: the newest, more than years have.
const ATTEMPTS: u32 = 10_000;

/// The rows that say it.
pub(super) struct MoneyRows {
    payments: Vec<PaymentGrantRow>,
    periods: Vec<PlanPeriodRow>,
    attempts: Vec<AttemptRow>,
}

impl MoneyRows {
    pub(super) async fn of(store: &dyn Store, org: OrgId) -> Kept<Self> {
        let payments = store.payment_grants(org).await?;
        let attempts = store.attempts(org, ATTEMPTS).await?;
        Ok(MoneyRows { payments, periods: store.plan_periods(org).await?, attempts })
    }

    /// Where they and the journal differ.
    pub(super) fn differences(&self, org: OrgId, stored: &StoredPool) -> Vec<String> {
        let grants: BTreeMap<GrantId, &Grant> =
            stored.grants.iter().map(|grant| (grant.terms.id, grant)).collect();
        let mut found = self.lines(&grants);
        found.extend(self.keys(&stored.keys));
        found.extend(self.base_grants(&grants));
        found.extend(self.recharged(&grants));
        found.into_iter().map(|text| format!("{org}: {text}")).collect()
    }

    /// I18: a line is of one grant, and a grant of one line; the key of the table is the line's.
    fn lines(&self, grants: &BTreeMap<GrantId, &Grant>) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for PaymentGrantRow { payment, line, grant, credits } in &self.payments {
            if !seen.insert(grant) {
                found.push(format!("I18: {grant} is of payment {payment} and of another line"));
            }
            match grants.get(grant) {
                Some(known) if known.terms.amount == *credits => {}
                Some(known) => found.push(format!(
                    "I18: payment {payment} line {line} gave {credits}, its grant says {}",
                    known.terms.amount
                )),
                None => found.push(format!("I18: payment {payment} line {line} has no grant")),
            }
        }
        found
    }

    /// What was granted for a payment has its row. Purchases of versions before there were such
    /// rows have none.
    fn keys(&self, keys: &[(String, Known)]) -> Vec<String> {
        let of_payments: BTreeSet<GrantId> = self.payments.iter().map(|row| row.grant).collect();
        let granted = keys.iter().filter_map(|(key, known)| match known.outcome.fact {
            Fact::Granted(terms) => Some((key, terms)),
            _ => None,
        });
        let paid = granted.filter(|(_, terms)| match terms.cause {
            Cause::Plan | Cause::AutoRecharge => true,
            Cause::TopUp | Cause::Trial | Cause::Adjustment | Cause::Background => false,
        });
        let missing = paid.filter(|(_, terms)| !of_payments.contains(&terms.id));
        missing.map(|(key, terms)| format!("I18: {} ({key}) is of no payment", terms.id)).collect()
    }

    /// I19: one attempt in flight; one that is paid has its credits. That no month passes its limit
    /// is decided as an attempt begins: the limit of that time is not kept.
    fn recharged(&self, grants: &BTreeMap<GrantId, &Grant>) -> Vec<String> {
        let mut found = Vec::new();
        let open = self.attempts.iter().filter(|row| in_flight(row.state)).count();
        if open > 1 {
            found.push(format!("I19: {open} attempts are in flight at once"));
        }
        for row in self.attempts.iter().filter(|row| row.state == AttemptState::Paid) {
            let granted = row.grant.and_then(|grant| grants.get(&grant));
            let fits = granted.is_some_and(|grant| {
                grant.terms.cause == Cause::AutoRecharge && grant.terms.amount == row.credits
            });
            if !fits {
                found.push(format!("I19: attempt {} is paid and has not its credits", row.id));
            }
        }
        found
    }

    /// I17: one base grant for each period, of the plan, as long as the period; periods of one
    /// subscription and cadence do not overlap.
    fn base_grants(&self, grants: &BTreeMap<GrantId, &Grant>) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for row in &self.periods {
            let (subscription, start) = (&row.subscription, row.period_start);
            if !seen.insert(row.grant) {
                found.push(format!("I17: {} is the base grant of two periods", row.grant));
            }
            let fits = grants.get(&row.grant).is_some_and(|grant| {
                let terms = grant.terms;
                // A dispute that was won has moved the end on.
                let ends = terms.expires.is_some_and(|end| end >= row.period_end);
                terms.class == Class::Included
                    && terms.cause == Cause::Plan
                    && terms.effective == start
                    && ends
            });
            if !fits {
                found
                    .push(format!("I17: the period {subscription} {start} has not its base grant"));
            }
        }
        let mut sorted: Vec<&PlanPeriodRow> = self.periods.iter().collect();
        sorted.sort_by_key(|row| (&row.subscription, row.on.cadence, row.period_start));
        for pair in sorted.windows(2) {
            let alike = pair[0].subscription == pair[1].subscription
                && pair[0].on.cadence == pair[1].on.cadence;
            if alike && pair[1].period_start < pair[0].period_end {
                let (subscription, start) = (&pair[1].subscription, pair[1].period_start);
                found.push(format!("I17: two periods of {subscription} overlap at {start}"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use ampere_credits::ledger::GrantTerms;
    use ampere_credits::{Credits, RechargeId, Timestamp};

    use super::*;

    fn attempt(number: u128, state: AttemptState) -> AttemptRow {
        let at = Timestamp::default();
        AttemptRow {
            id: RechargeId::from_bits(number),
            org: OrgId::from_bits(1),
            month: "2026-01".to_owned(),
            credits: Credits::whole(100),
            lifetime_months: 12,
            amount_cents: 30,
            currency: "usd".to_owned(),
            state,
            reason: None,
            card: "card".to_owned(),
            url: None,
            payment: None,
            grant: Some(GrantId::from_bits(number)),
            created_at: at,
            updated_at: at,
        }
    }

    /// What is found with these attempts and one grant, of attempt 1.
    fn found(attempts: Vec<AttemptRow>) -> Vec<String> {
        let terms = GrantTerms {
            id: GrantId::from_bits(1),
            class: Class::Purchased,
            cause: Cause::AutoRecharge,
            amount: Credits::whole(100),
            effective: Timestamp::default(),
            expires: None,
        };
        let grant = Grant::new(terms);
        let grants = BTreeMap::from([(terms.id, &grant)]);
        let (payments, periods) = (Vec::new(), Vec::new());
        MoneyRows { payments, periods, attempts }.recharged(&grants)
    }

    #[test]
    fn two_attempts_in_flight_are_named_which_the_database_refuses() {
        let (sent, waits) = (AttemptState::Sent, AttemptState::NeedsConfirmation);
        assert_eq!(found(vec![attempt(1, sent)]), Vec::<String>::new());
        let two = found(vec![attempt(1, sent), attempt(2, waits)]);
        assert_eq!(two, ["I19: 2 attempts are in flight at once"]);
    }

    #[test]
    fn a_paid_attempt_with_another_sum_than_its_grant_is_named() {
        let paid = attempt(1, AttemptState::Paid);
        assert_eq!(found(vec![paid.clone()]), Vec::<String>::new());
        let more = AttemptRow { credits: Credits::whole(101), ..paid };
        assert!(found(vec![more])[0].ends_with("is paid and has not its credits"));
    }
}
