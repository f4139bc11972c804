//! Long lists read page by page, in the order of their keys, for those who take them with them.
//! Only reads.

use ampere_credits::{GrantId, HoldId, OrgId, RunId, SavedInputsId, SessionId, UserId, WorkflowId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::inputs::saved_inputs_row;
use crate::ops::load::{grant_columns, grant_row, hold_columns, hold_row};
use crate::ops::payments::{payment_columns, payment_row};
use crate::ops::run_rows::{message_row, usage_line_row};
use crate::ops::workflows::{workflow_row, workflow_select};
use crate::ports::{Kept, TakeoutStore};
use crate::rows::{
    GrantRow, HoldRow, MessageRow, PaymentRow, SavedInputsRow, UsageLineRow, WorkflowRow,
};
use crate::tx::statements;
use crate::values::{Row, values};

statements! {
    /// Messages after a number.
    MESSAGES_AFTER = "SELECT number, id, org, session, author, body, run, created_at, \
                      follow_ups, attachments FROM messages \
                      WHERE org = $1 AND session = $2 AND number > $3 ORDER BY number LIMIT $4";
    /// Grants after an id.
    GRANTS_AFTER = concat!(
        "SELECT ", grant_columns!(),
        " FROM grants WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3");
    /// Holds after an id.
    HOLDS_AFTER = concat!(
        "SELECT ", hold_columns!(),
        " FROM holds WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3");
    /// Usage lines after one.
    USAGE_LINES_AFTER = "SELECT run, number, step, kind, user_id, model, measure, quantity, \
                         micros_per_million, credits, estimated, settled_at, day \
                         FROM usage_lines WHERE org = $1 AND (run, number) > ($2, $3) \
                         ORDER BY run, number LIMIT $4";
    /// Payments after an id.
    PAYMENTS_AFTER = concat!(
        "SELECT ", payment_columns!(),
        " FROM payments WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3");
    /// Workflows after an id.
    WORKFLOWS_AFTER = concat!(
        workflow_select!(),
        "WHERE w.org = $1 AND w.id > $2 AND w.hidden = 0 ORDER BY w.id LIMIT $3");
    /// A person's saved inputs after one.
    SAVED_INPUTS_AFTER = "SELECT id, org, user_id, tool, name, inputs, created_at \
                          FROM saved_inputs WHERE org = $1 AND user_id = $2 \
                          AND (tool, id) > ($3, $4) ORDER BY tool, id LIMIT $5";
}

/// Before every id: the empty text.
fn or_first<T: ToString>(after: Option<T>) -> String {
    after.map_or_else(String::new, |id| id.to_string())
}

fn numbered(mut row: Row) -> Kept<(u32, MessageRow)> {
    Ok((row.take()?, message_row(row)?))
}

#[async_trait]
impl<E: Engine> TakeoutStore for Database<E> {
    async fn messages_after(
        &self,
        org: OrgId,
        session: SessionId,
        after: u32,
        limit: u32,
    ) -> Kept<Vec<(u32, MessageRow)>> {
        self.rows(&MESSAGES_AFTER, values![org, session, after, limit], numbered).await
    }

    async fn grants_after(
        &self,
        org: OrgId,
        after: Option<GrantId>,
        limit: u32,
    ) -> Kept<Vec<GrantRow>> {
        self.rows(&GRANTS_AFTER, values![org, or_first(after), limit], grant_row).await
    }

    async fn holds_after(
        &self,
        org: OrgId,
        after: Option<HoldId>,
        limit: u32,
    ) -> Kept<Vec<HoldRow>> {
        self.rows(&HOLDS_AFTER, values![org, or_first(after), limit], hold_row).await
    }

    async fn usage_lines_after(
        &self,
        org: OrgId,
        after: Option<(RunId, u32)>,
        limit: u32,
    ) -> Kept<Vec<UsageLineRow>> {
        let number = after.map_or(0, |(_, number)| number);
        let run = or_first(after.map(|(run, _)| run));
        self.rows(&USAGE_LINES_AFTER, values![org, run, number, limit], usage_line_row).await
    }

    async fn payments_after(
        &self,
        org: OrgId,
        after: Option<String>,
        limit: u32,
    ) -> Kept<Vec<PaymentRow>> {
        self.rows(&PAYMENTS_AFTER, values![org, or_first(after), limit], payment_row).await
    }

    async fn workflows_after(
        &self,
        org: OrgId,
        after: Option<WorkflowId>,
        limit: u32,
    ) -> Kept<Vec<WorkflowRow>> {
        self.rows(&WORKFLOWS_AFTER, values![org, or_first(after), limit], workflow_row).await
    }

    async fn saved_inputs_after(
        &self,
        org: OrgId,
        user: UserId,
        after: Option<(String, SavedInputsId)>,
        limit: u32,
    ) -> Kept<Vec<SavedInputsRow>> {
        let (tool, id) = after.map_or_else(Default::default, |(tool, id)| (tool, id.to_string()));
        let values = values![org, user, tool, id, limit];
        self.rows(&SAVED_INPUTS_AFTER, values, saved_inputs_row).await
    }
}
