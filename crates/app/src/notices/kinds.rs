//! The kinds of notices, as data: who can switch what off, and what a mail about it is called.

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A half, a quarter or a tenth of the included credits is left, or a few days' worth.
    Balance,
    /// Included credits are used up.
    IncludedUsedUp,
    /// No run starts any more, or they start again.
    Paused,
    /// Auto-recharge has bought credits.
    Recharged,
    /// A payment failed or wants the person, the plan is past due.
    Payment,
    /// The plan is cancelled, goes on again or has ended.
    Plan,
    /// A schedule waits for credits or for somebody.
    Schedule,
    /// A large run has ended.
    Run,
    /// Somebody joined, or may do other things than before.
    Team,
    /// Purchased credits end soon.
    Expiring,
    /// Somebody asks for credits.
    Asked,
    /// Somebody shares a session with the person.
    SessionShared,
}

/// What is fixed of a kind.
struct Terms {
    word: &'static str,
    /// For people, in preferences.
    title: &'static str,
    subject: &'static str,
    mailed: bool,
    silent_in_app: bool,
    silent_by_mail: bool,
}

impl Kind {
    /// Every one, in the order of preferences.
    pub const ALL: [Kind; 12] = [
        Kind::Payment,
        Kind::Plan,
        Kind::Paused,
        Kind::Balance,
        Kind::IncludedUsedUp,
        Kind::Recharged,
        Kind::Expiring,
        Kind::Asked,
        Kind::Schedule,
        Kind::Run,
        Kind::Team,
        Kind::SessionShared,
    ];

    fn terms(self) -> Terms {
        let of = |word, title, subject, (mailed, silent_in_app, silent_by_mail)| Terms {
            word,
            title,
            subject,
            mailed,
            silent_in_app,
            silent_by_mail,
        };
        match self {
            Kind::Balance => {
                let title = "The balance passes 50, 25 or 10 % of the included credits";
                of("balance", title, "Your credits are getting low", (true, true, true))
            }
            Kind::IncludedUsedUp => {
                let subject = "Included credits are used up";
                of("included_used_up", "Included credits are used up", subject, (true, true, true))
            }
            Kind::Paused => {
                let title = "Runs are paused at zero, and start again";
                of("paused", title, "About your AI runs", (true, false, true))
            }
            Kind::Recharged => {
                let title = "Auto-recharge bought credits";
                of("recharged", title, "Credits were added", (true, true, true))
            }
            Kind::Payment => {
                let title = "Payments that fail or need you";
                of("payment", title, "About your payment", (true, false, false))
            }
            Kind::Plan => {
                let title = "The plan is cancelled, goes on or has ended";
                of("plan", title, "About your plan", (true, false, false))
            }
            Kind::Schedule => {
                let title = "A schedule is paused or needs attention";
                of("schedule", title, "A schedule needs you", (true, true, true))
            }
            Kind::Run => {
                let title = "A large run finished or failed";
                of("run", title, "A run has ended", (false, true, true))
            }
            Kind::Team => {
                let title = "People join, roles and billing admins change";
                of("team", title, "About your team", (false, true, true))
            }
            Kind::Expiring => {
                let title = "Purchased credits expire in 30 or 7 days";
                of("expiring", title, "Purchased credits will expire", (true, true, true))
            }
            Kind::Asked => {
                let title = "Somebody asks for credits";
                of("asked", title, "Somebody asks for credits", (false, true, true))
            }
            Kind::SessionShared => {
                let title = "Somebody shares a session with you";
                of("session_shared", title, "A session was shared with you", (false, true, true))
            }
        }
    }

    /// Its stable word.
    pub fn word(self) -> &'static str {
        self.terms().word
    }

    /// From its stable word.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What it is about, for people.
    pub fn title(self) -> &'static str {
        self.terms().title
    }

    /// Subject of a mail about it.
    pub(crate) fn subject(self) -> &'static str {
        self.terms().subject
    }

    /// Mailed unless somebody does not want it.
    pub fn mailed(self) -> bool {
        self.terms().mailed
    }

    /// Whether it can be switched off in the app.
    pub fn silent_in_app(self) -> bool {
        self.terms().silent_in_app
    }

    /// Whether its mails can be switched off.
    pub fn silent_by_mail(self) -> bool {
        self.terms().silent_by_mail
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_their_own_and_money_news_cannot_be_switched_off() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(Kind::from_word("else"), None);
        let fixed = |kind: &Kind| !kind.silent_in_app() && !kind.silent_by_mail();
        let fixed: Vec<Kind> = Kind::ALL.into_iter().filter(fixed).collect();
        assert_eq!(fixed, [Kind::Payment, Kind::Plan]);
        assert!(!Kind::Paused.silent_in_app());
    }
}
