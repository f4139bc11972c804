//! The people of an organization: who they are, their roles, removing one. Adding or removing
//! somebody never changes a credit.

use std::collections::HashMap;

use ampere_credits::{Credits, OrgId, UserId};
use ampere_store::rows::{AuditWrite, LeftBehind, MemberChange, MemberRow, Role, ScheduleState};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller, member_may};
use crate::error::AppError;
use crate::news::Item;
use crate::notices::TeamNews;

/// What a caller may do with a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemberActs {
    /// Give them another role.
    pub change_role: bool,
    /// Remove them; for oneself: leave.
    pub remove: bool,
    /// Give and take the billing mark.
    pub mark_billing: bool,
    /// Hand the organization over to them.
    pub transfer: bool,
}

impl MemberActs {
    /// The rules about one's own and the owner's place, on top of the table of rights.
    fn of(caller: &Caller, member: &MemberRow) -> Self {
        let (own, owner) = (member.user == caller.user, member.role == Role::Owner);
        let may = |act| caller.may(act).is_ok();
        MemberActs {
            change_role: may(Act::ManageTeam) && !own && !owner,
            remove: (may(Act::ManageTeam) || own) && !owner,
            mark_billing: may(Act::GrantBilling) && !owner,
            transfer: may(Act::Own) && !own,
        }
    }
}

/// A member, as a caller sees them.
#[derive(Debug, Clone)]
pub struct MemberView {
    /// The member.
    pub row: MemberRow,
    /// What their work used in the current period; for billing access only.
    pub credits: Option<Credits>,
    /// Schedules of theirs that run.
    pub schedules: u32,
    /// What the caller may do with them.
    pub can: MemberActs,
}

