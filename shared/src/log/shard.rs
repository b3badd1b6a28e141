//! Shards: a site too large for one log a month spreads its records over several.

use crate::values::ConsentId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A number of logs outside the bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to {max}", max = LogShards::MAX.get())]
pub struct LogShardsError;

/// The number of logs a month over which a site spreads its records, from 1 to 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogShards(u8);

impl LogShards {
    /// One log a month, which is enough for most sites.
    pub const ONE: LogShards = LogShards(1);
    /// The most logs a month. One log takes thousands of records a second.
    pub const MAX: LogShards = LogShards(16);

    /// Takes a number of logs.
    ///
    /// # Errors
    /// [`LogShardsError`] outside 1 to 16.
    pub fn new(count: u8) -> Result<LogShards, LogShardsError> {
        let within = (LogShards::ONE.0..=LogShards::MAX.0).contains(&count);
        if within { Ok(LogShards(count)) } else { Err(LogShardsError) }
    }

    /// The number of logs a month.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Every shard, in the order of their numbers.
    pub fn all(self) -> impl Iterator<Item = Shard> {
        (1..=self.0).map(move |number| Shard { number, count: self })
    }

    /// The first shard, to which the server adds entries that concern the whole site.
    pub fn first(self) -> Shard {
        Shard { number: 1, count: self }
    }

    /// The shard of a consent id, always the same one: the last four bytes of
    /// the id, which are random (RFC 9562, section 5.7), modulo the count.
    pub fn of(self, consent_id: &ConsentId) -> Shard {
        let [.., a, b, c, d] = *consent_id.as_bytes();
        let number = u32::from_be_bytes([a, b, c, d]) % u32::from(self.0);
        // Below 16.
        Shard { number: number as u8 + 1, count: self }
    }
}

/// A text that is not a shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a shard such as 2of4")]
pub struct ShardError;

/// One of the logs a site has each month, written `2of4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    number: u8,
    count: LogShards,
}

impl Shard {
    /// The shard of a site that has only this one.
    pub const ONLY: Shard = Shard { number: 1, count: LogShards::ONE };

    /// The shard with that number, from 1; nothing for a number beyond the count.
    pub fn new(number: u8, count: LogShards) -> Option<Shard> {
        (1..=count.0).contains(&number).then_some(Shard { number, count })
    }

    /// Its number, from 1 to the count.
    pub fn number(self) -> u8 {
        self.number
    }

    /// The number of shards.
    pub fn count(self) -> LogShards {
        self.count
    }

    /// Whether the site has no other shard; the log's name then leaves it out.
    pub fn is_only(&self) -> bool {
        *self == Shard::ONLY
    }

    /// Parses `2of4`.
    ///
    /// # Errors
    /// [`ShardError`] for any other text.
    pub fn parse(text: &str) -> Result<Shard, ShardError> {
        let parsed = text.split_once("of").and_then(|(number, count)| {
            let count = LogShards::new(count.parse().ok()?).ok()?;
            Shard::new(number.parse().ok()?, count)
        });
        // Each shard has one text only: no signs, no leading zeros.
        parsed.filter(|shard| shard.to_string() == text).ok_or(ShardError)
    }
}

impl Default for Shard {
    fn default() -> Shard {
        Shard::ONLY
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}of{}", self.number, self.count.0)
    }
}

impl TryFrom<String> for Shard {
    type Error = ShardError;
    fn try_from(text: String) -> Result<Self, ShardError> {
        Shard::parse(&text)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_a_number_within_its_count_is_a_shard() {
        assert_eq!(Shard::parse("2of4").unwrap().to_string(), "2of4");
        assert!(Shard::parse("1of1").unwrap().is_only());
        assert_eq!(Shard::parse("16of16").unwrap().count(), LogShards::MAX);
        for bad in ["", "of", "0of4", "5of4", "1of0", "1of17", "01of4", "+1of4", "1of4 ", "1OF4", "1of4of4"] {
            assert_eq!(Shard::parse(bad), Err(ShardError), "{bad}");
        }
        assert_eq!(LogShards::new(0), Err(LogShardsError));
        assert_eq!(LogShards::new(17), Err(LogShardsError));
    }

    #[test]
    fn the_last_bytes_of_a_consent_id_decide_its_shard() {
        let consent_id = ConsentId::parse("01980f4e-7c00-7000-8000-0000ffffffff").unwrap();
        let shard = |count| LogShards::new(count).unwrap().of(&consent_id).to_string();
        // 4,294,967,295 modulo 1, 2, 4, 7 and 16.
        assert_eq!([1, 2, 4, 7, 16].map(shard), ["1of1", "2of2", "4of4", "4of7", "16of16"]);
    }

    proptest! {
        #[test]
        fn every_consent_id_has_one_of_the_shards(tail in any::<[u8; 4]>(), count in 1u8..=16) {
            let shards = LogShards::new(count).unwrap();
            let mut bytes = [1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 0, 0, 0, 0];
            bytes[12..].copy_from_slice(&tail);
            let shard = shards.of(&ConsentId::from_bytes(bytes).unwrap());
            prop_assert!(shards.all().any(|any| any == shard));
            prop_assert_eq!(Shard::parse(&shard.to_string()), Ok(shard));
        }
    }
}
