//! Test cards: numbers that exist in the sandbox only, and what each does.
//!
//! The numbers are those that payment providers use for the same purposes.

use serde::{Deserialize, Serialize};

use crate::payments::port::{Card, DeclineReason};

/// A card that exists in the sandbox only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCard {
    pub number: &'static str,
    /// What people read.
    pub label: &'static str,
    pub does: CardDoes,
}

/// What a test card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardDoes {
    /// It pays.
    Pays,
    /// It is declined for this reason, and cannot be saved.
    IsDeclined(DeclineReason),
    /// The bank wants the person at the first payment on a page, and never again.
    AsksOnce,
    /// The bank wants the person at each payment.
    AsksAlways,
    /// It can be saved, and each payment with it is declined.
    FailsLater,
    /// It pays, and its owner disputes the payment at once.
    IsDisputed,
}

impl TestCard {
    /// Why it can neither pay on a page nor be saved, if it cannot.
    pub fn declined(&self) -> Option<DeclineReason> {
        match self.does {
            CardDoes::IsDeclined(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Every test card.
pub const CARDS: [TestCard; 8] = [
    card("4242424242424242", "Succeeds", CardDoes::Pays),
    card("4000000000000002", "Is declined", CardDoes::IsDeclined(DeclineReason::Declined)),
    card(
        "4000000000009995",
        "Has insufficient funds",
        CardDoes::IsDeclined(DeclineReason::InsufficientFunds),
    ),
    card("4000000000000069", "Has expired", CardDoes::IsDeclined(DeclineReason::ExpiredCard)),
    card("4000002500003155", "The bank asks you once", CardDoes::AsksOnce),
    card("4000002760003184", "The bank asks you each time", CardDoes::AsksAlways),
    card("4000000000000341", "Can be saved, then is declined", CardDoes::FailsLater),
    card("4000000000000259", "Succeeds, then is disputed", CardDoes::IsDisputed),
];

const fn card(number: &'static str, label: &'static str, does: CardDoes) -> TestCard {
    TestCard { number, label, does }
}

/// The card of a number.
pub(super) fn by_number(number: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.number == number)
}

/// A card in the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    pub(super) number: String,
    pub(super) card: Card,
}

/// Where the person is when a payment is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Person {
    /// At the page.
    Here,
    /// Somewhere else: the saved card pays.
    Away,
}

/// What comes of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Paid { disputed: bool },
    Declined(DeclineReason),
    AskedPerson,
}

/// What comes of a try with a card. No card, or one that is not ours, is declined.
pub(super) fn try_card(number: Option<&str>, person: Person) -> Tried {
    let does = number.and_then(by_number).map(|card| card.does);
    match does.unwrap_or(CardDoes::IsDeclined(DeclineReason::Declined)) {
        CardDoes::Pays => Tried::Paid { disputed: false },
        CardDoes::IsDisputed => Tried::Paid { disputed: true },
        CardDoes::IsDeclined(reason) => Tried::Declined(reason),
        CardDoes::FailsLater => Tried::Declined(DeclineReason::Declined),
        CardDoes::AsksAlways => Tried::AskedPerson,
        CardDoes::AsksOnce if person == Person::Here => Tried::AskedPerson,
        CardDoes::AsksOnce => Tried::Paid { disputed: false },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn numbers_and_labels_differ_and_are_card_numbers() {
        let numbers: BTreeSet<&str> = CARDS.iter().map(|card| card.number).collect();
        let labels: BTreeSet<&str> = CARDS.iter().map(|card| card.label).collect();
        assert_eq!((numbers.len(), labels.len()), (CARDS.len(), CARDS.len()));
        for number in numbers {
            // Luhn's rule: every second digit from the right doubled, the digits' sum ends in 0.
            let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
            let sum: u32 = digits
                .enumerate()
                .map(
                    |(at, digit)| if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 },
                )
                .sum();
            assert_eq!((number.len(), sum % 10), (16, 0), "{number}");
        }
    }

    #[test]
    fn a_card_that_asks_once_asks_at_the_page_only() {
        assert_eq!(try_card(Some("4000002500003155"), Person::Here), Tried::AskedPerson);
        let later = try_card(Some("4000002500003155"), Person::Away);
        assert_eq!(later, Tried::Paid { disputed: false });
        assert_eq!(try_card(None, Person::Away), Tried::Declined(DeclineReason::Declined));
    }
}
