//! Making a ZIP file while it is read: parts come in at one end, bytes go out at the other.
//!
//! Owns the bound on memory: between who gathers, the thread that packs, and who reads, only a few
//! parts are ever under way; nobody works ahead of a slow reader, and nobody works on for one who
//! has gone. Never knows what is in the file. Read next: `person`, `organization`.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ampere_credits::{Timestamp, Zone};
use ampere_store::ports::StoreError;
use bytes::Bytes;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::csv::{MARK, line};
use crate::error::AppError;

/// Bytes that go on at once.
pub(super) const PART_BYTES: usize = 64 * 1024;
/// Parts, and chunks, that wait at most.
pub(super) const UNDER_WAY: usize = 2;
/// Who takes nothing for so long is not there any more.
const STALLED: Duration = Duration::from_secs(120);
/// Letters of a file's name in the ZIP file.
const LONGEST_NAME: usize = 120;

/// Why gathering ended before its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Nobody reads any more.
    Gone,
    /// Something could not be read.
    Failed(AppError),
}

impl From<AppError> for Stopped {
    fn from(error: AppError) -> Self {
        Stopped::Failed(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Stopped::Failed(error.into())
    }
}

/// What gathering answers.
pub(super) type Gathered<T> = Result<T, Stopped>;

/// What goes to the thread that packs.
#[derive(Debug)]
pub(super) enum Part {
    /// A file of this name begins.
    File(String),
    /// What is in it.
    Bytes(Vec<u8>),
    /// That was all.
    End,
}

/// Where files are written to, one after the other.
pub(super) struct Sink {
    parts: mpsc::Sender<Part>,
    buffer: Vec<u8>,
    /// Of the list that is open: nothing is in it yet.
    empty: bool,
}

impl Sink {
    /// One, and the other end of it.
    pub fn new() -> (Self, mpsc::Receiver<Part>) {
        let (parts, rest) = mpsc::channel(UNDER_WAY);
        (Sink { parts, buffer: Vec::new(), empty: true }, rest)
    }

    async fn send(&self, part: Part) -> Gathered<()> {
        self.parts.send(part).await.map_err(|_| Stopped::Gone)
    }

    async fn flush(&mut self) -> Gathered<()> {
        let bytes = std::mem::take(&mut self.buffer);
        if bytes.is_empty() { Ok(()) } else { self.send(Part::Bytes(bytes)).await }
    }

    /// A file begins; the one before has ended.
    pub async fn file(&mut self, name: &str) -> Gathered<()> {
        self.flush().await?;
        self.send(Part::File(name.to_owned())).await
    }

    /// More of the file.
    pub async fn write(&mut self, text: &str) -> Gathered<()> {
        self.buffer.extend_from_slice(text.as_bytes());
        if self.buffer.len() < PART_BYTES { Ok(()) } else { self.flush().await }
    }

    /// A whole file of a person's, as it is.
    pub async fn bytes(&mut self, name: &str, bytes: Vec<u8>) -> Gathered<()> {
        self.file(name).await?;
        self.send(Part::Bytes(bytes)).await
    }

    /// A whole file of JSON.
    pub async fn json(&mut self, name: &str, value: &impl Serialize) -> Gathered<()> {
        self.file(name).await?;
        self.write(&json(value)?).await?;
        self.write("\n").await
    }

    /// A CSV file begins, with its first line.
    pub async fn table(&mut self, name: &str, head: &[&str]) -> Gathered<()> {
        self.file(name).await?;
        self.write(&format!("{MARK}{}", line(head))).await
    }

    /// A line of it.
    pub async fn row(&mut self, cells: &[&str]) -> Gathered<()> {
        self.write(&line(cells)).await
    }

    /// A JSON list begins, behind what is to stand before it.
    pub async fn list(&mut self, before: &str) -> Gathered<()> {
        self.empty = true;
        self.write(before).await?;
        self.write("[").await
    }

    /// One thing more in the list.
    pub async fn item(&mut self, value: &impl Serialize) -> Gathered<()> {
        let comma = if std::mem::replace(&mut self.empty, false) { "\n" } else { ",\n" };
        self.write(comma).await?;
        self.write(&json(value)?).await
    }

