//! Mails.

use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

pub async fn a_mail_is_tried_by_one_until_it_is_over(world: World) {
    let store = &world.store;
    assert_eq!(store.next_mail().await, Ok(None));
    let later = MailRow { due_at: Some(START.plus_seconds(60)), ..mail(1) };
    for row in [later.clone(), mail(2), mail(3)] {
        store.queue_mail(row).await.unwrap();
    }
    assert_eq!(store.next_mail().await, Ok(Some(START)));
    assert_eq!(store.due_mails(START, 9).await, Ok(vec![mail(2), mail(3)]), "not before its time");
    assert_eq!(store.due_mails(START.plus_seconds(60), 2).await, Ok(vec![mail(2), mail(3)]));
    let again = START.plus_seconds(600);
    assert_eq!(store.take_mail(&mail(2), again).await, Ok(true));
    assert_eq!(store.take_mail(&mail(2), again).await, Ok(false), "one was faster");
    let taken = MailRow { tries: 1, due_at: Some(again), ..mail(2) };
    assert_eq!(store.due_mails(again, 9).await, Ok(vec![mail(3), later, taken.clone()]));

    let error = Some("451 later".to_owned());
    let tried = store.mail_tried(taken.id, MailState::Pending, Some(START), error.clone()).await;
    assert_eq!(tried, Ok(()));
    let due = store.due_mails(START, 1).await.unwrap().remove(0);
    assert_eq!(due, MailRow { due_at: Some(START), error, ..taken }, "its text stays");
    store.mail_tried(due.id, MailState::Sent, None, None).await.unwrap();
    store.mail_tried(mail(3).id, MailState::Failed, None, Some("550".to_owned())).await.unwrap();
    assert_eq!(store.take_mail(&MailRow { tries: 1, ..due }, again).await, Ok(false), "it is over");
    assert_eq!(store.due_mails(again, 9).await.map(|due| due.len()), Ok(1));
    let texts = crate::world::dump(&world.folder.database());
    assert!(texts.contains("'About 2'") || texts.contains("About 2"), "{texts}");
    assert_eq!(texts.matches("sealed").count(), 1, "texts of what is over are gone");
}

pub async fn old_mails_are_forgotten(world: World) {
    let store = &world.store;
    for number in [1, 2] {
        store.queue_mail(mail(number)).await.unwrap();
    }
    store.mail_tried(mail(1).id, MailState::Sent, None, None).await.unwrap();
    assert_eq!(store.forget_mails(START).await, Ok(0));
    assert_eq!(store.forget_mails(START.plus_seconds(1)).await, Ok(1), "what is to be sent stays");
    assert_eq!(store.due_mails(START, 9).await, Ok(vec![mail(2)]));
}
