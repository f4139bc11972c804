//! Prices and estimates.

use ampere_credits::Credits;
use ampere_credits::ledger::Answer;
use ampere_credits::rating::{
    Measure, QuoteInput, Rate, RateCard, RatingError, Usage, charge, lines, quote,
};

use super::{at, available, clean, done, lane_with, settle, whole};

fn card(prices: &[(&str, i64, i64)]) -> RateCard {
    let both = |(model, input, output): &(&str, i64, i64)| {
        let rate = |measure, micros_per_million| Rate {
            model: (*model).to_owned(),
            measure,
            micros_per_million,
        };
        [rate(Measure::InputTokens, *input), rate(Measure::OutputTokens, *output)]
    };
    RateCard { version: 1, rates: prices.iter().flat_map(both).collect() }
}

fn used(model: &str, input: u64, output: u64) -> Vec<Usage> {
    let usage = |measure, quantity| Usage { model: model.to_owned(), measure, quantity };
    vec![usage(Measure::InputTokens, input), usage(Measure::OutputTokens, output)]
}

fn asked(model: &str, input_tokens: u64, max_output_tokens: u64) -> QuoteInput {
    QuoteInput {
        model: model.to_owned(),
        input_tokens,
        likely_input_tokens: input_tokens,
        max_output_tokens,
        first_output_tokens: max_output_tokens.min(256),
        history: Vec::new(),
    }
}

#[test]
fn incident_librechat_2359_a_negative_price_raised_a_balance() {
    let negative = card(&[("m", -500_000_000, 2_000_000_000)]);
    let refused = charge(&negative, &used("m", 1_000, 1));
    assert!(matches!(refused, Err(RatingError::Unrated(_))), "{refused:?}");
    assert!(lines(&negative, &used("m", 1_000, 1)).is_err());
    assert!(quote(&negative, &asked("m", 1_000, 10)).is_err());
    // Nor does a negative charge get through to the pool.
    let mut lane = lane_with(10);
    done(lane.ask("h", super::hold(1, 1, 5, 0), at(0)));
    let hold = ampere_credits::HoldId::from_bits(1);
    let charge = Credits::from_micros(-1);
    let settle = ampere_credits::ledger::Command::Settle { hold, charge, estimated: false };
    assert!(matches!(lane.ask("s", settle, at(1)), Answer::Refused(_)));
    assert_eq!(available(&lane, 1), whole(5));
}

#[test]
fn incident_one_api_1312_without_max_tokens_the_prompt_was_not_in_the_estimate() {
    let card = card(&[("m", 500_000_000, 2_000_000_000)]);
    let prompt = charge(&card, &used("m", 4_000, 0)).unwrap();
    assert_eq!(prompt, whole(2));
    for most in [0, 1, 100] {
        let quote = quote(&card, &asked("m", 4_000, most)).unwrap();
        assert!(quote.low >= prompt && quote.hold >= prompt, "{quote:?}");
    }
}

#[test]
fn incident_litellm_40002_hold_priced_at_the_wrong_tier() {
    let card = card(&[("cheap", 1_000_000, 4_000_000), ("dear", 900_000_000, 3_600_000_000)]);
    for (model, input, output) in [("cheap", 50_000, 256), ("dear", 50_000, 256)] {
        let quote = quote(&card, &asked(model, input, output)).unwrap();
        let most = charge(&card, &used(model, input, output)).unwrap();
        assert_eq!(quote.hold, most, "the hold of {model} covers what it may use at its prices");
    }
}

#[test]
fn incident_bike4mind_1392_holding_the_full_maximum_refuses_affordable_work() {
    let card = card(&[("m", 500_000_000, 2_000_000_000)]);
    let quote = quote(&card, &asked("m", 1_000, 100_000)).unwrap();
    assert!(quote.high > whole(200) && quote.hold < whole(2), "{quote:?}");
    // Ten credits are enough to start; the hold is extended while the answer grows.
    let mut lane = lane_with(10);
    let hold = ampere_credits::ledger::Command::Hold {
        hold: ampere_credits::HoldId::from_bits(1),
        run: ampere_credits::RunId::from_bits(1),
        amount: quote.hold,
        deadline: at(60),
        cap: None,
        draw: ampere_credits::ledger::Draw::Pool,
    };
    done(lane.ask("h", hold, at(0)));
    done(lane.ask("s", settle(1, 1), at(1)));
    clean(&lane);
}

#[test]
fn incident_houston_929_a_missing_value_shown_as_0() {
    let card = card(&[("m", 0, 0)]);
    assert_eq!(charge(&card, &used("m", 1_000, 1_000)), Ok(Credits::ZERO), "free is a price");
    let missing = charge(&card, &used("other", 1_000, 1_000));
    assert!(matches!(missing, Err(RatingError::Unrated(_))), "missing is not free: {missing:?}");
}
