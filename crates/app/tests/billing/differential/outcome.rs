//! What happened: money by the fake's invoices, credits by the ledger's grants, held against what
//! was said.

use std::collections::BTreeSet;

use ampere_credits::ledger::Grant;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, GrantId, Timestamp};
use serde_json::Value;

use super::said::Said;
use super::stage::terms_of;
use super::walk::Walk;
use super::when;

const SECOND: i64 = 1_000_000;

/// How things stood.
pub struct Before {
    invoices: BTreeSet<String>,
    grants: BTreeSet<GrantId>,
    total: i64,
    locked: i64,
    period: Option<(i64, i64)>,
    on: Option<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn cents(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// [start, end) of a line.
fn span(line: &Value) -> (i64, i64) {
    (cents(&line["period"]["start"]), cents(&line["period"]["end"]))
}

fn expires(grant: &Grant) -> Option<i64> {
    grant.terms.expires.map(|at| at.micros() / SECOND)
}

impl Walk {
    pub async fn before(&self) -> Before {
        let balance = self.stage.balance().await;
        Before {
            invoices: self.stage.invoices().iter().map(|it| text(&it["id"])).collect(),
            grants: self.stage.plan_grants().await.iter().map(|it| it.terms.id).collect(),
            total: balance.total().unwrap().micros(),
            locked: balance.locked.micros(),
            period: self.stage.period(),
            on: self.on.as_ref().map(|on| on.0.clone()),
        }
    }

    fn new_invoices(&self, before: &Before) -> Vec<Value> {
        let mut all = self.stage.invoices();
        all.retain(|it| !before.invoices.contains(&text(&it["id"])));
        all
    }

    async fn new_grants(&self, before: &Before) -> Vec<Grant> {
        let mut all = self.stage.plan_grants().await;
        all.retain(|it| !before.grants.contains(&it.terms.id));
        all
    }

    /// A confirmed change, so many seconds after its preview.
    pub async fn outcome(&mut self, said: &Said, before: Before, later: i64) {
        let invoices = self.new_invoices(&before);
        let grants = self.new_grants(&before).await;
        let added = grants.iter().map(|it| it.terms.amount.micros()).sum::<i64>();
        self.same("credits added", &said.added, &added);
        let now = said.scenario.now();
        self.same("invoices", &usize::from(now), &invoices.len());
        match invoices.first() {
            Some(invoice) if now => {
                self.invoice(said, invoice);
                self.credits_by_invoice(said, invoice, &before, added);
            }
            _ => self.same("due", &(Vec::new(), 0), &(said.due.clone(), said.due_cents)),
        }
        // A first period begins when it is confirmed, and ends a month or a year after that.
        let from_confirmation = !matches!(said.scenario, Scenario::Upgrade) && now;
        let (start, end) = self.stage.period().unwrap_or_default();
        if from_confirmation {
            self.same("the period begins", &(said.at + later), &start);
        }
        if !from_confirmation || later == 0 {
            self.same("the next payment's instant", &said.next_at, &end);
        }
        let day = |at: i64| when::day_there(Timestamp::from_micros(at * SECOND));
        self.same("the next payment's day", &day(said.next_at), &day(end));
        if let Some(grant) = grants.first() {
            self.same("the credits' end", &Some(end), &expires(grant));
        }
        let effective = if now { said.at } else { end };
        self.same("effective", &said.effective_at, &effective);
        self.balances(said, &before, later).await;
        self.tally.compared += 1;
        self.count(said, &before, later);
    }

    fn invoice(&mut self, said: &Said, invoice: &Value) {
        let lines = invoice["lines"]["data"].as_array().unwrap();
        let amounts: Vec<i64> = lines.iter().map(|line| cents(&line["amount"])).collect();
        self.same("the invoice's lines", &said.due, &amounts);
        self.same("due", &said.due_cents, &cents(&invoice["amount_due"]));
        self.same("paid", &said.due_cents, &cents(&invoice["amount_paid"]));
        self.same("invoice", &"paid", &invoice["status"].as_str().unwrap_or_default());
        self.same("currency", &"usd", &invoice["currency"].as_str().unwrap_or_default());
        if said.scenario == Scenario::Upgrade {
            let begin = lines.iter().map(|line| span(line).0).collect::<BTreeSet<_>>();
            self.same("counted at", &BTreeSet::from([said.at]), &begin);
        }
        let subscription = self.stage.subscription().unwrap_or_default();
        let price = &subscription["items"]["data"][0]["price"];
        self.same("the price from now on", &said.next_cents, &cents(&price["unit_amount"]));
        self.same("the plan", &said.plan, &text(&price["metadata"]["plan"]));
        self.same("cadence", &said.cadence.word(), &price["metadata"]["cadence"].as_str().unwrap());
    }

    /// What the law gives for what the invoice says, counted here once more.
    fn credits_by_invoice(&mut self, said: &Said, invoice: &Value, before: &Before, added: i64) {
        let (_, gives) = terms_of(&said.plan, said.cadence);
        let lawful = match (said.scenario, &before.on, before.period) {
            (Scenario::Upgrade, Some(on), Some((start, end))) => {
                let (begin, until) = span(&invoice["lines"]["data"][1]);
                self.same("the upgrade's end", &end, &until);
                let more = i128::from(gives - terms_of(on, said.cadence).1);
                let part = more * i128::from(until - begin) / i128::from(end - start);
                i64::try_from(part).unwrap()
            }
            _ => gives,
        };
        self.same("credits by the invoice", &lawful, &added);
    }

    async fn balances(&mut self, said: &Said, before: &Before, later: i64) {
        let balance = self.stage.balance().await;
        let total = balance.total().unwrap().micros();
        if later == 0 {
            self.same("credits after", &said.after, &total);
        }
        let unlocked = if said.scenario == Scenario::Restart { before.locked } else { 0 };
        self.same("credits there", &(before.total + unlocked + said.added), &total);
        let Some((left, until)) = said.preserved else { return };
        let mut grants = self.stage.plan_grants().await;
        grants.retain(|it| before.grants.contains(&it.terms.id));
        let now = self.stage.now();
        grants.retain(|it| expires(it).is_none_or(|end| now < end));
        let kept = grants.iter().map(|it| it.unheld.micros() + it.held.micros()).sum::<i64>();
        self.same("credits kept", &left, &kept);
        let end = grants.iter().filter_map(expires).max();
        self.same("kept until", &Some(until), &end);
    }

    /// The period is over; before it, one renewal or none was to come.
    pub async fn renewed(&mut self, end: i64, before: Before) {
        let invoices = self.new_invoices(&before);
        let grants = self.new_grants(&before).await;
        let Some(next) = self.next.clone() else {
            self.same("invoices after the end", &0, &invoices.len());
            self.same("credits after the end", &0, &grants.len());
            self.same("plan after the end", &None, &self.stage.period());
            let balance = self.stage.balance().await;
            self.same("credits open after the end", &0, &balance.total().unwrap().micros());
            self.tally.hit("ended");
            return;
        };
        self.same("the renewal's instant", &next.at, &end);
        self.same("renewals", &1, &invoices.len());
        let Some(invoice) = invoices.first() else { return };
        self.same("the renewal's sum", &next.cents, &cents(&invoice["amount_due"]));
        self.same("the renewal", &"paid", &invoice["status"].as_str().unwrap_or_default());
        let lines = invoice["lines"]["data"].as_array().unwrap();
        let priced = |line: &Value| (span(line).0, cents(&line["amount"]));
        let lines: Vec<_> = lines.iter().map(priced).collect();
        self.same("the renewal's lines", &vec![(next.at, next.cents)], &lines);
        let given: Vec<_> = grants.iter().map(|it| it.terms.amount.micros()).collect();
        let (_, gives) = terms_of(&next.plan, next.cadence);
        self.same("the renewal's credits", &vec![gives], &given);
        let (_, until) = self.stage.period().unwrap_or_default();
        let ends: Vec<_> = grants.iter().map(expires).collect();
        self.same("the renewal's credits end", &vec![Some(until)], &ends);
        if self.on.as_ref() != Some(&(next.plan.clone(), next.cadence)) {
            self.tally.hit("renewed_on_another_plan");
        }
        self.tally.hit("renewed");
        self.on = Some((next.plan.clone(), next.cadence));
        self.next = Some(super::walk::Next { at: until, ..next });
        self.forget_kept();
    }

    /// What was special about a change.
    fn count(&mut self, said: &Said, before: &Before, later: i64) {
        self.tally.hit(said.scenario.word());
        self.tally.hit(if later == 0 { "confirmed_at_once" } else { "confirmed_minutes_later" });
        if said.cadence == Cadence::Annual && said.scenario == Scenario::Upgrade {
            self.tally.hit("upgrade_of_a_year");
        }
        if said.scenario == Scenario::Upgrade && said.due_cents == 0 {
            self.tally.hit("upgrade_that_costs_nothing");
        }
        for what in when::of_day(said.at) {
            self.tally.hit(what);
        }
        let Some((start, end)) = before.period else { return };
        let subscription = self.stage.subscription().unwrap_or_default();
        let anchor = subscription["billing_cycle_anchor"].as_i64().unwrap_or_default();
        for what in when::of_period(anchor, (start, end), said.at) {
            self.tally.hit(what);
        }
    }
}