    /// The list ends, and what is to stand after it.
    pub async fn list_end(&mut self, after: &str) -> Gathered<()> {
        self.write("\n]").await?;
        self.write(after).await
    }

    /// Nothing more comes.
    pub async fn end(mut self) -> Gathered<()> {
        self.flush().await?;
        self.send(Part::End).await
    }
}

/// As one line of JSON.
pub(super) fn json(value: &impl Serialize) -> Gathered<String> {
    serde_json::to_string(value).map_err(|error| {
        tracing::error!(%error, "a value of an export cannot be written");
        Stopped::Failed(AppError::Internal)
    })
}

/// Bytes on their way to who reads.
pub(super) type Chunks = mpsc::Sender<Result<Bytes, AppError>>;

/// Where the packed bytes go: whoever writes here waits until they are wanted.
struct Out {
    chunks: Chunks,
    buffer: Vec<u8>,
    /// Nothing is to go out any more: what is written is dropped.
    shut: Arc<AtomicBool>,
    runtime: Handle,
}

impl Out {
    fn pass_on(&mut self) -> io::Result<()> {
        let bytes = Bytes::from(std::mem::take(&mut self.buffer));
        let sent = self.chunks.send(Ok(bytes));
        let wait = async { tokio::time::timeout(STALLED, sent).await };
        match self.runtime.block_on(wait) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shut.load(Ordering::Relaxed) {
            return Ok(bytes.len());
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PART_BYTES {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Packs what comes, until its end or until nobody reads: true if all of it went out. Blocks: for
/// a thread of its own, with the runtime that `runtime` leads to.
pub(super) fn pack(
    parts: mpsc::Receiver<Part>,
    chunks: Chunks,
    at: Timestamp,
    runtime: Handle,
) -> bool {
    let shut = Arc::new(AtomicBool::new(false));
    let out = Out { chunks, buffer: Vec::new(), shut: Arc::clone(&shut), runtime };
    let mut zip = ZipWriter::new_stream(out);
    let whole = packed(&mut zip, parts, at);
    // Dropping a writer writes its end: of what is not whole none is wanted.
    shut.store(!whole, Ordering::Relaxed);
    whole && zip.finish().and_then(|out| Ok(out.into_inner().pass_on()?)).is_ok()
}

fn packed(
    zip: &mut ZipWriter<StreamWriter<Out>>,
    mut parts: mpsc::Receiver<Part>,
    at: Timestamp,
) -> bool {
    // Long lists may pass what a plain entry can hold.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip_time(at))
        .large_file(true);
    while let Some(part) = parts.blocking_recv() {
        let written = match part {
            Part::File(name) => zip.start_file(name, options).map_err(io::Error::from),
            Part::Bytes(bytes) => zip.write_all(&bytes),
            Part::End => return true,
        };
        if written.is_err() {
            return false;
        }
    }
    false
}

/// An instant as ZIP files tell it: without a zone, so in UTC.
fn zip_time(at: Timestamp) -> DateTime {
    let text = at.text_in(&Zone::utc());
    let numbers: Vec<u16> =
        text.split(['-', ' ', ':']).filter_map(|part| part.parse().ok()).collect();
    let small = |index: usize| numbers.get(index).and_then(|number| u8::try_from(*number).ok());
    let told = || {
        let (year, month, day) = (*numbers.first()?, small(1)?, small(2)?);
        let (hour, minute, second) = (small(3)?, small(4)?, small(5)?);
        DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
    };
    told().unwrap_or_default()
}

/// What a person called a file, as one plain part of a path on every system: letters, digits and
/// a few marks stay.
pub(super) fn safe_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " ._-()+".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let letters: Vec<char> = name.trim_matches([' ', '.']).chars().collect();
    match letters.len() {
        0 => "file".to_owned(),
        // Of a name that is too long the end is what says what it is.
        length => letters[length.saturating_sub(LONGEST_NAME)..].iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path() {
        for (name, safe) in [
            ("notes.md", "notes.md"),
            ("Käse (2).pdf", "Käse (2).pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..\\..\\win.ini", "_.._win.ini"),
            ("..", "file"),
            (" . ", "file"),
            ("a:b*c?\"<>|.txt", "a_b_c_____.txt"),
            ("line\nbreak\0.txt", "line_break_.txt"),
        ] {
            assert_eq!(safe_name(name), safe);
        }
        assert_eq!(safe_name(&format!("{}.txt", "x".repeat(300))).len(), LONGEST_NAME);
    }

    fn started(sender: Chunks) -> (Sink, tokio::task::JoinHandle<bool>) {
        let (sink, parts) = Sink::new();
        let at = Timestamp::from_micros(1_795_343_400_000_000);
        let runtime = Handle::current();
        (sink, tokio::task::spawn_blocking(move || pack(parts, sender, at, runtime)))
    }

    #[tokio::test]
    async fn what_goes_in_comes_out_under_its_names() {
        let (sender, mut chunks) = mpsc::channel(UNDER_WAY);
        let (mut sink, packing) = started(sender);
        let gather = async move {
            sink.file("a.json").await?;
            sink.list("").await?;
            for number in 0..20_000 {
                sink.item(&number).await?;
            }
            sink.list_end("\n").await?;
            sink.bytes("files/b.bin", vec![7; 200_000]).await?;
            sink.table("c.csv", &["A", "B"]).await?;
            sink.row(&["=1", "2"]).await?;
            sink.end().await
        };
        let read = async move {
            let mut all = Vec::new();
            while let Some(Ok(bytes)) = chunks.recv().await {
                all.extend_from_slice(&bytes);
            }
            all
        };
        let (gathered, all) = tokio::join!(gather, read);
        assert!(gathered.is_ok());
        assert!(packing.await.is_ok_and(|whole| whole));
        let mut zip = ZipArchive::new(Cursor::new(all)).ok();
        let mut text = |name: &str| {
            let mut bytes = Vec::new();
            let mut file = zip.as_mut().and_then(|zip| zip.by_name(name).ok());
            let read = file.as_mut().and_then(|file| file.read_to_end(&mut bytes).ok());
            read.map(|_| bytes).unwrap_or_default()
        };
        let numbers: Vec<u32> = serde_json::from_slice(&text("a.json")).unwrap_or_default();
        assert_eq!(numbers, (0..20_000).collect::<Vec<u32>>());
        assert_eq!(text("files/b.bin"), [7; 200_000]);
        assert_eq!(text("c.csv"), "\u{feff}A,B\r\n'=1,2\r\n".as_bytes());
    }

    /// Bytes that no packing makes fewer.
    fn noise(state: &mut u64) -> Vec<u8> {
        let next = || {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            *state
        };
        std::iter::repeat_with(next).take(PART_BYTES / 8).flat_map(u64::to_be_bytes).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nobody_works_ahead_of_a_slow_reader_nor_on_for_one_who_has_gone() {
        use std::sync::atomic::AtomicUsize;
        let (sender, mut chunks) = mpsc::channel(UNDER_WAY);
        let (mut sink, packing) = started(sender);
        let given = Arc::new(AtomicUsize::new(0));
        let giving = Arc::clone(&given);
        let gather = tokio::spawn(async move {
            let mut state = 0x9E37_79B9_7F4A_7C15;
            // Until nobody reads: there is no other end.
            let mut going = sink.file("noise").await.is_ok();
            while going {
                going = sink.send(Part::Bytes(noise(&mut state))).await.is_ok();
                giving.fetch_add(PART_BYTES, Ordering::SeqCst);
            }
        });
        let mut read = 0;
        // Parts and chunks that wait, one in each hand, and what the packer has begun.
        let bound = (2 * UNDER_WAY + 6) * PART_BYTES;
        for _ in 0..40 {
            let Some(Ok(bytes)) = chunks.recv().await else { break };
            read += bytes.len();
            let ahead = given.load(Ordering::SeqCst).saturating_sub(read);
            assert!(ahead <= bound, "{ahead} bytes ahead of the reader");
        }
        assert!(read >= 40 * PART_BYTES, "{read} bytes were read");
        drop(chunks);
        assert!(gather.await.is_ok(), "the gatherer has heard of it");
        assert!(packing.await.is_ok_and(|whole| !whole));
    }
}
