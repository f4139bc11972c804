//! The organization's own facts: name and zone.

use ampere_store::rows::OrganizationRow;
use serde_json::{Value, json};

use super::fields::Fields;
use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::AppError;

impl App {
    /// The caller's organization.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn organization(&self, caller: &Caller) -> crate::Done<OrganizationRow> {
        self.store.organization(caller.org).await?.ok_or(AppError::NotFound)
    }

    /// Changes what is given. A new zone applies from now on: what was used keeps its day.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`], [`AppError::Invalid`].
    pub async fn update_organization(
        &self,
        caller: &Caller,
        name: Option<&str>,
        zone: Option<&str>,
    ) -> crate::Done<OrganizationRow> {
        caller.may(Act::Profile)?;
        let mut organization = self.organization(caller).await?;
        let before = organization.clone();
        let mut fields = Fields::default();
        if let Some(name) = name {
            organization.name = fields.name("/name", name);
        }
        if let Some(zone) = zone {
            organization.zone = fields.zone("/zone", zone);
        }
        fields.checked()?;
        let change = changed(&before, &organization);
        let log = self.entry(caller, Deed::OrganizationChanged, "organization", change);
        let OrganizationRow { name, zone, .. } = &organization;
        self.store.update_organization(caller.org, name, zone, log).await?;
        tracing::info!(target: "security", by = %caller.user, org = %caller.org, "changed it");
        Ok(organization)
    }
}

/// What it was and what it becomes, for the audit log. That the name is another one, not which:
/// entries stay for ever, and names go with their organization.
fn changed(before: &OrganizationRow, after: &OrganizationRow) -> (Value, Value) {
    let mut becomes = json!({ "zone": after.zone });
    if before.name != after.name {
        becomes["name"] = "changed".into();
    }
    (json!({ "zone": before.zone }), becomes)
}
