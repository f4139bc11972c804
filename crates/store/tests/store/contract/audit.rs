//! The audit log: a chain for each organization, in pages, and one place for each entry.

use ampere_credits::OrgId;
use ampere_store::chain::walked;
use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

fn written(org: OrgId, act: &str) -> AuditWrite {
    let (act, target) = (act.to_owned(), "team".to_owned());
    let detail = r#"{"before":null,"after":"pro"}"#.to_owned();
    AuditWrite { org, at: START, actor: user_id(1), act, target, detail }
}

async fn append(world: &World, org: OrgId, act: &str) -> AuditRow {
    world.store.append_audit(written(org, act)).await.unwrap()
}

/// Walks a whole chain; how many entries it has.
async fn proved(world: &World, org: OrgId) -> u64 {
    let (entries, fault) = walked(&*world.store, org).await.unwrap();
    assert_eq!(fault, None);
    entries
}

fn page(before: Option<u64>, limit: u32) -> Page {
    Page { before: before.map(|position| position.to_string()), limit }
}

pub async fn each_entry_is_bound_to_the_one_before(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    assert_eq!(world.store.audit_head(one).await, Ok(AuditHead::default()));
    let first = append(&world, one, "plan_started").await;
    let second = append(&world, one, "plan_changed").await;
    assert_eq!((first.position, first.previous), (1, [0; 32]));
    assert_eq!((second.position, second.previous), (2, first.hash));
    assert_eq!(second.written, written(one, "plan_changed"));
    let other = append(&world, two, "plan_started").await;
    assert_eq!((other.position, other.previous), (1, [0; 32]), "a chain of its own");
    assert_ne!(other.hash, first.hash);
    let third = append(&world, one, "plan_cancelled").await;
    assert_eq!((proved(&world, one).await, proved(&world, two).await), (3, 1));
    let chain = world.store.audit_chain(one, 0, 9).await;
    assert_eq!(chain, Ok(vec![first, second, third]));
    let world = world.reopened();
    assert_eq!(append(&world, one, "plan_resumed").await.position, 4);
    assert_eq!(proved(&world, one).await, 4);
}

pub async fn the_log_comes_newest_first_with_names(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    for act in ["first", "second", "third"] {
        append(&world, one, act).await;
    }
    let target = user_id(1).to_string();
    let gone = AuditWrite { actor: user_id(77), target, ..written(one, "fourth") };
    world.store.append_audit(gone).await.unwrap();
    let read = async |org, before, limit| {
        let rows = world.store.audit_log(org, page(before, limit)).await.unwrap();
        let of = |(row, names): (AuditRow, AuditNames)| {
            (row.position, row.written.act, names.actor, names.target)
        };
        rows.into_iter().map(of).collect::<Vec<_>>()
    };
    let entry = |position, act: &str| (position, act.to_owned(), Some(user(1).name), None);
    let newest = [(4, "fourth".to_owned(), None, Some(user(1).name)), entry(3, "third")];
    assert_eq!(read(one, None, 2).await, newest);
    let older = [entry(2, "second"), entry(1, "first")];
    assert_eq!(read(one, Some(3), 9).await, older);
    assert_eq!(read(two, None, 9).await, [], "others' are not seen");
}

pub async fn two_who_write_at_once_get_two_places(world: World) {
    let one = found(&world, 1).await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = std::sync::Arc::clone(&world.store);
        let entry = written(one, &format!("act_{number}"));
        writers.spawn(async move { store.append_audit(entry).await.unwrap().position });
    }
    let mut places = writers.join_all().await;
    places.sort_unstable();
    assert_eq!(places, (1..=20).collect::<Vec<_>>());
    assert_eq!(proved(&world, one).await, 20);
}

pub async fn a_change_and_its_entry_are_kept_together_or_not_at_all(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    join(&world, 1, 5).await;
    let log = |act: &str| Some(written(one, act));
    // None of these is there to be changed.
    let changed = |act: &str| MemberChange {
        role: Some(Role::Viewer),
        log: log(act).into_iter().collect(),
        ..MemberChange::default()
    };
    assert_eq!(store.change_member(one, user_id(9), changed("no_role")).await, Ok(false));
    assert_eq!(store.remove_member(one, user_id(9), left(), log("no_member")).await, Ok(false));
    assert_eq!(store.transfer(one, user_id(5), user_id(1), log("no_owner")).await, Ok(false));
    assert_eq!(proved(&world, one).await, 0, "nothing happened, and nothing is said");
    assert_eq!(store.change_member(one, user_id(5), changed("role")).await, Ok(true));
    store.update_organization(one, "Renamed", "Asia/Tokyo", log("renamed")).await.unwrap();
    let background = BackgroundSettings::default();
    store.set_background(one, background, log("background")).await.unwrap();
    store.set(vec![("a".to_owned(), None)], log("set")).await.unwrap();
    assert_eq!(store.transfer(one, user_id(1), user_id(5), log("transfer")).await, Ok(true));
    assert_eq!(store.remove_member(one, user_id(1), left(), log("removed")).await, Ok(true));
    store.set(vec![("a".to_owned(), None)], None).await.unwrap();
    let chain = world.reopened().store.audit_chain(one, 0, 20).await.unwrap();
    let acts: Vec<&str> = chain.iter().map(|row| row.written.act.as_str()).collect();
    assert_eq!(acts, ["role", "renamed", "background", "set", "transfer", "removed"]);
}
