//! Chance that a seed decides: ids and the scrambler.
//!
//! Owns: the generator (splitmix64). Never asks the machine. Read next: `state`, `hooks`.

/// A generator; the same seed gives the same sequence.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Chance(seed)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`; 0 where the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        let drawn = self.draw().checked_rem(bound).unwrap_or_default();
        usize::try_from(drawn).unwrap_or_default()
    }

    /// True in so many of a thousand cases.
    pub fn happens(&mut self, permille: u16) -> bool {
        self.below(1_000) < usize::from(permille)
    }

    /// Puts a list into another order, every order being as likely.
    pub fn shuffle<T>(&mut self, rows: &mut [T]) {
        for at in (1..rows.len()).rev() {
            rows.swap(at, self.below(at + 1));
        }
    }

    /// Letters and digits.
    pub fn word(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..length).map(|_| char::from(ALPHABET[self.below(ALPHABET.len())])).collect()
    }
}
