//! The types that all parts of Constat share.
//!
//! Nothing here does I/O, reads a clock or draws randomness, and everything
//! compiles to `wasm32-unknown-unknown` (invariant 7). Types are made by
//! parsing, so that every value is a valid one.
//!
//! Imports go strictly down: `frameworks` > `proof` > `log` > `consent` >
//! `notice` > `values`.

pub mod consent;
pub mod frameworks;
#[cfg(test)]
mod independent;
pub mod log;
pub mod notice;
pub mod proof;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
pub mod values;

pub use consent::cookie;
pub use consent::{
    Action, Choices, ConsentCookie, ConsentRequest, ConsentResponse, HolderDigest, HolderSecret, Layer,
    Record, Signals,
};
pub use frameworks::dpv;
pub use log::{
    CheckpointError, CommitmentKey, LogEntry, LogId, LogShards, Shard, SignedCheckpoint, TreeHead, merkle,
};
pub use notice::{
    Authority, Category, Color, Controller, Lifetimes, Months, Notice, NoticeCategory, NoticeView, Palette,
    PublishedNotice, PurposeText, Purposes, Reason, RefusalSignal, Storage, TermsChange, TextKey, Texts,
    Theme, Transfer, Vendor,
};
pub use proof::{Evidence, EvidenceError, Jwk, KeySet, Receipt, ReceiptError};
pub use values::canonical;
pub use values::{
    Code, ConsentId, EventId, Hash, Language, Month, Problem, PurposeId, SiteId, Timestamp, VendorId, escaped,
};
