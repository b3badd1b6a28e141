//! The smallest values: hashes, identifiers, times, languages, problems.

pub mod canonical;
mod hash;
mod ids;
mod language;
mod month;
mod names;
pub(crate) mod plain_text;
mod problem;
mod timestamp;
pub mod unique_keys;

pub use hash::{Hash, HashError};
pub use ids::{ConsentId, EventId, IdError, PurposeId, SiteId, VendorId};
pub use language::Language;
pub use month::{Month, MonthError};
pub use plain_text::escaped;
pub use problem::{Code, Problem};
pub use timestamp::{Timestamp, TimestampError};
