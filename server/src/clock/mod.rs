//! Time: what the system's clock says, and whether it can be right.

mod clock;
mod error;
pub mod in_words;
mod now;

pub use clock::{Clock, StoreTimes, TOLERANCE_MS};
pub use error::ClockError;
pub use now::{now, today};
