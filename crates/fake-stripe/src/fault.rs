//! Faults that a test asks for.
//!
//! Owns: what can go wrong with the next request, and which request that is. Read next: `world`.

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is done; then the connection is closed without a word.
    CutReply,
    /// It is done; half of the answer comes.
    CutHalf,
    /// The connection is closed, and nothing is done.
    CutBefore,
    /// 500, nothing is done, and nothing is remembered under the key.
    ServerError,
    /// It is done; then 500. The key gives the true answer afterwards.
    ServerErrorAfter,
    /// 429, nothing is done.
    TooMany,
    /// 409: another request of the same key is at work. Nothing is done.
    InProgress,
    /// It is done; the answer waits until `release`.
    Hold,
    /// It is done; the answer comes so many milliseconds later.
    Delay(u64),
}

/// A fault of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: Kind,
    path: String,
    reads_too: bool,
}

impl Fault {
    /// Of the next request that changes something.
    pub fn new(kind: Kind) -> Self {
        Fault { kind, path: String::new(), reads_too: false }
    }

    /// Only of one whose path contains this.
    pub fn on(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Of reads too.
    pub fn any_method(mut self) -> Self {
        self.reads_too = true;
        self
    }
}

/// The fault of this request, taken from the queue.
pub(crate) fn take(queue: &mut Vec<Fault>, method: &str, path: &str) -> Option<Kind> {
    let mine = |fault: &Fault| (fault.reads_too || method != "GET") && path.contains(&fault.path);
    let at = queue.iter().position(mine)?;
    Some(queue.remove(at).kind)
}

/// By its name on the wire of the controls.
pub(crate) fn named(name: &str, milliseconds: u64) -> Option<Kind> {
    Some(match name {
        "cut_reply" => Kind::CutReply,
        "cut_half" => Kind::CutHalf,
        "cut_before" => Kind::CutBefore,
        "server_error" => Kind::ServerError,
        "server_error_after" => Kind::ServerErrorAfter,
        "too_many" => Kind::TooMany,
        "in_progress" => Kind::InProgress,
        "hold" => Kind::Hold,
        "delay" => Kind::Delay(milliseconds),
        _ => return None,
    })
}
