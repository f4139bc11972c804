//! Calls put together from the pieces that a provider sends.
//!
//! Owns: which piece belongs to which call, the bounds in number and size, and ids where a provider
//! sends none. Never reads the arguments: whether they are JSON, and of what shape, is judged by
//! whoever runs the tool.
//!
//! Providers differ: most send a place with every piece, some number every call 0 and tell them
//! apart by id, some send whole calls with neither.

use super::ToolCall;

/// The most calls of one answer.
const MOST_CALLS: usize = 16;
/// The most bytes of all calls of one answer together.
const MOST_BYTES: usize = 64 * 1024;

/// One piece of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallPiece {
    /// Where the provider says that the call stands.
    pub(super) place: Option<u32>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// What to append.
    pub(super) arguments: String,
}

/// Pieces that come to no call, or to too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The calls of one answer so far.
#[derive(Debug, Default)]
pub(super) struct Calls {
    drafts: Vec<Draft>,
    bytes: usize,
}

#[derive(Debug)]
struct Draft {
    place: Option<u32>,
    id: String,
    name: String,
    arguments: String,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Takes the next piece.
    pub(super) fn take(&mut self, piece: &CallPiece) -> Result<(), Unreadable> {
        let id = piece.id.as_deref().unwrap_or_default();
        let name = piece.name.as_deref().unwrap_or_default();
        let at = match self.place_of(piece.place, id, name) {
            Some(at) => at,
            None if self.drafts.len() == MOST_CALLS => return Err(Unreadable),
            // A piece that only goes on belongs to something.
            None if id.is_empty() && name.is_empty() && piece.place.is_none() => {
                return Err(Unreadable);
            }
            None => {
                let (id, name, arguments) = Default::default();
                self.drafts.push(Draft { place: piece.place, id, name, arguments });
                self.drafts.len() - 1
            }
        };
        let draft = self.drafts.get_mut(at).ok_or(Unreadable)?;
        let before = draft.bytes();
        // Some repeat both with every piece.
        if draft.id.is_empty() {
            draft.id.push_str(id);
        }
        if draft.name.is_empty() {
            draft.name.push_str(name);
        }
        draft.arguments.push_str(&piece.arguments);
        self.bytes += draft.bytes() - before;
        if self.bytes > MOST_BYTES { Err(Unreadable) } else { Ok(()) }
    }

    /// The call that a piece goes on with; none when it begins one.
    fn place_of(&self, place: Option<u32>, id: &str, name: &str) -> Option<usize> {
        if place.is_some() {
            let at = self.drafts.iter().rposition(|draft| draft.place == place)?;
            let draft = self.drafts.get(at)?;
            let other = !id.is_empty() && !draft.id.is_empty() && draft.id != id;
            return (!other).then_some(at);
        }
        if !id.is_empty() {
            return self.drafts.iter().rposition(|draft| draft.id == id);
        }
        if name.is_empty() { self.drafts.len().checked_sub(1) } else { None }
    }

    /// All calls, whole; `made` begins the ids that are made.
    pub(super) fn whole(&mut self, made: &str) -> Result<Vec<ToolCall>, Unreadable> {
        let mut calls: Vec<ToolCall> = Vec::new();
        for (number, draft) in std::mem::take(&mut self.drafts).into_iter().enumerate() {
            if draft.name.is_empty() {
                return Err(Unreadable);
            }
            let taken = draft.id.is_empty() || calls.iter().any(|call| call.id == draft.id);
            let id = if taken { own_id(made, number) } else { draft.id };
            let nothing = draft.arguments.trim().is_empty();
            let arguments = if nothing { "{}".to_owned() } else { draft.arguments };
            calls.push(ToolCall { id, name: draft.name, arguments });
        }
        Ok(calls)
    }
}

impl Draft {
    fn bytes(&self) -> usize {
        self.id.len() + self.name.len() + self.arguments.len()
    }
}

/// Letters and digits only: what every provider takes back.
fn own_id(made: &str, number: usize) -> String {
    let stem: String = made.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("call_{stem}_{number}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn piece(place: Option<u32>, id: &str, name: &str, arguments: &str) -> CallPiece {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        CallPiece { place, id: some(id), name: some(name), arguments: arguments.to_owned() }
    }

    fn told(pieces: &[CallPiece]) -> Result<Vec<(String, String, String)>, Unreadable> {
        let mut calls = Calls::default();
        for piece in pieces {
            calls.take(piece)?;
        }
        let whole = calls.whole("run:7")?;
        Ok(whole.into_iter().map(|call| (call.id, call.name, call.arguments)).collect())
    }

    fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.to_owned(), name.to_owned(), arguments.to_owned())
    }

    #[test]
    fn each_way_of_numbering_gives_the_same_two_calls() {
        let expected = Ok(vec![call("a", "look", "{\"x\":1}"), call("b", "go", "{\"y\":2}")]);
        let by_place = [
            piece(Some(0), "a", "look", ""),
            piece(Some(1), "b", "go", "{\"y\""),
            piece(Some(0), "", "", "{\"x\""),
            piece(Some(1), "", "", ":2}"),
            piece(Some(0), "", "", ":1}"),
        ];
        assert_eq!(told(&by_place), expected);
        let repeated = [
            piece(Some(0), "a", "look", "{\"x\""),
            piece(Some(0), "a", "look", ":1}"),
            piece(Some(5), "b", "go", "{\"y\":2}"),
        ];
        assert_eq!(told(&repeated), expected);
        let all_at_the_first_place = [
            piece(Some(0), "a", "look", "{\"x\":1}"),
            piece(Some(0), "b", "go", "{\"y\""),
            piece(Some(0), "", "", ":2}"),
        ];
        assert_eq!(told(&all_at_the_first_place), expected);
        let by_id = [
            piece(None, "a", "look", "{\"x\""),
            piece(None, "b", "go", "{\"y\":2}"),
            piece(None, "a", "", ":1}"),
        ];
        assert_eq!(told(&by_id), expected);
        let one_after_another = [
            piece(None, "a", "look", "{\"x\""),
            piece(None, "", "", ":1}"),
            piece(None, "b", "go", "{\"y\":2}"),
        ];
        assert_eq!(told(&one_after_another), expected);
    }

    #[test]
    fn ids_that_are_missing_or_double_are_made() {
        let pieces = [
            piece(Some(0), "", "look", ""),
            piece(Some(1), "same", "go", " "),
            piece(Some(2), "same", "go", "null"),
        ];
        let expected = vec![
            call("call_run7_0", "look", "{}"),
            call("same", "go", "{}"),
            call("call_run7_2", "go", "null"),
        ];
        assert_eq!(told(&pieces), Ok(expected));
    }

    #[test]
    fn a_piece_of_nothing_and_a_call_of_nothing_are_refused() {
        assert_eq!(told(&[piece(None, "", "", "{}")]), Err(Unreadable));
        assert_eq!(told(&[piece(Some(0), "a", "", "{}")]), Err(Unreadable));
    }

    #[test]
    fn number_and_size_are_bounded() {
        let many: Vec<CallPiece> = (0..17).map(|n| piece(Some(n), "", "look", "{}")).collect();
        assert_eq!(told(&many[..16]).unwrap().len(), 16);
        assert_eq!(told(&many), Err(Unreadable));
        let mut calls = Calls::default();
        let most = "x".repeat(MOST_BYTES - "look".len());
        assert_eq!(calls.take(&piece(Some(0), "", "look", &most)), Ok(()));
        assert_eq!(calls.take(&piece(Some(0), "", "", "x")), Err(Unreadable));
    }
}
