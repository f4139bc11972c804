//! The loop detector: the same call again and again, or a few of them in turn.
//!
//! Pure. Never decides what becomes of a run that repeats itself: `joule` does.

use serde_json::Value;

/// Calls that make up one round of a loop, at most.
const LONGEST_ROUND: usize = 3;
/// A round that was gone through so often is a loop.
const ROUNDS: usize = 3;

/// What was called so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repeats {
    /// The newest calls, oldest first; no more than can matter.
    seen: Vec<String>,
}

impl Repeats {
    /// Notes a call; true if with it a round of at most three calls was gone through three times.
    pub(crate) fn note(&mut self, name: &str, arguments: &Value) -> bool {
        // Objects print with their names in order: the same arguments are the same text.
        self.seen.push(format!("{name} {arguments}"));
        let old = self.seen.len().saturating_sub(LONGEST_ROUND * ROUNDS);
        self.seen.drain(..old);
        (1..=LONGEST_ROUND).any(|round| self.goes_in_rounds_of(round))
    }

    fn goes_in_rounds_of(&self, round: usize) -> bool {
        let Some(from) = self.seen.len().checked_sub(round * ROUNDS) else { return false };
        let tail = self.seen.get(from..).unwrap_or_default();
        tail.iter().zip(tail.iter().skip(round)).all(|(one, other)| one == other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Which of these calls were found to repeat.
    fn found(calls: &str) -> Vec<bool> {
        let mut repeats = Repeats::default();
        calls.chars().map(|call| repeats.note(&call.to_string(), &json!({}))).collect()
    }

    #[test]
    fn a_third_time_is_one_too_many() {
        assert_eq!(found("aaa"), [false, false, true]);
        assert_eq!(found("aaaab").last(), Some(&false));
        assert_eq!(found("ababab"), [false, false, false, false, false, true]);
        assert_eq!(found("abcabcabc").last(), Some(&true));
        assert_eq!(found("abcdabcdabcd").last(), Some(&false));
        assert_eq!(found("xaabaa"), [false; 6]);
    }

    #[test]
    fn the_same_arguments_in_another_order_are_the_same_call() {
        let mut repeats = Repeats::default();
        let one: Value = serde_json::from_str("{\"a\": 1, \"b\": 2}").unwrap_or_default();
        let other: Value = serde_json::from_str("{\"b\":2,\"a\":1}").unwrap_or_default();
        assert!(!repeats.note("run", &one));
        assert!(!repeats.note("run", &other));
        assert!(repeats.note("run", &one));
        assert!(!repeats.note("run", &json!({ "a": 1 })));
    }

    proptest! {
        #[test]
        fn it_says_so_exactly_when_the_end_goes_in_rounds(calls in "[abc]{0,30}") {
            let all: Vec<char> = calls.chars().collect();
            for (index, found) in found(&calls).into_iter().enumerate() {
                let until = &all[..=index];
                let expected = (1..=3_usize).any(|round| {
                    let Some(from) = until.len().checked_sub(3 * round) else { return false };
                    let tail = &until[from..];
                    tail[..round] == tail[round..2 * round] && tail[..round] == tail[2 * round..]
                });
                prop_assert_eq!(found, expected, "{:?}", until);
            }
        }

        #[test]
        fn different_calls_never_repeat(count in 0_usize..60) {
            let mut repeats = Repeats::default();
            for number in 0..count {
                let again = repeats.note("run", &json!({ "page": number }));
                prop_assert!(!again);
            }
        }
    }
}
