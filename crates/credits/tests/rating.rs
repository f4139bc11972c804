//! Rating: the lines add up to the charge, the charge is the exact sum rounded up once, and a
//! quote is made by the same function.

use ampere_credits::rating::{
    Basis, CallBound, Measure, QuoteInput, Rate, RateCard, RatingError, TimeBound, Usage,
    WorkInput, charge, lines, quote, quote_work,
};
use ampere_credits::{Credits, Overflow};
use proptest::prelude::*;

use crate::chance::property;

const MODELS: [&str; 3] = ["small", "large", "free"];
const MEASURES: [Measure; 3] = [Measure::InputTokens, Measure::OutputTokens, Measure::Seconds];

fn card() -> impl Strategy<Value = RateCard> {
    let price = prop_oneof![0..10i64, 0..5_000_000i64, 0..20_000_000_000i64];
    proptest::collection::vec(price, MODELS.len() * MEASURES.len()).prop_map(|prices| {
        let places = MODELS.iter().flat_map(|model| MEASURES.map(|measure| (*model, measure)));
        let rates = places.zip(prices).map(|((model, measure), micros_per_million)| Rate {
            model: model.to_owned(),
            measure,
            micros_per_million,
        });
        RateCard { version: 3, rates: rates.collect() }
    })
}

fn used(model: &str, measure: Measure, quantity: u64) -> Usage {
    Usage { model: model.to_owned(), measure, quantity }
}

fn usage() -> impl Strategy<Value = Vec<Usage>> {
    let quantity = prop_oneof![0..3u64, 0..2_000u64, 0..3_000_000u64];
    let one = (0..MODELS.len(), 0..MEASURES.len(), quantity)
        .prop_map(|(model, measure, quantity)| used(MODELS[model], MEASURES[measure], quantity));
    proptest::collection::vec(one, 0..12)
}

/// Millionths of micro-credits, without any rounding.
fn exact(card: &RateCard, usage: &[Usage]) -> i128 {
    let one = |each: &Usage| {
        let rate = card.rates.iter().find(|r| r.model == each.model && r.measure == each.measure);
        i128::from(rate.unwrap().micros_per_million) * i128::from(each.quantity)
    };
    usage.iter().map(one).sum()
}

#[test]
fn lines_add_up_and_the_charge_is_the_exact_sum_rounded_up_once() {
    property("rating", 3_000, &(card(), usage()), |(card, usage)| {
        let total = charge(&card, &usage).unwrap();
        let lines = lines(&card, &usage).unwrap();
        let exact_sum = exact(&card, &usage);
        let paid = i128::from(total.micros()) * 1_000_000;
        prop_assert!(paid >= exact_sum, "never below the exact sum");
        prop_assert!(paid - exact_sum < 1_000_000, "never a whole micro-credit above it");
        prop_assert_eq!(Credits::sum(lines.iter().map(|line| line.credits)), Ok(total));
        for line in &lines {
            let own = exact(&card, std::slice::from_ref(&line.usage));
            let paid = i128::from(line.credits.micros()) * 1_000_000;
            prop_assert!(line.credits.micros() >= 0);
            prop_assert!((paid - own).abs() < 1_000_000, "a line is within one of its own sum");
        }
        Ok(())
    });
}

#[test]
fn more_usage_never_costs_less_and_earlier_lines_stay() {
    let more = (card(), usage(), usage());
    property("more usage", 2_000, &more, |(card, first, more)| {
        let all: Vec<Usage> = first.iter().chain(&more).cloned().collect();
        prop_assert!(charge(&card, &first).unwrap() <= charge(&card, &all).unwrap());
        let before = lines(&card, &first).unwrap();
        let after = lines(&card, &all).unwrap();
        prop_assert_eq!(&before[..], &after[..before.len()]);
        let mut turned = all.clone();
        turned.reverse();
        prop_assert_eq!(charge(&card, &turned), charge(&card, &all), "the order is no matter");
        Ok(())
    });
}