impl App {
    /// Everybody, oldest member first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn members(&self, caller: &Caller) -> crate::Done<Vec<MemberView>> {
        let used = match caller.billing_access() {
            true => Some(self.summed(caller.org).await?.sums.people),
            false => None,
        };
        let used: Option<HashMap<UserId, Credits>> =
            used.map(|people| people.into_iter().map(|(user, _, used, _)| (user, used)).collect());
        let mut running: HashMap<UserId, u32> = HashMap::new();
        for schedule in self.store.schedules(caller.org).await? {
            let runs = [ScheduleState::Active, ScheduleState::PausedNoCredits];
            if runs.contains(&schedule.state) {
                let count = running.entry(schedule.owner).or_default();
                *count = count.saturating_add(1);
            }
        }
        let view = |row: MemberRow| MemberView {
            credits: used.as_ref().map(|used| used.get(&row.user).copied().unwrap_or_default()),
            schedules: running.get(&row.user).copied().unwrap_or_default(),
            can: MemberActs::of(caller, &row),
            row,
        };
        Ok(self.store.members(caller.org).await?.into_iter().map(view).collect())
    }

    /// The names of those who may do something, oldest member first: whom to ask.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn who_may(&self, org: OrgId, act: Act) -> crate::Done<Vec<String>> {
        let mut members = self.store.members(org).await?;
        members.retain(|row| member_may(row.role, row.billing_admin, act));
        Ok(members.into_iter().map(|row| row.name).collect())
    }

    /// Everybody with billing access, oldest member first.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]: for owners, who give and take it.
    pub async fn billing_admins(&self, caller: &Caller) -> crate::Done<Vec<MemberRow>> {
        caller.may(Act::GrantBilling)?;
        let mut members = self.store.members(caller.org).await?;
        members.retain(|row| member_may(row.role, row.billing_admin, Act::Billing));
        Ok(members)
    }

    async fn member(&self, caller: &Caller, user: UserId) -> crate::Done<MemberRow> {
        let members = self.store.members(caller.org).await?;
        members.into_iter().find(|row| row.user == user).ok_or(AppError::NotFound)
    }

    /// Gives a member another role, another mark, or both. It holds at once: who may not start
    /// work any more has their schedules paused.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]: roles are for owners and admins, the mark is the owner's;
    /// [`AppError::NotFound`]; [`AppError::Conflict`] for one's own role and the owner's;
    /// [`AppError::Invalid`] for ownership, which only moves by transfer.
    pub async fn change_member(
        &self,
        caller: &Caller,
        user: UserId,
        role: Option<Role>,
        billing_admin: Option<bool>,
    ) -> crate::Done<MemberView> {
        let acts = [role.map(|_| Act::ManageTeam), billing_admin.map(|_| Act::GrantBilling)];
        if acts == [None, None] {
            caller.may(Act::ManageTeam)?;
        }
        acts.into_iter().flatten().try_for_each(|act| caller.may(act))?;
        if role == Some(Role::Owner) {
            let detail = "Ownership only moves by transfer.";
            return Err(AppError::field("/role", "invalid_value", detail));
        }
        let member = self.member(caller, user).await?;
        if member.role == Role::Owner {
            return Err(AppError::Conflict("the owner's rights only move by transfer"));
        }
        if role.is_some() && user == caller.user {
            return Err(AppError::Conflict("nobody changes their own role"));
        }
        let mark = billing_admin.unwrap_or(member.billing_admin);
        let works = member_may(role.unwrap_or(member.role), mark, Act::StartWork);
        let note = || format!("Paused: {} may not start AI work any more.", member.name);
        let pause = (!works).then(|| (note(), self.now()));
        let log = self.log_of_member(caller, &member, (role, billing_admin));
        let change = MemberChange { role, billing_admin, pause, log };
        if !self.store.change_member(caller.org, user, change).await? {
            return Err(AppError::NotFound);
        }
        self.news.tell(caller.org, Item::Lost(user, None));
        let role = role.map(Role::word);
        if let Some(role) = role {
            self.tell_team(caller.org, TeamNews::Role(&member.name, role)).await;
        }
        if let Some(mark) = billing_admin.filter(|mark| *mark != member.billing_admin) {
            self.tell_team(caller.org, TeamNews::Billing(&member.name, mark)).await;
        }
        tracing::info!(
            target: "security", by = %caller.user, %user, role, billing_admin, "changed a member"
        );
        let found = self.members(caller).await?.into_iter().find(|view| view.row.user == user);
        found.ok_or(AppError::NotFound)
    }

    fn log_of_member(
        &self,
        caller: &Caller,
        was: &MemberRow,
        (role, mark): (Option<Role>, Option<bool>),
    ) -> Vec<AuditWrite> {
        let user = was.user.to_string();
        let role = role.and_then(|role| {
            let change = (json!({ "role": was.role.word() }), json!({ "role": role.word() }));
            self.entry(caller, Deed::RoleChanged, &user, change)
        });
        let mark = mark.and_then(|mark| {
            let (before, after) = (was.billing_admin, mark);
            let change = (json!({ "billing_admin": before }), json!({ "billing_admin": after }));
            self.entry(caller, Deed::BillingAccessChanged, &user, change)
        });
        role.into_iter().chain(mark).collect()
    }

    /// Removes a member, or lets the caller leave; their logins there end at once. Work that they
    /// started goes on. Their schedules pause, or go on as the caller's.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`], [`AppError::NotFound`]; [`AppError::Conflict`] for the owner.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        user: UserId,
        take_over: bool,
    ) -> crate::Done<()> {
        if user != caller.user {
            caller.may(Act::ManageTeam)?;
        }
        let member = self.member(caller, user).await?;
        if member.role == Role::Owner {
            return Err(AppError::Conflict(
                "the owner cannot be removed: hand ownership over first",
            ));
        }
        let at = self.now();
        let left = if take_over && user != caller.user {
            LeftBehind::Given { to: caller.user, at }
        } else {
            let note = format!("Paused: {} is not in the organization any more.", member.name);
            LeftBehind::Paused { note, at }
        };
        let own = user == caller.user;
        let deed = if own { Deed::MemberLeft } else { Deed::MemberRemoved };
        let was = json!({ "role": member.role.word(), "billing_admin": member.billing_admin });
        let log = self.entry(caller, deed, &user.to_string(), (was, Value::Null));
        if !self.store.remove_member(caller.org, user, left, log).await? {
            return Err(AppError::NotFound);
        }
        self.schedules_changed.notify_one();
        self.news.tell(caller.org, Item::Lost(user, None));
        tracing::info!(target: "security", by = %caller.user, %user, "removed a member");
        Ok(())
    }
}
