//! What random sequences are made of.

use super::sample;
use crate::store::StoreError;
use constat_shared::{ConsentId, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// How many visitors there are.
pub const VISITORS: usize = 3;

/// The result of a step.
pub type Checked = Result<(), TestCaseError>;

/// A few milliseconds before or after the beginning of a month.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    later: bool,
    offset_ms: i64,
}

impl Moment {
    pub fn timestamp(self) -> Timestamp {
        // Thirteen months apart, so that purge entries go to logs that have records.
        let start = if self.later { "2027-03-01T00:00:00Z" } else { "2026-02-01T00:00:00Z" };
        let start = sample::at(start);
        Timestamp::from_unix_ms(start.unix_ms() + self.offset_ms)
    }
}

/// Every one of them.
pub fn moments() -> impl Strategy<Value = Moment> {
    (any::<bool>(), -2..=2_i64).prop_map(|(later, offset_ms)| Moment { later, offset_ms })
}

/// A UUIDv7 made of a number.
pub fn uuid(number: u8) -> [u8; 16] {
    let mut bytes = [number; 16];
    (bytes[6], bytes[8]) = (0x70, 0x80);
    bytes
}

/// The consent id of a visitor.
pub fn visitor_id(visitor: u8) -> ConsentId {
    ConsentId::from_bytes(uuid(visitor)).unwrap()
}

/// Turns an error of the store into a failure of the case, so that proptest shrinks it.
pub fn ok<T>(result: Result<T, StoreError>) -> Result<T, TestCaseError> {
    result.map_err(|error| TestCaseError::fail(error.to_string()))
}
