//! Rows of pictures that are kept of browser sessions.

use ampere_credits::{OrgId, RunId, Timestamp};

/// What a page looked like after something was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillRow {
    pub org: OrgId,
    pub run: RunId,
    /// 1, 2, 3 … within the run.
    pub number: u32,
    pub taken_at: Timestamp,
    pub url: String,
    pub title: String,
    /// What was done just before, in words.
    pub action: String,
}
