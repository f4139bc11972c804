//! A mail server for tests: speaks SMTP over a real socket, keeps what it took, and refuses or
//! hangs up when its script says so. Never sends anything anywhere.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What it does with the next letter, instead of taking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whim {
    /// This reply to the recipient.
    ReplyToRecipient(u16),
    /// This reply to the whole letter.
    ReplyToLetter(u16),
    /// Takes the letter and hangs up without a word.
    HangUp,
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope.
    pub to: String,
    /// Head and body, decoded where they were quoted-printable.
    pub text: String,
}

impl Taken {
    /// A line of the head.
    pub fn head(&self, name: &str) -> Option<&str> {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }
}

#[derive(Debug, Default)]
struct Shelf {
    taken: Vec<Taken>,
    whims: VecDeque<Whim>,
    connections: u32,
}

/// The mail server.
#[derive(Debug, Clone)]
pub struct PostOffice {
    address: SocketAddr,
    shelf: Arc<Mutex<Shelf>>,
    arrived: Arc<Notify>,
}

impl PostOffice {
    /// Opens one on a port of its own; within a runtime.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let office = PostOffice {
            address: listener.local_addr()?,
            shelf: Arc::default(),
            arrived: Arc::default(),
        };
        let clerk = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let clerk = clerk.clone();
                tokio::spawn(async move { clerk.serve(stream).await });
            }
        });
        Ok(office)
    }

    /// Where it is, as a setting says it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What it does with the letters that come next, in turn.
    pub fn will(&self, whims: impl IntoIterator<Item = Whim>) {
        self.shelf().whims.extend(whims);
    }

    /// What it took whose subject has this in it, oldest first.
    pub fn taken(&self, about: &str) -> Vec<Taken> {
        let mut taken = self.shelf().taken.clone();
        taken.retain(|letter| letter.head("Subject").unwrap_or_default().contains(about));
        taken
    }

    /// How often somebody connected.
    pub fn connections(&self) -> u32 {
        self.shelf().connections
    }

    /// The letter of this number among them, from 0, once it is there.
    pub async fn letter(&self, about: &str, number: usize) -> Taken {
        loop {
            let arrived = self.arrived.notified();
            let found = self.taken(about).into_iter().nth(number);
            if let Some(letter) = found {
                return letter;
            }
            arrived.await;
        }
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, stream: TcpStream) {
        self.shelf().connections += 1;
        // A client that hangs up or says nonsense is no fault of the office.
        let _ = self.talk(stream).await;
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 post office of a test\r\n").await?;
        let (mut from, mut to) = (String::new(), String::new());
        while let Some(line) = lines.next_line().await? {
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let reply = match verb.as_str() {
                "EHLO" => "250-post office\r\n250 8BITMIME".to_owned(),
                "MAIL" => {
                    from = address_in(&line);
                    "250 ok".to_owned()
                }
                "RCPT" => {
                    to = address_in(&line);
                    match self.whim(|whim| matches!(whim, Whim::ReplyToRecipient(_))) {
                        Some(Whim::ReplyToRecipient(code)) => format!("{code} not this one"),
                        _ => "250 ok".to_owned(),
                    }
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut text = String::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        text.push_str(line.strip_prefix('.').unwrap_or(&line));
                        text.push('\n');
                    }
                    match self.whim(|whim| !matches!(whim, Whim::ReplyToRecipient(_))) {
                        Some(Whim::HangUp) => return Ok(()),
                        Some(Whim::ReplyToLetter(code)) => format!("{code} not this one"),
                        _ => {
                            self.take(Taken { from: from.clone(), to: to.clone(), text });
                            "250 taken".to_owned()
                        }
                    }
                }
                "QUIT" => {
                    return write.write_all(b"221 bye\r\n").await;
                }
                _ => "250 ok".to_owned(),
            };
            write.write_all(format!("{reply}\r\n").as_bytes()).await?;
        }
        Ok(())
    }

    fn whim(&self, fits: impl Fn(&Whim) -> bool) -> Option<Whim> {
        let mut shelf = self.shelf();
        let next = shelf.whims.front().copied().filter(fits)?;
        shelf.whims.pop_front();
        Some(next)
    }

    fn take(&self, letter: Taken) {
        let text = quoted_printable(&letter.text);
        self.shelf().taken.push(Taken { text, ..letter });
        self.arrived.notify_waiters();
    }
}

fn address_in(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// Soft line ends and `=XX`; texts of other encodings stay as they are.
fn quoted_printable(text: &str) -> String {
    if !text.to_ascii_lowercase().contains("quoted-printable") {
        return text.to_owned();
    }
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte.filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
