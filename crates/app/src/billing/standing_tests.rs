//! Every row of the table of states: when it holds, what is said, what it does.

use ampere_credits::{Cadence, Credits, OrgId};
use ampere_store::rows::PlanRef;

use super::super::banner::{Banner, Told, banner};
use super::*;

const GRACE: u32 = 7;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

fn now() -> Timestamp {
    at("2026-11-22T12:00:00Z")
}

fn on(cadence: Cadence) -> PlanRef {
    PlanRef { plan: "team".to_owned(), version: 1, cadence }
}

fn row(status: SubscriptionStatus) -> SubscriptionRow {
    SubscriptionRow {
        org: OrgId::from_bits(1),
        provider: "sandbox".to_owned(),
        reference: "sub_1".to_owned(),
        on: on(Cadence::Monthly),
        status,
        begun: status != SubscriptionStatus::Incomplete,
        period_start: at("2026-11-14T09:00:00Z"),
        period_end: at("2026-12-14T09:00:00Z"),
        ends_at_period_end: false,
        next: None,
        open_payment: None,
        confirm_url: None,
        past_due_since: None,
        ended_at: None,
        created_at: at("2026-10-14T09:00:00Z"),
    }
}

fn past_due(since: &str) -> SubscriptionRow {
    SubscriptionRow {
        open_payment: Some("in_2".to_owned()),
        past_due_since: Some(at(since)),
        ..row(SubscriptionStatus::PastDue)
    }
}

fn ended() -> SubscriptionRow {
    SubscriptionRow { ended_at: Some(at("2026-11-14T09:00:00Z")), ..row(SubscriptionStatus::Ended) }
}

fn standing(rows: &[SubscriptionRow], trial: bool) -> Standing {
    Standing::of(rows, (None, Some("cus_1".to_owned())), trial, (GRACE, now()))
}

fn said(standing: &Standing, billing_access: bool) -> Option<Banner> {
    let names = ["Mia".to_owned(), "Ben".to_owned()];
    let actions = standing.actions();
    let told = Told {
        trial: Credits::whole(820),
        purchased: Credits::whole(3_400),
        locked: Credits::whole(3_400),
        locked_next_expiry: Some(at("2027-03-12T00:00:00Z")),
        next_name: Some("Starter".to_owned()),
        now: now(),
        zone: "UTC",
        billing_access,
        names: &names,
        actions: if billing_access { &actions } else { &[] },
    };
    banner(standing, &told)
}

/// One row: what is stored, the state, what is said to billing people, the first thing to do, and
/// what becomes of runs, purchased credits and auto-recharge.
type Case = (Vec<SubscriptionRow>, State, Option<&'static str>, Option<&'static str>, Effect);
type Effect = (Runs, Purchased, Recharge);

fn table() -> Vec<Case> {
    let mut rows = in_order();
    rows.extend(not_in_order());
    rows
}

/// The rows of plans that are not paid yet, or paid.
fn in_order() -> Vec<Case> {
    use SubscriptionStatus as Status;
    let bank = SubscriptionRow {
        open_payment: Some("in_1".to_owned()),
        confirm_url: Some("/bank".to_owned()),
        ..row(Status::Incomplete)
    };
    let scheduled = SubscriptionRow { next: Some(on(Cadence::Annual)), ..row(Status::Active) };
    let ending = SubscriptionRow { ends_at_period_end: true, ..row(Status::Active) };
    let end = ending.period_end;
    let (start, usable, off) = (Runs::Start, Purchased::Usable, Recharge::Off);
    vec![
        (
            Vec::new(),
            State::None,
            Some("There is no plan. Start a plan to get included credits."),
            Some("choose_plan"),
            (start, usable, off),
        ),
        (
            vec![bank],
            State::Incomplete,
            Some("Your bank wants you to confirm this payment. Nothing is added until you do."),
            Some("confirm_payment"),
            (Runs::AsBefore, Purchased::AsBefore, off),
        ),
        (vec![row(Status::Active)], State::Active, None, None, (start, usable, Recharge::On)),
        (
            vec![scheduled],
            State::ChangeScheduled,
            Some("Switches to Starter, annual on 14 Dec."),
            Some("undo_change"),
            (start, usable, Recharge::On),
        ),
        (
            vec![ending],
            State::Ending,
            Some(
                "Your plan ends on 14 Dec. 3,400 purchased credits stay usable until then and are \
                 then locked.",
            ),
            Some("resume_plan"),
            (start, Purchased::UntilEnd, Recharge::UntilEnd(end)),
        ),
    ]
}

/// The rows of plans that were not paid, or are over.
fn not_in_order() -> Vec<Case> {
    let (usable, off) = (Purchased::Usable, Recharge::Off);
    vec![
        (
            vec![past_due("2026-11-18T10:00:00Z")],
            State::PastDue,
            Some(
                "Last payment failed on 18 Nov. Update the card by 25 Nov to keep the plan. Runs \
                 still work until then.",
            ),
            Some("update_card"),
            (Runs::StartInGrace, usable, Recharge::Paused),
        ),
        (
            vec![past_due("2026-11-14T10:00:00Z")],
            State::Unpaid,
            Some(
                "The plan has stopped: payment failed. 3,400 credits are locked. Update the card \
                 to use them again.",
            ),
            Some("update_card"),
            (Runs::Stop, Purchased::Locked, off),
        ),
        (
            vec![ended()],
            State::Ended,
            Some(
                "3,400 credits are locked. Restart a plan before they expire (first on 12 Mar \
                 2027) to use them again.",
            ),
            Some("restart_plan"),
            (Runs::Stop, Purchased::Locked, off),
        ),
    ]
}

