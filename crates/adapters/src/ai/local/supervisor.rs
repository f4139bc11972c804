//! Keeps one worker running.
//!
//! Owns: when a worker is started, restarted and given up. A worker that ends is started again
//! after a growing wait; after several quick failures in a row only when somebody calls; a missing
//! or wrong file is looked at again until it changes. Never answers calls.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::sleep;

use super::settings::{LocalModelConfig, Patience};
use super::state::{Board, LocalState};
use super::worker::{NoWorker, Worker};

/// Looks after workers until told to stop, then ends the one that runs.
pub(super) async fn look_after(
    config: LocalModelConfig,
    board: Arc<Board>,
    mut stop: watch::Receiver<bool>,
) {
    let mut worker = None;
    tokio::select! {
        // Also when the handle is gone: nobody is left to want a worker.
        _ = stop.wait_for(|stop| *stop) => {}
        () = keep_running(&config, &board, &mut worker) => {}
    }
    board.off();
    if let Some(worker) = worker {
        worker.end(config.patience.farewell).await;
    }
}

/// Never returns. The worker is left in `slot`, so that whoever stops this can end it well.
async fn keep_running(config: &LocalModelConfig, board: &Board, slot: &mut Option<Worker>) {
    let mut failures = 0;
    loop {
        let files = fingerprint(config).await;
        match Worker::start(config).await {
            Ok((worker, running)) => {
                let pid = running.pid;
                tracing::info!(pid, "the local model is ready");
                let worker = slot.insert(worker);
                board.ready(running);
                let ending = tokio::select! {
                    biased;
                    () = sleep(config.patience.quick) => {
                        failures = 0;
                        worker.ended().await
                    }
                    ending = worker.ended() => ending,
                };
                *slot = None;
                tracing::warn!(pid, %ending, "the local model's worker ended");
                failures += 1;
                again(&config.patience, board, failures, &ending).await;
            }
            Err(NoWorker::Files { state, detail }) => {
                tracing::warn!(detail, "the local model does not start");
                board.say(state, &detail);
                changed(config, board, &files).await;
                board.say(LocalState::Starting, "Its files have changed; it is starting.");
            }
            Err(NoWorker::Failed(detail)) => {
                tracing::warn!(detail, "the local model does not start");
                failures += 1;
                again(&config.patience, board, failures, &detail).await;
            }
        }
    }
}

/// Waits until another try is due.
async fn again(patience: &Patience, board: &Board, failures: u32, detail: &str) {
    if failures < patience.quick_failures {
        board.say(LocalState::Starting, &format!("It is started again: {detail}."));
        sleep(wait(patience, failures)).await;
        return;
    }
    let times = format!("It failed {failures} times in a row: {detail}.");
    board.say(LocalState::Failed, &format!("{times} The next message tries once more."));
    board.woken().await;
}

fn wait(patience: &Patience, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    patience.first_wait.saturating_mul(1 << doublings).min(patience.longest_wait)
}

/// Waits until the files differ from what they were, or somebody calls.
async fn changed(config: &LocalModelConfig, board: &Board, files: &Fingerprint) {
    let differ = async {
        while fingerprint(config).await == *files {
            sleep(config.patience.look_again).await;
        }
    };
    tokio::select! {
        () = differ => {}
        () = board.woken() => {}
    }
}

/// Length and time of change of the program and of the model; none where there is no such file.
type Fingerprint = [Option<(u64, Option<SystemTime>)>; 2];

async fn fingerprint(config: &LocalModelConfig) -> Fingerprint {
    let of = async |path| {
        let data = tokio::fs::metadata(path).await.ok()?;
        Some((data.len(), data.modified().ok()))
    };
    [of(&config.binary).await, of(&config.model).await]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_its_bound() {
        let patience = Patience::default();
        let waits: Vec<u128> = (1..=10).map(|n| wait(&patience, n).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(wait(&patience, u32::MAX), patience.longest_wait);
    }
}
