//! Pages of lists: `?limit=` and `?cursor=`, newest first, an opaque cursor to read on.
//!
//! Owns: the bounds, and knowing whether there is more (one row more is asked for than is shown).
//! Never looks into a cursor. Read next: any list's handler.

use ampere_app::runs::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Problem;

/// Rows when nothing is said.
const USUAL: u32 = 50;
/// Rows at most.
const MOST: u32 = 200;
/// Characters of a cursor at most.
const LONGEST_CURSOR: usize = 200;

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// At most so many, 1 to 200; 50 when not given.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListQuery {
    /// Checked.
    ///
    /// # Errors
    /// 422.
    pub fn asked(self) -> Result<Asked, Problem> {
        Asked::new(self.limit, self.cursor)
    }
}

/// How much of a list was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    limit: u32,
    before: Option<String>,
}

impl Asked {
    /// From the query's `limit` and `cursor`.
    ///
    /// # Errors
    /// 422 when the limit is not 1 to 200, or the cursor cannot be one of ours.
    pub fn new(limit: Option<u32>, cursor: Option<String>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::field("?limit", "out_of_range", "The limit is 1 to 200."));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
        let ours = |text: &String| text.len() <= LONGEST_CURSOR && text.chars().all(plain);
        if cursor.as_ref().is_some_and(|text| !ours(text)) {
            let detail = "This cursor is not from this list.";
            return Err(Problem::field("?cursor", "invalid_value", detail));
        }
        Ok(Asked { limit, before: cursor })
    }

    /// What to ask the app for.
    pub fn page(&self) -> Page {
        Page { before: self.before.clone(), limit: self.limit.saturating_add(1).min(MOST) }
    }

    /// Cuts to what was asked; the cursor of the last one when there is, or may be, more.
    pub fn cut<T>(&self, rows: &mut Vec<T>, cursor: impl Fn(&T) -> String) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        // A full page of the most cannot show that it is the last one.
        let more = rows.len() > limit || (self.limit == MOST && rows.len() == limit);
        rows.truncate(limit);
        rows.last().filter(|_| more).map(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(limit: u32, rows: u32) -> (usize, Option<String>) {
        let Ok(asked) = Asked::new(Some(limit), None) else { return (0, None) };
        let given = rows.min(asked.page().limit);
        let mut rows: Vec<u32> = (1..=given).collect();
        let next = asked.cut(&mut rows, u32::to_string);
        (rows.len(), next)
    }

    #[test]
    fn a_cursor_is_given_exactly_when_there_is_more() {
        assert_eq!(next(3, 2), (2, None));
        assert_eq!(next(3, 3), (3, None));
        assert_eq!(next(3, 4), (3, Some("3".to_owned())));
        assert_eq!(next(200, 199), (199, None));
        assert_eq!(next(200, 300), (200, Some("200".to_owned())));
    }

    #[test]
    fn limits_and_cursors_that_cannot_be_are_refused() {
        for limit in [0, 201, u32::MAX] {
            assert!(Asked::new(Some(limit), None).is_err(), "{limit}");
        }
        for cursor in ["run_1 OR 1", "é", "a/b", &"x".repeat(201)] {
            assert!(Asked::new(None, Some(cursor.to_owned())).is_err(), "{cursor}");
        }
        assert!(Asked::new(Some(200), Some("run_0A.b:c-d".to_owned())).is_ok());
    }
}
