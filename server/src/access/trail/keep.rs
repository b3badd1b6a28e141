//! How long the trail is kept.

/// How many calendar months the entries of the audit trail are kept after their own. A
/// proof of consent lives for 13 months at most (`shared/src/notice/`); who looked at it,
/// or changed who may, can be asked for until the end, and a complaint about that may
/// come a year later.
pub const KEPT_MONTHS: i32 = 25;

/// For how long, at the most, an entry is kept, in milliseconds.
pub const KEPT_MS: i64 = (KEPT_MONTHS as i64 + 1) * 31 * 24 * 3_600_000;
