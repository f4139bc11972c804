//! A process that spends and says what was acknowledged, until it is killed or cannot write.

use std::process::Command;
use std::sync::Arc;

use ampere_credits::ledger::Answer;
use ampere_store::open_sqlite;
use ampere_store::ports::{Store, StoreError};
use ampere_store::rows::{LaneRequest, Reason, RowWrite, RunState};
use tokio::task::JoinSet;

use crate::asks::*;
use crate::people::{ended, organization, run, session, user};
use crate::world::{Folder, START, TestClock, audit};

const FILE: &str = "AMPERE_TEST_DATABASE";
const ROUND: &str = "AMPERE_TEST_ROUND";

/// Something that the process said it had done.
#[derive(Debug)]
pub struct Acknowledged {
    pub key: String,
    pub position: u64,
}

impl Acknowledged {
    /// From a whole line of the process.
    pub fn read(line: &str) -> Option<Acknowledged> {
        // The test harness writes the test's name before the first line.
        let (_, told) = line.split_once("acknowledged ")?;
        let (key, position) = told.strip_suffix('.')?.split_once(' ')?;
        Some(Acknowledged { key: key.to_owned(), position: position.parse().unwrap() })
    }

    fn say(key: &str, answer: &Answer) {
        let Answer::Done(outcome) = answer else { panic!("{key}: {answer:?}") };
        println!("acknowledged {key} {}.", outcome.position);
    }
}

/// What the process needs in its database.
pub async fn prepare(store: &dyn Store) {
    store.create_organization(organization(1), user(1), false).await.unwrap();
    store.commit(org(1), vec![top_up(1, 1_000_000)]).await.unwrap();
}

/// A process of this program that does one ignored test on a database.
pub fn process(folder: &Folder, test: &str, round: u32) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", test, "--nocapture"]);
    command.env(FILE, folder.database()).env(ROUND, round.to_string());
    command
}

/// The store of this process, and the first number that no other round uses.
fn given() -> Result<(Arc<dyn Store>, u128), StoreError> {
    let path = std::env::var(FILE).expect("only other tests start this one");
    let round: u128 = std::env::var(ROUND).unwrap().parse().unwrap();
    Ok((open_sqlite(path.as_ref(), TestClock::at(START))?, round * 1_000_000))
}

fn begin(number: u128) -> LaneRequest {
    with(hold(number, 2), vec![RowWrite::Run(Box::new(run(1, number)))])
}

fn end(number: u128) -> LaneRequest {
    let change = ended(number, RunState::Succeeded, Reason::Completed);
    with(settle(number, 1), vec![RowWrite::RunChange(change)])
}

/// Says it only once it is acknowledged.
async fn spend(store: &dyn Store, request: LaneRequest) -> Result<(), StoreError> {
    let key = request.request.key.clone();
    let answers = store.commit(org(1), vec![request]).await?.answers;
    Acknowledged::say(&key, &answers[0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process that other tests start, to be killed"]
async fn spends_until_killed() {
    let (store, first) = given().unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for number in (first + task * 100_000)..(first + (task + 1) * 100_000) {
                spend(&*store, begin(number)).await.unwrap();
                spend(&*store, end(number)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

/// Spends until it cannot, and says how that looked; then makes a conversation, whose commit
/// fails for another reason in the tests that want to know whether that is certain.
#[tokio::test]
#[ignore = "a process that other tests start on a disk that will fail"]
async fn spends_until_the_disk_fails() {
    let (store, first) = match given() {
        Ok(given) => given,
        Err(error) => {
            println!("could not open: {error:?}");
            return;
        }
    };
    for number in first..first + 5_000 {
        let Err(error) = spend(&*store, begin(number)).await else { continue };
        println!("failed {error:?}");
        println!("position {}", audit(&*store, org(1), START).await.position);
        let answer = store.create_session(session(1, 1)).await;
        println!("conversation {answer:?}");
        let answer = store.commit(org(1), vec![begin(number + 1)]).await;
        println!("again {answer:?}");
        println!("position then {}", audit(&*store, org(1), START).await.position);
        return;
    }
}

/// Spends until a commit fails, says so, and crashes before anything else is written.
#[tokio::test]
#[ignore = "a process that other tests start on a disk that will fail"]
async fn crashes_when_the_disk_fails() {
    let (store, first) = given().unwrap();
    for number in first..first + 5_000 {
        let Err(error) = spend(&*store, begin(number)).await else { continue };
        println!("failed {error:?}");
        std::process::abort();
    }
}
