//! How often the real cost falls inside the range that was shown before: a report, with a bound.
//! Usage varies by a fixed seed; the first runs are quoted from the rate card, the rest from
//! history.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::spend::WhenShort;
use ampere_credits::Credits;
use ampere_store::rows::RunState;

use crate::world::{World, pieces};

/// Runs that are looked at.
const RUNS: u32 = 60;

/// What one answer uses: prompts of 20 to 80 tokens, answers of 40 to 160, mostly in the middle.
fn answer(state: &mut u32) -> Script {
    let mut next = |from: u32, to: u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        from + (*state >> 16) % (to - from)
    };
    let (input, output) = (next(20, 80), (next(40, 160) + next(40, 160)) / 2);
    let mut steps = pieces(&["words"]);
    steps.extend([Step::Usage { input, output }, Step::Done]);
    Script::steps(steps)
}

#[tokio::test]
async fn most_runs_cost_what_was_said_before() {
    let world = World::with("1000").await;
    let mut state = 7;
    let (mut inside, mut above, mut from_history) = (0u32, 0u32, 0u32);
    let mut held_enough = 0u32;
    for _ in 0..RUNS {
        for _ in 0..3 {
            world.provider.push(answer(&mut state));
        }
        let run = world.start(WhenShort::Refuse).await.unwrap().run;
        let row = world.until_state(run.id, RunState::Succeeded).await;
        let quote = row.quote;
        inside += u32::from(quote.low <= row.charged && row.charged <= quote.high);
        above += u32::from(row.charged > quote.high);
        from_history += u32::from(quote.from_history);
        held_enough += u32::from(row.charged <= quote.hold);
        assert!(row.charged > Credits::ZERO);
    }
    println!(
        "estimates: {inside} of {RUNS} runs inside their range, {above} above it; \
         {from_history} from history; {held_enough} within the first hold"
    );
    assert_eq!(from_history, RUNS - 5, "from the sixth run on");
    assert!(inside * 100 >= RUNS * 70, "{inside} of {RUNS}");
    assert!(above * 100 <= RUNS * 15, "{above} of {RUNS}");
}
