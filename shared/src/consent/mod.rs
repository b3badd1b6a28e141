//! The visitor's answer: the action and choices, the consent cookie, the record.

mod action;
mod choices;
pub mod cookie;
mod record;
#[cfg(any(test, feature = "sample"))]
pub(crate) mod sample;

pub use action::{Action, Layer, Signals};
pub use choices::Choices;
pub use cookie::{ConsentCookie, CookieError};
#[cfg(test)]
pub(crate) use record::tests::records;
pub use record::{ConsentRequest, ConsentResponse, REQUEST_BYTES_MAX, Record};
