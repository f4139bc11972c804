//! Reading a live view, picture by picture.

use reqwest::header::HeaderMap;

/// What stands between two pictures.
const MARK: &str = "--frame\r\n";

/// An open live view.
pub struct Pictures {
    response: reqwest::Response,
    waiting: Vec<u8>,
}

impl Pictures {
    pub fn new(response: reqwest::Response) -> Self {
        Pictures { response, waiting: Vec::new() }
    }

    /// The head of the answer.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next picture, checked as a part; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.until(MARK.as_bytes()).await?;
        let head = self.until(b"\r\n\r\n").await?;
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("Content-Type: image/jpeg"));
        let length = lines.next().unwrap().strip_prefix("Content-Length: ").unwrap();
        let length: usize = length.parse().unwrap();
        while self.waiting.len() < length {
            self.more().await?;
        }
        let jpeg: Vec<u8> = self.waiting.drain(..length).collect();
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]), "a JPEG");
        // The mark of the next one is there at once: browsers show a picture only then.
        while self.waiting.len() < 2 + MARK.len() {
            self.more().await?;
        }
        assert!(self.waiting.starts_with(b"\r\n--frame\r\n"));
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
