//! Chance for the property tests: how many cases, and from which seed.
//!
//! `AMPERE_SIM=100` runs a hundred times as many cases; `AMPERE_SEED=…` repeats a run. The seed
//! is printed by every run.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};

fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "the person who starts the tests chooses")]
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a whole number")))
}

/// Runs a property over random cases; a failure tells the seed and the smallest case found.
pub fn property<S: Strategy>(
    name: &str,
    cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> TestCaseResult,
) where
    S::Value: Debug,
{
    let seed = number("AMPERE_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let times = u32::try_from(number("AMPERE_SIM").unwrap_or(1)).unwrap();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let config = Config {
        cases: cases.saturating_mul(times),
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    println!("{name}: {} cases, AMPERE_SEED={seed}", config.cases);
    match TestRunner::new_with_rng(config, rng).run(strategy, test) {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => {
            panic!("{name} with AMPERE_SEED={seed}: {why}\nsmallest case: {case:#?}")
        }
        Err(TestError::Abort(why)) => panic!("{name} with AMPERE_SEED={seed} gave up: {why}"),
    }
}
