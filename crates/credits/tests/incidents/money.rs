//! Top-ups and payment events.

use ampere_credits::Credits;
use ampere_credits::GrantId;
use ampere_credits::ledger::{Answer, Class, Command, GrantTerms, Rejected, Request};

use super::{at, available, clean, done, hold, lacking, lane_with, settle, terms, whole};
use crate::lane::{Lane, request};

fn purchase(n: u128) -> Command {
    Command::Grant(terms(n, Class::Purchased, 100, 1))
}

const PACK: GrantId = GrantId::from_bits(2);

/// Of the pack so much is to be given back in all.
fn claim(credits: u32) -> Command {
    Command::Claim { grant: PACK, total: whole(credits) }
}

#[test]
fn incident_lago_api_5870_the_same_top_up_sent_twice_credits_twice() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    let again = lane.ask("payment:1", purchase(2), at(2));
    assert!(matches!(again, Answer::Replayed(outcome) if outcome.position == 1));
    assert_eq!(available(&lane, 2), whole(100));
    clean(&lane);
}

#[test]
fn incident_librechat_6480_and_6673_25_refills_at_once() {
    let mut lane = lane_with(1);
    let refills: Vec<Request> = (0..25).map(|_| request("refill:1", purchase(2))).collect();
    let answers = lane.commit(&refills, at(1)).answers;
    let booked = answers.iter().filter(|answer| matches!(answer, Answer::Done(_))).count();
    assert_eq!((booked, available(&lane, 1)), (1, whole(101)));
    // With 25 keys of their own, the id of the grant still stands for the one payment.
    let others: Vec<Request> =
        (0..25).map(|n| request(&format!("event:{n}"), purchase(2))).collect();
    let answers = lane.commit(&others, at(2)).answers;
    assert!(answers.iter().all(|answer| *answer == Answer::Refused(Rejected::GrantExists)));
    clean(&lane);
}

#[test]
fn incident_open_saas_688_same_invoice_another_event_id_granted_twice() {
    let mut lane = Lane::new();
    done(lane.ask("event:a", purchase(2), at(1)));
    assert_eq!(lane.ask("event:b", purchase(2), at(2)), Answer::Refused(Rejected::GrantExists));
    assert_eq!(available(&lane, 2), whole(100));
    clean(&lane);
}

#[test]
fn incident_dyad_3610_minutes_until_purchased_credits_work() {
    let mut lane = Lane::new();
    lacking(&lane.ask("start", hold(1, 1, 5, 1), at(1)));
    let both = [request("payment:1", purchase(2)), request("start", hold(1, 1, 5, 1))];
    lane.commit(&both, at(1)).answers.into_iter().for_each(done);
    clean(&lane);
}

#[test]
fn incident_eliza_10920_refunded_credits_stay_spendable() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    done(lane.ask("refund:1", claim(100), at(2)));
    lacking(&lane.ask("start", hold(1, 1, 1, 3), at(3)));
    assert_eq!(lane.full.clawed, whole(100));
    clean(&lane);
}

#[test]
fn incident_eliza_10997_and_11155_claw_back_what_is_left_and_record_the_shortfall() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    done(lane.ask("start", hold(1, 1, 70, 1), at(1)));
    done(lane.ask("end", settle(1, 70), at(2)));
    done(lane.ask("refund:1", claim(100), at(3)));
    let balance = lane.balance(at(3));
    assert_eq!((balance.available, balance.outstanding), (Credits::ZERO, whole(70)));
    assert_eq!(lane.full.clawed, whole(100));
    // No number is below nothing, and the next purchase pays first.
    done(lane.ask("payment:2", purchase(3), at(4)));
    assert_eq!(available(&lane, 4), whole(30));
    clean(&lane);
}

