//! The visitor's answer: what they did, the cookie that keeps it, the record that proves it.

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
