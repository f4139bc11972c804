//! Pictures of the fake: they have the right signature and size, and nothing to see.
//!
//! Owns: just enough of PNG and JPEG for that. Never: draws.

use bytes::Bytes;

/// A PNG's signature and first chunk.
pub(super) fn png(width: u32, height: u32) -> Bytes {
    let mut png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(height.to_be_bytes());
    png.extend([8, 2, 0, 0, 0]);
    Bytes::from(png)
}

/// A JPEG with a comment, by which one picture can be told from another.
pub(super) fn jpeg(comment: &str) -> Bytes {
    let comment: Vec<u8> = comment.bytes().take(1_000).collect();
    let length = u16::try_from(comment.len() + 2).unwrap_or(2);
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xfe];
    jpeg.extend(length.to_be_bytes());
    jpeg.extend(comment);
    jpeg.extend([0xff, 0xd9]);
    Bytes::from(jpeg)
}
