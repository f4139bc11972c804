//! Fault F4: a commit whose answer does not arrive, on either side of it. What was asked is found
//! by its key and done once; nothing in memory is older than the disk.

use std::sync::Arc;

use ampere_credits::ledger::Answer;
use ampere_store::faults::{CommitFaults, Lost};
use ampere_store::open_sqlite_with;
use ampere_store::ports::{Store, StoreError};

use crate::asks::*;
use crate::world::{Folder, START, TestClock, audit};

struct Unsure {
    store: Arc<dyn Store>,
    faults: Arc<CommitFaults>,
    _folder: Folder,
}

impl Unsure {
    fn open() -> Unsure {
        let (folder, faults) = (Folder::new(), Arc::<CommitFaults>::default());
        let clock = TestClock::at(START);
        let store = open_sqlite_with(&folder.database(), clock, Arc::clone(&faults)).unwrap();
        Unsure { store, faults, _folder: folder }
    }

    async fn commit(&self, whole: u32) -> Result<Answer, StoreError> {
        let committed = self.store.commit(org(1), vec![top_up(1, whole)]).await;
        committed.map(|mut committed| committed.answers.remove(0))
    }
}

#[tokio::test]
async fn f4_after_a_commit_without_an_answer_the_key_tells_what_became_of_it() {
    for lost in [Lost::Before, Lost::After] {
        let unsure = Unsure::open();
        unsure.store.commit(org(1), vec![top_up(7, 3)]).await.unwrap();
        unsure.faults.arm(1, lost);
        let unknown = unsure.commit(5).await;
        assert!(matches!(unknown, Err(StoreError::Unknown(_))), "{lost:?}: {unknown:?}");
        assert!(!unknown.unwrap_err().busy(), "nobody may say that nothing was changed");

        let pool = unsure.store.pool(org(1)).await.unwrap();
        let there = if lost == Lost::After { 8 } else { 3 };
        assert_eq!(pool.issued, credits(there), "{lost:?}: what is read is what is on the disk");

        let again = unsure.commit(5).await.unwrap();
        let replayed = matches!(again, Answer::Replayed(_));
        assert_eq!(replayed, lost == Lost::After, "{again:?}");
        let pool = audit(&*unsure.store, org(1), START).await;
        assert_eq!((pool.issued, pool.position), (credits(8), 2), "{lost:?}: once");
    }
}

#[tokio::test]
async fn f4_the_same_key_for_something_else_is_refused_although_its_answer_was_lost() {
    let unsure = Unsure::open();
    unsure.faults.arm(1, Lost::After);
    assert!(unsure.commit(5).await.is_err());
    let other = unsure.commit(6).await.unwrap();
    assert!(matches!(other, Answer::Refused(_)), "{other:?}");
    assert_eq!(audit(&*unsure.store, org(1), START).await.issued, credits(5));
}

#[tokio::test]
async fn f4_only_the_commit_that_was_meant_loses_its_answer() {
    let unsure = Unsure::open();
    unsure.faults.arm(3, Lost::Before);
    for number in 1..=2 {
        unsure.store.commit(org(1), vec![top_up(number, 1)]).await.unwrap();
    }
    assert!(unsure.store.commit(org(1), vec![top_up(3, 1)]).await.is_err());
    assert!(!unsure.faults.disarm(), "it has come up");
    unsure.store.commit(org(1), vec![top_up(3, 1)]).await.unwrap();
    unsure.faults.arm(1, Lost::Before);
    assert!(unsure.faults.disarm(), "it is taken away");
    unsure.store.commit(org(1), vec![top_up(4, 1)]).await.unwrap();
    assert_eq!(audit(&*unsure.store, org(1), START).await.issued, credits(4));
}
