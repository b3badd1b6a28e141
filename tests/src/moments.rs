//! Repeatable random choices: the same `CONSTAT_SEED` gives the same choices.

use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// The seed of this run: `CONSTAT_SEED`, or one from the clock, so that each run tries something else. Prints it.
pub fn seed() -> u32 {
    let given = std::env::var("CONSTAT_SEED").ok().and_then(|seed| seed.parse().ok());
    let nanos = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let seed = given.unwrap_or_else(nanos);
    println!("CONSTAT_SEED={seed}");
    seed
}

/// A generator that is random enough to choose moments and pages (SplitMix64).
pub struct Moments(u64);

impl Moments {
    /// Begins with a seed.
    pub fn new(seed: u32) -> Moments {
        Moments(seed.into())
    }

    /// Begins with the seed of this run.
    pub fn of_this_run() -> Moments {
        Moments::new(seed())
    }

    /// A number below a bound, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.within(0..bound as u64)).expect("it is below a `usize`")
    }

    /// A number in this range, which must not be empty.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (mixed ^ (mixed >> 31)) % (range.end - range.start)
    }
}