#[test]
fn every_row_of_the_table_is_as_it_is_written() {
    let mut seen = vec![State::Trial];
    for (rows, state, text, action, (runs, purchased, recharge)) in table() {
        let standing = standing(&rows, false);
        assert_eq!(standing.state, state);
        let banner = said(&standing, true);
        assert_eq!(banner.as_ref().map(|banner| banner.text.as_str()), text, "{state:?}");
        assert_eq!(banner.and_then(|banner| banner.action), action, "{state:?}");
        let effects = state.effects();
        assert_eq!((effects.runs, effects.purchased), (runs, purchased), "{state:?}");
        assert_eq!(standing.recharge, recharge, "{state:?}");
        if let Some(action) = action {
            assert_eq!(standing.actions()[0], action, "the main action comes first");
        }
        seen.push(state);
    }
    seen.sort_unstable();
    assert_eq!(seen, State::ALL, "every state has its row");
}

#[test]
fn the_trial_counts_only_while_there_never_was_a_plan() {
    let trial = standing(&[], true);
    assert_eq!(trial.state, State::Trial);
    let text = said(&trial, true).map(|banner| banner.text);
    let wanted = "820 trial credits left. Choose a plan to get more each month.";
    assert_eq!(text.as_deref(), Some(wanted));
    assert_eq!(trial.recharge, Recharge::Off);
    assert_eq!(standing(&[ended()], true).state, State::Ended);
}

#[test]
fn a_first_payment_that_was_declined_asks_for_another_card() {
    let declined = SubscriptionRow {
        open_payment: Some("in_1".to_owned()),
        ..row(SubscriptionStatus::Incomplete)
    };
    let standing = standing(&[declined], false);
    let banner = said(&standing, true);
    assert_eq!(banner.and_then(|banner| banner.action), Some("update_card"));
    assert!(standing.actions().contains(&"cancel_plan"));
}

#[test]
fn whoever_may_not_act_reads_the_fact_and_who_can() {
    for (rows, state, ..) in table() {
        let standing = standing(&rows, false);
        let Some(banner) = said(&standing, false) else { continue };
        assert_eq!(banner.action, None, "{state:?}");
        let deed = ["Update the card", "Restart a plan", "Choose a plan", "Start a plan"];
        assert!(!deed.iter().any(|deed| banner.text.contains(deed)), "{}", banner.text);
        let helpless = [State::None, State::PastDue, State::Unpaid, State::Ended];
        if helpless.contains(&state) {
            assert!(banner.text.contains("Mia and Ben can"), "{}", banner.text);
        }
    }
}

#[test]
fn the_grace_is_seven_days_to_the_microsecond() {
    let since = at("2026-11-15T12:00:00Z");
    let row = SubscriptionRow { past_due_since: Some(since), ..past_due("2026-11-15T12:00:00Z") };
    let last = Timestamp::from_micros(since.plus_days(7).micros() - 1);
    let rows = [row.clone()];
    let state = |now| Standing::of(&rows, (None, None), false, (GRACE, now)).state;
    assert_eq!((state(last), state(since.plus_days(7))), (State::PastDue, State::Unpaid));
    // That the provider gave up before does not shorten it.
    let unpaid = [SubscriptionRow { status: SubscriptionStatus::Unpaid, ..row }];
    let of = |now| Standing::of(&unpaid, (None, None), false, (GRACE, now));
    assert_eq!(of(last).state, State::PastDue);
    assert_eq!(of(last).grace_until, Some(since.plus_days(7)));
}

#[test]
fn an_upgrade_that_the_bank_wants_confirmed_is_said_in_a_plan_that_goes_on() {
    let waiting = SubscriptionRow {
        open_payment: Some("in_9".to_owned()),
        confirm_url: Some("/bank".to_owned()),
        ..row(SubscriptionStatus::Active)
    };
    let standing = standing(&[waiting], false);
    assert_eq!((standing.state, standing.actions()[0]), (State::Active, "confirm_payment"));
    assert_eq!(said(&standing, true).and_then(|banner| banner.action), Some("confirm_payment"));
}

#[test]
fn of_several_subscriptions_the_one_in_order_counts() {
    let again = SubscriptionRow {
        reference: "sub_2".to_owned(),
        created_at: at("2026-11-20T09:00:00Z"),
        ..row(SubscriptionStatus::Active)
    };
    let both = standing(&[ended(), again], false);
    assert_eq!(both.state, State::Active);
    assert_eq!(both.subscription.map(|row| row.reference), Some("sub_2".to_owned()));
    // A restart that is not paid yet: the pool stays locked meanwhile.
    let begins = SubscriptionRow {
        reference: "sub_3".to_owned(),
        created_at: at("2026-11-21T09:00:00Z"),
        ..row(SubscriptionStatus::Incomplete)
    };
    let rows = [ended(), begins];
    assert_eq!(standing(&rows, false).state, State::Incomplete);
    let footing = Footing::of(&rows, GRACE, now());
    assert!(!footing.live && footing.last_begun.is_some());
}

#[test]
fn what_may_be_done_is_what_the_state_lets() {
    let actions = |rows: &[SubscriptionRow]| standing(rows, false).actions();
    let active = actions(&[row(SubscriptionStatus::Active)]);
    assert!(active.contains(&"switch_to_annual") && active.contains(&"auto_recharge"));
    let annual = SubscriptionRow { on: on(Cadence::Annual), ..row(SubscriptionStatus::Active) };
    assert!(!actions(&[annual]).contains(&"switch_to_annual"));
    // What would be locked at once is not sold.
    assert!(!actions(&[ended()]).contains(&"buy_credits"));
    assert!(!actions(&[past_due("2026-11-01T00:00:00Z")]).contains(&"buy_credits"));
    for (rows, ..) in table() {
        let list = actions(&rows);
        let mut unique = list.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), list.len(), "{list:?}");
    }
}
