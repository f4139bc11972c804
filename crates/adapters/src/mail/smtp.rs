//! Letters by SMTP: to the mail server of whoever runs the installation.
//!
//! `smtps://` is TLS from the first byte, `smtp://` is STARTTLS or nothing: who cannot encrypt gets
//! neither password nor letter. Only a mail server on this computer is spoken to in the open.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use thiserror::Error;
use url::{Host, Url};

use super::{Capabilities, Letter, Mailer, Undelivered};
use crate::secrets::SecretText;

/// One letter, from the connection's beginning to the mail server's word.
const LONGEST: Duration = Duration::from_secs(60);
/// Characters of what a mail server says that are kept.
const LONGEST_WORD: usize = 200;
/// Replies about our own credentials: the letter may well go once they are mended.
const OUR_OWN: [u16; 4] = [530, 534, 535, 538];

/// Why there is no way of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmtpMistake {
    /// The address of the mail server cannot be read; it is not shown, it may hold a password.
    #[error("the mail server must be said as smtps://user:password@host or smtp://…")]
    Url,
    /// The sender's address cannot be read.
    #[error("letters must come from an address, as ampere@example.com or Ampere <a@example.com>")]
    From,
}

struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// A way of sending through a mail server. Nothing is asked of it yet.
///
/// # Errors
/// [`SmtpMistake`].
pub fn smtp(url: &SecretText, from: &str) -> Result<Arc<dyn Mailer>, SmtpMistake> {
    let from = from.parse().map_err(|_| SmtpMistake::From)?;
    let url = with_tls(url.expose()).ok_or(SmtpMistake::Url)?;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
    let builder = builder.map_err(|_| SmtpMistake::Url)?;
    let transport = builder.timeout(Some(LONGEST)).build();
    Ok(Arc::new(Smtp { transport, from }))
}

/// The address with what is demanded of its connection; none if it cannot be read.
fn with_tls(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => match name.parse::<std::net::Ipv4Addr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        },
    };
    let demand = match url.scheme() {
        "smtps" => None,
        "smtp" if here => None,
        "smtp" => Some("tls=required"),
        _ => return None,
    };
    url.set_query(demand);
    url.set_path("");
    Some(url)
}

impl Smtp {
    fn message(&self, letter: &Letter<'_>) -> Result<Message, Undelivered> {
        let refused = |said: &str| Undelivered::Refused(said.to_owned());
        let to: Mailbox = letter.to.parse().map_err(|_| refused("this is not a mail address"))?;
        let micros = u64::try_from(letter.at).unwrap_or_default();
        let home = self.from.email.domain();
        Message::builder()
            .message_id(Some(format!("<{}@{home}>", letter.id)))
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.to_owned())
            .map_err(|_| refused("the letter cannot be written"))
    }
}

fn undelivered(error: &Error) -> Undelivered {
    // The source is what the mail server or the network said.
    let source = std::error::Error::source(error).map(ToString::to_string);
    let said = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    let said = said.chars().filter(|c| !c.is_control()).take(LONGEST_WORD).collect();
    let ours = error.status().is_some_and(|code| OUR_OWN.contains(&u16::from(code)));
    if error.is_permanent() && !ours {
        Undelivered::Refused(said)
    } else {
        Undelivered::NotNow(said)
    }
}

#[async_trait]
impl Mailer for Smtp {
    fn capabilities(&self) -> Capabilities {
        Capabilities { from: self.from.email.to_string() }
    }

    async fn send(&self, letter: &Letter<'_>) -> Result<(), Undelivered> {
        let message = self.message(letter)?;
        match tokio::time::timeout(LONGEST, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(undelivered(&error)),
            Err(_) => Err(Undelivered::NotNow("the mail server did not answer in time".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demanded(text: &str) -> Option<String> {
        with_tls(text).map(|url| url.query().unwrap_or_default().to_owned())
    }

    #[test]
    fn only_this_computer_is_spoken_to_in_the_open() {
        let open = ["smtp://127.0.0.1:2525", "smtp://localhost", "smtp://[::1]:25"];
        for text in open {
            assert_eq!(demanded(text).as_deref(), Some(""), "{text}");
        }
        let closed =
            ["smtp://mail.example.com", "smtp://u:p@10.0.0.1:587", "smtp://127.0.0.1.evil"];
        for text in closed {
            assert_eq!(demanded(text).as_deref(), Some("tls=required"), "{text}");
        }
        let asked = "smtp://mail.example.com?tls=opportunistic";
        assert_eq!(demanded(asked).as_deref(), Some("tls=required"), "nobody can ask for less");
        assert_eq!(demanded("smtps://u:p@mail.example.com").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_showing_it() {
        for text in ["", "mail.example.com", "http://mail.example.com", "smtp://"] {
            let refused = smtp(&SecretText::new(text), "a@example.com").err();
            assert_eq!(refused, Some(SmtpMistake::Url), "{text}");
        }
        let url = SecretText::new("smtps://u:p@mail.example.com");
        assert_eq!(smtp(&url, "nobody").err(), Some(SmtpMistake::From));
        let way = smtp(&url, "Ampere <a@example.com>").map(|way| way.capabilities().from);
        assert_eq!(way.ok().as_deref(), Some("a@example.com"));
    }
}
