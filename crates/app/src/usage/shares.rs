//! Shares in whole percent that add up to exactly 100.
//!
//! Pure: rounded down, and the points that are missing go to the largest remainders.

use std::cmp::Reverse;

use ampere_credits::Credits;

/// The share of each amount in their sum, in whole percent. All 0 when the sum is nothing;
/// otherwise they add up to 100. Of equal remainders the earlier one gets the point.
pub fn percentages(amounts: &[Credits]) -> Vec<u32> {
    let micros = |amount: &Credits| i128::from(amount.micros().max(0));
    let total: i128 = amounts.iter().map(micros).sum();
    if total == 0 {
        return vec![0; amounts.len()];
    }
    let hundredfold = |amount: &Credits| micros(amount) * 100;
    let down = |amount: &Credits| u32::try_from(hundredfold(amount) / total).unwrap_or(100);
    let mut shares: Vec<u32> = amounts.iter().map(down).collect();
    let missing = 100_u32.saturating_sub(shares.iter().sum());
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    order.sort_by_key(|&at| Reverse(hundredfold(&amounts[at]) % total));
    for at in order.into_iter().take(missing as usize) {
        shares[at] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: &[i64]) -> Vec<u32> {
        percentages(&micros.iter().map(|m| Credits::from_micros(*m)).collect::<Vec<_>>())
    }

    #[test]
    fn thirds_add_up_to_a_hundred_and_the_first_gets_the_point() {
        assert_eq!(of(&[1, 1, 1]), [34, 33, 33]);
        assert_eq!(of(&[5]), [100]);
        assert_eq!(of(&[0, 7]), [0, 100]);
        assert_eq!(of(&[]), Vec::<u32>::new());
        assert_eq!(of(&[0, 0]), [0, 0]);
        assert_eq!(of(&[i64::MAX, i64::MAX, i64::MAX]), [34, 33, 33]);
    }

    #[test]
    fn the_largest_remainder_wins_whatever_its_place() {
        assert_eq!(of(&[1_000, 6, 994]), [50, 0, 50]);
        assert_eq!(of(&[10, 14, 976]), [1, 1, 98]);
        assert_eq!(of(&[104, 106, 790]), [10, 11, 79]);
    }

    #[test]
    fn any_amounts_add_up() {
        for seed in 1..500_i64 {
            let amounts: Vec<i64> = (1..=seed % 9 + 1).map(|k| k * seed * 7_919 % 1_009).collect();
            let sum: u32 = of(&amounts).iter().sum();
            let wanted = if amounts.iter().all(|a| *a == 0) { 0 } else { 100 };
            assert_eq!(sum, wanted, "{amounts:?}");
        }
    }
}
