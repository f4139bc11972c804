//! Rows of schedules: what stands in them, and changing one that others change too.
//!
//! Owns: reading a row's rule, subject and inputs, and the one way to change a row: read, decide,
//! write unless it changed meanwhile. Never decides when anything starts.

use ampere_credits::{LoginId, OrgId, ScheduleId, UserId};
use ampere_store::rows::{RunKind, ScheduleRow};
use serde_json::Value;

use super::reading::read;
use super::recurrence::Recurrence;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::tasks::What;

/// Tries to change a row that others change at the same time.
const TRIES: u32 = 8;

/// The rule of a row on the clocks of its zone.
pub(super) fn recurrence_of(row: &ScheduleRow) -> crate::Done<Recurrence> {
    let rule: Value = serde_json::from_str(&row.rule).unwrap_or_default();
    let (rule, zone) = read(&rule, &row.zone).map_err(|mistakes| {
        tracing::error!(schedule = %row.id, ?mistakes, "a kept rule cannot be read");
        AppError::Internal
    })?;
    Recurrence::new(&rule, &zone)
}

/// What a row starts.
pub(super) fn what_of(row: &ScheduleRow) -> crate::Done<What> {
    match row.kind {
        RunKind::Tool => Ok(What::Tool(row.subject.clone())),
        RunKind::Workflow => {
            row.subject.parse().map(What::Workflow).map_err(|_| AppError::NotFound)
        }
        RunKind::Message | RunKind::Background | RunKind::Browser => Err(AppError::Internal),
    }
}

/// The form of a row, filled in.
pub(super) fn inputs_of(row: &ScheduleRow) -> Value {
    serde_json::from_str(&row.inputs).unwrap_or_default()
}

impl App {
    /// Changes a schedule by what is decided from its present row; nothing changes where that is
    /// none. Answers the row as it is then.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; what `decide` says; [`AppError::Unavailable`] when others keep
    /// changing it.
    pub(super) async fn change_schedule<F>(
        &self,
        org: OrgId,
        id: ScheduleId,
        decide: F,
    ) -> crate::Done<ScheduleRow>
    where
        F: Fn(&ScheduleRow) -> crate::Done<Option<ScheduleRow>> + Send + Sync,
    {
        for _ in 0..TRIES {
            let row = self.store.schedule(org, id).await?.ok_or(AppError::NotFound)?;
            let Some(mut changed) = decide(&row)? else { return Ok(row) };
            changed.updated_at = self.now();
            if self.store.update_schedule(changed, row.updated_at).await? {
                return self.store.schedule(org, id).await?.ok_or(AppError::NotFound);
            }
        }
        tracing::warn!(schedule = %id, "a schedule keeps changing");
        Err(AppError::Unavailable)
    }

    /// A person with the rights that they have now, as the starts of their schedules and their
    /// background work act; none if they are not in the organization any more. Never an operator,
    /// and nobody is logged in.
    pub(crate) async fn acting(&self, org: OrgId, user: UserId) -> crate::Done<Option<Caller>> {
        let members = self.store.members(org).await?;
        let organization = self.store.organization(org).await?.ok_or(AppError::Internal)?;
        let member = members.into_iter().find(|row| row.user == user);
        Ok(member.map(|member| Caller {
            org,
            user,
            name: member.name,
            role: member.role,
            billing_admin: member.billing_admin,
            operator: false,
            login: LoginId::from_bits(0),
            zone: organization.zone,
        }))
    }
}