#[test]
fn a_quote_is_in_order_and_made_by_the_function_that_rates() {
    let history = proptest::collection::vec(0..5_000u64, 0..40);
    let read = (0..10_000u64, 0..12_000u64);
    let input = (0..MODELS.len(), read, 0..5_000u64, 0..5_000u64, history);
    property("quotes", 3_000, &(card(), input), |(card, input)| {
        let (model, read, max_output_tokens, first_output_tokens, history) = input;
        let input = QuoteInput {
            model: MODELS[model].to_owned(),
            input_tokens: read.0,
            likely_input_tokens: read.1,
            max_output_tokens,
            first_output_tokens,
            history,
        };
        let got = quote(&card, &input).unwrap();
        let priced = |read: u64, output: u64| {
            let usage = [
                used(&input.model, Measure::InputTokens, read),
                used(&input.model, Measure::OutputTokens, output),
            ];
            charge(&card, &usage).unwrap()
        };
        let price = |output: u64| priced(input.input_tokens, output);
        let likely = input.likely_input_tokens.min(input.input_tokens);
        prop_assert!(got.low <= got.typical && got.typical <= got.high);
        prop_assert!(got.high <= price(max_output_tokens), "no more than the longest answer");
        prop_assert!(got.hold.is_positive(), "a hold is at least one micro-credit");
        let first = price(first_output_tokens.min(max_output_tokens));
        prop_assert_eq!(got.hold, first.max(Credits::from_micros(1)));
        prop_assert_eq!(got.rate_card_version, 3);
        if input.history.len() < 5 {
            prop_assert_eq!((got.basis, got.high), (Basis::RateCard, price(max_output_tokens)));
        } else {
            let mut outputs = input.history.clone();
            outputs.sort_unstable();
            let within = |output: u64| priced(likely, output.min(max_output_tokens));
            prop_assert_eq!(got.basis, Basis::History);
            prop_assert!(within(outputs[0]) <= got.low);
            prop_assert!(got.high <= within(outputs[outputs.len() - 1]));
            prop_assert_eq!(got.typical, within(outputs[(outputs.len() - 1) / 2]));
        }
        Ok(())
    });
}

/// What calls cost when each reads and writes so much, rounded once.
fn priced(
    card: &RateCard,
    calls: &[CallBound],
    tokens: impl Fn(&CallBound) -> (u64, u64),
) -> Credits {
    let usage: Vec<Usage> = calls
        .iter()
        .flat_map(|call| {
            let (read, written) = tokens(call);
            [
                used(&call.model, Measure::InputTokens, read),
                used(&call.model, Measure::OutputTokens, written),
            ]
        })
        .collect();
    charge(card, &usage).unwrap()
}

fn calls() -> impl Strategy<Value = Vec<CallBound>> {
    let one = (0..MODELS.len(), 0..10_000u64, 0..12_000u64, 0..5_000u64).prop_map(
        |(model, input_tokens, likely_input_tokens, max_output_tokens)| CallBound {
            model: MODELS[model].to_owned(),
            input_tokens,
            likely_input_tokens,
            max_output_tokens,
        },
    );
    proptest::collection::vec(one, 0..8)
}

#[test]
fn work_is_quoted_by_what_it_used_to_cost_or_else_by_the_card() {
    let history =
        proptest::collection::vec((0..9_000_000_000i64).prop_map(Credits::from_micros), 0..40);
    let input = (card(), calls(), 0..5_000u64, history);
    property("quotes of work", 2_000, &input, |(card, calls, first_output_tokens, history)| {
        let input =
            WorkInput { time: None, least: Vec::new(), calls, first_output_tokens, history };
        let got = quote_work(&card, &input).unwrap();
        let calls = &input.calls;
        prop_assert!(got.low <= got.typical && got.typical <= got.high);
        prop_assert_eq!(got.rate_card_version, 3);
        let hold = calls.first().map_or(Credits::ZERO, |call| {
            let written = first_output_tokens.min(call.max_output_tokens);
            let most = CallBound { max_output_tokens: written, ..call.clone() };
            priced(&card, &[most], |call| (call.input_tokens, call.max_output_tokens))
        });
        prop_assert_eq!(got.hold, hold.max(Credits::from_micros(1)));
        if calls.is_empty() {
            let free = (Credits::ZERO, Credits::ZERO, Credits::ZERO, Credits::from_micros(1));
            prop_assert_eq!((got.low, got.typical, got.high, got.hold), free);
            return Ok(());
        }
        if input.history.len() < 5 {
            prop_assert_eq!(got.basis, Basis::RateCard);
            let bound = priced(&card, calls, |call| (call.input_tokens, call.max_output_tokens));
            prop_assert_eq!(got.high, bound);
            let likely = |call: &CallBound| call.likely_input_tokens.min(call.input_tokens);
            let half =
                priced(&card, calls, |call| (likely(call), call.max_output_tokens.div_ceil(2)));
            let eighth =
                priced(&card, calls, |call| (likely(call), call.max_output_tokens.div_ceil(8)));
            prop_assert_eq!((got.low, got.typical), (eighth, half));
        } else {
            prop_assert_eq!(got.basis, Basis::History);
            let mut costs = input.history.clone();
            costs.sort_unstable();
            let last = costs.len() - 1;
            let percentiles = [10, 50, 90].map(|percent| costs[last * percent / 100]);
            prop_assert_eq!([got.low, got.typical, got.high], percentiles);
        }
        Ok(())
    });
}

#[test]
fn one_call_costs_the_same_as_a_message_and_as_work() {
    let read = (0..10_000u64, 0..12_000u64);
    let input = (card(), 0..MODELS.len(), read, 0..5_000u64, 0..5_000u64);
    property("message and work", 1_000, &input, |(card, model, read, max, first)| {
        let model = MODELS[model].to_owned();
        let (input_tokens, likely_input_tokens) = read;
        let message = QuoteInput {
            model: model.clone(),
            input_tokens,
            likely_input_tokens,
            max_output_tokens: max,
            first_output_tokens: first,
            history: Vec::new(),
        };
        let call = CallBound { model, input_tokens, likely_input_tokens, max_output_tokens: max };
        let work = WorkInput {
            time: None,
            least: Vec::new(),
            calls: vec![call],
            first_output_tokens: first,
            history: Vec::new(),
        };
        prop_assert_eq!(quote(&card, &message), quote_work(&card, &work));
        Ok(())
    });
}

