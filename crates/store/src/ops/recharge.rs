//! Auto-recharge: settings and attempts. One attempt in flight for each organization and the
//! month's limit are held by the statement that begins one, whoever else begins at the same time.

use ampere_credits::{Credits, GrantId, OrgId, RechargeId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::writes::Booking;
use crate::ports::{Kept, RechargeStore};
use crate::rows::{AttemptRow, AttemptState, AuditWrite, RechargeRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! attempt_columns {
    () => {
        "id, org, month, credits, lifetime_months, amount_cents, currency, state, reason, card, \
         url, payment, grant_id, created_at, updated_at"
    };
}

statements! {
    /// What an organization wants.
    RECHARGE = "SELECT org, enabled, threshold, amount, monthly_limit, broken_card, since, \
                changed_by FROM recharges WHERE org = $1";
    /// What it wants from now on.
    SET_RECHARGE = "INSERT INTO recharges (org, enabled, threshold, amount, monthly_limit, \
                    broken_card, since, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                    ON CONFLICT (org) DO UPDATE SET enabled = excluded.enabled, \
                    threshold = excluded.threshold, amount = excluded.amount, \
                    monthly_limit = excluded.monthly_limit, \
                    broken_card = excluded.broken_card, since = excluded.since, \
                    changed_by = excluded.changed_by";
    /// Who is to be looked after.
    RECHARGING = "SELECT org FROM recharges WHERE enabled = 1 UNION \
                  SELECT org FROM attempts WHERE state IN ('sent', 'needs_confirmation') \
                  ORDER BY org";
    /// A new attempt, unless the month is full. That another is in flight is a conflict.
    BEGIN_ATTEMPT = concat!(
        "INSERT INTO attempts (", attempt_columns!(), ") SELECT CAST($1 AS TEXT), \
         CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), \
         CAST($6 AS BIGINT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), \
         CAST($10 AS TEXT), CAST($11 AS TEXT), CAST($12 AS TEXT), CAST($13 AS TEXT), \
         CAST($14 AS BIGINT), CAST($15 AS BIGINT) WHERE $4 + coalesce((SELECT sum(credits) \
         FROM attempts WHERE org = $2 AND month = $3 AND state <> 'declined'), 0) <= $16 \
         ON CONFLICT DO NOTHING");
    /// What became of one that is in flight.
    SET_ATTEMPT = "UPDATE attempts SET state = $1, reason = $2, url = $3, payment = $4, \
                   updated_at = $5 WHERE org = $6 AND id = $7 \
                   AND state IN ('sent', 'needs_confirmation')";
    /// One.
    ATTEMPT = concat!("SELECT ", attempt_columns!(), " FROM attempts WHERE org = $1 AND id = $2");
    /// The newest.
    ATTEMPTS = concat!(
        "SELECT ", attempt_columns!(), " FROM attempts WHERE org = $1 ORDER BY id DESC LIMIT $2");
    /// What counts in a month.
    RECHARGED = "SELECT CAST(coalesce(sum(credits), 0) AS BIGINT) FROM attempts \
                 WHERE org = $1 AND month = $2 AND state <> 'declined'";
    /// It is paid, and its credits are in the pool now.
    GRANT_ATTEMPT = "UPDATE attempts SET state = $1, reason = NULL, url = NULL, grant_id = $2, \
                     payment = $3, updated_at = $4 WHERE org = $5 AND id = $6";
}

fn recharge_row(mut row: Row) -> Kept<RechargeRow> {
    Ok(RechargeRow {
        org: row.take()?,
        enabled: row.take()?,
        threshold: row.take()?,
        amount: row.take()?,
        monthly_limit: row.take()?,
        broken_card: row.take()?,
        since: row.take()?,
        changed_by: row.take()?,
    })
}

fn attempt_row(mut row: Row) -> Kept<AttemptRow> {
    Ok(AttemptRow {
        id: row.take()?,
        org: row.take()?,
        month: row.take()?,
        credits: row.take()?,
        lifetime_months: row.take()?,
        amount_cents: row.take()?,
        currency: row.take()?,
        state: row.take()?,
        reason: row.take()?,
        card: row.take()?,
        url: row.take()?,
        payment: row.take()?,
        grant: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// An attempt that was paid, within the commit that grants its credits.
pub(super) async fn granted(
    tx: &mut dyn Tx,
    booking: &Booking<'_>,
    (attempt, grant, payment): (RechargeId, GrantId, String),
) -> Kept<()> {
    let (paid, org) = (AttemptState::Paid, booking.pool.org);
    let values = values![paid, grant, payment, booking.at, org, attempt];
    tx.execute(&GRANT_ATTEMPT, values).await?;
    Ok(())
}

#[async_trait]
impl<E: Engine> RechargeStore for Database<E> {
    async fn recharge(&self, org: OrgId) -> Kept<Option<RechargeRow>> {
        self.row(&RECHARGE, values![org], recharge_row).await
    }

    async fn set_recharge(&self, row: RechargeRow, log: Option<AuditWrite>) -> Kept<()> {
        let mut values = values![row.org, row.enabled, row.threshold, row.amount];
        values.extend(values![row.monthly_limit, row.broken_card, row.since, row.changed_by]);
        self.change_on_record(&SET_RECHARGE, values, log).await.map(drop)
    }

    async fn recharging(&self) -> Kept<Vec<OrgId>> {
        self.rows(&RECHARGING, values![], |mut row| row.take()).await
    }

    async fn begin_attempt(&self, row: AttemptRow, limit: Credits) -> Kept<bool> {
        let mut values = values![row.id, row.org, row.month, row.credits, row.lifetime_months];
        values.extend(values![row.amount_cents, row.currency, row.state, row.reason, row.card]);
        values.extend(values![row.url, row.payment, row.grant, row.created_at]);
        values.extend(values![row.updated_at, limit]);
        Ok(self.change(&BEGIN_ATTEMPT, values).await? > 0)
    }

    async fn set_attempt(&self, row: AttemptRow) -> Kept<()> {
        let mut values = values![row.state, row.reason, row.url, row.payment, row.updated_at];
        values.extend(values![row.org, row.id]);
        self.change(&SET_ATTEMPT, values).await?;
        Ok(())
    }

    async fn attempt(&self, org: OrgId, id: RechargeId) -> Kept<Option<AttemptRow>> {
        self.row(&ATTEMPT, values![org, id], attempt_row).await
    }

    async fn attempts(&self, org: OrgId, limit: u32) -> Kept<Vec<AttemptRow>> {
        self.rows(&ATTEMPTS, values![org, limit], attempt_row).await
    }

    async fn recharged(&self, org: OrgId, month: &str) -> Kept<Credits> {
        let sum = self.row(&RECHARGED, values![org, month.to_owned()], |mut row| row.take());
        Ok(sum.await?.unwrap_or_default())
    }
}
