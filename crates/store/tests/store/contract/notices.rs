//! Notices: a line is crossed once, lists are a person's own, wishes are kept.

use ampere_credits::{NoticeId, OrgId};
use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

fn notice(org: OrgId, user: u128, id: u128) -> NoticeRow {
    NoticeRow {
        org,
        user: user_id(user),
        id: NoticeId::from_bits(id),
        kind: "balance".to_owned(),
        text: "820 credits left.".to_owned(),
        url: "/billing".to_owned(),
        action: "Buy credits".to_owned(),
        created_at: START.plus_seconds(i64::try_from(id).unwrap()),
        read_at: None,
    }
}

fn mark(org: OrgId, level: &str) -> MarkRow {
    MarkRow { org, subject: "share".to_owned(), level: level.to_owned(), at: START }
}

fn page(limit: u32) -> Page {
    Page { before: None, limit }
}

pub async fn a_line_is_crossed_once(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let add = |level: &str, id| {
        store.add_notices(Some(mark(one, level)), vec![notice(one, 1, id)], Vec::new())
    };
    assert_eq!(add("half", 1).await, Ok(true));
    assert_eq!(add("half", 2).await, Ok(false), "told already");
    assert_eq!(add("ok", 3).await, Ok(true));
    assert_eq!(add("half", 4).await, Ok(true), "it was back in between");
    let ids = store.notices(one, user_id(1), page(9)).await.unwrap();
    assert_eq!(ids, [notice(one, 1, 4), notice(one, 1, 3), notice(one, 1, 1)]);
    assert_eq!(store.marks(one).await, Ok(vec![mark(one, "half")]));
    assert_eq!(store.marks(two).await, Ok(Vec::new()));
    assert_eq!(store.add_notices(None, vec![notice(one, 1, 5)], Vec::new()).await, Ok(true));
}

pub async fn notices_are_a_persons_own(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    let store = &world.store;
    let rows = vec![notice(one, 1, 1), notice(one, 1, 2), notice(one, 5, 1), notice(one, 1, 3)];
    store.add_notices(None, rows, Vec::new()).await.unwrap();
    let unread = |org, user| store.unread(org, user_id(user));
    assert_eq!((unread(one, 1).await, unread(one, 5).await), (Ok(3), Ok(1)));
    assert_eq!(unread(two, 1).await, Ok(0));
    let ids = |ids: &[u128]| ids.iter().map(|id| NoticeId::from_bits(*id)).collect::<Vec<_>>();
    store.read_notices(one, user_id(1), ids(&[1, 2]), START).await.unwrap();
    assert_eq!((unread(one, 1).await, unread(one, 5).await), (Ok(1), Ok(1)));
    let older = Page { before: Some(NoticeId::from_bits(3).to_string()), limit: 1 };
    let read = NoticeRow { read_at: Some(START), ..notice(one, 1, 2) };
    assert_eq!(store.notices(one, user_id(1), older).await, Ok(vec![read]));
    store.read_notices(one, user_id(5), Vec::new(), START).await.unwrap();
    assert_eq!((unread(one, 1).await, unread(one, 5).await), (Ok(1), Ok(0)));
    assert_eq!(store.forget_notices(START.plus_seconds(3)).await, Ok(3));
    assert_eq!(store.notices(one, user_id(1), page(9)).await, Ok(vec![notice(one, 1, 3)]));
}

pub async fn what_people_want_to_be_told_is_kept(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let wish = |kind: &str, email| {
        let (user, kind) = (user_id(1), kind.to_owned());
        NoticeWishRow { org: one, user, kind, in_app: true, email }
    };
    for row in [wish("team", true), wish("balance", true), wish("balance", false)] {
        store.set_notice_wish(row).await.unwrap();
    }
    let kept = vec![wish("balance", false), wish("team", true)];
    assert_eq!(store.notice_wishes(one).await, Ok(kept));
    assert_eq!(store.notice_wishes(two).await, Ok(Vec::new()));
}