#[test]
fn work_with_an_unrated_model_gets_no_quote() {
    let rate = |measure| Rate::per_thousand("small", measure, Credits::whole(1)).unwrap();
    let card = RateCard { version: 3, rates: MEASURES.map(rate).to_vec() };
    let call = |model: &str| CallBound {
        model: model.to_owned(),
        input_tokens: 1,
        likely_input_tokens: 1,
        max_output_tokens: 1,
    };
    for history in [Vec::new(), vec![Credits::whole(1); 9]] {
        let calls = vec![call("small"), call("large")];
        let work =
            WorkInput { time: None, least: Vec::new(), calls, first_output_tokens: 1, history };
        assert!(matches!(quote_work(&card, &work), Err(RatingError::Unrated(_))));
    }
}

#[test]
fn prices_are_never_negative_and_fit() {
    let rate =
        |credits| Rate::per_thousand("m", Measure::InputTokens, Credits::from_micros(credits));
    assert_eq!(rate(500_000).unwrap().micros_per_million, 500_000_000, "half a credit");
    assert_eq!(rate(500_000).unwrap().credits_per_thousand().to_string(), "0.5");
    assert_eq!(rate(0).unwrap().micros_per_million, 0);
    assert_eq!(rate(-1), None);
    assert_eq!(rate(i64::MAX), None, "would not fit");
}

#[test]
fn usage_beyond_what_can_be_counted_is_refused_and_does_not_wrap() {
    let price = |micros_per_million| RateCard {
        version: 1,
        rates: vec![Rate {
            model: "m".to_owned(),
            measure: Measure::InputTokens,
            micros_per_million,
        }],
    };
    let refused = Err(RatingError::Overflow(Overflow));
    let most = vec![used("m", Measure::InputTokens, u64::MAX)];
    assert_eq!(charge(&price(i64::MAX), &most), refused);
    assert_eq!(charge(&price(i64::MAX), &[&most[..]; 40].concat()), refused);
    // 2⁶⁴ − 1 units at half a micro-credit each: the last that fits in 63 bits.
    assert_eq!(charge(&price(500_000), &most), refused);
    assert_eq!(charge(&price(499_999), &most).map(Credits::is_positive), Ok(true));
}

#[test]
fn low_is_of_the_least_calls_where_they_are_given() {
    let call = |likely_input_tokens| CallBound {
        model: "m".to_owned(),
        input_tokens: 2_000,
        likely_input_tokens,
        max_output_tokens: 160,
    };
    let card = RateCard {
        version: 1,
        rates: [Measure::InputTokens, Measure::OutputTokens]
            .into_iter()
            .map(|measure| Rate { model: "m".to_owned(), measure, micros_per_million: 1_000_000 })
            .collect(),
    };
    let quoted = |least| {
        let calls = vec![call(1_000), call(1_000)];
        let work =
            WorkInput { time: None, calls, least, first_output_tokens: 32, history: Vec::new() };
        quote_work(&card, &work).unwrap()
    };
    let (plain, told) = (quoted(Vec::new()), quoted(vec![call(100)]));
    assert_eq!(plain.low, Credits::from_micros(2_000 + 2 * 20));
    assert_eq!(told.low, Credits::from_micros(100 + 10), "one short call, a sixteenth written");
    assert_eq!((told.typical, told.high, told.hold), (plain.typical, plain.high, plain.hold));
}

#[test]
fn a_minute_of_a_browser_is_charged_by_the_second() {
    let three = "3".parse().unwrap();
    let rate = Rate::per_minute("browser", three).unwrap();
    assert_eq!(rate.credits_per_minute(), three);
    let card = RateCard { version: 1, rates: vec![rate] };
    let cost = |seconds| charge(&card, &[used("browser", Measure::Seconds, seconds)]).unwrap();
    assert_eq!(cost(3_600), "180".parse().unwrap());
    assert_eq!(cost(1), "0.05".parse().unwrap());
    let uneven = Rate::per_minute("browser", Credits::from_micros(1));
    assert_eq!(uneven, None, "it would be no whole number for a million seconds");
    let time =
        TimeBound { model: "browser".to_owned(), least: 60, likely: 600, most: 3_600, first: 20 };
    let (calls, least, history) = (Vec::new(), Vec::new(), Vec::new());
    let input = WorkInput { calls, least, first_output_tokens: 1, history, time: Some(time) };
    let quote = quote_work(&card, &input).unwrap();
    let wanted: [Credits; 4] = ["3", "30", "180", "1.000001"].map(|text| text.parse().unwrap());
    assert_eq!([quote.low, quote.typical, quote.high, quote.hold], wanted);
}
