//! The visitor's answer: the action and choices, the consent cookie, the record.

mod action;
mod choices;
pub mod cookie;
mod holder;
mod record;
#[cfg(any(test, feature = "sample"))]
pub(crate) mod sample;

pub use action::{Action, Layer, Signals};
pub use choices::Choices;
pub use cookie::{ConsentCookie, CookieError};
pub use holder::{DIGEST_LEN, HolderDigest, HolderSecret};
#[cfg(test)]
pub(crate) use record::tests::records;
pub use record::{ConsentRequest, ConsentResponse, REQUEST_BYTES_MAX, Record};