#[test]
fn incident_eliza_10997_and_11155_a_won_dispute_restores_what_it_held_back() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    done(lane.ask("start", hold(1, 1, 40, 1), at(1)));
    done(lane.ask("dispute:1", Command::Freeze { grant: PACK }, at(2)));
    done(lane.ask("end", settle(1, 25), at(3)));
    lacking(&lane.ask("next", hold(2, 2, 1, 3), at(3)));
    // Won after its month: nothing has expired meanwhile, and nothing is lost.
    let later = 60 * 24 * 45;
    lane.commit(&[], at(later));
    done(lane.ask("won:1", Command::Thaw { grant: PACK }, at(later)));
    assert_eq!((available(&lane, later), lane.full.expired), (whole(75), Credits::ZERO));
    done(lane.ask("next", hold(2, 2, 75, later), at(later)));
    clean(&lane);
}

#[test]
fn incident_latere_pay_0_3_1_the_second_partial_refund_looked_like_a_replay() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    // Twice the same amount: the second makes 40 of it in all.
    done(lane.ask("refund:1", claim(20), at(2)));
    done(lane.ask("refund:2", claim(40), at(2)));
    assert!(matches!(lane.ask("refund:2", claim(40), at(3)), Answer::Replayed(_)));
    assert!(matches!(lane.ask("refund:1", claim(20), at(3)), Answer::Replayed(_)));
    assert_eq!(available(&lane, 3), whole(60));
    clean(&lane);
}

#[test]
fn incident_fountain_1126_expiry_takes_paid_credit_and_expired_credit_is_spendable() {
    let mut lane = lane_with(10);
    done(lane.ask("payment:1", purchase(2), at(1)));
    let month = 60 * 24 * 30;
    // Before any sweep the expired credits are gone, and the paid ones are whole.
    lacking(&lane.ask("start", hold(1, 1, 101, month), at(month)));
    done(lane.ask("start", hold(1, 1, 100, month), at(month)));
    assert_eq!(lane.full.expired, whole(10));
    clean(&lane);
}

#[test]
fn incident_polar_6194_a_reset_that_races_a_credit_discards_fresh_units() {
    let month = 60 * 24 * 30;
    let fresh = || Command::Grant(terms(3, Class::Included, 50, month));
    // The refresh and the end of the old period meet in either order.
    for sweep_first in [true, false] {
        let mut lane = lane_with(10);
        if sweep_first {
            lane.commit(&[], at(month));
        }
        done(lane.ask("refresh", fresh(), at(month)));
        lane.commit(&[], at(month));
        assert_eq!(available(&lane, month), whole(50));
        assert_eq!(lane.full.expired, whole(10));
        clean(&lane);
    }
}

#[test]
fn incident_fountain_1126_a_refund_of_expired_credits_takes_no_paid_ones() {
    let mut lane = Lane::new();
    done(lane.ask("payment:1", purchase(2), at(1)));
    let month = 60 * 24 * 31;
    let other = Command::Grant(terms(3, Class::Purchased, 100, month));
    done(lane.ask("payment:2", other, at(month)));
    lane.commit(&[], at(month));
    assert_eq!(lane.full.expired, whole(100));
    done(lane.ask("refund:1", claim(100), at(month)));
    assert_eq!((available(&lane, month), lane.full.debt), (whole(100), Credits::ZERO));
    clean(&lane);
}

#[test]
fn incident_shogo_ai_430_an_upgrade_wiped_the_remainder() {
    let mut lane = lane_with(10);
    done(lane.ask("start", hold(1, 1, 4, 1), at(1)));
    let (month, middle) = (terms(1, Class::Included, 10, 0), 60 * 24 * 15);
    let extra = GrantTerms { expires: month.expires, ..terms(3, Class::Included, 50, middle) };
    done(lane.ask("upgrade", Command::Grant(extra), at(middle)));
    done(lane.ask("end", settle(1, 4), at(middle)));
    assert_eq!(available(&lane, middle), whole(10 - 4 + 50));
    // They end together.
    lane.commit(&[], month.expires.unwrap());
    assert_eq!(lane.full.expired, whole(10 - 4 + 50));
    clean(&lane);
}
