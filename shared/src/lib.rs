//! The language all parts of Constat speak.
//!
//! Nothing here does I/O, reads a clock or draws randomness, and everything
//! compiles to `wasm32-unknown-unknown` (invariant 7). Types are made by
//! parsing, so that a value that exists is a valid one.

pub mod action;
pub mod canonical;
pub mod category;
pub mod choices;
pub mod color;
pub mod consent_record;
pub mod cookie;
pub mod evidence;
pub mod hash;
pub mod ids;
#[cfg(test)]
mod independent;
pub mod language;
pub mod lifetime;
pub mod log;
pub mod notice;
pub mod problem;
pub mod receipt;
pub mod record;
#[cfg(test)]
mod sample;
pub mod texts;
pub mod timestamp;
pub mod unique;
pub mod vendor;
pub mod view;

pub use action::{Action, Layer, Signals};
pub use category::Category;
pub use choices::Choices;
pub use color::Color;
pub use cookie::ConsentCookie;
pub use hash::Hash;
pub use ids::{ConsentId, EventId, PurposeId, SiteId, VendorId};
pub use language::Language;
pub use lifetime::{Lifetimes, Months};
pub use log::commitment::CommitmentKey;
pub use log::entry::LogEntry;
pub use log::shard::{LogShards, Shard};
pub use log::{LogId, Month};
pub use notice::{Notice, PublishedNotice};
pub use problem::{Code, Problem};
pub use receipt::Receipt;
pub use record::{ConsentRequest, Record};
pub use texts::{TextKey, Texts};
pub use timestamp::Timestamp;
pub use vendor::Vendor;
pub use view::NoticeView;
