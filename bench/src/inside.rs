//! In process: tasks that hold and settle in turn, each waiting for its answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::Outcome;
use crate::figures::Round;
use crate::ledger::Ledger;
use crate::machine::Watch;

/// So many tasks for so long.
pub async fn measure(ledger: &Arc<Ledger>, tasks: u32, span: Duration) -> Outcome<Round> {
    let watch = Watch::start();
    let mut set = JoinSet::new();
    for _ in 0..tasks {
        set.spawn(work(Arc::clone(ledger), watch, span));
    }
    let mut micros = Vec::new();
    while let Some(done) = set.join_next().await {
        micros.append(&mut done??);
    }
    Ok(Round::of(micros, watch.elapsed()))
}

async fn work(ledger: Arc<Ledger>, watch: Watch, span: Duration) -> Outcome<Vec<u32>> {
    let mut micros = Vec::new();
    while watch.elapsed() < span {
        let number = ledger.next();
        let before = Watch::start();
        ledger.hold(number).await?;
        let between = Watch::start();
        micros.push(micros_of(before.elapsed()));
        ledger.settle(number).await?;
        micros.push(micros_of(between.elapsed()));
    }
    Ok(micros)
}

/// A latency as it is kept.
pub fn micros_of(span: Duration) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}
