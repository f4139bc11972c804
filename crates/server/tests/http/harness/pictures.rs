//! Reading a live view, picture by picture.

use reqwest::header::HeaderMap;

/// What stands before each picture.
const HEAD: &[u8] = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n";
/// What stands after each: a browser shows a picture only when it has read the next one's head.
const NEXT: &[u8] = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n";

/// An open live view.
pub struct Pictures {
    response: reqwest::Response,
    waiting: Vec<u8>,
    begun: bool,
}

impl Pictures {
    pub fn new(response: reqwest::Response) -> Self {
        Pictures { response, waiting: Vec::new(), begun: false }
    }

    /// The head of the answer.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next picture, checked as a part; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        if !self.begun {
            assert!(self.until(HEAD).await?.is_empty(), "nothing stands before the first head");
            self.begun = true;
        }
        let jpeg = self.until(NEXT).await?;
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]), "a JPEG");
        Some(jpeg)
    }

    /// Reads pictures until one is what is waited for.
    pub async fn until_shown(&mut self, wanted: &str) {
        let shows = |jpeg: &[u8]| jpeg.windows(wanted.len()).any(|part| part == wanted.as_bytes());
        loop {
            let jpeg = self.next().await.unwrap_or_else(|| panic!("{wanted} was never shown"));
            if shows(&jpeg) {
                return;
            }
        }
    }

    /// Reads on until the stream ends.
    pub async fn ended(mut self) {
        while self.next().await.is_some() {}
    }

    async fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        loop {
            let at = self.waiting.windows(mark.len()).position(|part| part == mark);
            if let Some(at) = at {
                let before = self.waiting.drain(..at).collect();
                self.waiting.drain(..mark.len());
                return Some(before);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Option<()> {
        let bytes = self.response.chunk().await.ok()??;
        self.waiting.extend_from_slice(&bytes);
        Some(())
    }
}
