//! An audit log that somebody changed behind our back: `ampere verify` names the first break.

use ampere_credits::OrgId;
use ampere_store::chain::walked;
use ampere_store::rows::AuditWrite;
use rusqlite::Connection;

use crate::people::*;
use crate::world::{START, World};

async fn written(world: &World, org: OrgId, count: u32) {
    for number in 1..=count {
        let detail = format!(r#"{{"before":null,"after":{{"credits":"{number}"}}}}"#);
        let (act, target) = ("purchase_asked".to_owned(), number.to_string());
        let entry = AuditWrite { org, at: START, actor: user_id(1), act, target, detail };
        world.store.append_audit(entry).await.unwrap();
    }
}

/// How many entries hold and what is told, after a statement of somebody with the file.
async fn told_after(sql: &str) -> (u64, String) {
    let world = World::sqlite();
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    written(&world, one, 5).await;
    written(&world, two, 2).await;
    assert_eq!(walked(&*world.store, one).await, Ok((5, None)));
    let file = Connection::open(world.folder.database()).unwrap();
    let sql = sql.replace("{one}", &format!("org = '{one}'"));
    assert!(file.execute(&sql, []).unwrap() > 0, "{sql}");
    assert_eq!(walked(&*world.store, two).await, Ok((2, None)), "the other's is whole");
    let (holds, fault) = walked(&*world.store, one).await.unwrap();
    (holds, fault.unwrap())
}

#[tokio::test]
async fn a_changed_row_is_named() {
    for change in ["detail = '{}'", "target = 'x'", "act = 'plan_started'", "at = at + 1"] {
        let sql = format!("UPDATE audit_log SET {change} WHERE {{one}} AND position = 3");
        assert_eq!(told_after(&sql).await, (2, "entry 3 was changed".to_owned()), "{change}");
    }
}

#[tokio::test]
async fn a_removed_row_is_named_wherever_it_was() {
    let remove = |what: &str| format!("DELETE FROM audit_log WHERE {{one}} AND {what}");
    let told = told_after(&remove("position = 3")).await;
    assert_eq!(told, (2, "entry 3 is missing before entry 4".to_owned()));
    let told = told_after(&remove("position = 1")).await;
    assert_eq!(told, (0, "entry 1 is missing before entry 2".to_owned()));
    let told = told_after(&remove("position >= 4")).await;
    assert_eq!(told, (3, "it ends with entry 3, and 5 were written".to_owned()));
    let told = told_after(&remove("position > 0")).await;
    assert_eq!(told, (0, "it ends with entry 0, and 5 were written".to_owned()));
}

#[tokio::test]
async fn swapped_rows_are_named() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    written(&world, one, 5).await;
    let file = Connection::open(world.folder.database()).unwrap();
    let swap = "UPDATE audit_log SET position = 100 WHERE position = 2; \
                UPDATE audit_log SET position = 2 WHERE position = 3; \
                UPDATE audit_log SET position = 3 WHERE position = 100;";
    file.execute_batch(swap).unwrap();
    let told = walked(&*world.store, one).await.unwrap();
    assert_eq!(told, (1, Some("entry 2 does not follow the entry before it".to_owned())));
}
