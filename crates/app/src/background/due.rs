//! Which pieces of background work an answer makes due. Pure.

use ampere_store::rows::{Author, BackgroundKind, BackgroundSettings, MessageRow, SessionRow};

/// A conversation is summed up again after this many messages.
const SUMMED_UP_AFTER: usize = 12;

/// A conversation at the instant of a question.
pub(crate) struct Talk<'a> {
    /// It.
    pub session: &'a SessionRow,
    /// Everything that was said before.
    pub earlier: &'a [MessageRow],
    /// Messages that this turn adds.
    pub added: usize,
    /// What no summary covers comes to more than half of what the model can read.
    pub fills: bool,
}

/// What is due once the question is answered.
pub(crate) fn due(settings: BackgroundSettings, talk: &Talk<'_>) -> Vec<BackgroundKind> {
    let answered =
        |row: &MessageRow| row.author == Author::Assistant && !row.text.trim().is_empty();
    let first = !talk.earlier.iter().any(answered);
    let covered = usize::try_from(talk.session.summarized).unwrap_or(usize::MAX);
    let fresh = talk.earlier.len().saturating_add(talk.added).saturating_sub(covered);
    let wanted = [
        (BackgroundKind::Title, settings.titles && first && !talk.session.titled_by_person),
        (BackgroundKind::FollowUps, settings.follow_ups),
        (BackgroundKind::Summary, settings.summaries && (fresh > SUMMED_UP_AFTER || talk.fills)),
    ];
    wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(kind, _)| kind).collect()
}

/// Whether background work of a kind is wanted.
pub(crate) fn wanted(settings: BackgroundSettings, kind: BackgroundKind) -> bool {
    match kind {
        BackgroundKind::Title => settings.titles,
        BackgroundKind::Summary => settings.summaries,
        BackgroundKind::FollowUps => settings.follow_ups,
    }
}

/// What no summary covers yet.
pub(crate) fn uncovered<'a>(session: &SessionRow, messages: &'a [MessageRow]) -> &'a [MessageRow] {
    let covered = usize::try_from(session.summarized).unwrap_or(usize::MAX);
    messages.get(covered..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ampere_credits::{Credits, MessageId, OrgId, SessionId, Timestamp, UserId};

    use super::*;

    fn session() -> SessionRow {
        SessionRow {
            id: SessionId::from_bits(1),
            org: OrgId::from_bits(1),
            owner: UserId::from_bits(1),
            owner_name: "Ada".to_owned(),
            title: "New session".to_owned(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            credits: Credits::ZERO,
            message_count: 0,
            running: None,
            titled_by_person: false,
            summary: None,
            summarized: 0,
            allow_up_to: None,
            shared: false,
        }
    }

    fn said(count: usize) -> Vec<MessageRow> {
        let row = |number: usize| MessageRow {
            id: MessageId::from_bits(number as u128),
            org: OrgId::from_bits(1),
            session: SessionId::from_bits(1),
            author: if number.is_multiple_of(2) { Author::User } else { Author::Assistant },
            text: "words".to_owned(),
            run: None,
            created_at: Timestamp::default(),
            follow_ups: None,
            attachments: Vec::new(),
        };
        (0..count).map(row).collect()
    }

    fn kinds(session: &SessionRow, count: usize, fills: bool) -> Vec<BackgroundKind> {
        let earlier = said(count);
        let talk = Talk { session, earlier: &earlier, added: 2, fills };
        due(BackgroundSettings::default(), &talk)
    }

    #[test]
    fn a_title_is_due_once_and_a_summary_every_so_often() {
        use BackgroundKind::{FollowUps, Summary, Title};
        let new = session();
        assert_eq!(kinds(&new, 0, false), [Title, FollowUps]);
        assert_eq!(kinds(&new, 2, false), [FollowUps]);
        assert_eq!(kinds(&new, 10, false), [FollowUps], "12 messages with this turn");
        assert_eq!(kinds(&new, 11, false), [FollowUps, Summary]);
        assert_eq!(kinds(&new, 2, true), [FollowUps, Summary], "it fills half of the model");
        let summed_up = SessionRow { summarized: 12, ..session() };
        assert_eq!(kinds(&summed_up, 22, false), [FollowUps]);
        assert_eq!(kinds(&summed_up, 23, false), [FollowUps, Summary]);
    }

    #[test]
    fn what_a_person_named_or_nobody_wants_is_not_due() {
        let named = SessionRow { titled_by_person: true, ..session() };
        assert_eq!(kinds(&named, 0, false), [BackgroundKind::FollowUps]);
        let none =
            BackgroundSettings { titles: false, summaries: false, follow_ups: false, draw: true };
        let (session, earlier) = (session(), said(40));
        let talk = Talk { session: &session, earlier: &earlier, added: 2, fills: true };
        assert_eq!(due(none, &talk), []);
        let new = Talk { earlier: &[], ..talk };
        assert_eq!(due(none, &new), []);
    }
}
