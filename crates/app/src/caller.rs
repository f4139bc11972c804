//! Who is asking, and what they may do: one table of rights, pure.

use ampere_credits::{LoginId, OrgId, UserId};
use ampere_store::rows::{KnownLogin, Role};

use crate::error::AppError;

/// A logged-in person in one organization.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization all look-ups are scoped by.
    pub org: OrgId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their role in the organization.
    pub role: Role,
    /// The mark an owner can give to any member; owners always have it.
    pub billing_admin: bool,
    /// Runs the installation.
    pub operator: bool,
    /// The login that was used.
    pub login: LoginId,
    /// The organization's zone.
    pub zone: String,
}

/// What can be asked for; the rows of the role matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Start and stop AI work.
    StartWork,
    /// See, change and stop everybody's work.
    SeeAll,
    /// See prices, activity and everybody's usage; buy credits, change the plan.
    Billing,
    /// Give and take the billing mark.
    GrantBilling,
    /// Invite and remove people, change their roles.
    ManageTeam,
    /// Change the organization's name, zone and settings.
    Profile,
    /// Hand the organization over, take its data out, delete it, read its audit log.
    Own,
    /// Configure the installation.
    Operate,
}

/// Who may do one thing.
struct Right {
    act: Act,
    /// Its stable word.
    word: &'static str,
    /// The roles that may.
    roles: &'static [Role],
    /// People with the billing mark may too, whatever their role.
    mark: bool,
}

/// The whole table, except for the operator, who stands outside organizations.
const RIGHTS: &[Right] = {
    use Role::{Admin, Member, Owner};
    const fn right(act: Act, word: &'static str, roles: &'static [Role], mark: bool) -> Right {
        Right { act, word, roles, mark }
    }
    &[
        right(Act::StartWork, "start_work", &[Owner, Admin, Member], false),
        right(Act::SeeAll, "see_all", &[Owner, Admin], false),
        right(Act::Billing, "billing", &[Owner], true),
        right(Act::GrantBilling, "grant_billing", &[Owner], false),
        right(Act::ManageTeam, "manage_team", &[Owner, Admin], false),
        right(Act::Profile, "profile", &[Owner, Admin], false),
        right(Act::Own, "own", &[Owner], false),
    ]
};

/// Whether a member may do it.
pub fn member_may(role: Role, mark: bool, act: Act) -> bool {
    let mut rights = RIGHTS.iter().filter(|right| right.act == act);
    rights.any(|right| right.roles.contains(&role) || (right.mark && mark))
}

/// The words of everything that a member may do in their organization, for screens.
pub fn member_rights(role: Role, mark: bool) -> Vec<&'static str> {
    let has = RIGHTS.iter().filter(|right| member_may(role, mark, right.act));
    has.map(|right| right.word).collect()
}

impl Caller {
    /// From a known login.
    pub fn of(known: &KnownLogin) -> Self {
        Caller {
            org: known.organization.id,
            user: known.user.id,
            name: known.user.name.clone(),
            role: known.member.role,
            billing_admin: known.member.billing_admin,
            operator: known.user.operator,
            login: known.login.id,
            zone: known.organization.zone.clone(),
        }
    }

    /// Owners and people with the billing mark.
    pub fn billing_access(&self) -> bool {
        self.has(Act::Billing)
    }

    /// Whether this caller sees the content of everybody's tasks and files, and may stop them.
    pub fn sees_all(&self) -> bool {
        self.has(Act::SeeAll)
    }

    /// Whether this caller may change, stop and go on with work that somebody made: their own,
    /// or everybody's for who sees all; and nobody's for who may start none. One answer for what
    /// screens offer (`can_edit`, `can_stop`, `can_resume`, `may_control`) and for the acts.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`].
    pub fn may_direct(&self, maker: UserId) -> Result<(), AppError> {
        self.may(Act::StartWork)?;
        let theirs = maker == self.user || self.sees_all();
        if theirs { Ok(()) } else { Err(AppError::ForbiddenRole) }
    }

    /// The same as a flag.
    pub fn directs(&self, maker: UserId) -> bool {
        self.may_direct(maker).is_ok()
    }

    /// The words of everything that this caller may do, for screens.
    pub fn rights(&self) -> Vec<&'static str> {
        let has = member_rights(self.role, self.billing_admin).into_iter();
        has.chain(self.operator.then_some("operate")).collect()
    }

    fn has(&self, act: Act) -> bool {
        match act {
            Act::Operate => self.operator,
            act => member_may(self.role, self.billing_admin, act),
        }
    }

    /// Whether this caller may do it.
    ///
    /// # Errors
    /// The refusal that fits: of the role, of billing access, or of the installation.
    pub fn may(&self, act: Act) -> Result<(), AppError> {
        match act {
            act if self.has(act) => Ok(()),
            Act::Billing => Err(AppError::BillingAccessRequired),
            Act::Operate => Err(AppError::OperatorOnly),
            _ => Err(AppError::ForbiddenRole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTS: [Act; 7] = [
        Act::StartWork,
        Act::SeeAll,
        Act::Billing,
        Act::GrantBilling,
        Act::ManageTeam,
        Act::Profile,
        Act::Own,
    ];

    #[test]
    fn the_table_is_the_one_that_people_were_told() {
        let row = |role, mark| ACTS.map(|act| member_may(role, mark, act));
        assert_eq!(row(Role::Owner, true), [true; 7]);
        assert_eq!(row(Role::Admin, false), [true, true, false, false, true, true, false]);
        assert_eq!(row(Role::Admin, true), [true, true, true, false, true, true, false]);
        assert_eq!(row(Role::Member, false), [true, false, false, false, false, false, false]);
        assert_eq!(row(Role::Member, true), [true, false, true, false, false, false, false]);
        assert_eq!(row(Role::Viewer, false), [false; 7]);
        assert_eq!(row(Role::Viewer, true), [false, false, true, false, false, false, false]);
    }

    #[test]
    fn work_is_directed_by_its_maker_and_by_who_sees_all_unless_they_only_read() {
        let (own, foreign) = (UserId::from_bits(1), UserId::from_bits(2));
        let caller = |role, billing_admin| Caller {
            org: OrgId::from_bits(1),
            user: own,
            name: "Mia".to_owned(),
            role,
            billing_admin,
            operator: true,
            login: LoginId::from_bits(1),
            zone: "UTC".to_owned(),
        };
        let table = [
            (Role::Owner, true, true),
            (Role::Admin, true, true),
            (Role::Member, true, false),
            (Role::Viewer, false, false),
        ];
        for (role, of_own, of_others) in table {
            for mark in [false, true] {
                let caller = caller(role, mark);
                let found = (caller.directs(own), caller.directs(foreign));
                assert_eq!(found, (of_own, of_others), "{role:?}, mark: {mark}");
            }
        }
    }

    #[test]
    fn every_act_of_an_organization_has_one_line() {
        for act in ACTS {
            assert_eq!(RIGHTS.iter().filter(|right| right.act == act).count(), 1, "{act:?}");
        }
        assert_eq!(RIGHTS.len(), ACTS.len());
    }
}
