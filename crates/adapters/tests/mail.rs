//! Letters through a real socket to a mail server of the test: taken, refused, cut off.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use ampere_adapters::mail::scripted::{PostOffice, Whim};
use ampere_adapters::mail::{Letter, Mailer, Undelivered, smtp};
use ampere_adapters::secrets::SecretText;

async fn way() -> (PostOffice, Arc<dyn Mailer>) {
    let office = PostOffice::open().await.unwrap();
    let url = SecretText::new(office.url());
    let mailer = smtp(&url, "Ampère <ampere@example.com>").unwrap();
    (office, mailer)
}

fn letter<'a>(to: &'a str, text: &'a str) -> Letter<'a> {
    Letter { id: "mail_1", to, subject: "Über uns", text, at: 1_795_338_000_000_000 }
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let (office, mailer) = way().await;
    let text = "Hello Zoë,\n\n.a line with a dot in front\n\nhttps://example.com/join#abc\n";
    mailer.send(&letter("zoe@example.com", text)).await.unwrap();
    let taken = office.letter("", 0).await;
    assert_eq!((taken.from.as_str(), taken.to.as_str()), ("ampere@example.com", "zoe@example.com"));
    assert!(taken.text.contains("Hello Zoë,"), "{}", taken.text);
    assert!(taken.text.contains("\n.a line with a dot"), "{}", taken.text);
    assert!(taken.text.contains("https://example.com/join#abc"), "{}", taken.text);
    assert_eq!(taken.head("Message-ID"), Some("<mail_1@example.com>"));
    assert!(taken.head("Date").unwrap().starts_with("Sun, 22 Nov 2026 09:00:00"), "{taken:?}");
    assert!(taken.head("Content-Type").unwrap().starts_with("text/plain"), "{taken:?}");
}

#[tokio::test]
async fn five_hundred_is_for_ever_and_four_hundred_is_not() {
    let (office, mailer) = way().await;
    office.will([
        Whim::ReplyToRecipient(550),
        Whim::ReplyToRecipient(451),
        Whim::ReplyToLetter(554),
        Whim::ReplyToLetter(452),
    ]);
    for (number, refused) in [true, false, true, false].into_iter().enumerate() {
        match mailer.send(&letter("zoe@example.com", "Hello.")).await {
            Err(Undelivered::Refused(said)) if refused => assert!(said.contains("not this one")),
            Err(Undelivered::NotNow(said)) if !refused => assert!(said.contains("not this one")),
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(office.taken(""), []);
    mailer.send(&letter("zoe@example.com", "Hello.")).await.unwrap();
    assert_eq!(office.taken("").len(), 1);
}

#[tokio::test]
async fn a_mail_server_that_hangs_up_or_is_not_there_may_be_tried_again() {
    let (office, mailer) = way().await;
    office.will([Whim::HangUp]);
    let cut = mailer.send(&letter("zoe@example.com", "Hello.")).await;
    assert!(matches!(cut, Err(Undelivered::NotNow(_))), "{cut:?}");
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mailer = smtp(&SecretText::new(format!("smtp://{gone}")), "a@example.com").unwrap();
    let nobody = mailer.send(&letter("zoe@example.com", "Hello.")).await;
    assert!(matches!(nobody, Err(Undelivered::NotNow(_))), "{nobody:?}");
}

#[tokio::test]
async fn who_cannot_encrypt_gets_nothing() {
    let office = PostOffice::open().await.unwrap();
    let url = office.url().replace("smtp://", "smtps://mia:secret@");
    let mailer = smtp(&SecretText::new(url), "a@example.com").unwrap();
    let plain = mailer.send(&letter("zoe@example.com", "Hello.")).await;
    assert!(matches!(plain, Err(Undelivered::NotNow(_))), "{plain:?}");
    assert_eq!((office.connections(), office.taken("").len()), (1, 0));
}

#[tokio::test]
async fn no_letter_carries_a_line_into_another_ones_head() {
    let (office, mailer) = way().await;
    let refused = mailer.send(&letter("zoe@example.com\r\nBcc: all@example.com", "Hello.")).await;
    assert!(matches!(refused, Err(Undelivered::Refused(_))), "{refused:?}");
    let crafted =
        Letter { subject: "Hi\r\nBcc: all@example.com", ..letter("zoe@example.com", ".") };
    if mailer.send(&crafted).await.is_ok() {
        assert_eq!(office.letter("", 0).await.head("Bcc"), None);
    }
}
