//! Plans, customers, subscriptions: what was published never changes, the rest is as the provider
//! says it is. Credits are granted by a commit of the pool, never here.

use ampere_credits::{Cadence, OrgId, PreviewId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{BillingStore, Kept, PlanStore, StoreError};
use crate::rows::{
    CardRow, CustomerRow, PlanPeriodRow, PlanRef, PlanVersionRow, PreviewRow, SubscriptionRow,
};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! customer_columns {
    () => {
        "org, provider, customer, card, card_brand, card_last4, card_exp_month, card_exp_year, \
         checked_at"
    };
}

macro_rules! subscription_columns {
    () => {
        "org, provider, reference, plan, version, cadence, status, begun, period_start, \
         period_end, ends_at_period_end, next_plan, next_version, next_cadence, open_payment, \
         confirm_url, past_due_since, ended_at, created_at"
    };
}

statements! {
    /// Every published version.
    PLAN_VERSIONS = "SELECT plan, version, published_at, body FROM plan_versions \
                     ORDER BY plan, version";
    /// A version that is not there yet.
    PUBLISH_PLAN = "INSERT INTO plan_versions (plan, version, published_at, body) \
                    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    /// A new preview.
    ADD_PREVIEW = "INSERT INTO previews (org, id, body, created_at, expires_at, used_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
    /// One preview.
    PREVIEW = "SELECT org, id, body, created_at, expires_at, used_at FROM previews \
               WHERE org = $1 AND id = $2";
    /// It is confirmed for the first time.
    USE_PREVIEW = "UPDATE previews SET used_at = $1 WHERE org = $2 AND id = $3 \
                   AND used_at IS NULL";
    /// Runs that hold credits, as many as are of interest. By their holds: of those there are few.
    AT_WORK = "SELECT h.org FROM holds h JOIN runs r ON r.org = h.org AND r.id = h.run \
               WHERE h.org = $1 AND h.ended_as IS NULL AND r.triggered_by <> 'background' \
               LIMIT $2";
    /// Who pays for an organization.
    CUSTOMER = concat!(
        "SELECT ", customer_columns!(), " FROM customers WHERE org = $1 AND provider = $2");
    /// Who pays from now on.
    PUT_CUSTOMER = concat!(
        "INSERT INTO customers (", customer_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, \
         $8, $9) ON CONFLICT (org, provider) DO UPDATE SET customer = excluded.customer, \
         card = excluded.card, card_brand = excluded.card_brand, \
         card_last4 = excluded.card_last4, card_exp_month = excluded.card_exp_month, \
         card_exp_year = excluded.card_exp_year, checked_at = excluded.checked_at");
    /// Whose customer it is.
    CUSTOMER_ORG = "SELECT org FROM customers WHERE provider = $1 AND customer = $2";
    /// All of a provider.
    CUSTOMERS = concat!(
        "SELECT ", customer_columns!(), " FROM customers WHERE provider = $1 ORDER BY customer");
    /// All of an organization.
    SUBSCRIPTIONS = concat!(
        "SELECT ", subscription_columns!(), " FROM subscriptions WHERE org = $1 \
         ORDER BY created_at, reference");
    /// As it is now; that it was paid once stays.
    PUT_SUBSCRIPTION = concat!(
        "INSERT INTO subscriptions (", subscription_columns!(), ") VALUES ($1, $2, $3, $4, $5, \
         $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         ON CONFLICT (org, provider, reference) DO UPDATE SET plan = excluded.plan, \
         version = excluded.version, cadence = excluded.cadence, status = excluded.status, \
         begun = CASE WHEN subscriptions.begun = 1 THEN 1 ELSE excluded.begun END, \
         period_start = excluded.period_start, period_end = excluded.period_end, \
         ends_at_period_end = excluded.ends_at_period_end, next_plan = excluded.next_plan, \
         next_version = excluded.next_version, next_cadence = excluded.next_cadence, \
         open_payment = excluded.open_payment, confirm_url = excluded.confirm_url, \
         past_due_since = excluded.past_due_since, ended_at = excluded.ended_at");
    /// The granted periods of an organization.
    PLAN_PERIODS = "SELECT org, subscription, period_start, period_end, plan, version, cadence, \
                    grant_id FROM plan_periods WHERE org = $1 \
                    ORDER BY subscription, period_start, cadence";
    /// A period is granted.
    ADD_PLAN_PERIOD = "INSERT INTO plan_periods (org, subscription, period_start, period_end, \
                       plan, version, cadence, grant_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
}

fn version_row(mut row: Row) -> Kept<PlanVersionRow> {
    Ok(PlanVersionRow {
        plan: row.take()?,
        version: row.take()?,
        published_at: row.take()?,
        body: row.take()?,
    })
}

fn preview_row(mut row: Row) -> Kept<PreviewRow> {
    Ok(PreviewRow {
        org: row.take()?,
        id: row.take()?,
        body: row.take()?,
        created_at: row.take()?,
        expires_at: row.take()?,
        used_at: row.take()?,
    })
}

/// Columns of which either all are there or none.
fn half() -> StoreError {
    StoreError::Damaged("half of a card or of a plan".to_owned())
}

fn card(row: &mut Row) -> Kept<Option<CardRow>> {
    let id: Option<String> = row.take()?;
    let (brand, last4): (Option<String>, Option<String>) = (row.take()?, row.take()?);
    let (month, year): (Option<u32>, Option<u32>) = (row.take()?, row.take()?);
    let Some(id) = id else { return Ok(None) };
    Ok(Some(CardRow {
        id,
        brand: brand.ok_or_else(half)?,
        last4: last4.ok_or_else(half)?,
        exp_month: month.ok_or_else(half)?,
        exp_year: year.ok_or_else(half)?,
    }))
}

fn customer_row(mut row: Row) -> Kept<CustomerRow> {
    Ok(CustomerRow {
        org: row.take()?,
        provider: row.take()?,
        customer: row.take()?,
        card: card(&mut row)?,
        checked_at: row.take()?,
    })
}

fn plan_ref(row: &mut Row) -> Kept<PlanRef> {
    Ok(PlanRef { plan: row.take()?, version: row.take()?, cadence: row.take()? })
}

fn next_ref(row: &mut Row) -> Kept<Option<PlanRef>> {
    let (plan, version): (Option<String>, Option<u32>) = (row.take()?, row.take()?);
    let cadence: Option<Cadence> = row.take()?;
    let Some(plan) = plan else { return Ok(None) };
    let (version, cadence) = (version.ok_or_else(half)?, cadence.ok_or_else(half)?);
    Ok(Some(PlanRef { plan, version, cadence }))
}

fn subscription_row(mut row: Row) -> Kept<SubscriptionRow> {
    Ok(SubscriptionRow {
        org: row.take()?,
        provider: row.take()?,
        reference: row.take()?,
        on: plan_ref(&mut row)?,
        status: row.take()?,
        begun: row.take()?,
        period_start: row.take()?,
        period_end: row.take()?,
        ends_at_period_end: row.take()?,
        next: next_ref(&mut row)?,
        open_payment: row.take()?,
        confirm_url: row.take()?,
        past_due_since: row.take()?,
        ended_at: row.take()?,
        created_at: row.take()?,
    })
}

fn period_row(mut row: Row) -> Kept<PlanPeriodRow> {
    Ok(PlanPeriodRow {
        org: row.take()?,
        subscription: row.take()?,
        period_start: row.take()?,
        period_end: row.take()?,
        on: plan_ref(&mut row)?,
        grant: row.take()?,
    })
}

/// A period's grant, within the commit that makes it.
pub(super) async fn add_period(tx: &mut dyn Tx, row: PlanPeriodRow) -> Kept<()> {
    let mut list = values![row.org, row.subscription, row.period_start, row.period_end];
    list.extend(values![row.on.plan, row.on.version, row.on.cadence, row.grant]);
    tx.execute(&ADD_PLAN_PERIOD, list).await?;
    Ok(())
}

#[async_trait]
impl<E: Engine> PlanStore for Database<E> {
    async fn plan_versions(&self) -> Kept<Vec<PlanVersionRow>> {
        self.rows(&PLAN_VERSIONS, values![], version_row).await
    }

    async fn publish_plan(&self, row: PlanVersionRow) -> Kept<bool> {
        let values = values![row.plan, row.version, row.published_at, row.body];
        Ok(self.change(&PUBLISH_PLAN, values).await? > 0)
    }

    async fn add_preview(&self, row: PreviewRow) -> Kept<()> {
        let mut values = values![row.org, row.id, row.body, row.created_at, row.expires_at];
        values.extend(values![row.used_at]);
        self.change(&ADD_PREVIEW, values).await?;
        Ok(())
    }

    async fn preview(&self, org: OrgId, id: PreviewId) -> Kept<Option<PreviewRow>> {
        self.row(&PREVIEW, values![org, id], preview_row).await
    }

    async fn at_work(&self, org: OrgId, most: u32) -> Kept<u32> {
        let found: Vec<OrgId> =
            self.rows(&AT_WORK, values![org, most], |mut row| row.take()).await?;
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
    }

    async fn use_preview(&self, org: OrgId, id: PreviewId, at: Timestamp) -> Kept<bool> {
        Ok(self.change(&USE_PREVIEW, values![at, org, id]).await? > 0)
    }
}

#[async_trait]
impl<E: Engine> BillingStore for Database<E> {
    async fn customer(&self, org: OrgId, provider: &str) -> Kept<Option<CustomerRow>> {
        self.row(&CUSTOMER, values![org, provider.to_owned()], customer_row).await
    }

    async fn put_customer(&self, row: CustomerRow) -> Kept<()> {
        let card = row.card;
        let mut values = values![row.org, row.provider, row.customer];
        values.extend(values![
            card.as_ref().map(|card| card.id.clone()),
            card.as_ref().map(|card| card.brand.clone()),
            card.as_ref().map(|card| card.last4.clone()),
            card.as_ref().map(|card| card.exp_month),
            card.as_ref().map(|card| card.exp_year),
            row.checked_at,
        ]);
        self.change(&PUT_CUSTOMER, values).await?;
        Ok(())
    }

    async fn customer_org(&self, provider: &str, customer: &str) -> Kept<Option<OrgId>> {
        let values = values![provider.to_owned(), customer.to_owned()];
        self.row(&CUSTOMER_ORG, values, |mut row| row.take()).await
    }

    async fn customers(&self, provider: &str) -> Kept<Vec<CustomerRow>> {
        self.rows(&CUSTOMERS, values![provider.to_owned()], customer_row).await
    }

    async fn subscriptions(&self, org: OrgId) -> Kept<Vec<SubscriptionRow>> {
        self.rows(&SUBSCRIPTIONS, values![org], subscription_row).await
    }

    async fn put_subscription(&self, row: SubscriptionRow) -> Kept<()> {
        let mut values = values![row.org, row.provider, row.reference, row.on.plan];
        values.extend(values![row.on.version, row.on.cadence, row.status, row.begun]);
        values.extend(values![row.period_start, row.period_end, row.ends_at_period_end]);
        values.extend(values![
            row.next.as_ref().map(|next| next.plan.clone()),
            row.next.as_ref().map(|next| next.version),
            row.next.as_ref().map(|next| next.cadence),
            row.open_payment,
            row.confirm_url,
            row.past_due_since,
            row.ended_at,
            row.created_at,
        ]);
        self.change(&PUT_SUBSCRIPTION, values).await?;
        Ok(())
    }

    async fn plan_periods(&self, org: OrgId) -> Kept<Vec<PlanPeriodRow>> {
        self.rows(&PLAN_PERIODS, values![org], period_row).await
    }
}
