//! Benchmarks: single holds and settles through the real lane over a real SQLite file, in process
//! and over HTTP beside a handler of the same server that does nothing.
//!
//! Prints figures and writes docs/BENCHMARKS.md. What counts is the ratio between two programs
//! measured in turn in one run; absolute figures are this machine's and this hour's. Never tunes
//! anything. Read next: [`ledger`] (what one operation is), [`server`], [`load`].
//!
//! `ampere-bench [SECONDS [ROUNDS]]`: seconds of each measurement, rounds of all of them in turn.

mod figures;
mod inside;
mod ledger;
mod load;
mod machine;
mod report;
mod server;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use figures::{Round, Series};
use ledger::Ledger;

/// What may go wrong here is told and ends the run.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Connections of the load generator.
const CONNECTIONS: u32 = 64;

/// How long and how often.
#[derive(Debug, Clone, Copy)]
struct Plan {
    span: Duration,
    rounds: u32,
}

impl Plan {
    fn asked() -> Outcome<Plan> {
        let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u32>());
        let seconds = numbers.next().transpose()?.unwrap_or(3).max(1);
        let rounds = numbers.next().transpose()?.unwrap_or(5).max(1);
        Ok(Plan { span: Duration::from_secs(seconds.into()), rounds })
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let plan = Plan::asked()?;
    let facts = machine::facts();
    let folder = machine::Folder::new()?;
    let ledger = Arc::new(Ledger::open(folder.path())?);
    ledger.fill().await?;
    let address = server::start(Arc::clone(&ledger)).await?;
    println!("{} rounds of 4 measurements of {} s each", plan.rounds, plan.span.as_secs());
    warm_up(&ledger, address).await?;
    let mut all: [Series; 4] = Default::default();
    for number in 1..=plan.rounds {
        let rounds = [
            inside::measure(&ledger, 1, plan.span).await?,
            inside::measure(&ledger, CONNECTIONS, plan.span).await?,
            load::measure(address, "/noop", CONNECTIONS, plan.span).await?,
            load::measure(address, "/op", CONNECTIONS, plan.span).await?,
        ];
        let told: Vec<String> = rounds.iter().map(Round::told).collect();
        println!("round {number}: {}", told.join(" · "));
        for (series, round) in all.iter_mut().zip(rounds) {
            series.push(round);
        }
    }
    ledger.check().await?;
    let text = report::text(&all, plan, ledger.position().await?, &facts);
    println!("\n{text}");
    report::write(&text)?;
    Ok(())
}

/// Opens files, fills caches, grows the journal a little: the first second is nobody's figure.
async fn warm_up(ledger: &Arc<Ledger>, address: std::net::SocketAddr) -> Outcome<()> {
    let short = Duration::from_millis(500);
    inside::measure(ledger, CONNECTIONS, short).await?;
    load::measure(address, "/noop", CONNECTIONS, short).await?;
    load::measure(address, "/op", CONNECTIONS, short).await?;
    Ok(())
}
