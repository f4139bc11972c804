//! Pages of lists: how many rows, and from where.

use crate::rows::Page;

/// Sorts after the text of every id.
const AFTER_EVERY_ID: &str = "~";

impl Page {
    /// How many rows at most: 1 to 200.
    pub(super) fn rows(&self) -> u32 {
        self.limit.clamp(1, 200)
    }

    /// Only ids before this.
    pub(super) fn before_id(&self) -> String {
        self.before.clone().unwrap_or_else(|| AFTER_EVERY_ID.to_owned())
    }

    /// Only positions before this; a cursor that is no position has nothing before it.
    pub(super) fn before_position(&self) -> u64 {
        self.before.as_ref().map_or(u64::MAX, |text| text.parse().unwrap_or(0))
    }
}
