//! What is said of a plan that is cancelled, resumed or over.

use super::*;

fn team(locked: &[(u32, Option<&str>)], by: Option<&str>) -> PlanFacts {
    let by_day = locked.iter().map(|(credits, day)| {
        let day: Option<String> = day.map(str::to_owned);
        (Credits::whole(*credits), day)
    });
    PlanFacts {
        name: "Team, monthly".to_owned(),
        by: by.map(str::to_owned),
        told: "22 Nov, 10:00 (Europe/Berlin)".to_owned(),
        day: "14 Dec".to_owned(),
        end: "14 Dec, 09:12".to_owned(),
        locked: Credits::whole(locked.iter().map(|(credits, _)| credits).sum()),
        by_day: by_day.collect(),
        schedules: 2,
    }
}

#[test]
fn a_cancellation_says_what_by_whom_until_when_what_is_locked_and_how_to_resume() {
    let locked = [(400, Some("12 Mar 2027")), (3_000, None)];
    let (notice, letter) = cancelled(&team(&locked, Some("Mia Berg")));
    assert_eq!(
        notice.text,
        "Mia Berg cancelled Team, monthly. It runs until 14 Dec. 3,400 credits are locked then. \
         Until then you can resume it."
    );
    assert_eq!(letter.subject, "Team, monthly is cancelled and runs until 14 Dec");
    let said = [
        "Mia Berg cancelled Team, monthly on 22 Nov, 10:00 (Europe/Berlin).",
        "It runs until 14 Dec, 09:12.",
        "3,400 credits are locked then:\n- 400 that expire on 12 Mar 2027\n- 3,000 that do not",
        "2 schedules pause then.",
        "Resume it before 14 Dec, 09:12.",
    ];
    for part in said {
        assert!(letter.text.contains(part), "{part} in {}", letter.text);
    }
    assert_eq!((notice.kind, notice.to), (Kind::Plan, To::Billing));
}

#[test]
fn nobody_is_named_where_nobody_is_known_and_nothing_is_locked_where_nothing_is_left() {
    let (notice, letter) = cancelled(&PlanFacts { schedules: 0, ..team(&[], None) });
    assert!(notice.text.starts_with("Team, monthly was cancelled. It runs until 14 Dec. Nothing"));
    assert!(letter.text.contains("No credits are locked"), "{}", letter.text);
    assert!(!letter.text.contains("pause"), "{}", letter.text);
}

#[test]
fn going_on_and_the_end_are_told_too() {
    let (notice, letter) = resumed(&team(&[(5, None)], Some("Ben")));
    assert_eq!(
        notice.text,
        "Ben resumed Team, monthly. It goes on after 14 Dec, and nothing is locked."
    );
    assert!(letter.text.contains("The cancellation is taken back."), "{}", letter.text);
    let (notice, letter) = ended(&team(&[(5_000, Some("12 Mar"))], None));
    assert!(notice.text.contains("has ended. 5,000 credits are locked."), "{}", notice.text);
    assert!(letter.text.starts_with("Your plan Team, monthly has ended on 14 Dec, 09:12."));
    assert!(letter.text.contains("5,000 credits are locked now:\n- 5,000 that expire on 12 Mar"));
    let (notice, letter) = ended(&team(&[], Some("Ben")));
    assert!(notice.text.ends_with("Restart a plan to get included credits."), "{}", notice.text);
    assert!(letter.text.starts_with("Ben cancelled Team, monthly on 22 Nov"), "{}", letter.text);
}
