//! Preview against outcome over random histories: the whole application with the real Stripe
//! client, on the wire of a fake Stripe whose invoices share no code with the preview.
//!
//! Money is read from the fake's invoices, credits from the ledger's grants, and both are held to
//! what was shown, to the cent and the credit; so is every renewal that was shown as the next
//! payment. Faults that are planted into what was shown have to be found. A run of all tests takes
//! 5,000 changes; `DIFFERENTIAL=400` asks for so many.

mod outcome;
mod said;
pub mod stage;
mod walk;
mod when;

use said::{Plant, Tally};
use walk::Walk;

/// Of the whole run; a history's own seed follows from it and is named where one differs.
const SEED: u64 = 5_000;
/// Changes of one history.
const CHANGES: u64 = 15;
/// Histories that are under way at the same time: more than there are cores, because each waits
/// for its disk.
const LANES: u64 = 6;

/// Changes of a run that nobody asked for more or fewer; the issue wants 5,000.
const USUAL: u64 = 5_000;

/// Everything that has to come up in a run.
const HITS: [&str; 31] = [
    "start",
    "restart",
    "upgrade",
    "downgrade",
    "to_annual",
    "to_monthly",
    "undone",
    "cancelled",
    "resumed",
    "cancelled_with_a_change_pending",
    "ended",
    "renewed",
    "renewed_on_another_plan",
    "refused_while_a_renewal_is_a_draft",
    "paid_on_the_page",
    "expired_and_shown_anew",
    "over_the_end_heard",
    "over_the_end_unheard",
    "confirmed_at_once",
    "confirmed_minutes_later",
    "upgrade_of_a_year",
    "upgrade_that_costs_nothing",
    "on_feb_29",
    "on_a_months_last_day",
    "at_a_years_turn",
    "anchor_on_the_31st",
    "period_meets_feb_29",
    "clamped_period",
    "period_over_a_years_turn",
    "seconds_after_a_start",
    "seconds_before_an_end",
];

/// So many changes or some more, in histories of their own.
async fn run(changes: u64, plant: Plant) -> Tally {
    let lanes = (0..LANES).map(|lane| {
        tokio::spawn(async move {
            let (mut tally, mut seed) = (Tally::default(), SEED + lane);
            while tally.compared < changes.div_ceil(LANES) && tally.differences.len() < 3 {
                tally.add(Walk::new(seed, plant).await.run(CHANGES).await);
                seed += LANES;
            }
            tally
        })
    });
    let lanes: Vec<_> = lanes.collect();
    let mut whole = Tally::default();
    for lane in lanes {
        whole.add(lane.await.unwrap());
    }
    whole
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_preview_shows_is_what_stripe_invoices_and_the_ledger_grants() {
    let asked = std::env::var("DIFFERENTIAL").ok().and_then(|text| text.parse().ok());
    let wanted = asked.unwrap_or(USUAL);
    let tally = run(wanted, Plant::None).await;
    let Tally { compared, figures, hits, differences } = &tally;
    println!("seed {SEED}: {compared} changes, {figures} figures compared; {hits:#?}");
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(*compared >= wanted);
    let missing: Vec<_> = HITS.iter().filter(|hit| !hits.contains_key(*hit)).collect();
    assert!(missing.is_empty(), "never came up: {missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_that_is_wrong_is_found() {
    let planted = [
        (Plant::RoundsDown, "the invoice's lines"),
        (Plant::ThirtyDays, "the invoice's lines"),
        (Plant::CreditsUp, "credits added"),
        (Plant::OldPriceNext, "the renewal's sum"),
        (Plant::RunsOver, "the next payment's instant"),
    ];
    for (plant, found) in planted {
        let tally = run(60, plant).await;
        let of_it = |difference: &&String| difference.contains(found);
        let times = tally.differences.iter().filter(of_it).count();
        println!("{plant:?}: {times} times by {found}, {} changes", tally.compared);
        assert!(times > 0, "{plant:?} was not found: {:?}", tally.differences);
    }
}
