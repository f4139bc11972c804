//! A mirror of the provider's payments, and the grants that they became.

use ampere_credits::{OrgId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, PaymentStore};
use crate::rows::{PaymentGrantRow, PaymentRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! payment_columns {
    () => {
        "org, id, provider, customer, kind, reference, subscription, amount_cents, currency, \
         status, reason, url, paid_at, refunded_cents, dispute, receipt_url, created_at, seen_at"
    };
}
pub(super) use payment_columns;

statements! {
    /// As the provider told it; an older answer changes nothing.
    PUT_PAYMENT = concat!(
        "INSERT INTO payments (", payment_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
         $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         ON CONFLICT (org, id) DO UPDATE SET kind = excluded.kind, \
         reference = excluded.reference, subscription = excluded.subscription, \
         amount_cents = excluded.amount_cents, currency = excluded.currency, \
         status = excluded.status, reason = excluded.reason, url = excluded.url, \
         paid_at = excluded.paid_at, refunded_cents = excluded.refunded_cents, \
         dispute = excluded.dispute, receipt_url = excluded.receipt_url, \
         seen_at = excluded.seen_at WHERE payments.seen_at <= excluded.seen_at");
    /// All of an organization.
    PAYMENTS = concat!(
        "SELECT ", payment_columns!(), " FROM payments WHERE org = $1 \
         ORDER BY created_at DESC, id DESC");
    /// One.
    PAYMENT = concat!("SELECT ", payment_columns!(), " FROM payments WHERE org = $1 AND id = $2");
    /// The grants that payments became.
    PAYMENT_GRANTS = "SELECT payment, line, grant_id, credits FROM payment_grants \
                      WHERE org = $1 ORDER BY payment, line";
    /// Who paid since.
    PAYERS = "SELECT DISTINCT org FROM payments WHERE created_at >= $1";
    /// A grant that a line of a payment became.
    ADD_PAYMENT_GRANT = "INSERT INTO payment_grants (org, payment, line, grant_id, credits) \
                         VALUES ($1, $2, $3, $4, $5)";
}

pub(super) fn payment_row(mut row: Row) -> Kept<PaymentRow> {
    Ok(PaymentRow {
        org: row.take()?,
        id: row.take()?,
        provider: row.take()?,
        customer: row.take()?,
        kind: row.take()?,
        reference: row.take()?,
        subscription: row.take()?,
        amount_cents: row.take()?,
        currency: row.take()?,
        status: row.take()?,
        reason: row.take()?,
        url: row.take()?,
        paid_at: row.take()?,
        refunded_cents: row.take()?,
        dispute: row.take()?,
        receipt_url: row.take()?,
        created_at: row.take()?,
        seen_at: row.take()?,
    })
}

fn payment_grant_row(mut row: Row) -> Kept<PaymentGrantRow> {
    Ok(PaymentGrantRow {
        payment: row.take()?,
        line: row.take()?,
        grant: row.take()?,
        credits: row.take()?,
    })
}

/// A grant of a payment, within the commit that grants it. A second one of the same line is an
/// error, and nothing of the commit happens.
pub(super) async fn add_grant(tx: &mut dyn Tx, org: OrgId, row: PaymentGrantRow) -> Kept<()> {
    let values = values![org, row.payment, row.line, row.grant, row.credits];
    tx.execute(&ADD_PAYMENT_GRANT, values).await.map(drop)
}

#[async_trait]
impl<E: Engine> PaymentStore for Database<E> {
    async fn put_payment(&self, row: PaymentRow) -> Kept<()> {
        let mut values = values![row.org, row.id, row.provider, row.customer, row.kind];
        values.extend(values![row.reference, row.subscription, row.amount_cents, row.currency]);
        values.extend(values![row.status, row.reason, row.url, row.paid_at]);
        values.extend(values![row.refunded_cents, row.dispute, row.receipt_url, row.created_at]);
        values.extend(values![row.seen_at]);
        self.change(&PUT_PAYMENT, values).await.map(drop)
    }

    async fn payments(&self, org: OrgId) -> Kept<Vec<PaymentRow>> {
        self.rows(&PAYMENTS, values![org], payment_row).await
    }

    async fn payment(&self, org: OrgId, id: &str) -> Kept<Option<PaymentRow>> {
        self.row(&PAYMENT, values![org, id.to_owned()], payment_row).await
    }

    async fn payment_grants(&self, org: OrgId) -> Kept<Vec<PaymentGrantRow>> {
        self.rows(&PAYMENT_GRANTS, values![org], payment_grant_row).await
    }

    async fn payers(&self, since: Timestamp) -> Kept<Vec<OrgId>> {
        self.rows(&PAYERS, values![since], |mut row| row.take()).await
    }
}
