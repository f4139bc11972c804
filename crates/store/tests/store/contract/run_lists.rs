//! Lists of runs: by whom, of which days, from how many credits on, the dearest first.

use ampere_credits::{OrgId, Timestamp};
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

/// Runs that were charged so many credits each; those of nothing are still at work.
async fn charged(world: &World, number: u128, runs: Vec<(RunRow, u32)>) {
    let total = u32::try_from(runs.len()).unwrap() * 9;
    world.commit(org(number), vec![top_up(number * 1_000, total)]).await;
    for (row, charge) in runs {
        let id = row.id.bits();
        let begun = with(hold(id, 9), vec![RowWrite::Run(Box::new(row))]);
        world.commit(org(number), vec![begun]).await;
        if charge > 0 {
            let end = RowWrite::RunChange(ended(id, RunState::Succeeded, Reason::Completed));
            world.done(org(number), with(settle(id, charge), vec![end])).await;
        }
    }
}

async fn list(world: &World, org: OrgId, filter: &RunFilter, page: Page) -> Vec<RunRow> {
    world.store.runs(org, filter.clone(), page).await.unwrap()
}

async fn ids(world: &World, org: OrgId, filter: RunFilter) -> Vec<u128> {
    list(world, org, &filter, page(200)).await.iter().map(|run| run.id.bits()).collect()
}

fn at(row: RunRow, seconds: i64) -> RunRow {
    RunRow { created_at: START.plus_seconds(seconds), ..row }
}

pub async fn runs_are_found_by_person_day_and_credits(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    let of_five = |id| RunRow { started_by: user_id(5), ..run(1, id) };
    let runs = vec![
        (at(run(1, 1), 0), 2),
        (at(of_five(2), 60), 3),
        (at(run(1, 3), 120), 9),
        (at(of_five(4), 180), 0),
        (RunRow { kind: RunKind::Tool, ..at(of_five(5), 240) }, 4),
    ];
    charged(&world, 1, runs).await;
    let of = |change: &dyn Fn(&mut RunFilter)| {
        let mut filter = RunFilter::default();
        change(&mut filter);
        ids(&world, one, filter)
    };
    assert_eq!(of(&|f| f.member = Some(user_id(5))).await, [5, 4, 2]);
    let tools = of(&|f| (f.member, f.kind) = (Some(user_id(5)), Some(RunKind::Tool)));
    assert_eq!(tools.await, [5]);
    assert_eq!(of(&|f| f.member = Some(user_id(6))).await, [0; 0]);
    let after = |seconds| Some(START.plus_seconds(seconds));
    assert_eq!(of(&|f| f.from = after(120)).await, [5, 4, 3], "from this instant on");
    assert_eq!(of(&|f| f.until = after(120)).await, [2, 1], "up to, not with, this instant");
    assert_eq!(of(&|f| (f.from, f.until) = (after(60), after(61))).await, [2]);
    assert_eq!(of(&|f| f.from = Some(Timestamp::from_micros(i64::MAX))).await, [0; 0]);
    assert_eq!(of(&|f| f.at_least = Some(credits(3))).await, [5, 3, 2], "with this much itself");
    assert_eq!(of(&|f| f.at_least = Some(credits(0))).await, [5, 4, 3, 2, 1]);
    let all = of(&|f| {
        (f.member, f.from, f.at_least) = (Some(user_id(5)), after(61), Some(credits(1)));
    });
    assert_eq!(all.await, [5]);
}

/// Everything that a list holds, read in parts.
async fn in_parts(world: &World, org: OrgId, filter: &RunFilter, limit: u32) -> Vec<u128> {
    let mut seen = Vec::new();
    let mut next = page(limit);
    loop {
        let part = list(world, org, filter, next).await;
        let Some(last) = part.last() else { return seen };
        next = before(filter.order.cursor(last), limit);
        seen.extend(part.iter().map(|run| run.id.bits()));
    }
}

pub async fn the_dearest_runs_come_first_and_each_once(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let costs = [3, 1, 9, 3, 0, 3, 1, 0];
    let runs = (1..).zip(costs).map(|(id, cost)| (run(1, id), cost)).collect();
    charged(&world, 1, runs).await;
    charged(&world, 2, vec![(run(2, 20), 8)]).await;
    let dearest = || RunFilter { order: RunOrder::Dearest, ..RunFilter::default() };
    let expected = [3, 6, 4, 1, 7, 2, 8, 5];
    for limit in 1..=9 {
        assert_eq!(in_parts(&world, one, &dearest(), limit).await, expected, "{limit} at once");
    }
    let ended = RunFilter { states: vec![RunState::Succeeded], ..dearest() };
    assert_eq!(in_parts(&world, one, &ended, 2).await, [3, 6, 4, 1, 7, 2]);
    let some = RunFilter { at_least: Some(credits(2)), ..dearest() };
    assert_eq!(in_parts(&world, one, &some, 3).await, [3, 6, 4, 1]);
    let working = RunFilter { unended_only: true, ..dearest() };
    assert_eq!(ids(&world, one, working).await, [8, 5]);
    let never = RunFilter { unended_only: true, ..ended };
    assert_eq!(ids(&world, one, never).await, [0; 0]);
    assert_eq!(ids(&world, two, dearest()).await, [20], "of one's own organization only");
    for cursor in [run_id(3).to_string(), "9:".to_owned(), "x:y".to_owned()] {
        let after = list(&world, one, &dearest(), before(&cursor, 9)).await;
        assert_eq!(after, [], "{cursor} is of another list");
    }
}
