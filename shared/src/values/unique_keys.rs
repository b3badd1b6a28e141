//! Maps that refuse a repeated key: with two answers to one question, nobody
//! knows which one the visitor gave.

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Reads a map of switches; for `#[serde(deserialize_with)]`.
///
/// # Errors
/// When a key is repeated or is not well formed.
pub fn switches<'de, K, D>(deserializer: D) -> Result<BTreeMap<K, bool>, D::Error>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(SwitchesVisitor(PhantomData))
}

struct SwitchesVisitor<K>(PhantomData<K>);

impl<'de, K: Deserialize<'de> + Ord + fmt::Display> Visitor<'de> for SwitchesVisitor<K> {
    type Value = BTreeMap<K, bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of booleans")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut switches = BTreeMap::new();
        while let Some(key) = map.next_key::<K>()? {
            if switches.contains_key(&key) {
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
            let on = map.next_value()?;
            switches.insert(key, on);
        }
        Ok(switches)
    }
}
