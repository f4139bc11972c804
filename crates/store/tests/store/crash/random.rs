//! Chance that is the same in every run: a test that fails fails again.

/// A small generator (xorshift).
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        println!("seed {seed}");
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below this one, which must not be 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
