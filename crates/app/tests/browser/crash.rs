//! A server that dies in the middle of sessions, as by kill -9: its tasks are gone at an instant,
//! and the next one settles each session once, from the seconds that were recorded.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_adapters::browser::scripted::Fault;
use ampere_app::browser::Phase;
use ampere_credits::RunId;
use ampere_store::rows::{Reason, RunState};
use serde_json::json;
use tokio::runtime::Runtime;

use super::stage::{by_hand, task, turn};
use crate::world::{World, credits, pieces};

/// A server process: when it is dropped, nothing of it goes on.
pub fn server() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Waits until so many seconds of the browser are recorded.
async fn recorded(world: &World, run: RunId, seconds: u64) {
    while world.stepped(run, "time").await.seconds < seconds {
        tokio::task::yield_now().await;
    }
}

/// Brings a session into a state, 30 seconds after its opening.
async fn bring(world: &World, state: &str) -> RunId {
    let gate = Gate::new();
    let run = match state {
        "acting" => {
            world.browser.fault(2, Fault::Hold(gate.clone()));
            world.agent(vec![turn("click", json!({ "mark": 1 }))]);
            let run = world.session(task()).await;
            gate.reached().await;
            run
        }
        "controlled" => {
            let run = world.session(by_hand()).await;
            world.stepped(run, "control.1").await;
            run
        }
        "answering" => {
            let mut steps = pieces(&["I think "]);
            steps.push(Step::Hang);
            world.provider.push(Script::steps(steps));
            let run = world.session(task()).await;
            world.stepped(run, "think.1").await;
            run
        }
        _ => world.thinking().await.0,
    };
    world.clock.advance_seconds(30);
    recorded(world, run, 30).await;
    if state == "paused" {
        world.app.pause_browser(&world.owner, run).await.unwrap();
        world.stepped(run, "pause.1").await;
        world.clock.advance_seconds(100);
    }
    run
}

#[test]
fn a_session_of_a_dead_server_is_settled_once_from_its_recorded_seconds() {
    for state in ["thinking", "answering", "acting", "controlled", "paused"] {
        let first = server();
        let (world, run) = first.block_on(async {
            let world = World::browsing("1000").await;
            let run = bring(&world, state).await;
            (world, run)
        });
        drop(first);
        assert_eq!(world.browser.open_now(), 0, "{state}: its browser died with it");
        server().block_on(async {
            let next = world.restarted().await;
            let before = next.view(run).await;
            assert_eq!((before.state, before.may_control), (Phase::Starting, false), "{state}");
            assert_eq!(next.app.recover().await.unwrap(), 1, "{state}");
            let row = next.run_row(run).await;
            let ended = (row.state, row.reason);
            assert_eq!(ended, (RunState::Failed, Some(Reason::ServerRestarted)), "{state}");
            assert_eq!(next.timed(run).await, (31, credits("1.55")), "{state}");
            assert!(row.estimated, "{state}: it may have been used a moment longer");
            let view = next.view(run).await;
            assert_eq!((view.state, view.seconds), (Phase::Finished, 31), "{state}");
            next.assert_settled().await;
            assert_eq!(next.app.recover().await.unwrap(), 0, "{state}: once");
            let steps = next.browser_steps(run).await;
            assert!(steps.iter().all(|step| step.ended_at.is_some()), "{state}: {steps:?}");
        });
    }
}

#[test]
fn what_was_used_since_the_last_record_is_at_most_a_few_seconds() {
    let first = server();
    let (world, run) = first.block_on(async {
        let world = World::browsing("1000").await;
        let run = world.session(by_hand()).await;
        world.stepped(run, "control.1").await;
        for second in 1..=8 {
            world.clock.advance_seconds(1);
            world.shows(run, |view| view.seconds > second).await;
        }
        (world, run)
    });
    drop(first);
    server().block_on(async {
        let next = world.restarted().await;
        next.app.recover().await.unwrap();
        let (seconds, _) = next.timed(run).await;
        assert!((5..=9).contains(&seconds), "{seconds} of 9");
        next.assert_settled().await;
    });
}
