//! Small valid values, the same at every call, for the tests of other crates
//! (feature `sample`).

pub use crate::consent::sample::{consent_id, event_id, record, request};
pub use crate::notice::sample::{notice, published_notice, texts};
