//! The server's clock: the only one that dates records.

use constat_shared::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, to the millisecond. A clock set before 1970 reads as 1970.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
