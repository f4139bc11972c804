//! The people of an organization as a team.

use ampere_credits::{LoginId, UserId};
use ampere_store::rows::*;

use crate::asks::org;
use crate::people::*;
use crate::work::schedule;
use crate::world::{START, World};

async fn ranks(world: &World, number: u128) -> Vec<(UserId, Role, bool)> {
    let members = world.store.members(org(number)).await.unwrap();
    members.into_iter().map(|row| (row.user, row.role, row.billing_admin)).collect()
}

fn role(role: Role) -> MemberChange {
    MemberChange { role: Some(role), ..MemberChange::default() }
}

fn mark(mark: bool) -> MemberChange {
    MemberChange { billing_admin: Some(mark), ..MemberChange::default() }
}

pub async fn roles_change_and_the_owners_does_not(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    let store = &world.store;
    assert_eq!(store.change_member(one, user_id(5), role(Role::Viewer)).await, Ok(true));
    assert_eq!(store.change_member(one, user_id(5), mark(true)).await, Ok(true));
    let owner = (user_id(1), Role::Owner, true);
    assert_eq!(ranks(&world, 1).await, [owner, (user_id(5), Role::Viewer, true)]);
    assert_eq!(store.change_member(one, user_id(1), role(Role::Admin)).await, Ok(false));
    assert_eq!(store.change_member(one, user_id(1), mark(false)).await, Ok(false));
    assert_eq!(store.change_member(two, user_id(5), role(Role::Admin)).await, Ok(false));
    assert_eq!(store.change_member(one, user_id(6), role(Role::Admin)).await, Ok(false));
    assert_eq!(ranks(&world, 1).await, [owner, (user_id(5), Role::Viewer, true)]);
}

pub async fn ownership_moves_to_a_member(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    join(&world, 1, 6).await;
    let store = &world.store;
    for (from, to) in [(5, 6), (1, 2), (1, 1), (2, 5)] {
        let refused = store.transfer(one, user_id(from), user_id(to), None).await;
        assert_eq!(refused, Ok(false), "{from} to {to}");
    }
    assert_eq!(store.transfer(two, user_id(1), user_id(5), None).await, Ok(false));
    assert_eq!(store.transfer(one, user_id(1), user_id(5), None).await, Ok(true));
    assert_eq!(
        store.transfer(one, user_id(1), user_id(6), None).await,
        Ok(false),
        "not theirs any more"
    );
    let ranks = ranks(&world, 1).await;
    assert!(ranks.contains(&(user_id(1), Role::Admin, false)), "{ranks:?}");
    assert!(ranks.contains(&(user_id(5), Role::Owner, true)), "{ranks:?}");
    assert_eq!(ranks.iter().filter(|rank| rank.1 == Role::Owner).count(), 1);
    assert_eq!(
        store.remove_member(one, user_id(5), left(), None).await,
        Ok(false),
        "the owner stays"
    );
}

pub async fn schedules_of_who_goes_pause_or_go_over(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    for person in [5, 6, 7] {
        join(&world, 1, person).await;
        let owner = user_id(person);
        let row = ScheduleRow { owner, owner_name: String::new(), ..schedule(1, person) };
        store.create_schedule(row).await.unwrap();
    }
    let pause = Some(("Ben may not.".to_owned(), START));
    let viewer = MemberChange { pause, ..role(Role::Viewer) };
    assert_eq!(store.change_member(one, user_id(5), viewer).await, Ok(true));
    assert_eq!(store.remove_member(one, user_id(6), left(), None).await, Ok(true));
    let given = LeftBehind::Given { to: user_id(1), at: START };
    assert_eq!(store.remove_member(one, user_id(7), given, None).await, Ok(true));
    let rows = store.schedules(one).await.unwrap();
    let state = |index: usize| (rows[index].owner, rows[index].state, rows[index].note.as_deref());
    assert_eq!(state(0), (user_id(5), ScheduleState::Paused, Some("Ben may not.")));
    assert_eq!(state(1), (user_id(6), ScheduleState::Paused, Some("They left.")));
    assert_eq!(state(2), (user_id(1), ScheduleState::Active, None));
    assert_eq!((rows[0].next_at, rows[1].next_at), (None, None));
    assert!(rows[2].next_at.is_some());
}

pub async fn a_person_belongs_to_several_organizations(world: World) {
    let (one, two, three) = (found(&world, 1).await, found(&world, 2).await, org(3));
    found(&world, 3).await;
    join(&world, 2, 1).await;
    let store = &world.store;
    let all = store.memberships(user_id(1)).await.unwrap();
    let seen: Vec<_> = all.into_iter().map(|(member, org)| (member.role, org.name)).collect();
    let wanted = [(Role::Owner, "Organization 1"), (Role::Member, "Organization 2")];
    assert_eq!(seen, wanted.map(|(role, name)| (role, name.to_owned())));
    store.create_login(login(1, 1, 10)).await.unwrap();
    let id = LoginId::from_bits(10);
    assert_eq!(store.switch_login(user_id(1), id, three).await, Ok(false), "not a member there");
    assert_eq!(store.switch_login(user_id(2), id, two).await, Ok(false), "not their login");
    assert_eq!(store.switch_login(user_id(1), id, two).await, Ok(true));
    let known = store.login_by_token(token_hash(10), START).await.unwrap().unwrap();
    assert_eq!((known.organization.id, known.member.role), (two, Role::Member));
    assert_eq!(
        store.home_of(user_id(1)).await.unwrap().unwrap().org,
        one,
        "nothing done there yet"
    );
    let seen = START.plus_seconds(60);
    store.touch_login(id, seen).await.unwrap();
    let home = store.home_of(user_id(1)).await.unwrap().unwrap();
    assert_eq!((home.org, home.last_active_at), (two, Some(seen)), "where they were last");
}

pub async fn a_plea_counts_once_in_a_while(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    let store = &world.store;
    store.create_invitation(invitation(2, 6), None).await.unwrap();
    assert_eq!(store.accept_invitation(token_hash(6), user(5), START).await, Ok(true));
    let day = |days: i64| START.plus_days(days);
    assert_eq!(store.plead(one, user_id(5), day(1), day(0)).await, Ok(day(1)));
    assert_eq!(store.plead(one, user_id(5), day(1).plus_seconds(9), day(0)).await, Ok(day(1)));
    let soon = day(1).plus_seconds(9);
    let there = store.plead(two, user_id(5), soon, day(0)).await;
    assert_eq!(there, Ok(soon), "each organization for itself");
    assert_eq!(store.plead(one, user_id(5), day(2), day(1)).await, Ok(day(2)));
}
