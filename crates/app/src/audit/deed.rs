//! What the audit log knows of: a stable word each, and what people read.

/// Something that somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A plan was started or restarted.
    PlanStarted,
    /// Another plan or cadence was chosen.
    PlanChanged,
    /// The plan was cancelled.
    PlanCancelled,
    /// A cancellation was taken back.
    PlanResumed,
    /// A change that waited was taken back.
    PlanChangeUndone,
    /// Credits were asked for.
    PurchaseAsked,
    /// The provider's own page of cards and invoices was opened.
    PaymentPageOpened,
    /// A card was saved in the payment sandbox.
    CardSaved,
    /// Settings of auto-recharge.
    AutoRechargeChanged,
    /// A member's role.
    RoleChanged,
    /// A member's billing mark.
    BillingAccessChanged,
    /// Somebody was removed.
    MemberRemoved,
    /// Somebody left.
    MemberLeft,
    /// Somebody was invited.
    InvitationMade,
    /// An invitation got another link.
    InvitationResent,
    /// An invitation was taken back.
    InvitationRevoked,
    /// Somebody joined.
    InvitationAccepted,
    /// The organization was handed over.
    OwnershipTransferred,
    /// Its name or zone.
    OrganizationChanged,
    /// It was deleted; its books stay.
    OrganizationDeleted,
    /// A person deleted their account.
    AccountDeleted,
    /// Which background work is done, and who pays.
    BackgroundChanged,
    /// The provider of models was set.
    ModelProviderSet,
    /// The provider of models was removed.
    ModelProviderRemoved,
    /// Sign-up was opened or closed.
    SignUpChanged,
    /// The cap of a schedule's runs.
    ScheduleCapChanged,
    /// What a conversation may use without asking.
    AllowanceChanged,
    /// The clock of the payment sandbox.
    SandboxClockMoved,
}

/// All of them, with word and text.
const ALL: [(Deed, &str, &str); 28] = [
    (Deed::PlanStarted, "plan_started", "Plan started"),
    (Deed::PlanChanged, "plan_changed", "Plan changed"),
    (Deed::PlanCancelled, "plan_cancelled", "Plan cancelled"),
    (Deed::PlanResumed, "plan_resumed", "Plan resumed"),
    (Deed::PlanChangeUndone, "plan_change_undone", "Pending plan change taken back"),
    (Deed::PurchaseAsked, "purchase_asked", "Credits ordered"),
    (Deed::PaymentPageOpened, "payment_page_opened", "Payment provider's page opened"),
    (Deed::CardSaved, "card_saved", "Card saved"),
    (Deed::AutoRechargeChanged, "auto_recharge_changed", "Auto-recharge changed"),
    (Deed::RoleChanged, "role_changed", "Role changed"),
    (Deed::BillingAccessChanged, "billing_access_changed", "Billing access changed"),
    (Deed::MemberRemoved, "member_removed", "Member removed"),
    (Deed::MemberLeft, "member_left", "Member left"),
    (Deed::InvitationMade, "invitation_made", "Invitation made"),
    (Deed::InvitationResent, "invitation_resent", "Invitation sent again"),
    (Deed::InvitationRevoked, "invitation_revoked", "Invitation revoked"),
    (Deed::InvitationAccepted, "invitation_accepted", "Invitation accepted"),
    (Deed::OwnershipTransferred, "ownership_transferred", "Ownership transferred"),
    (Deed::OrganizationChanged, "organization_changed", "Organization changed"),
    (Deed::OrganizationDeleted, "organization_deleted", "Organization deleted"),
    (Deed::AccountDeleted, "account_deleted", "Account deleted"),
    (Deed::BackgroundChanged, "background_changed", "Background work changed"),
    (Deed::ModelProviderSet, "model_provider_set", "Model provider set"),
    (Deed::ModelProviderRemoved, "model_provider_removed", "Model provider removed"),
    (Deed::SignUpChanged, "sign_up_changed", "Sign-up changed"),
    (Deed::ScheduleCapChanged, "schedule_cap_changed", "Schedule cap changed"),
    (Deed::AllowanceChanged, "allowance_changed", "Session allowance changed"),
    (Deed::SandboxClockMoved, "sandbox_clock_moved", "Sandbox clock moved"),
];

impl Deed {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        ALL.iter().find(|each| each.0 == self).map_or("", |each| each.1)
    }

    /// What people read for a word; the word itself for one that this version does not know.
    pub fn text_of(word: &str) -> &str {
        ALL.iter().find(|each| each.1 == word).map_or(word, |each| each.2)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_deed_has_a_word_of_its_own() {
        let words: BTreeSet<_> = ALL.iter().map(|each| each.0.word()).collect();
        assert_eq!(words.len(), ALL.len());
        // The last one is there: the table ends where the enum does.
        assert_eq!(ALL.len(), Deed::SandboxClockMoved as usize + 1);
        assert_eq!(Deed::text_of("role_changed"), "Role changed");
        assert_eq!(Deed::text_of("of_a_later_version"), "of_a_later_version");
    }
}
