//! Purchases. Their credits are granted by a commit of the pool, never here.

use ampere_credits::{CheckoutId, OrgId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, PurchaseStore, StoreError};
use crate::rows::{AuditWrite, CheckoutChange, CheckoutRow, CheckoutState, Page};
use crate::tx::statements;
use crate::values::{Row, values};

macro_rules! checkout_columns {
    () => {
        "id, org, user_id, kind, pay_with, pack, credits, lifetime_months, amount_cents, currency, \
         provider, provider_ref, url, state, reason, payment, grant_id, position, created_at, \
         updated_at"
    };
}

statements! {
    /// A new purchase.
    ADD_CHECKOUT = concat!(
        "INSERT INTO checkouts (", checkout_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, \
         $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING");
    /// One of an organization.
    CHECKOUT = concat!(
        "SELECT ", checkout_columns!(), " FROM checkouts WHERE org = $1 AND id = $2");
    /// How it stands; what is granted stays granted.
    SET_CHECKOUT = "UPDATE checkouts SET state = $1, reason = $2, url = coalesce($3, url), \
                    payment = $4, updated_at = $5 WHERE org = $6 AND id = $7 AND state <> $8";
    /// Whose purchases may still be paid.
    UNPAID_CHECKOUTS = "SELECT DISTINCT org FROM checkouts WHERE state IN \
                        ('open', 'declined', 'confirmation_needed') AND created_at >= $1";
    /// Purchases before an id.
    CHECKOUTS = concat!(
        "SELECT ", checkout_columns!(), " FROM checkouts WHERE org = $1 AND id < $2 \
         ORDER BY id DESC LIMIT $3");
}

fn checkout_row(mut row: Row) -> Kept<CheckoutRow> {
    Ok(CheckoutRow {
        id: row.take()?,
        org: row.take()?,
        user: row.take()?,
        kind: row.take()?,
        pay_with: row.take()?,
        pack: row.take()?,
        credits: row.take()?,
        lifetime_months: row.take()?,
        amount_cents: row.take()?,
        currency: row.take()?,
        provider: row.take()?,
        provider_ref: row.take()?,
        url: row.take()?,
        state: row.take()?,
        reason: row.take()?,
        payment: row.take()?,
        grant: row.take()?,
        position: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

#[async_trait]
impl<E: Engine> PurchaseStore for Database<E> {
    async fn create_checkout(&self, row: CheckoutRow, log: Option<AuditWrite>) -> Kept<()> {
        let mut values = values![row.id, row.org, row.user, row.kind, row.pay_with];
        values.extend(values![row.pack, row.credits]);
        values.extend(values![row.lifetime_months, row.amount_cents, row.currency, row.provider]);
        values.extend(values![row.provider_ref, row.url, row.state, row.reason, row.payment]);
        values.extend(values![row.grant, row.position, row.created_at, row.updated_at]);
        match self.change_on_record(&ADD_CHECKOUT, values, log).await? {
            0 => Err(StoreError::Exists("a purchase with this id")),
            _ => Ok(()),
        }
    }

    async fn checkout(&self, org: OrgId, id: CheckoutId) -> Kept<Option<CheckoutRow>> {
        self.row(&CHECKOUT, values![org, id], checkout_row).await
    }

    async fn set_checkout(&self, org: OrgId, id: CheckoutId, change: CheckoutChange) -> Kept<()> {
        let CheckoutChange { state, reason, url, payment, at } = change;
        let values = values![state, reason, url, payment, at, org, id, CheckoutState::Granted];
        self.change(&SET_CHECKOUT, values).await.map(drop)
    }

    async fn unpaid_checkouts(&self, since: Timestamp) -> Kept<Vec<OrgId>> {
        self.rows(&UNPAID_CHECKOUTS, values![since], |mut row| row.take()).await
    }

    async fn checkouts(&self, org: OrgId, page: Page) -> Kept<Vec<CheckoutRow>> {
        let values = values![org, page.before_id(), page.rows()];
        self.rows(&CHECKOUTS, values, checkout_row).await
    }
}
